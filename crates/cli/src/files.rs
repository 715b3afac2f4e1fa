//! Files that arguments name: read up to a limit, written whole or not at all.

use crate::exit::Failure;
use cloud_atlas::base::quoted;
use std::{
    fs::{self, File, OpenOptions},
    io::{self, BufWriter, Read as _, Write},
    path::{Path, PathBuf},
};

/// A path inside a message.
pub(crate) fn shown(path: &Path) -> String {
    quoted(&path.to_string_lossy()).to_string()
}

/// A path as it is typed.
pub(crate) fn plain(path: &Path) -> String {
    let text = path.to_string_lossy();
    let is_word = |c: char| c.is_alphanumeric() || "/._-+".contains(c);
    if text.chars().all(is_word) {
        text.into_owned()
    } else {
        "FILE".to_owned()
    }
}

/// Whether a file begins as stores do.
fn is_store(path: &Path) -> bool {
    let mut start = [0; 4];
    let read = File::open(path).and_then(|mut file| file.read_exact(&mut start));
    read.is_ok() && start == *b"redb"
}

/// Reads a whole file, unless it has more than `limit` bytes.
pub(crate) fn read(path: &Path, limit: usize) -> Result<Vec<u8>, Failure> {
    let shown = shown(path);
    let unread = |error| Failure::trouble(format!("{shown} cannot be read")).because(error);
    let file = File::open(path).map_err(unread)?;
    if file.metadata().map_err(unread)?.is_dir() {
        return Err(Failure::trouble(format!("{shown} is a folder, a file is expected")).into());
    }
    let mut bytes = Vec::new();
    let most = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
    file.take(most).read_to_end(&mut bytes).map_err(unread)?;
    if bytes.len() > limit {
        let message = format!("{shown} has more than the {limit} bytes that are read");
        return Err(Failure::refused(message).into());
    }
    Ok(bytes)
}

/// Reads a whole file of secrets as text; nobody but its owner may read it.
pub(crate) fn read_secret(path: &Path, limit: usize) -> Result<String, Failure> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt as _;
        // What cannot be looked at cannot be read either, and that is said below.
        let mode = fs::metadata(path).map_or(0, |found| found.mode());
        let others = if is_credential(path) { 0o037 } else { 0o077 };
        if mode & others != 0 {
            let (shown, mode) = (shown(path), mode & 0o777);
            let told = format!(
                "{shown} holds secrets, and others than its owner may use it (mode {mode:04o}): run `chmod 600 {}`",
                plain(path)
            );
            return Err(Failure::refused(told).into());
        }
    }
    read_text(path, limit)
}

/// Whether systemd has put a file there for this service alone (`LoadCredential=`). The service reads it
/// by an ACL, whose mask stands where the rights of the group do otherwise; nobody else comes into the
/// folder.
#[cfg(unix)]
fn is_credential(path: &Path) -> bool {
    let folder = std::env::var_os("CREDENTIALS_DIRECTORY");
    folder.is_some_and(|folder| !folder.is_empty() && path.parent() == Some(Path::new(&folder)))
}

/// Reads a whole file as text.
pub(crate) fn read_text(path: &Path, limit: usize) -> Result<String, Failure> {
    let bytes = read(path, limit)?;
    String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        Failure::refused(format!("byte {at} of {} is not UTF-8 text", shown(path))).into()
    })
}

/// What is wrong with JSON, in the words of JSON and not in those of this program.
pub(crate) fn in_words(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let place = text.rfind(" at line ");
    let (what, place) = text.split_at(place.unwrap_or(text.len()));
    let found = what
        .replacen("invalid type: map", "invalid type: an object", 1)
        .replacen("invalid type: sequence", "invalid type: a list", 1)
        .replacen("unknown variant", "unknown word", 1);
    let Some((found, expected)) = found.rsplit_once(", expected ") else {
        return format!("{found}{place}");
    };
    let is_whole = |kind: &str| ["u8", "u16", "u32", "u64", "usize"].contains(&kind);
    let expected = match expected {
        "a map" => "an object",
        "a sequence" => "a list",
        kind if is_whole(kind) => "a whole number that is not negative",
        kind if kind.starts_with("struct ") => "an object",
        "string or map" => "a word",
        kind if kind.contains("enum ") || kind.contains("variant") => "a word",
        kind => kind,
    };
    format!("{found}, expected {expected}{place}")
}

/// A file on its way: it gets its name when it is whole, and leaves nothing behind otherwise.
#[derive(Debug)]
pub(crate) struct Whole {
    path: PathBuf,
    temporary: PathBuf,
    file: Option<BufWriter<File>>,
}

impl Whole {
    /// Begins a file beside the one that it will replace.
    pub(crate) fn create(path: &Path) -> Result<Self, Failure> {
        let unwritten =
            |error| Failure::trouble(format!("{} cannot be written", shown(path))).because(error);
        // A link leads to what is replaced; what is there must be a file, and no store.
        let there = match path.canonicalize() {
            Ok(target) => Some(target),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(unwritten(error)),
        };
        let path = there.as_deref().unwrap_or(path);
        let mode = match &there {
            None => None,
            Some(there) => {
                let metadata = there.metadata().map_err(unwritten)?;
                if metadata.is_dir() {
                    return Err(unwritten(io::ErrorKind::IsADirectory.into()));
                }
                if !metadata.is_file() {
                    let message = format!(
                        "{} is no file: name a file, or none for stdout",
                        shown(path)
                    );
                    return Err(Failure::refused(message).into());
                }
                if is_store(there) {
                    let message = format!("{} is a store: choose another file", shown(path));
                    return Err(Failure::refused(message).into());
                }
                Some(metadata.permissions())
            }
        };
        let Some(name) = path.file_name() else {
            return Err(unwritten(io::ErrorKind::InvalidFilename.into()));
        };
        let mut hidden = std::ffi::OsString::from(".");
        hidden.push(name);
        hidden.push(format!(".{}.part", std::process::id()));
        let temporary = path.with_file_name(hidden);
        let file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .open(&temporary);
        let file = file.map_err(unwritten)?;
        if let Some(mode) = mode {
            file.set_permissions(mode).map_err(unwritten)?;
        }
        let file = Some(BufWriter::new(file));
        Ok(Self {
            path: path.into(),
            temporary,
            file,
        })
    }

    /// Makes it durable and gives it its name.
    pub(crate) fn finish(mut self) -> Result<(), Failure> {
        let done = (|| {
            let Some(writer) = self.file.take() else {
                return Ok(());
            };
            let file = writer
                .into_inner()
                .map_err(io::IntoInnerError::into_error)?;
            file.sync_all()?;
            drop(file);
            fs::rename(&self.temporary, &self.path)?;
            keep_name(&self.path)
        })();
        done.map_err(|error| {
            drop(fs::remove_file(&self.temporary));
            let shown = shown(&self.path);
            Failure::trouble(format!("{shown} cannot be written")).because(error)
        })
    }
}

/// Makes the name of a file durable, where folders can be opened and flushed.
fn keep_name(path: &Path) -> io::Result<()> {
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    match File::open(folder.unwrap_or(Path::new("."))) {
        Ok(folder) if cfg!(unix) => folder.sync_all(),
        _ => Ok(()),
    }
}

impl Write for Whole {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &mut self.file {
            Some(file) => file.write(bytes),
            None => Err(io::ErrorKind::NotConnected.into()),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.as_mut().map_or(Ok(()), BufWriter::flush)
    }
}

impl Drop for Whole {
    fn drop(&mut self) {
        if self.file.take().is_some() {
            drop(fs::remove_file(&self.temporary));
        }
    }
}

/// Writes a text to a file, or to stdout where no file was named.
pub(crate) fn write_text(path: Option<&Path>, text: &str) -> Result<(), Failure> {
    match path {
        Some(path) => {
            let mut file = Whole::create(path)?;
            file.write_all(text.as_bytes()).map_err(|error| {
                Failure::trouble(format!("{} cannot be written", shown(path))).because(error)
            })?;
            file.finish()
        }
        None => Ok(io::stdout().lock().write_all(text.as_bytes())?),
    }
}
