//! What changes about a revision without changing the revision.

use crate::Author;
use atlas_base::Timestamp;
use semver::Version;
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

impl Marks {
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
