//! Why an image is not revoked.

use crate::{ConfirmError, ImageRecordId, LifeError, PlanError};
use atlas_base::CanonicalError;

/// Why an image is not revoked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RevokeError {
    /// There is no such record, or none that the caller sees.
    #[error("there is no image `{image}`: check its id")]
    NoImage {
        /// What was named.
        image: ImageRecordId,
    },
    /// The caller may not disable it.
    #[error("`{image}` cannot be revoked by who may not disable it: ask its owner")]
    NotAllowed {
        /// The record.
        image: ImageRecordId,
    },
    /// The image is deleted, or about to be.
    #[error(transparent)]
    Life(#[from] LifeError),
    /// Too much was made from it.
    #[error(
        "{found} images were made from it, and one plan takes {limit}: revoke some of these first"
    )]
    TooMany {
        /// The most descendants.
        limit: usize,
        /// How many the caller sees.
        found: usize,
    },
    /// There is no plan.
    #[error(transparent)]
    Plan(#[from] PlanError),
    /// The plan no longer says what is so.
    #[error(transparent)]
    Confirm(#[from] ConfirmError),
}

impl From<CanonicalError> for RevokeError {
    fn from(error: CanonicalError) -> Self {
        Self::Plan(error.into())
    }
}
