//! Where disk images come from.

mod url;
mod volume;

pub use self::{url::UrlDisk, volume::VolumeDisk};
use super::DiskWatch;
use atlas_disk::{RawDigest, ReadAt};
use atlas_image::FailureCode;
use core::{any::Any, fmt};
use std::sync::Arc;

/// What brings the bytes of one source: a file that is open, or whatever fetches it first.
///
/// It is called once, on a thread of its own, where it may wait.
pub trait BringDisk: Send {
    /// Brings them.
    ///
    /// # Errors
    ///
    /// They cannot be had.
    fn bring(self: Box<Self>, watch: &DiskWatch) -> Result<BroughtDisk, BringError>;
}

/// Bytes that were brought.
#[non_exhaustive]
pub struct BroughtDisk {
    /// The bytes.
    pub source: Arc<dyn ReadAt>,
    /// Their SHA-256, where it was taken on the way.
    pub sha256: Option<RawDigest>,
    /// What must live as long as they are read: a lock, a temporary file.
    pub held: Option<Box<dyn Any + Send>>,
}

impl BroughtDisk {
    /// Bytes of which nothing more is known.
    pub fn new(source: Arc<dyn ReadAt>) -> Self {
        Self {
            source,
            sha256: None,
            held: None,
        }
    }
}

impl fmt::Debug for BroughtDisk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BroughtDisk")
            .field("sha256", &self.sha256)
            .finish_non_exhaustive()
    }
}

/// Why the bytes of a source cannot be had.
#[derive(Debug, thiserror::Error)]
#[error("{source}")]
pub struct BringError {
    code: FailureCode,
    source: Box<dyn core::error::Error + Send + Sync>,
}

impl BringError {
    /// A code for programs, and what went wrong; it must hold no secret, since it is kept.
    pub fn new(
        code: FailureCode,
        source: impl Into<Box<dyn core::error::Error + Send + Sync>>,
    ) -> Self {
        let source = source.into();
        Self { code, source }
    }

    /// The code.
    pub fn code(&self) -> &FailureCode {
        &self.code
    }
}

/// A source that is open: a file, or bytes.
#[derive(Clone)]
pub struct FileDisk(Arc<dyn ReadAt>);

impl FileDisk {
    /// It.
    pub fn new(source: Arc<dyn ReadAt>) -> Self {
        Self(source)
    }
}

impl BringDisk for FileDisk {
    fn bring(self: Box<Self>, _: &DiskWatch) -> Result<BroughtDisk, BringError> {
        Ok(BroughtDisk::new(self.0))
    }
}

impl fmt::Debug for FileDisk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FileDisk")
    }
}
