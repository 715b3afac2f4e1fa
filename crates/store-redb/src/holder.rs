//! A file beside the store that says which process has it open: for messages, not for safety.

use std::{
    ffi::OsString,
    fs::{self, OpenOptions},
    io::{self, Write as _},
    path::{Path, PathBuf},
};

/// What our file begins with; a file that begins otherwise is somebody else's.
const MARK: &str = "atlas-store-redb is open in process ";

/// While it lives, the file names this process. The lock itself is the system's; all of this is
/// best effort, and no file but our own is ever written or removed.
#[derive(Debug)]
pub(crate) struct Holder {
    path: PathBuf,
}

impl Holder {
    pub(crate) fn new(store: &Path) -> Self {
        let path = beside(store);
        // One that a killed process left behind makes room.
        if read(&path).is_ok() {
            let _ = fs::remove_file(&path);
        }
        let made = OpenOptions::new().write(true).create_new(true).open(&path);
        let _ = made.and_then(|mut file| writeln!(file, "{MARK}{}", std::process::id()));
        Self { path }
    }

    /// Who says to have the store open.
    pub(crate) fn of(store: &Path) -> Option<NamedProcess> {
        let id = read(&beside(store)).ok()?;
        Some(NamedProcess {
            id,
            alive: is_alive(id),
        })
    }
}

/// The process that a file beside the store names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NamedProcess {
    id: u32,
    alive: Option<bool>,
}

impl NamedProcess {
    /// Its number.
    pub fn id(self) -> u32 {
        self.id
    }

    /// Whether there is a process of that number; nothing where the system does not say. One that
    /// is gone has left its name behind, and somebody else has the store open.
    pub fn is_alive(self) -> Option<bool> {
        self.alive
    }
}

/// Looks into the folder of processes that Linux shows, if it is there.
fn is_alive(id: u32) -> Option<bool> {
    let processes = Path::new("/proc");
    let own = processes.join(std::process::id().to_string());
    own.try_exists().ok()?.then_some(())?;
    processes.join(id.to_string()).try_exists().ok()
}

impl Drop for Holder {
    fn drop(&mut self) {
        if read(&self.path).is_ok_and(|pid| pid == std::process::id()) {
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// The process that our file names; an error where there is none, or it is not ours.
fn read(path: &Path) -> io::Result<u32> {
    if !path.symlink_metadata()?.is_file() {
        return Err(io::ErrorKind::InvalidData.into());
    }
    let text = fs::read_to_string(path)?;
    let pid = text
        .trim()
        .strip_prefix(MARK)
        .ok_or(io::ErrorKind::InvalidData)?;
    pid.parse().map_err(io::Error::other)
}

fn beside(store: &Path) -> PathBuf {
    let mut name = store.file_name().map(OsString::from).unwrap_or_default();
    name.push(".holder");
    store.with_file_name(name)
}
