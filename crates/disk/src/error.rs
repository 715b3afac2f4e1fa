//! What can go wrong.

use crate::{Reason, Refusal};
use std::io;
use thiserror::Error;

/// Why an image was not read to its end.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum DiskError {
    /// The image is refused: the verdict, which will be the same again.
    #[error("the image is refused: {0}")]
    Refused(#[from] Refusal),
    /// The source cannot be read.
    #[error("the image cannot be read")]
    Source(#[from] io::Error),
    /// The disk cannot be written.
    #[error("the disk cannot be written")]
    Sink(#[source] io::Error),
    /// A temporary file cannot be written: compressed files of an archive are inflated into one.
    #[error("a temporary file cannot be written: {0}")]
    Temporary(#[source] io::Error),
    /// The source was written to while it was read.
    #[error("the image changed while it was read; try again when nobody writes to it")]
    Changed,
    /// The caller stopped the work.
    #[error("the work was stopped")]
    Stopped,
    /// A size was asked for that is smaller than the disk.
    #[error("a disk of {virtual_size} bytes cannot be made {asked} bytes small: it only grows")]
    Smaller {
        /// The size of the disk.
        virtual_size: u64,
        /// The size that was asked for.
        asked: u64,
    },
}

impl DiskError {
    /// The reason, if the image is refused.
    pub fn reason(&self) -> Option<Reason> {
        match self {
            Self::Refused(refusal) => Some(refusal.reason()),
            _ => None,
        }
    }
}

/// Shorthand of the readers.
pub(crate) fn refuse<T>(refusal: Refusal) -> Result<T, DiskError> {
    Err(refusal.into())
}
