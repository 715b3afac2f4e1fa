//! Locations that a lineage may not lose.

use crate::Content;
use atlas_base::Name;
use atlas_image_id::CloudLocation;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// The locations that a lineage has to serve (ours). They stand beside its revisions, and can be
/// changed without changing one.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RequiredLocations(BTreeSet<CloudLocation>);

/// A commit or promotion would leave required locations without an image.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{nickname}` has to serve {}: set images there, or take them off its required locations", say(.lost, .missing))]
pub struct CoverageLost {
    /// Which one.
    pub nickname: Name,
    /// Locations that were served before, in order.
    pub lost: Vec<CloudLocation>,
    /// Locations that were not served before either, in order.
    pub missing: Vec<CloudLocation>,
}

/// Why the required locations of a lineage stay as they are.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RequireError {
    /// More than a content can serve.
    #[error(
        "{found} required locations are too many, at most {} can be served",
        Content::MAX_SETTINGS
    )]
    TooMany {
        /// How many there would be.
        found: usize,
    },
    /// It is not among them.
    #[error("{location} is not required: nothing is to be taken off")]
    NotRequired {
        /// Which.
        location: CloudLocation,
    },
}

fn say(lost: &[CloudLocation], missing: &[CloudLocation]) -> String {
    let mut said = Vec::new();
    for (locations, what) in [
        (lost, "which it would lose"),
        (missing, "which it never did"),
    ] {
        let names: Vec<_> = locations.iter().map(CloudLocation::as_str).collect();
        if !names.is_empty() {
            said.push(format!("{}, {what}", names.join(", ")));
        }
    }
    said.join(", and ")
}

impl RequiredLocations {
    /// These locations, each once.
    pub fn new(locations: impl IntoIterator<Item = CloudLocation>) -> Self {
        Self(locations.into_iter().collect())
    }

    /// The locations, in order.
    pub fn iter(&self) -> impl Iterator<Item = &CloudLocation> {
        self.0.iter()
    }

    /// These locations and some more.
    ///
    /// # Errors
    ///
    /// There would be more than a content can serve.
    pub fn with(
        &self,
        more: impl IntoIterator<Item = CloudLocation>,
    ) -> Result<Self, RequireError> {
        let all = Self(self.0.iter().cloned().chain(more).collect());
        match all.0.len() {
            found if found > Content::MAX_SETTINGS => Err(RequireError::TooMany { found }),
            _ => Ok(all),
        }
    }

    /// These locations without some.
    ///
    /// # Errors
    ///
    /// One of them is not required.
    pub fn without(&self, less: &[CloudLocation]) -> Result<Self, RequireError> {
        let mut all = self.clone();
        for location in less {
            if !all.0.remove(location) {
                let location = location.clone();
                return Err(RequireError::NotRequired { location });
            }
        }
        Ok(all)
    }

    /// Whether none is required.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Lets a step from one content to another pass: a commit from the revision before, if there
    /// is one, or a promotion from what was in use before. A location counts as served by the
    /// setting that a launch there would take, be it that of a location around it.
    ///
    /// # Errors
    ///
    /// `after` does not serve all that is required. What `before` did not serve either is refused
    /// too: a requirement that holds for later revisions alone would hold for none.
    pub fn gate(&self, before: Option<&Content>, after: &Content) -> Result<(), CoverageLost> {
        let unserved = self.0.iter().filter(|at| after.serving(at).is_none());
        let (lost, missing): (Vec<_>, Vec<_>) = unserved
            .cloned()
            .partition(|at| before.is_some_and(|before| before.serving(at).is_some()));
        if lost.is_empty() && missing.is_empty() {
            return Ok(());
        }
        Err(CoverageLost {
            nickname: after.nickname().clone(),
            lost,
            missing,
        })
    }
}
