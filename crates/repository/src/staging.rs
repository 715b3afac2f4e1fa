//! What puts into a folder leave behind when they are killed.
//!
//! An object is written as `<name>#<number>` first and gets its name then. Nobody lists such files, and
//! nobody but who made them uses them, so that they only take room.
//!
//! Whoever slept meanwhile and wakes finds its file gone and fails, unless somebody makes one of the same
//! name just then. That is only ever a void, or the same again: the void of an ingest or a clean-up that
//! sleeps for so long is there before its files are removed, so that its own put finds that, and fails.

use crate::{
    error::{RepositoryError, failed},
    layout::{CLAIMS, CONDEMNED, IMAGES, MOVES, PACKS},
};
use atlas_base::Timestamp;
use core::time::Duration;
use std::{fs, io, path::Path, time::UNIX_EPOCH};

/// Removes files that were last written before a moment.
pub(crate) fn clean(folder: &Path, since: Timestamp) -> Result<(), RepositoryError> {
    let micros = u64::try_from(since.as_micros()).unwrap_or_default();
    let since = UNIX_EPOCH.checked_add(Duration::from_micros(micros));
    let clean = |kind: &str| -> io::Result<()> {
        for entry in fs::read_dir(folder.join(kind))? {
            let entry = entry?;
            if !entry.file_name().to_str().is_some_and(is_staged) {
                continue;
            }
            let changed = entry.metadata().and_then(|it| it.modified());
            let is_old = changed.is_ok_and(|it| since.is_some_and(|since| it < since));
            // Its owner may have come to its end just now.
            if is_old && let Err(error) = fs::remove_file(entry.path()) {
                missing_is_fine(error)?;
            }
        }
        Ok(())
    };
    for kind in [PACKS, IMAGES, CLAIMS, CONDEMNED, MOVES] {
        if let Err(error) = clean(kind) {
            missing_is_fine(error).map_err(|error| failed("clean", error))?;
        }
    }
    Ok(())
}

fn missing_is_fine(error: io::Error) -> io::Result<()> {
    match error.kind() {
        io::ErrorKind::NotFound => Ok(()),
        _ => Err(error),
    }
}

/// Whether a name ends as those of files that are no objects yet.
fn is_staged(name: &str) -> bool {
    let number = name.split_once('#').map(|(_, number)| number);
    number.is_some_and(|it| !it.is_empty() && it.bytes().all(|byte| byte.is_ascii_digit()))
}
