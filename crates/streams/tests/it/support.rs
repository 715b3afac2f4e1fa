//! Where the documents are, and short ways to read them.

use atlas_streams::{Limits, Parsed, StreamError};
use std::{
    error::Error,
    fs,
    path::{Path, PathBuf},
};

pub(crate) fn parse(text: impl AsRef<[u8]>) -> Result<Parsed, StreamError> {
    atlas_streams::parse(text.as_ref(), &Limits::default())
}

/// A document with one architecture and these images.
pub(crate) fn with_images(images: &str) -> String {
    format!(
        r#"{{"stream": "stable", "metadata": {{"last-modified": "2026-07-21T14:07:12Z"}},
            "architectures": {{"x86_64": {{"images": {images}}}}}}}"#
    )
}

/// A message, and that of its source where it is ours: others' words have tests of their own.
pub(crate) fn words(error: &StreamError) -> String {
    match error {
        StreamError::Syntax { source, .. } => format!("{error}\n  because {source}"),
        StreamError::ImageId { source, .. } => format!("{error}\n  {}", at(source, source.at())),
        StreamError::Region { source, .. } => format!("{error}\n  {}", at(source, source.at())),
        _ => error.to_string(),
    }
}

fn at(source: &dyn Error, at: usize) -> String {
    assert!(source.to_string().contains("expected "), "{source}");
    format!("because of byte {at}")
}

/// The published documents as they were fetched, where this machine has them.
pub(crate) fn originals() -> Vec<PathBuf> {
    let root = Path::new(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../../shared/streams"
    ));
    ["fedora-coreos", "rhcos"]
        .iter()
        .flat_map(|folder| json_files(&root.join(folder)))
        .collect()
}

/// The reduced documents of this repository.
pub(crate) fn examples() -> Vec<PathBuf> {
    let root = example_root();
    ["fedora-coreos", "rhcos"]
        .iter()
        .flat_map(|folder| json_files(&root.join(folder)))
        .collect()
}

pub(crate) fn example_root() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples/data"))
}

/// The last folder and the file's name.
pub(crate) fn name(path: &Path) -> String {
    let parts: Vec<_> = path
        .iter()
        .rev()
        .take(2)
        .map(|part| part.to_str().unwrap())
        .collect();
    format!("{}/{}", parts[1], parts[0])
}

fn json_files(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else {
        return Vec::new();
    };
    let paths = entries.map(|entry| entry.unwrap().path());
    let mut files: Vec<_> = paths
        .filter(|path| path.extension() == Some("json".as_ref()))
        .collect();
    files.sort();
    files
}
