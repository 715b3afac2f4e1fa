//! Lock files of either kind, where a caller need not know which it was given.

use super::{
    LockError, LockFile, LockState, LockedPlan, TemplateLock, TemplateLockError, unreadable,
};
use atlas_base::{Digest, Name};
use atlas_image_id::CloudLocation;
use serde::Deserialize;
use serde::de::IgnoredAny;
use std::collections::BTreeSet;

/// A lock file: of a MultiCloud Image, or of a `ServerTemplate`.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "there are two kinds of lineages")]
pub enum AnyLock {
    /// Of a revision of a MultiCloud Image.
    Mci(LockFile),
    /// Of a revision of a `ServerTemplate`.
    Template(TemplateLock),
}

/// Why a lock file gives nothing to launch.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LockedError {
    /// It holds nothing for the location.
    #[error("the lock file of `{name}` holds nothing for {location}: lock that location, or ask for {}", list(.held))]
    NotHeld {
        /// What was locked.
        name: Name,
        /// Where.
        location: CloudLocation,
        /// The locations that it holds, in order.
        held: Vec<CloudLocation>,
    },
    /// What it holds must not be launched any more.
    #[error(
        "what the lock file of `{name}` holds for {location} must not be launched any more: {reason}"
    )]
    Revoked {
        /// What was locked.
        name: Name,
        /// Where.
        location: CloudLocation,
        /// The refusal.
        reason: String,
    },
    /// What it holds must not be launched as things stand.
    #[error("what the lock file of `{name}` holds for {location} is refused: {reason}")]
    Refused {
        /// What was locked.
        name: Name,
        /// Where.
        location: CloudLocation,
        /// The refusal.
        reason: String,
    },
}

fn list(all: &[CloudLocation]) -> String {
    let shown: Vec<_> = all.iter().take(8).map(CloudLocation::as_str).collect();
    let shown = shown.join(", ");
    match all.len().saturating_sub(8) {
        0 => shown,
        more => format!("{shown} or {more} more"),
    }
}

impl AnyLock {
    /// Reads and checks the text of a lock file, and tells which kind it is.
    ///
    /// # Errors
    ///
    /// It is none, of another format, or a digest does not match.
    pub fn parse(text: &str) -> Result<Self, TemplateLockError> {
        #[derive(Deserialize)]
        struct Kind {
            template: Option<IgnoredAny>,
        }
        let kind: Kind = serde_json::from_str(text).map_err(|error| unreadable(&error))?;
        match kind.template {
            Some(_) => TemplateLock::parse(text).map(Self::Template),
            None => Ok(Self::Mci(LockFile::parse(text)?)),
        }
    }

    /// The text of the file: JSON with a line a field, for reviews.
    ///
    /// # Errors
    ///
    /// It cannot be written as JSON.
    pub fn to_text(&self) -> Result<String, TemplateLockError> {
        match self {
            Self::Mci(lock) => Ok(lock.to_text()?),
            Self::Template(lock) => lock.to_text(),
        }
    }

    /// The digest of everything else in the file.
    ///
    /// # Errors
    ///
    /// The lock has no canonical text.
    pub fn digest(&self) -> Result<Digest, LockError> {
        match self {
            Self::Mci(lock) => lock.digest(),
            Self::Template(lock) => Ok(lock.digest()?),
        }
    }

    /// What was locked: the name of the MultiCloud Image or of the template.
    pub fn name(&self) -> &Name {
        match self {
            Self::Mci(lock) => lock.mci(),
            Self::Template(lock) => &lock.template().name,
        }
    }

    /// The locks of MultiCloud Images in it: each is of one revision.
    pub fn locks(&self) -> Vec<&LockFile> {
        match self {
            Self::Mci(lock) => vec![lock],
            Self::Template(lock) => lock.locks().values().collect(),
        }
    }

    /// The locations that it has an answer for, in order.
    pub fn locations(&self) -> BTreeSet<&CloudLocation> {
        let locks = self.locks().into_iter();
        locks.flat_map(|lock| lock.locations().keys()).collect()
    }

    /// What it says to launch at a location, unless that must not be launched.
    ///
    /// # Errors
    ///
    /// It holds nothing for the location, or what it holds was revoked or is refused.
    pub fn launch(
        &self,
        location: &CloudLocation,
        state: &LockState,
    ) -> Result<LockedPlan, LockedError> {
        let Some(plan) = self.resolve(location) else {
            return Err(LockedError::NotHeld {
                name: self.name().clone(),
                location: location.clone(),
                held: self.locations().into_iter().cloned().collect(),
            });
        };
        match state {
            LockState::Revoked { reason } => Err(LockedError::Revoked {
                name: self.name().clone(),
                location: location.clone(),
                reason: reason.clone(),
            }),
            LockState::Refused { reason } => Err(LockedError::Refused {
                name: self.name().clone(),
                location: location.clone(),
                reason: reason.clone(),
            }),
            _ => Ok(plan),
        }
    }

    /// What it says to launch at a location: always the same, and nothing for any other.
    pub fn resolve(&self, location: &CloudLocation) -> Option<LockedPlan> {
        match self {
            Self::Mci(lock) => lock.resolve(location),
            Self::Template(lock) => lock.resolve(location),
        }
    }
}

impl From<LockFile> for AnyLock {
    fn from(lock: LockFile) -> Self {
        Self::Mci(lock)
    }
}

impl From<TemplateLock> for AnyLock {
    fn from(lock: TemplateLock) -> Self {
        Self::Template(lock)
    }
}
