//! The seeds of the fuzz targets of the repository, tried without a fuzzer.

#[path = "../../../../fuzz/checks/repository/checks.rs"]
mod repository;

use crate::Chance;
use std::{fs, path::PathBuf};

const TARGETS: &[&str] = &["repository_index", "repository_pack", "repository_records"];

/// The names of a target's seeds, and what is in them.
fn seeds(target: &str) -> Vec<(String, Vec<u8>)> {
    let folder = [env!("CARGO_MANIFEST_DIR"), "../../fuzz/corpus", target];
    let folder: PathBuf = folder.iter().collect();
    let seed = |entry: fs::DirEntry| {
        let name = entry.file_name().into_string().unwrap();
        (name, fs::read(entry.path()).unwrap())
    };
    let entries = fs::read_dir(folder).unwrap();
    entries.map(|entry| seed(entry.unwrap())).collect()
}

#[test]
fn b07_every_seed_keeps_what_the_fuzz_targets_check() {
    for target in TARGETS {
        let (mut read, mut refused) = (0, 0);
        for (name, seed) in seeds(target) {
            let is_refused = name.starts_with("refused-");
            assert_eq!(
                !repository::check(target, &seed),
                is_refused,
                "{target}/{name}"
            );
            if is_refused {
                refused += 1;
            } else {
                read += 1;
            }
        }
        assert!(read > 2 && refused > 2, "{target}: {read} and {refused}");
    }
}

/// So many inputs a target that no fuzzer chose.
const INPUTS: u64 = 150;

#[test]
fn b07_changes_of_what_is_stored_are_refused_or_harmless() {
    let mut chance = Chance(11);
    for target in TARGETS {
        for number in 0..INPUTS {
            let changes = 1 + chance.below(3) as usize;
            let mut input = vec![(number % 256) as u8];
            input.extend(chance.bytes(changes * 4));
            repository::check(target, &input);
        }
    }
}
