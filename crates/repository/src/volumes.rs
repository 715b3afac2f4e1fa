//! Volumes of servers and snapshots of them, as images are made of.

mod error;
mod id;
#[cfg(unix)]
mod local;
mod rules;

#[cfg(unix)]
pub use self::local::LocalVolumes;
pub use self::{
    error::{VolumeError, VolumeRefusal},
    id::{ParseVolumeIdError, SnapshotId, VolumeId},
};

use crate::Watch;
use atlas_base::Timestamp;
use atlas_disk::{Format, ReadAt};
use core::fmt;
use std::sync::Arc;

/// A disk that a server has, or can have.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Volume {
    /// Names it for its host.
    pub id: VolumeId,
    /// Names it for people; several may have one name.
    pub name: String,
    /// How many bytes a server sees, as the volume says.
    pub size: u64,
    /// Which server has it.
    pub attached: Option<Attachment>,
}

impl Volume {
    /// One that no server has.
    pub fn new(id: VolumeId, name: impl Into<String>, size: u64) -> Self {
        Self {
            id,
            name: name.into(),
            size,
            attached: None,
        }
    }
}

/// That a server has a volume.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "B06 asks for no more")]
pub struct Attachment {
    /// The server, as its host names it.
    pub server: String,
    /// Whether it runs, and so may write to the volume.
    pub is_running: bool,
}

/// What was on a volume at some time.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Snapshot {
    /// Names it for its host.
    pub id: SnapshotId,
    /// Of which volume.
    pub volume: VolumeId,
    /// How many bytes a server would see, as the snapshot says.
    pub size: u64,
    /// When it was made.
    pub made: Timestamp,
    /// Who reads it now; nobody may delete it then.
    pub used_by: Vec<String>,
}

impl Snapshot {
    /// One that nobody uses.
    pub fn new(id: SnapshotId, volume: VolumeId, size: u64, made: Timestamp) -> Self {
        Self {
            id,
            volume,
            size,
            made,
            used_by: Vec::new(),
        }
    }
}

/// How the bytes of a volume are arranged, as its host knows and not as they look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(
    clippy::exhaustive_enums,
    reason = "hosts of servers keep volumes in these two"
)]
pub enum VolumeFormat {
    /// One after the other.
    Raw,
    /// QEMU's format.
    Qcow2,
}

impl From<VolumeFormat> for Format {
    fn from(format: VolumeFormat) -> Self {
        match format {
            VolumeFormat::Raw => Self::Raw,
            VolumeFormat::Qcow2 => Self::Qcow2,
        }
    }
}

/// The bytes of a volume or a snapshot, which is in use until nobody has them any more.
#[derive(Clone)]
#[non_exhaustive]
pub struct OpenVolume {
    /// What is declared of them.
    pub format: VolumeFormat,
    /// The bytes as they are stored, which are judged as anybody's file is.
    pub disk: Arc<dyn ReadAt>,
}

impl OpenVolume {
    /// These bytes, which hold what must not change or go while they are read.
    pub fn new(format: VolumeFormat, disk: Arc<dyn ReadAt>) -> Self {
        Self { format, disk }
    }
}

impl fmt::Debug for OpenVolume {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let format = &self.format;
        f.debug_struct("OpenVolume")
            .field("format", format)
            .finish_non_exhaustive()
    }
}

/// Who has volumes and snapshots: a host program implements this for its servers.
///
/// Symphony: images are made of volumes and of snapshots. [`LocalVolumes`] is one over a folder.
pub trait VolumeHost: Send + Sync {
    /// All volumes, by their ids.
    ///
    /// # Errors
    ///
    /// They cannot be listed.
    fn volumes(&self) -> Result<Vec<Volume>, VolumeError>;

    /// All snapshots, by their ids.
    ///
    /// # Errors
    ///
    /// They cannot be listed.
    fn snapshots(&self) -> Result<Vec<Snapshot>, VolumeError>;

    /// One volume.
    ///
    /// # Errors
    ///
    /// There is none of that id, or it cannot be asked for.
    fn volume(&self, id: &VolumeId) -> Result<Volume, VolumeError> {
        let found = self.volumes()?.into_iter().find(|it| it.id == *id);
        found.ok_or_else(|| VolumeError::NoVolume(id.clone()))
    }

    /// One snapshot.
    ///
    /// # Errors
    ///
    /// There is none of that id, or it cannot be asked for.
    fn snapshot(&self, id: &SnapshotId) -> Result<Snapshot, VolumeError> {
        let found = self.snapshots()?.into_iter().find(|it| it.id == *id);
        found.ok_or_else(|| VolumeError::NoSnapshot(id.clone()))
    }

    /// The bytes of a volume for somebody, whose name others are told. No server that would write to it
    /// is started until they are dropped.
    ///
    /// # Errors
    ///
    /// There is no such volume, a running server has it by now, or it cannot be read.
    fn open_volume(&self, id: &VolumeId, user: &str) -> Result<OpenVolume, VolumeError>;

    /// The bytes of a snapshot for somebody, whose name others are told. It is not deleted until they are
    /// dropped, or whoever has them has died.
    ///
    /// # Errors
    ///
    /// There is no such snapshot, or it cannot be read.
    fn open_snapshot(&self, id: &SnapshotId, user: &str) -> Result<OpenVolume, VolumeError>;

    /// Makes a snapshot of a volume, in use or not: of an id that the caller gives, at a time that it
    /// tells. It is there once all of it is.
    ///
    /// # Errors
    ///
    /// There is no such volume, there is a snapshot of that id, the volume changed while it was copied,
    /// the caller stopped the work, or it cannot be written.
    fn make_snapshot(
        &self,
        volume: &VolumeId,
        id: &SnapshotId,
        made: Timestamp,
        watch: Watch<'_>,
    ) -> Result<Snapshot, VolumeError>;

    /// Deletes a snapshot that nobody uses.
    ///
    /// # Errors
    ///
    /// There is none, somebody uses it, or it cannot be deleted.
    fn delete_snapshot(&self, id: &SnapshotId) -> Result<(), VolumeError>;
}

/// What an image is made of.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "B06 knows these two ways")]
pub enum VolumeSource {
    /// A volume, directly.
    Volume(VolumeId),
    /// A snapshot.
    Snapshot(SnapshotId),
}

impl VolumeSource {
    /// Opens it for an image: with the name that the image gets, which is the one given or else the
    /// volume's.
    ///
    /// # Errors
    ///
    /// There is none, [a rule](VolumeRefusal) refuses it, or it cannot be read.
    pub fn open(
        &self,
        host: &dyn VolumeHost,
        name: Option<&str>,
    ) -> Result<(String, OpenVolume), VolumeError> {
        match self {
            Self::Volume(id) => {
                let name = host.volume(id)?.image_name(name)?;
                let disk = host.open_volume(id, &user(&name))?;
                Ok((name, disk))
            }
            Self::Snapshot(id) => {
                let name = host.snapshot(id)?.image_name(name)?;
                let disk = host.open_snapshot(id, &user(&name))?;
                Ok((name, disk))
            }
        }
    }
}

fn user(image: &str) -> String {
    format!("the image {}", atlas_base::quoted(image))
}
