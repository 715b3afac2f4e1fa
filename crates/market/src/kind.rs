//! The two kinds of lineages.

use core::fmt;
use serde::{Deserialize, Serialize};

/// What a lineage is of. Names are one a kind: a ServerTemplate may be called as a MultiCloud Image
/// is (RightScale).
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "kebab-case")]
#[expect(clippy::exhaustive_enums, reason = "the two things that are versioned")]
pub enum LineageKind {
    /// A MultiCloud Image.
    #[default]
    Mci,
    /// A ServerTemplate.
    Template,
}

impl fmt::Display for LineageKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Mci => "MultiCloud Image",
            Self::Template => "ServerTemplate",
        })
    }
}
