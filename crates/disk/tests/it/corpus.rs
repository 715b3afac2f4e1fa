//! The corpus: images that are right are read byte for byte, and those that are wrong are refused for the
//! right reason. `tests/corpus/make.py` makes it.

mod flips;
mod run;

use atlas_disk::{Format, Reason};
use serde_json::Value;
use std::{
    collections::BTreeSet,
    fs,
    io::ErrorKind,
    path::{Path, PathBuf},
    process::Command,
};

/// A file of the corpus, and what must come of it.
struct Entry {
    name: String,
    path: PathBuf,
    declared: Format,
    /// Why it is refused; none where it is accepted.
    reason: Option<String>,
    /// Whether it is refused before its data is read.
    at_once: bool,
    disks: Vec<Expected>,
    firmware: Option<String>,
    says: String,
}

/// A disk that must come of a file.
struct Expected {
    raw: PathBuf,
    size: u64,
    /// Blocks of 4 KiB that are not zeros.
    blocks: u64,
}

/// Makes the corpus, or finds it made, and reads its list.
fn corpus() -> Vec<Entry> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("disk-corpus");
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus/make.py");
    let ran = Command::new("python3").arg(script).arg(&folder).output();
    let ran = match ran {
        Err(error) if error.kind() == ErrorKind::NotFound => {
            panic!("python3 is needed: apt-get install python3")
        }
        ran => ran.unwrap(),
    };
    let said = String::from_utf8_lossy(&ran.stderr);
    assert!(ran.status.success(), "make.py: {said}");
    let list = fs::read(folder.join("corpus.json")).unwrap();
    let list: Vec<Value> = serde_json::from_slice(&list).unwrap();
    list.iter()
        .map(|entry| Entry::read(entry, &folder))
        .collect()
}

impl Entry {
    fn read(entry: &Value, folder: &Path) -> Self {
        let text = |key: &str| entry[key].as_str().map(str::to_owned);
        let numbers = |key: &str| entry[key].as_array().cloned().unwrap_or_default();
        let disks = numbers("raws").into_iter().zip(numbers("virtual_sizes"));
        let disks = disks
            .zip(numbers("blocks"))
            .map(|((raw, size), blocks)| Expected {
                raw: folder.join(raw.as_str().unwrap()),
                size: size.as_u64().unwrap(),
                blocks: blocks.as_u64().unwrap(),
            });
        let name = text("file").unwrap();
        Self {
            path: folder.join(&name),
            declared: text("declared").unwrap().parse().unwrap(),
            reason: (entry["verdict"] == "reject").then(|| text("reason").unwrap()),
            at_once: entry["at"] == "inspect",
            disks: disks.collect(),
            firmware: text("firmware"),
            says: text("says").unwrap(),
            name,
        }
    }
}

#[test]
fn b07_every_image_is_read_or_refused_for_its_reason() {
    let all = corpus();
    let wrong: Vec<_> = all.iter().filter_map(Entry::run).collect();
    let (count, of) = (wrong.len(), all.len());
    assert!(
        wrong.is_empty(),
        "{count} of {of} images:\n{}",
        wrong.join("\n")
    );
}

#[test]
fn b07_the_corpus_shows_every_reason() {
    let all = corpus();
    let shown: BTreeSet<_> = all.iter().filter_map(|it| it.reason.as_deref()).collect();
    let known: BTreeSet<_> = Reason::ALL.iter().map(|it| it.code()).collect();
    assert_eq!(shown, known);
}
