//! Who uses a snapshot.

use atlas_disk::{ReadAt, SourceState};
use std::{
    fs::{self, File, TryLockError},
    io::{self, Read as _, Write as _},
    path::Path,
};
use tempfile::NamedTempFile;

/// The most bytes that are told of a user.
const MOST_BYTES: u64 = 512;

/// The beginning of the names of leases.
const PREFIX: &str = "lease-";

/// A disk that is held: its file is locked, and beside it lies who uses it. The system gives back the
/// locks of whoever dies.
#[derive(Debug)]
pub(super) struct Held {
    file: File,
    _lease: Option<NamedTempFile>,
}

impl Held {
    /// Holds a file whose lock, shared with others, the caller has.
    pub(super) fn new(file: File) -> Self {
        Self { file, _lease: None }
    }

    /// The same, with who uses it, in the folder of a snapshot.
    pub(super) fn with_lease(file: File, folder: &Path, user: &str) -> io::Result<Self> {
        let mut lease = tempfile::Builder::new()
            .prefix(PREFIX)
            .tempfile_in(folder)?;
        lease.as_file().lock()?;
        lease.write_all(user.as_bytes())?;
        Ok(Self {
            file,
            _lease: Some(lease),
        })
    }
}

impl ReadAt for Held {
    fn read_at(&self, buffer: &mut [u8], at: u64) -> io::Result<usize> {
        self.file.read_at(buffer, at)
    }

    fn state(&self) -> io::Result<SourceState> {
        self.file.state()
    }
}

/// Who uses a snapshot now: whose leases are locked.
pub(super) fn users(folder: &Path) -> io::Result<Vec<String>> {
    let mut users = Vec::new();
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        // It is gone, and so are they.
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(users),
        Err(error) => return Err(error),
    };
    for entry in entries {
        let name = entry?.file_name();
        let Some(name) = name.to_str().filter(|it| it.starts_with(PREFIX)) else {
            continue;
        };
        // It may be given back meanwhile.
        let Ok(Some(file)) = super::beneath::disk(folder, &[name]) else {
            continue;
        };
        match file.try_lock_shared() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let mut text = Vec::new();
                file.take(MOST_BYTES).read_to_end(&mut text)?;
                users.push(String::from_utf8_lossy(&text).into_owned());
            }
            Err(TryLockError::Error(error)) => return Err(error),
        }
    }
    users.sort();
    Ok(users)
}
