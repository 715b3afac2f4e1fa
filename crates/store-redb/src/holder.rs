//! A file beside the store that says which process has it open: for messages, not for safety.

use std::{
    ffi::OsString,
    fs, io,
    path::{Path, PathBuf},
};

/// While it lives, the file names this process. The lock itself is the system's; all of this is
/// best effort.
#[derive(Debug)]
pub(crate) struct Holder {
    path: PathBuf,
}

impl Holder {
    pub(crate) fn new(store: &Path) -> Self {
        let path = beside(store);
        let _ = fs::write(&path, format!("{}\n", std::process::id()));
        Self { path }
    }

    /// Who says to have the store open.
    pub(crate) fn of(store: &Path) -> Option<u32> {
        read(&beside(store)).ok()
    }
}

impl Drop for Holder {
    fn drop(&mut self) {
        if read(&self.path).is_ok_and(|pid| pid == std::process::id()) {
            let _ = fs::remove_file(&self.path);
        }
    }
}

fn read(path: &Path) -> io::Result<u32> {
    fs::read_to_string(path)?
        .trim()
        .parse()
        .map_err(io::Error::other)
}

fn beside(store: &Path) -> PathBuf {
    let mut name = store.file_name().map(OsString::from).unwrap_or_default();
    name.push(".pid");
    store.with_file_name(name)
}
