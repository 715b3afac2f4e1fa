//! What is refused of locks.

use super::{Error, ErrorKind};
use atlas_template::{LockError, LockedError, RegisterLockError, TemplateLockError};

/// Why there is no lock, or nothing that it gives.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LockRefusal {
    /// There is no lock of a MultiCloud Image.
    #[error(transparent)]
    Lock(LockError),
    /// There is no lock of a ServerTemplate.
    #[error(transparent)]
    Template(TemplateLockError),
    /// A lock file gives nothing to launch.
    #[error(transparent)]
    Locked(#[from] LockedError),
    /// A lock file was not registered.
    #[error(transparent)]
    Register(#[from] RegisterLockError),
}

impl LockRefusal {
    pub(super) fn kind(&self) -> ErrorKind {
        match self {
            Self::Locked(LockedError::NotHeld { .. }) => ErrorKind::NotFound,
            Self::Locked(_)
            | Self::Register(
                RegisterLockError::Already { .. } | RegisterLockError::Foreign { .. },
            ) => ErrorKind::Conflict,
            _ => ErrorKind::Invalid,
        }
    }
}

macro_rules! refusals {
    ($($source:ident $refusal:expr;)*) => {$(
        impl From<$source> for Error {
            fn from(error: $source) -> Self {
                Self::Lock($refusal(error))
            }
        }
    )*};
}

refusals! {
    LockError LockRefusal::Lock;
    TemplateLockError LockRefusal::Template;
    LockedError LockRefusal::Locked;
    RegisterLockError LockRefusal::Register;
}
