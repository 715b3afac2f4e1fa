//! What can go wrong.

use crate::{RunId, StoredId};
use atlas_base::Digest;
use atlas_disk::DiskError;
use core::{error::Error as StdError, fmt};
use std::io;
use thiserror::Error;

/// Why a repository did not do what it was asked for.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum RepositoryError {
    /// There is no such image, or it is not whole yet.
    #[error("there is no image `{0}`")]
    NotFound(StoredId),
    /// There is an image of that id already: ids are given once.
    #[error("there is an image `{0}` already")]
    Exists(StoredId),
    /// An ingest of that id is under way, or was until it was killed: take another id.
    #[error("an ingest of `{0}` is under way; take another id")]
    Busy(StoredId),
    /// The ingest was given up, by whoever abandoned it or by a clean-up that saw nothing of it for
    /// too long. Its chunks may be used by another one, with another id.
    #[error("the ingest of `{0}` was given up; begin again with another id")]
    Abandoned(StoredId),
    /// A clean-up of that id is under way, or was.
    #[error("there was a run `{0}` already; take another id")]
    Ran(RunId),
    /// The image is not the one that was asked for.
    #[error("the image `{id}` has the digest {found}, not {expected}")]
    Other {
        /// The image.
        id: StoredId,
        /// The digest that was asked for.
        expected: Digest,
        /// The digest that it has.
        found: Digest,
    },
    /// What is stored is not what was written.
    #[error("{0}")]
    Rot(Box<Rot>),
    /// The backend has no room.
    #[error("the backend is full")]
    Full(#[source] Box<dyn StdError + Send + Sync>),
    /// The backend failed.
    #[error("the backend failed to {what}")]
    Backend {
        /// What it was asked for.
        what: &'static str,
        /// Whether the same might succeed later.
        is_retryable: bool,
        /// What it says.
        #[source]
        source: Box<dyn StdError + Send + Sync>,
    },
    /// The disk cannot be read.
    #[error("the disk cannot be read")]
    Disk(#[source] DiskError),
    /// Where an image is exported to cannot be written.
    #[error("the export cannot be written")]
    Sink(#[source] io::Error),
    /// The caller stopped the work.
    #[error("the work was stopped")]
    Stopped,
    /// The image has more pages than this program reads.
    #[error("the image is too large")]
    TooLarge,
}

impl RepositoryError {
    /// Whether the same may succeed later without anybody doing anything.
    pub fn is_retryable(&self) -> bool {
        matches!(
            self,
            Self::Backend {
                is_retryable: true,
                ..
            }
        )
    }

    /// What is rotten, if that is it.
    pub fn rot(&self) -> Option<&Rot> {
        match self {
            Self::Rot(rot) => Some(rot),
            _ => None,
        }
    }
}

/// What is said of a file of the backend that failed.
pub(crate) fn failed(what: &'static str, error: io::Error) -> RepositoryError {
    let kind = error.kind();
    if is_full(kind) {
        return RepositoryError::Full(Box::new(error));
    }
    let is_hopeless = matches!(
        kind,
        io::ErrorKind::NotFound
            | io::ErrorKind::PermissionDenied
            | io::ErrorKind::ReadOnlyFilesystem
            | io::ErrorKind::NotADirectory
            | io::ErrorKind::Unsupported
    );
    RepositoryError::Backend {
        what,
        is_retryable: !is_hopeless,
        source: Box::new(error),
    }
}

/// Whether the reason is that there is no room: of the disk, of a quota, or for a file of that length.
pub(crate) fn is_full(kind: io::ErrorKind) -> bool {
    matches!(
        kind,
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge
    )
}

impl From<Rot> for RepositoryError {
    fn from(rot: Rot) -> Self {
        Self::Rot(Box::new(rot))
    }
}

/// Something stored is lost, or not what was written.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub struct Rot {
    /// The image that it belongs to, if it belongs to one.
    pub image: Option<StoredId>,
    /// The first byte of the image that cannot be read.
    pub offset: Option<u64>,
    /// How many bytes of the image cannot be read.
    pub length: Option<u64>,
    /// The chunk, the first of them if they are many.
    pub chunk: Option<Digest>,
    /// The object of the backend.
    pub object: String,
    /// What is wrong.
    pub why: Why,
}

/// What is wrong with something stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Why {
    /// The object is not there.
    Missing,
    /// It ends too early.
    Short,
    /// It is not of the kind that its place says, or of a version that this program does not know.
    Kind,
    /// Its digest is another.
    Digest,
    /// It has its digest, and makes no sense.
    Malformed,
    /// It does not decompress to what it was.
    Compression,
    /// It is whole, and lacks a chunk that it is said to hold.
    Lacks,
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Missing => "is not there",
            Self::Short => "ends too early",
            Self::Kind => "is not what its place says",
            Self::Digest => "has another digest",
            Self::Malformed => "makes no sense",
            Self::Compression => "does not decompress",
            Self::Lacks => "lacks the chunk",
        })
    }
}

impl fmt::Display for Rot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(image) = self.image {
            write!(f, "image `{image}`")?;
            if let (Some(offset), Some(length)) = (self.offset, self.length) {
                write!(f, ", {length} bytes at {offset}")?;
            }
            f.write_str(": ")?;
        }
        write!(f, "`{}` {}", self.object, self.why)?;
        if let Some(chunk) = self.chunk {
            write!(f, " (chunk {})", chunk.short())?;
        }
        Ok(())
    }
}

impl Rot {
    pub(crate) fn of(object: &str, why: Why) -> Self {
        Self {
            image: None,
            offset: None,
            length: None,
            chunk: None,
            object: object.to_owned(),
            why,
        }
    }

    /// Takes in what follows it in the same image and object; false where it is something else.
    fn extend(&mut self, next: &Self) -> bool {
        let end = self.offset.zip(self.length);
        let end = end.map(|(offset, length)| offset.saturating_add(length));
        let follows = end.is_some() && end == next.offset && self.image == next.image;
        if !follows || self.object != next.object || self.why != next.why {
            return false;
        }
        let more = next.length.unwrap_or_default();
        self.length = self.length.map(|it| it.saturating_add(more));
        true
    }

    pub(crate) fn chunk(mut self, chunk: Digest) -> Self {
        self.chunk = Some(chunk);
        self
    }

    pub(crate) fn image(mut self, image: StoredId) -> Self {
        self.image = Some(image);
        self
    }

    pub(crate) fn at(mut self, offset: u64, length: u64) -> Self {
        self.offset = Some(offset);
        self.length = Some(length);
        self
    }
}

/// Rot that is told, up to a bound.
#[derive(Debug)]
pub(crate) struct Told {
    pub(crate) rot: Vec<Rot>,
    most: usize,
}

impl Told {
    pub(crate) fn new(most: usize) -> Self {
        Self {
            rot: Vec::new(),
            most,
        }
    }

    /// Adds what comes next: to the last, where it follows it.
    pub(crate) fn add(&mut self, rot: Rot) {
        if let Some(last) = self.rot.last_mut()
            && last.extend(&rot)
        {
            return;
        }
        if self.rot.len() < self.most {
            self.rot.push(rot);
        }
    }
}
