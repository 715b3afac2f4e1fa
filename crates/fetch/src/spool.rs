//! Where files are while they come in.

use crate::{FetchError, SourceUrl, pace::Pace, part::Part};
use atlas_base::{Digest, Timestamp};
use core::time::Duration;
use std::{
    fs::{self, DirBuilder, File, OpenOptions, TryLockError},
    io,
    path::{Path, PathBuf},
    time::SystemTime,
};

/// A folder that holds what is fetched, until all of it is there.
///
/// | file | is |
/// |---|---|
/// | `KEY.part` | what came of a URL so far; whoever fetches holds its lock (`flock` on Unix) |
/// | `KEY.state` | of which content that is, how much of it counts, and the digest of that |
///
/// The key is a digest of the URL, which is nowhere written down. A file that is whole loses its name
/// before anybody is given it. Whoever finds a URL locked by another fetches into a file without a name,
/// so that two never mix. The folder is for this alone, and only its owner may write to it: on Unix it is
/// made so.
#[derive(Debug, Clone)]
pub struct Spool(PathBuf);

/// What [`Spool::clean`] removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Cleaned {
    /// So many parts of files.
    pub parts: u64,
    /// So many bytes.
    pub bytes: u64,
}

/// How often a part is opened that somebody removes at the same time.
const TRIES: u32 = 8;

impl Spool {
    /// Uses a folder, and makes it where there is none.
    ///
    /// # Errors
    ///
    /// It cannot be made.
    pub fn open(folder: impl Into<PathBuf>) -> Result<Self, FetchError> {
        let folder = folder.into();
        let mut builder = DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        let made = builder.create(&folder);
        made.map_err(FetchError::spool("make the folder"))?;
        Ok(Self(folder))
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        &self.0
    }

    /// Removes what nobody has gone on with since a time, and nobody fetches now.
    ///
    /// # Errors
    ///
    /// The folder cannot be read, or a file in it cannot be removed.
    pub fn clean(&self, older_than: Timestamp) -> Result<Cleaned, FetchError> {
        let mut cleaned = Cleaned::default();
        let failed = || FetchError::spool("clean up");
        for entry in fs::read_dir(&self.0).map_err(failed())? {
            let path = entry.map_err(failed())?.path();
            let Some(name) = path.file_name().and_then(|it| it.to_str()) else {
                continue;
            };
            let is_ours = name.strip_suffix(".part").is_some_and(is_key);
            if !is_ours {
                continue;
            }
            match remove_old(&path, older_than) {
                Ok(None) => {}
                Ok(Some(bytes)) => {
                    cleaned.parts = cleaned.parts.saturating_add(1);
                    cleaned.bytes = cleaned.bytes.saturating_add(bytes);
                }
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(failed()(error)),
            }
        }
        Ok(cleaned)
    }

    /// The part of a URL, or a file without a name where another one has that.
    pub(crate) fn part(&self, url: &SourceUrl, pace: &Pace<'_>) -> Result<Part, FetchError> {
        let key = Digest::of("atlas-fetch url", url.as_str().as_bytes()).to_string();
        let key = key.strip_prefix("blake3:").unwrap_or(&key);
        let path = self.0.join(format!("{key}.part"));
        let failed = || FetchError::spool("open a file");
        for _ in 0..TRIES {
            let file = open(&path, false).map_err(failed())?;
            if !lock(&file).map_err(failed())? {
                break;
            }
            if is_still(&file, &path).map_err(failed())? {
                return Part::named(file, &path, pace);
            }
        }
        let file = tempfile::tempfile_in(&self.0).map_err(failed())?;
        Ok(Part::nameless(file))
    }
}

/// Opens a file for its owner alone, and makes it where there is none.
pub(crate) fn open(path: &Path, is_emptied: bool) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options
        .read(true)
        .write(true)
        .create(true)
        .truncate(is_emptied);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

fn is_key(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|it| it.is_ascii_hexdigit())
}

/// Whether the file is ours alone now.
fn lock(file: &File) -> io::Result<bool> {
    match file.try_lock() {
        Ok(()) => Ok(true),
        Err(TryLockError::WouldBlock) => Ok(false),
        Err(TryLockError::Error(error)) => Err(error),
    }
}

/// Whether the path still leads to the file: between opening and locking, its owner may have removed it.
#[cfg(unix)]
fn is_still(file: &File, path: &Path) -> io::Result<bool> {
    use std::os::unix::fs::MetadataExt as _;
    let ours = file.metadata()?;
    match fs::symlink_metadata(path) {
        Ok(found) => Ok((found.dev(), found.ino()) == (ours.dev(), ours.ino())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

/// Elsewhere a name goes with its last handle, which is ours.
#[cfg(not(unix))]
fn is_still(_: &File, path: &Path) -> io::Result<bool> {
    path.try_exists()
}

/// Removes a part and its state if it is old and nobody has it; tells its length then.
fn remove_old(path: &Path, older_than: Timestamp) -> io::Result<Option<u64>> {
    let file = File::open(path)?;
    if !lock(&file)? || !is_still(&file, path)? {
        return Ok(None);
    }
    let metadata = file.metadata()?;
    if !is_older(metadata.modified()?, older_than) {
        return Ok(None);
    }
    remove(path)?;
    Ok(Some(metadata.len()))
}

/// Removes a part, whose lock the caller has, after what says of which content it is.
pub(crate) fn remove(part: &Path) -> io::Result<()> {
    for extension in ["state-new", "state", "part"] {
        match fs::remove_file(part.with_extension(extension)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    Ok(())
}

fn is_older(changed: SystemTime, than: Timestamp) -> bool {
    let micros = than.as_micros();
    let since = Duration::from_micros(micros.unsigned_abs());
    let limit = if micros < 0 {
        SystemTime::UNIX_EPOCH.checked_sub(since)
    } else {
        SystemTime::UNIX_EPOCH.checked_add(since)
    };
    limit.is_some_and(|limit| changed < limit)
}
