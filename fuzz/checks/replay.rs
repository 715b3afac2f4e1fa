//! The seeds of fuzz targets, read by tests that try them without a fuzzer.

use std::{fs, path::PathBuf};

/// A folder below `fuzz/corpus`, or the folder of all.
pub(crate) fn folder(target: &str) -> PathBuf {
    let parts = [env!("CARGO_MANIFEST_DIR"), "../../fuzz/corpus", target];
    parts.iter().collect()
}

/// The names of a target's seeds, and what is in them.
#[expect(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "the seeds are files of the repository, and a test stops where they are not"
)]
pub(crate) fn seeds(target: &str) -> Vec<(String, Vec<u8>)> {
    let seed = |entry: fs::DirEntry| {
        let name = entry.file_name().into_string().unwrap();
        (name, fs::read(entry.path()).unwrap())
    };
    let entries = fs::read_dir(folder(target)).unwrap();
    entries.map(|entry| seed(entry.unwrap())).collect()
}

/// Tries each seed of a target: `is_read` says whether it was read, and those called `refused-…`, and
/// only those, are not. There are more than so many of either.
#[track_caller]
pub(crate) fn all(target: &str, least: (usize, usize), mut is_read: impl FnMut(&[u8]) -> bool) {
    let (mut read, mut refused) = (0, 0);
    for (name, seed) in seeds(target) {
        let is_refused = name.starts_with("refused-");
        assert_eq!(!is_read(&seed), is_refused, "{target}/{name}");
        if is_refused {
            refused += 1;
        } else {
            read += 1;
        }
    }
    assert!(
        read > least.0 && refused > least.1,
        "{target}: {read} and {refused}"
    );
}
