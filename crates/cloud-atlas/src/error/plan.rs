//! What is refused of plans.

use super::{Error, ErrorKind};
use atlas_image::{ConfirmError, RetentionError, RevokeError};
use atlas_template::ReplaceError;

/// Why there is no plan, or why it was not carried out; nothing has changed then.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PlanRefusal {
    /// An image is not revoked.
    #[error(transparent)]
    Revoke(#[from] RevokeError),
    /// An image does not take the place of another.
    #[error(transparent)]
    Replace(#[from] ReplaceError),
    /// Which images are kept is not judged.
    #[error(transparent)]
    Retention(#[from] RetentionError),
}

impl PlanRefusal {
    pub(super) fn kind(&self) -> ErrorKind {
        match self {
            Self::Revoke(RevokeError::NoImage { .. }) => ErrorKind::NotFound,
            Self::Revoke(RevokeError::NotAllowed { .. }) => ErrorKind::Denied,
            Self::Revoke(RevokeError::Life(_) | RevokeError::Confirm(ConfirmError::Moved(_)))
            | Self::Replace(
                ReplaceError::NotUsable { .. } | ReplaceError::Confirm(ConfirmError::Moved(_)),
            ) => ErrorKind::Conflict,
            _ => ErrorKind::Invalid,
        }
    }
}

/// So that `?` takes each of them as it is.
macro_rules! refusals {
    ($($error:ty),* $(,)?) => {$(
        impl From<$error> for Error {
            fn from(error: $error) -> Self {
                Self::Plan(error.into())
            }
        }
    )*};
}

refusals!(RevokeError, ReplaceError, RetentionError);
