//! The file of keys that secrets are sealed with, and whether it opens those of the store.

use crate::{
    exit::{Failure, Run},
    files::{read_secret, shown},
};
use atlas_server::{SealKeys, SealKeysError};
use cloud_atlas::{Error, ErrorKind, Paging, Session};
use pollster::FutureExt as _;
use std::path::Path;

/// A file with more bytes is none of keys.
const MOST: usize = 1 << 16;

/// Reads a file that nobody else may read.
pub(crate) fn read(path: &Path) -> Result<SealKeys, Failure> {
    let text = read_secret(path, MOST)?;
    SealKeys::from_text(&text).map_err(|error| unusable(path, error))
}

/// Reads it again, in the place of the keys from before.
pub(super) fn reload(keys: &SealKeys, path: &Path) -> Run {
    let text = read_secret(path, MOST)?;
    let replaced = keys.replace_from_text(&text);
    replaced.map_err(|error| unusable(path, error))
}

fn unusable(path: &Path, error: SealKeysError) -> Failure {
    let told = format!("secrets cannot be sealed with {}", shown(path));
    Failure::refused(told).because(error)
}

/// Refuses keys with which a secret of the store cannot be opened, as far as the caller may see them.
pub(super) fn check(keys: &SealKeys, session: &Session) -> Run {
    let mut paging = Paging::of(Paging::MOST);
    loop {
        let page = match session.sealed_access_keys(&paging).block_on() {
            Ok(page) => page,
            Err(error) if is_denied(&error) => return Ok(()),
            Err(error) => return Err(error.into()),
        };
        for record in &page.items {
            let opened = keys.open(&record.key.id, &record.secret);
            opened.map_err(|error| {
                let told = "an access key of the store cannot be used: give the key that its secret was sealed with, or remove it with `atlas key remove`";
                Failure::refused(told).because(error)
            })?;
        }
        match page.following() {
            Some(following) => paging = following,
            None => return Ok(()),
        }
    }
}

fn is_denied(error: &Error) -> bool {
    error.kind() == ErrorKind::Denied
}
