//! Volumes and snapshots, as images are made of.

mod folder;
mod messages;
mod processes;
mod rules;

use atlas_base::Timestamp;
use atlas_repository::{
    Attachment, LocalVolumes, OpenVolume, Snapshot, SnapshotId, VolumeError, VolumeHost as _,
    VolumeId, Watch,
};
use std::{
    fs,
    path::{Path, PathBuf},
};
use tempfile::TempDir;

/// A folder with volumes in it.
struct Bench {
    folder: TempDir,
    host: LocalVolumes,
}

impl Bench {
    fn new() -> Self {
        let folder = TempDir::new().unwrap();
        let host = LocalVolumes::open(folder.path()).unwrap();
        Self { folder, host }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, name: &str, bytes: impl AsRef<[u8]>) {
        fs::write(self.path(name), bytes).unwrap();
    }

    fn make(&self, of: &str, id: &str) -> Result<Snapshot, VolumeError> {
        let made = Timestamp::parse("2026-07-21T14:07:12Z").unwrap();
        self.host
            .make_snapshot(&volume(of), &snapshot(id), made, Watch::default())
    }

    /// What lies in a folder of it.
    fn names(&self, folder: &str) -> Vec<String> {
        names(&self.path(folder))
    }
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let name = |entry: fs::DirEntry| entry.file_name().into_string().unwrap();
    let mut names: Vec<_> = entries.map(|entry| name(entry.unwrap())).collect();
    names.sort();
    names
}

fn volume(id: &str) -> VolumeId {
    VolumeId::parse(id).unwrap()
}

fn snapshot(id: &str) -> SnapshotId {
    SnapshotId::parse(id).unwrap()
}

fn server(name: &str, is_running: bool) -> Attachment {
    Attachment {
        server: name.to_owned(),
        is_running,
    }
}

fn all(open: &OpenVolume) -> Vec<u8> {
    let length = open.disk.state().unwrap().length;
    let mut bytes = vec![0; length as usize];
    assert_eq!(open.disk.read_at(&mut bytes, 0).unwrap(), bytes.len());
    bytes
}
