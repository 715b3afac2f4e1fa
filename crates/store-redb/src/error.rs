//! Why a store cannot be opened or made.

use crate::NamedProcess;
use atlas_base::quoted;
use std::{
    error::Error,
    fmt, io,
    path::{Path, PathBuf},
};

/// Why a store cannot be opened, made or checked. The file is as it was before.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// There is no such file, and opening makes none.
    #[error("there is no store at {place}: check the path, or make a new store there")]
    NotFound {
        /// Where.
        place: Place,
    },
    /// There is a file already, and making a store replaces none.
    #[error("there is already a file at {place}: open it, or choose another path")]
    AlreadyExists {
        /// Where.
        place: Place,
    },
    /// The file has no bytes.
    #[error("the file at {place} is empty, so no store: delete it to make a new store there")]
    Empty {
        /// Where.
        place: Place,
    },
    /// The file is something else.
    #[error("{place} is no store of Cloud Atlas but {found}: it was left as it is")]
    NotAStore {
        /// Where.
        place: Place,
        /// What it seems to be.
        found: Found,
    },
    /// A newer version of the program wrote the file.
    #[error(
        "the store at {place} has format {found}, and this program reads up to format {supported}: use a newer version"
    )]
    NewerFormat {
        /// Where.
        place: Place,
        /// The format of the file.
        found: u32,
        /// The newest format that this program reads.
        supported: u32,
    },
    /// A newer version of the engine wrote the file, in a file format of its own.
    #[error(
        "the store at {place} has the engine's file format {found}, and this program reads format {supported}: use a newer version"
    )]
    NewerEngine {
        /// Where.
        place: Place,
        /// The engine's file format.
        found: u8,
        /// The one that this program reads.
        supported: u8,
    },
    /// An older version of the engine wrote the file, and it has to be brought over.
    #[error(
        "the store at {place} has the engine's old file format {found}, and this program reads format {supported}: dump it with the version that wrote it, and load the dump into a new store"
    )]
    OlderEngine {
        /// Where.
        place: Place,
        /// The engine's file format.
        found: u8,
        /// The one that this program reads.
        supported: u8,
    },
    /// Someone else has the file open.
    #[error("the store at {place} is in use{}: close it there first", by(*holder))]
    Locked {
        /// Where.
        place: Place,
        /// The process that seems to have it open, by the file beside it that says so.
        holder: Option<NamedProcess>,
    },
    /// The file is damaged.
    #[error("the store at {place} is damaged: restore it from a copy")]
    Damaged {
        /// Where.
        place: Place,
        /// The engine's error.
        source: Option<Box<dyn Error + Send + Sync>>,
    },
    /// The system refuses.
    #[error("the store at {place} cannot be reached: see whether it may be read and written")]
    Io {
        /// Where.
        place: Place,
        /// The system's error.
        source: io::Error,
    },
}

/// Where a store lies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place(Option<PathBuf>);

impl Place {
    pub(crate) fn file(path: &Path) -> Self {
        Self(Some(path.to_owned()))
    }

    pub(crate) const fn backend() -> Self {
        Self(None)
    }

    /// The file, unless the store was opened over a backend of the caller's.
    pub fn path(&self) -> Option<&Path> {
        self.0.as_deref()
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Some(path) => quoted(&path.to_string_lossy()).fmt(f),
            None => f.write_str("the given backend"),
        }
    }
}

/// What something that is no store seems to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Found {
    /// A folder, a device or a pipe.
    NoFile,
    /// A file that does not begin as ours do.
    ForeignFile,
    /// A redb file without our mark.
    ForeignDatabase,
    /// A store of ours, with records of another program.
    ForeignContent,
}

impl fmt::Display for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoFile => "a folder or a device",
            Self::ForeignFile => "a file of another kind",
            Self::ForeignDatabase => "a redb file of another program",
            Self::ForeignContent => "a store with the records of another program",
        })
    }
}

fn by(holder: Option<NamedProcess>) -> String {
    match holder {
        Some(process) if process.id() == std::process::id() => " by this very process".to_owned(),
        Some(process) if process.is_alive() == Some(false) => {
            format!(
                ", perhaps by process {}, which seems to be gone",
                process.id()
            )
        }
        Some(process) => format!(" by process {}", process.id()),
        None => String::new(),
    }
}
