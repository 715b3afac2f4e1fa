//! The tree and its manifests, as the tests read them.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use serde_json::Value;

/// Folders that hold nothing written by hand.
const MADE: [&str; 5] = ["target", ".git", "artifacts", "corpus", "corpus-found"];

/// A file of the tree: its path from the root, with `/`, and its place.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct File {
    pub(crate) name: String,
    pub(crate) path: PathBuf,
}

impl File {
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&fs::read(&self.path).unwrap()).into_owned()
    }

    pub(crate) fn is_rust(&self) -> bool {
        self.path
            .extension()
            .is_some_and(|extension| extension == "rs")
    }

    pub(crate) fn is_test(&self) -> bool {
        self.name.contains("/tests/")
    }
}

pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

/// Every file below the root that a person wrote, sorted by name.
pub(crate) fn files() -> Vec<File> {
    let mut found = Vec::new();
    let mut folders = vec![root().to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let last = path.file_name().unwrap().to_string_lossy().into_owned();
            if path.is_symlink() || MADE.contains(&last.as_str()) {
                continue;
            }
            if path.is_dir() {
                folders.push(path);
            } else {
                let parts = path.strip_prefix(root()).unwrap().iter();
                let parts: Vec<_> = parts.map(|part| part.to_string_lossy()).collect();
                found.push(File {
                    name: parts.join("/"),
                    path,
                });
            }
        }
    }
    found.sort();
    found
}

/// The text of a file that must be there.
pub(crate) fn read(name: &str) -> String {
    fs::read_to_string(root().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// What `cargo metadata` says of a manifest's own packages.
pub(crate) fn packages(manifest: &str) -> Vec<Value> {
    metadata(manifest)["packages"].as_array().unwrap().clone()
}

/// What cargo says about a workspace.
pub(crate) fn metadata(manifest: &str) -> Value {
    let output = Command::new("cargo")
        .args([
            "metadata",
            "--no-deps",
            "--format-version",
            "1",
            "--manifest-path",
        ])
        .arg(root().join(manifest))
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    serde_json::from_slice(&output.stdout).unwrap()
}

/// The lines of the fenced block of that language in a document.
pub(crate) fn fenced<'a>(document: &'a str, language: &str) -> Vec<&'a str> {
    let opening = format!("```{language}");
    let mut lines = document.lines().skip_while(|line| *line != opening);
    assert!(lines.next().is_some(), "no block opens with {opening}");
    lines.take_while(|line| *line != "```").collect()
}

/// The cells of a table's rows whose first cell satisfies `wanted`; cells are trimmed.
pub(crate) fn rows(document: &str, wanted: impl Fn(&str) -> bool) -> Vec<Vec<String>> {
    let cells = |line: &str| -> Option<Vec<String>> {
        let inner = line.trim().strip_prefix('|')?.strip_suffix('|')?;
        Some(
            inner
                .split('|')
                .map(|cell| cell.trim().to_owned())
                .collect(),
        )
    };
    document
        .lines()
        .filter_map(cells)
        .filter(|row| wanted(&row[0]))
        .collect()
}

#[track_caller]
pub(crate) fn assert_none(complaints: &[String], rule: &str) {
    assert!(
        complaints.is_empty(),
        "{rule}\n  {}",
        complaints.join("\n  ")
    );
}
