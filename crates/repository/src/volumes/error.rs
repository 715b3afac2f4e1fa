//! What can go wrong with volumes and snapshots.

use super::{SnapshotId, VolumeId};
use atlas_base::quoted;
use core::{error::Error as StdError, fmt};
use std::io;
use thiserror::Error;

/// Why a rule refuses something about volumes and snapshots.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum VolumeRefusal {
    /// A running server may write to the volume while it is read.
    #[error(
        "the running server {} has the volume `{volume}`; make a snapshot of the volume, then an image of that",
        quoted(server)
    )]
    Running {
        /// The volume.
        volume: VolumeId,
        /// The server that has it.
        server: String,
    },
    /// An image of a snapshot has no name of itself.
    #[error("an image of the snapshot `{snapshot}` needs a name; give one")]
    Unnamed {
        /// The snapshot.
        snapshot: SnapshotId,
    },
    /// Somebody uses the snapshot.
    #[error(
        "the snapshot `{snapshot}` is in use by {}; wait for that, or stop it",
        Users(users)
    )]
    Used {
        /// The snapshot.
        snapshot: SnapshotId,
        /// Who does, as far as that is known.
        users: Vec<String>,
    },
}

struct Users<'a>(&'a [String]);

impl fmt::Display for Users<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            [] => f.write_str("somebody"),
            [one] => f.write_str(one),
            [one, two] => write!(f, "{one} and {two}"),
            [one, two, rest @ ..] => write!(f, "{one}, {two} and {} more", rest.len()),
        }
    }
}

/// Why a host of volumes did not do what it was asked for.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum VolumeError {
    /// A rule refuses it.
    #[error(transparent)]
    Refused(#[from] VolumeRefusal),
    /// There is no such volume.
    #[error("there is no volume `{0}`")]
    NoVolume(VolumeId),
    /// There is no such snapshot.
    #[error("there is no snapshot `{0}`")]
    NoSnapshot(SnapshotId),
    /// There is such a snapshot already: ids are given once.
    #[error("there is a snapshot `{0}` already; take another id")]
    Exists(SnapshotId),
    /// An image is being made of the volume.
    #[error("an image is being made of the volume `{0}`; attach it to a server afterwards")]
    Busy(VolumeId),
    /// Somebody wrote to the volume while it was copied.
    #[error(
        "the volume `{0}` changed while it was copied; pause its server, or keep volumes on a file system that clones files"
    )]
    Changed(VolumeId),
    /// What lies beside a disk, or how many disks there are, makes no sense.
    #[error("what is said of `{id}` makes no sense: {why}")]
    Odd {
        /// The volume or the snapshot.
        id: String,
        /// What is wrong.
        why: &'static str,
        /// What the reader says, if there is one.
        #[source]
        source: Option<Box<dyn StdError + Send + Sync>>,
    },
    /// The folder cannot be read or written.
    #[error("the folder of volumes cannot be used to {what}")]
    Folder {
        /// What for.
        what: &'static str,
        /// What the system says.
        #[source]
        source: io::Error,
    },
    /// The caller stopped the work.
    #[error("the work was stopped")]
    Stopped,
    /// Another host than a folder failed.
    #[error("the host of the volumes failed to {what}")]
    Host {
        /// What it was asked for.
        what: &'static str,
        /// What it says.
        #[source]
        source: Box<dyn StdError + Send + Sync>,
    },
}

impl VolumeError {
    #[cfg(unix)]
    pub(super) fn folder(what: &'static str) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::Folder { what, source }
    }
}
