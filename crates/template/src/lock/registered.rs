//! Locks that are known here, so that deletes and revocations see them.

use super::{LockError, LockFile};
use atlas_base::{Digest, Name, Timestamp};
use atlas_history::{LineageId, RevisionNumber};
use atlas_image::{Referrer, ReferrerKind};
use atlas_image_id::CloudLocation;
use atlas_scope::{PrincipalId, Scope};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

atlas_base::id_type! {
    /// Names one registered lock.
    pub struct LockId("lck-");
}

/// A lock file that is known here. The file itself lives elsewhere: what is kept says what it holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RegisteredLock {
    id: LockId,
    name: Name,
    scope: Scope,
    lineage: LineageId,
    revision: RevisionNumber,
    revision_digest: Digest,
    /// The digest of the lock file.
    lock: Digest,
    /// The images by location, those of settings around it included.
    images: BTreeMap<CloudLocation, String>,
    by: PrincipalId,
    at: Timestamp,
}

/// Asks to register a lock file.
#[derive(Debug, Clone)]
pub struct RegisterLock<'a> {
    /// The file.
    pub lock: &'a LockFile,
    /// What people call it; one name a scope.
    pub name: Name,
    /// The scope that holds it.
    pub scope: Scope,
    /// Its id where it is a new one.
    pub id: LockId,
    /// Who registers it.
    pub by: PrincipalId,
    /// Now, as the caller's clock says.
    pub at: Timestamp,
}

/// Why a lock file is not registered.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RegisterLockError {
    /// This very file is.
    #[error("this lock file is registered as `{name}` already")]
    Already {
        /// Its name.
        name: Name,
    },
    /// The revision is not the one of the file.
    #[error(
        "revision {revision} here has the digest {found}, the lock file says {expected}: it was locked elsewhere"
    )]
    Foreign {
        /// The revision.
        revision: RevisionNumber,
        /// What the file says.
        expected: Digest,
        /// What is here.
        found: Digest,
    },
    /// The file has no digest.
    #[error(transparent)]
    Lock(#[from] LockError),
}

/// Registers a lock file. One of the same name at the same scope, `before`, is replaced and keeps
/// its id; `here` is the digest of the revision as it is here.
///
/// # Errors
///
/// The very same file is registered, or its revision is not the one here.
pub fn register_lock(
    ask: RegisterLock<'_>,
    before: Option<&RegisteredLock>,
    here: Digest,
) -> Result<RegisteredLock, RegisterLockError> {
    let RegisterLock {
        lock,
        name,
        scope,
        id,
        by,
        at,
    } = ask;
    let digest = lock.digest()?;
    if before.is_some_and(|before| before.lock == digest) {
        return Err(RegisterLockError::Already { name });
    }
    if lock.revision_digest() != here {
        return Err(RegisterLockError::Foreign {
            revision: lock.revision(),
            expected: lock.revision_digest(),
            found: here,
        });
    }
    let images = lock.locations().iter();
    Ok(RegisteredLock {
        id: before.map_or(id, RegisteredLock::id),
        name,
        scope,
        lineage: lock.lineage(),
        revision: lock.revision(),
        revision_digest: here,
        lock: digest,
        images: images
            .map(|(location, entry)| (location.clone(), entry.image.clone()))
            .collect(),
        by,
        at,
    })
}

impl RegisteredLock {
    /// Its id.
    pub fn id(&self) -> LockId {
        self.id
    }

    /// Its name.
    pub fn name(&self) -> &Name {
        &self.name
    }

    /// The scope that holds it.
    pub fn scope(&self) -> &Scope {
        &self.scope
    }

    /// The lineage of its revision.
    pub fn lineage(&self) -> LineageId {
        self.lineage
    }

    /// The revision that it holds.
    pub fn revision(&self) -> RevisionNumber {
        self.revision
    }

    /// The digest of the lock file.
    pub fn lock(&self) -> Digest {
        self.lock
    }

    /// The images that it holds, by location.
    pub fn images(&self) -> &BTreeMap<CloudLocation, String> {
        &self.images
    }

    /// Who registered it.
    pub fn by(&self) -> &PrincipalId {
        &self.by
    }

    /// When.
    pub fn at(&self) -> Timestamp {
        self.at
    }

    /// Whether it holds an image at a location or at one inside it: a record of `azure` stands for
    /// `azure/westeurope` as well.
    pub fn holds(&self, location: &CloudLocation, image: &str) -> bool {
        let mut all = self.images.iter();
        all.any(|(at, held)| held == image && location.contains(at))
    }

    /// This lock as what refers to the records of its images.
    pub fn referrer(&self, is_visible: bool) -> Referrer {
        Referrer {
            scope: self.scope.clone(),
            kind: ReferrerKind::Lock,
            name: self.name.to_string(),
            id: self.id.to_string(),
            visible: is_visible,
        }
    }
}
