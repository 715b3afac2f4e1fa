//! Files below a folder, without following any link to elsewhere.

use rustix::fs::{Mode, OFlags, openat};
use std::{
    fs::{self, File},
    io,
    os::unix::fs::MetadataExt as _,
    path::Path,
};

/// Opens what lies below a folder, a part of the way after the other. A link anywhere on it is an error.
pub(super) fn open(folder: &Path, way: &[&str]) -> io::Result<File> {
    let mut at = File::open(folder)?;
    for part in way {
        // Whoever put a pipe there makes nobody wait.
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::CLOEXEC | OFlags::NONBLOCK;
        at = File::from(openat(&at, *part, flags, Mode::empty())?);
    }
    Ok(at)
}

/// Opens a file that is a disk, or nothing where there is none.
pub(super) fn disk(folder: &Path, way: &[&str]) -> io::Result<Option<File>> {
    match open(folder, way) {
        Ok(file) if file.metadata()?.is_file() => Ok(Some(file)),
        Ok(_) => Err(io::Error::other("it is no plain file")),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Whether a path still leads to a file.
pub(super) fn is_still(file: &File, path: &Path) -> io::Result<bool> {
    let ours = file.metadata()?;
    match fs::symlink_metadata(path) {
        Ok(found) => Ok((found.dev(), found.ino()) == (ours.dev(), ours.ino())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}
