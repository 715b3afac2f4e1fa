//! What changes about a revision without changing the revision.

use crate::{Author, RevisionNumber};
use atlas_base::Timestamp;
use semver::{Version, VersionReq};
use serde::{Deserialize, Serialize};

/// A mark set by somebody at some time, for a reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mark {
    /// Who set it.
    pub by: Author,
    /// When.
    pub at: Timestamp,
    /// Why, in a line.
    pub reason: String,
}

/// The marks of a revision: they live beside it, outside its digests, and can be taken back.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Marks {
    /// Still usable, with a warning.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deprecated: Option<Mark>,
    /// No longer usable.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub revoked: Option<Mark>,
    /// The semantic version it was released as.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub release: Option<Version>,
}

/// Why a mark was not set or taken back.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MarkError {
    /// The reason is none that could be shown in a line.
    #[error(
        "a mark needs a reason of 1 to 1024 characters in one line, not all blank and none of them a control character"
    )]
    Reason,
    /// It is deprecated already.
    #[error("this revision is deprecated already, by {by} at {at}: {reason}", by = .mark.by, at = .mark.at, reason = .mark.reason)]
    Deprecated {
        /// The mark that is there.
        mark: Box<Mark>,
    },
    /// It is revoked already, which says more than any other mark.
    #[error("this revision is revoked already, by {by} at {at}: {reason}", by = .mark.by, at = .mark.at, reason = .mark.reason)]
    Revoked {
        /// The mark that is there.
        mark: Box<Mark>,
    },
    /// There is nothing to take back.
    #[error("this revision is neither revoked nor deprecated: there is nothing to restore")]
    Unmarked,
    /// Another revision was released as that version.
    #[error(
        "version {version} is the release of revision {holder} already: a release never moves, choose another version"
    )]
    Taken {
        /// The version.
        version: Version,
        /// The revision that has it.
        holder: RevisionNumber,
    },
    /// A release version is for ever.
    #[error(
        "this revision was released as {release} already: commit another revision to release it as {asked}"
    )]
    Released {
        /// What it is.
        release: Version,
        /// What was asked for.
        asked: Version,
    },
}

impl Mark {
    /// The most characters of a reason.
    pub const MAX_CHARACTERS: usize = 1024;

    /// A mark with its reason.
    ///
    /// # Errors
    ///
    /// The reason is blank, too long, or no single line.
    pub fn new(by: Author, at: Timestamp, reason: &str) -> Result<Self, MarkError> {
        let long = reason.chars().count() > Self::MAX_CHARACTERS;
        if reason.trim().is_empty() || long || reason.chars().any(char::is_control) {
            return Err(MarkError::Reason);
        }
        Ok(Self {
            by,
            at,
            reason: reason.to_owned(),
        })
    }
}

impl Marks {
    /// These marks once the revision is deprecated: it can still be used, with a warning (ours).
    ///
    /// # Errors
    ///
    /// It is deprecated or revoked already.
    pub fn deprecate(&self, mark: Mark) -> Result<Self, MarkError> {
        self.unrevoked()?;
        match &self.deprecated {
            Some(mark) => Err(MarkError::Deprecated {
                mark: Box::new(mark.clone()),
            }),
            None => Ok(Self {
                deprecated: Some(mark),
                ..self.clone()
            }),
        }
    }

    /// These marks once the revision is revoked: it can no longer be used, for the reason of the
    /// mark (ours). That it was deprecated before stays.
    ///
    /// # Errors
    ///
    /// It is revoked already.
    pub fn revoke(&self, mark: Mark) -> Result<Self, MarkError> {
        self.unrevoked()?;
        Ok(Self {
            revoked: Some(mark),
            ..self.clone()
        })
    }

    /// These marks without the last step: a revoked revision is what it was before, a deprecated
    /// one is as good as new (ours).
    ///
    /// # Errors
    ///
    /// It is neither revoked nor deprecated.
    pub fn restore(&self) -> Result<Self, MarkError> {
        match (&self.revoked, &self.deprecated) {
            (Some(_), _) => Ok(Self {
                revoked: None,
                ..self.clone()
            }),
            (None, Some(_)) => Ok(Self {
                deprecated: None,
                ..self.clone()
            }),
            (None, None) => Err(MarkError::Unmarked),
        }
    }

    fn unrevoked(&self) -> Result<(), MarkError> {
        match &self.revoked {
            None => Ok(()),
            Some(mark) => Err(MarkError::Revoked {
                mark: Box::new(mark.clone()),
            }),
        }
    }

    /// Whether nothing is marked.
    pub fn is_empty(&self) -> bool {
        self.deprecated.is_none() && self.revoked.is_none() && self.release.is_none()
    }

    /// These marks with a release version.
    ///
    /// # Errors
    ///
    /// The revision was released as another version.
    pub fn released(&self, asked: Version) -> Result<Self, MarkError> {
        match &self.release {
            Some(release) if *release != asked => Err(MarkError::Released {
                release: release.clone(),
                asked,
            }),
            _ => Ok(Self {
                release: Some(asked),
                ..self.clone()
            }),
        }
    }

    /// Whether version requirements may choose it: released, not revoked, not deprecated.
    pub fn selectable(&self) -> Option<&Version> {
        self.release
            .as_ref()
            .filter(|_| self.revoked.is_none() && self.deprecated.is_none())
    }
}

/// The marks of revision `number` once it is released as `asked`; `all` are the marks of its whole
/// lineage.
///
/// # Errors
///
/// It was released as another version, or another revision was released as this one: a release
/// never moves.
pub fn release(
    number: RevisionNumber,
    asked: Version,
    all: &[(RevisionNumber, &Marks)],
) -> Result<Marks, MarkError> {
    let taken = |(other, marks): &&(RevisionNumber, &Marks)| {
        *other != number && marks.release.as_ref() == Some(&asked)
    };
    if let Some((holder, _)) = all.iter().find(taken) {
        return Err(MarkError::Taken {
            version: asked,
            holder: *holder,
        });
    }
    let own = all.iter().find(|(other, _)| *other == number);
    own.map(|(_, marks)| (*marks).clone())
        .unwrap_or_default()
        .released(asked)
}

/// The revision with the highest release that a requirement matches, of those that are neither
/// revoked nor deprecated.
pub fn highest_release(
    wanted: &VersionReq,
    all: &[(RevisionNumber, &Marks)],
) -> Option<RevisionNumber> {
    let fits = |(number, marks): &(RevisionNumber, &Marks)| {
        let version = marks
            .selectable()
            .filter(|version| wanted.matches(version))?;
        Some((version.clone(), *number))
    };
    all.iter().filter_map(fits).max().map(|(_, number)| number)
}
