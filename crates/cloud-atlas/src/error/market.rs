//! What is refused of publications, and of what was imported.

use super::Error;
use atlas_base::Name;
use atlas_market::{
    DeleteImportError, ImportError, OfferHeadError, PublicationLineageId, PublishError, StateError,
    StillPublished, SubscribeError, TargetGroupsError,
};

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
    /// Imports leave no tombstone.
    #[error(
        "`{name}` was imported: take it away with `atlas market delete`, it can be imported again"
    )]
    DeleteAsImport {
        /// Which one.
        name: Name,
    },
    /// A publisher gave a name to a MultiCloud Image and to a ServerTemplate.
    #[error(
        "several publications are called `{name}`: name one of {}",
        listed(lineages)
    )]
    SeveralOfName {
        /// The name.
        name: Name,
        /// The publication lineages.
        lineages: Vec<PublicationLineageId>,
    },
    /// A revision is not published.
    #[error(transparent)]
    Publish(#[from] PublishError),
    /// Groups are none that something can be opened to.
    #[error(transparent)]
    Groups(#[from] TargetGroupsError),
    /// A publication stays as it is.
    #[error(transparent)]
    State(#[from] StateError),
    /// A publication is not imported.
    #[error(transparent)]
    Import(#[from] ImportError),
    /// An import stays.
    #[error(transparent)]
    DeleteImport(#[from] DeleteImportError),
    /// A HEAD is not offered.
    #[error(transparent)]
    OfferHead(#[from] OfferHeadError),
    /// An account does not subscribe.
    #[error(transparent)]
    Subscribe(#[from] SubscribeError),
    /// A published lineage stays.
    #[error(transparent)]
    Published(#[from] StillPublished),
}

fn listed(lineages: &[PublicationLineageId]) -> String {
    let lineages: Vec<_> = lineages.iter().map(ToString::to_string).collect();
    lineages.join(", ")
}

/// So that `?` takes each of them as it is.
macro_rules! refusals {
    ($($error:ty),* $(,)?) => {$(
        impl From<$error> for Error {
            fn from(error: $error) -> Self {
                Self::Market(error.into())
            }
        }
    )*};
}

refusals!(
    PublishError,
    TargetGroupsError,
    StateError,
    ImportError,
    DeleteImportError,
    OfferHeadError,
    SubscribeError,
    StillPublished,
);

impl MarketRefusal {
    /// Whether what is meant is not there, or not to be seen.
    pub(super) fn is_absence(&self) -> bool {
        matches!(self, Self::Import(ImportError::NotFound { .. }))
    }

    /// Whether the state of the store stands against it, and not the request itself.
    pub(super) fn is_conflict(&self) -> bool {
        match self {
            Self::NoHead { .. }
            | Self::DeleteAsImport { .. }
            | Self::SeveralOfName { .. }
            | Self::Groups(_) => false,
            Self::Publish(error) => !matches!(
                error,
                PublishError::Global { .. }
                    | PublishError::Head { .. }
                    | PublishError::UnknownGroup { .. }
            ),
            Self::Import(error) => !matches!(
                error,
                ImportError::Global { .. } | ImportError::Own { .. } | ImportError::NotFound { .. }
            ),
            Self::State(_)
            | Self::DeleteImport(_)
            | Self::OfferHead(_)
            | Self::Subscribe(_)
            | Self::Published(_) => true,
        }
    }
}
