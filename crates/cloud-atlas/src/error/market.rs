//! What is refused of publications, and of what was imported.

use atlas_base::Name;

/// Why something is not published, not imported, or not to be had of an import.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MarketRefusal {
    /// What was imported has its publisher's revisions alone.
    #[error("`{name}` was imported and has no HEAD: name one of its revisions")]
    NoHead {
        /// Which one.
        name: Name,
    },
}

impl MarketRefusal {
    /// Whether the state of the store stands against it, and not the request itself.
    pub(super) fn is_conflict(&self) -> bool {
        match self {
            Self::NoHead { .. } => false,
        }
    }
}
