//! What is said beside a disk.

use super::beneath;
use crate::volumes::{Attachment, VolumeError, VolumeId};
use atlas_base::Timestamp;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use std::{
    fs::File,
    io::{self, Read as _, Write as _},
    os::unix::fs::FileExt as _,
    path::Path,
};

/// The most bytes of a description.
const MOST_BYTES: u64 = 64 << 10;

/// Beside a volume; there need be none.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct VolumeAbout {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) attached: Option<AttachedAbout>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AttachedAbout {
    server: String,
    running: bool,
}

impl From<&Attachment> for AttachedAbout {
    fn from(attached: &Attachment) -> Self {
        Self {
            server: attached.server.clone(),
            running: attached.is_running,
        }
    }
}

impl From<AttachedAbout> for Attachment {
    fn from(about: AttachedAbout) -> Self {
        Self {
            server: about.server,
            is_running: about.running,
        }
    }
}

/// Beside a snapshot.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SnapshotAbout {
    pub(super) volume: VolumeId,
    pub(super) made: Timestamp,
}

/// Reads a description, if there is one.
pub(super) fn read<T: DeserializeOwned>(
    folder: &Path,
    way: &[&str],
    id: &str,
) -> Result<Option<T>, VolumeError> {
    let failed = || VolumeError::folder("read what is said of a disk");
    let Some(file) = beneath::disk(folder, way).map_err(failed())? else {
        return Ok(None);
    };
    let odd = |why, source| VolumeError::Odd {
        id: id.to_owned(),
        why,
        source,
    };
    let mut text = Vec::new();
    let limit = MOST_BYTES.saturating_add(1);
    let count = file.take(limit).read_to_end(&mut text).map_err(failed())?;
    if u64::try_from(count).is_ok_and(|count| count > MOST_BYTES) {
        return Err(odd("it is longer than 64 KiB", None));
    }
    let read = serde_json::from_slice(&text);
    read.map(Some)
        .map_err(|error| odd("it cannot be read", Some(Box::new(error))))
}

/// Writes a description, which is there whole or not at all.
pub(super) fn write<T: Serialize>(path: &Path, about: &T) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let mut file = tempfile::Builder::new()
        .prefix(".about-")
        .tempfile_in(folder)?;
    let mut text = serde_json::to_vec_pretty(about)?;
    text.push(b'\n');
    file.write_all(&text)?;
    file.as_file().sync_all()?;
    file.persist(path)?;
    Ok(())
}

/// How many bytes a server sees, as the header of a QCOW2 says. Whoever reads the disk believes nothing
/// of it.
pub(super) fn qcow2_size(file: &File) -> io::Result<u64> {
    let mut size = [0; 8];
    match file.read_exact_at(&mut size, 24) {
        Ok(()) => Ok(u64::from_be_bytes(size)),
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(0),
        Err(error) => Err(error),
    }
}
