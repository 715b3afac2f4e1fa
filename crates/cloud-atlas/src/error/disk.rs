//! What is refused of disk images.

use super::{Error, ErrorKind};
use atlas_image::DiskImageError;
#[cfg(feature = "repository")]
use atlas_image_id::AmiId;

/// Why a disk image is not made, read or removed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DiskRefusal {
    /// The rules stand against it.
    #[error(transparent)]
    Image(#[from] DiskImageError),
    /// As many sources are given as devices are asked for.
    #[cfg(feature = "repository")]
    #[error("{asked} sources are described, and {given} are given")]
    Sources {
        /// How many are described.
        asked: usize,
        /// How many are given.
        given: usize,
    },
    /// A source cannot be had.
    #[cfg(feature = "repository")]
    #[error(transparent)]
    Bring(#[from] crate::BringError),
    /// A volume or a snapshot cannot be used.
    #[cfg(feature = "repository")]
    #[error(transparent)]
    Volume(#[from] atlas_repository::VolumeError),
    /// What a volume is called is no name here.
    #[cfg(feature = "repository")]
    #[error(transparent)]
    Text(atlas_image::ParseTextError),
    /// No reader for such a source is built in.
    #[cfg(feature = "repository")]
    #[error("this program reads no {format}")]
    Format {
        /// The format.
        format: atlas_image::DiskFormat,
    },
    /// A source is refused, or cannot be read.
    #[cfg(feature = "repository")]
    #[error(transparent)]
    Disk(#[from] atlas_disk::DiskError),
    /// A pool cannot keep it, or not give it back.
    #[cfg(feature = "repository")]
    #[error(transparent)]
    Pool(#[from] atlas_repository::RepositoryError),
    /// The pool that keeps it is not among those that this program was given.
    #[cfg(feature = "repository")]
    #[error("the storage pool {} keeps it, and is not configured here: name it, or `default` if none is named", atlas_base::quoted(.pool))]
    PoolGone {
        /// The name of the pool.
        pool: String,
    },
    /// The system gives no thread.
    #[cfg(feature = "repository")]
    #[error("no thread for the work can be had")]
    Thread(#[source] std::io::Error),
    /// The image could not be made, and is kept as failed.
    #[cfg(feature = "repository")]
    #[error("the disk image {id} has failed ({}): {source}", DiskRefusal::code_of(.source))]
    Failed {
        /// The image.
        id: AmiId,
        /// Why.
        source: Box<Error>,
    },
}

impl From<DiskImageError> for Error {
    fn from(error: DiskImageError) -> Self {
        DiskRefusal::from(error).into()
    }
}

impl DiskRefusal {
    pub(super) fn kind(&self) -> ErrorKind {
        match self {
            Self::Image(
                DiskImageError::Quota(_)
                | DiskImageError::State { .. }
                | DiskImageError::OtherAttempt { .. },
            ) => ErrorKind::Conflict,
            Self::Image(_) => ErrorKind::Invalid,
            #[cfg(feature = "repository")]
            Self::Pool(error) if error.rot().is_some() => ErrorKind::Internal,
            #[cfg(feature = "repository")]
            Self::Pool(
                atlas_repository::RepositoryError::Full(_)
                | atlas_repository::RepositoryError::Backend { .. }
                | atlas_repository::RepositoryError::Sink(_),
            )
            | Self::Thread(_)
            | Self::Disk(
                atlas_disk::DiskError::Source(_)
                | atlas_disk::DiskError::Sink(_)
                | atlas_disk::DiskError::Temporary(_),
            ) => ErrorKind::Unavailable,
            #[cfg(feature = "repository")]
            Self::Volume(
                atlas_repository::VolumeError::NoVolume(_)
                | atlas_repository::VolumeError::NoSnapshot(_),
            ) => ErrorKind::NotFound,
            #[cfg(feature = "repository")]
            Self::Volume(
                atlas_repository::VolumeError::Folder { .. }
                | atlas_repository::VolumeError::Host { .. },
            ) => ErrorKind::Unavailable,
            #[cfg(feature = "repository")]
            Self::Volume(
                atlas_repository::VolumeError::Refused(_)
                | atlas_repository::VolumeError::Exists(_)
                | atlas_repository::VolumeError::Busy(_)
                | atlas_repository::VolumeError::Changed(_),
            ) => ErrorKind::Conflict,
            // Where it was to lie meanwhile, it cannot: no other URL helps.
            #[cfg(feature = "repository")]
            Self::Bring(error) if error.code().as_str() == "spool" => ErrorKind::Unavailable,
            #[cfg(feature = "repository")]
            Self::Failed { source, .. } => source.kind(),
            #[cfg(feature = "repository")]
            _ => ErrorKind::Invalid,
        }
    }

    /// The code that a failed image has for an error: that of the refusal, where its source was
    /// refused.
    #[cfg(feature = "repository")]
    pub(crate) fn code_of(error: &Error) -> &str {
        use atlas_disk::DiskError;
        use atlas_repository::RepositoryError;
        let of_disk = |error: &DiskError| match error {
            DiskError::Refused(refusal) => refusal.reason().code(),
            DiskError::Changed => "source-changed",
            DiskError::Stopped => "stopped",
            DiskError::Smaller { .. } => "too-small",
            DiskError::Sink(_) | DiskError::Temporary(_) => "unwritable",
            _ => "source-unreadable",
        };
        match error {
            Error::Disk(Self::Failed { source, .. }) => Self::code_of(source),
            Error::Disk(Self::Bring(error)) => error.code().as_str(),
            Error::Disk(Self::Disk(error) | Self::Pool(RepositoryError::Disk(error))) => {
                of_disk(error)
            }
            Error::Disk(Self::Pool(RepositoryError::Stopped)) => "stopped",
            Error::Disk(Self::Pool(RepositoryError::Full(_))) => "pool-full",
            Error::Disk(Self::Pool(_) | Self::PoolGone { .. }) => "pool-failed",
            Error::Disk(Self::Image(DiskImageError::Quota(_))) => "quota",
            Error::Disk(Self::Image(_)) => "not-allowed",
            Error::Denied(_) => "denied",
            Error::Store(_) => "store-failed",
            _ => "failed",
        }
    }
}
