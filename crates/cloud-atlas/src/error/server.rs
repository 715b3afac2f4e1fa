//! What is refused of deployments, servers and their launches.

use super::Error;
use atlas_template::{DeploymentError, LaunchReportError, ReinheritError, ServerError};

/// Why a deployment or a server was not made or changed, or a report not kept.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ServerRefusal {
    /// A deployment was not made, or stays as it is.
    #[error(transparent)]
    Deployment(#[from] DeploymentError),
    /// A server was not added, or stays as it is.
    #[error(transparent)]
    Definition(#[from] ServerError),
    /// A server does not inherit again.
    #[error(transparent)]
    Reinherit(#[from] ReinheritError),
    /// How far a launch came is not kept.
    #[error(transparent)]
    Report(#[from] LaunchReportError),
}

/// So that `?` takes each of them as it is.
macro_rules! refusals {
    ($($error:ty),* $(,)?) => {$(
        impl From<$error> for Error {
            fn from(error: $error) -> Self {
                Self::Server(error.into())
            }
        }
    )*};
}

refusals!(
    DeploymentError,
    ServerError,
    ReinheritError,
    LaunchReportError,
);

impl ServerRefusal {
    /// Whether the state of the store stands against it, and not the request itself.
    pub(super) fn is_conflict(&self) -> bool {
        match self {
            Self::Deployment(_) | Self::Report(_) => true,
            Self::Definition(error) => matches!(error, ServerError::Taken { .. }),
            Self::Reinherit(_) => false,
        }
    }
}
