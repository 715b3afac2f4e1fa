//! How long a file may be, and what it may hold.

use crate::tree::{self, File};

const MOST_LINES: usize = 400;
const MOST_LINES_OF_BASE: usize = 900;

/// Rust that is no test: the crates' sources, the examples, the benches, the fuzz targets, xtask.
fn sources() -> impl Iterator<Item = File> {
    let places = ["crates/", "examples/", "benches/", "fuzz/", "xtask/"];
    tree::files().into_iter().filter(move |file| {
        file.is_rust() && !file.is_test() && places.iter().any(|place| file.name.starts_with(place))
    })
}

#[test]
fn no_source_file_is_longer_than_400_lines() {
    let mut complaints = Vec::new();
    for file in sources() {
        let lines = file.text().lines().count();
        if lines > MOST_LINES {
            complaints.push(format!("{}: {lines} lines", file.name));
        }
    }
    tree::assert_none(
        &complaints,
        "files over 400 lines; look for the second idea inside:",
    );
}

#[test]
fn base_stays_small() {
    let mut total = 0;
    for file in sources().filter(|file| file.name.starts_with("crates/base/src/")) {
        let text = file.text();
        let code = |line: &&str| !line.is_empty() && !line.starts_with("//");
        total += text.lines().map(str::trim_start).filter(code).count();
    }
    assert!(
        total <= MOST_LINES_OF_BASE,
        "base has {total} lines of code, at most {MOST_LINES_OF_BASE} are allowed: \
         does everything in it serve two leaf crates?"
    );
}

#[test]
fn sources_hold_no_tests() {
    let attribute = concat!("#[cfg(", "test)]");
    let complaints: Vec<String> = sources()
        .filter(|file| file.name.starts_with("crates/") && file.text().contains(attribute))
        .map(|file| file.name)
        .collect();
    tree::assert_none(
        &complaints,
        "tests belong into tests/it (the libraries build none):",
    );
}

#[test]
fn modules_are_named_files() {
    let complaints: Vec<String> = tree::files()
        .into_iter()
        .filter(|file| file.name.ends_with("/mod.rs"))
        .map(|file| file.name)
        .collect();
    tree::assert_none(
        &complaints,
        "write `name.rs` beside the folder `name`, never mod.rs:",
    );
}
