//! The seeds of the fuzz targets of what is fetched, tried without a fuzzer.

#[path = "../../../../fuzz/checks/fetched.rs"]
mod fetched;
#[path = "../../../../fuzz/checks/source_url.rs"]
mod source_url;

use proptest::prelude::*;
use std::{fs, path::PathBuf};

const TARGETS: &[&str] = &["fetched", "source_url"];

fn check(target: &str, input: &[u8]) -> bool {
    match target {
        "fetched" => fetched::check(input),
        _ => source_url::check(core::str::from_utf8(input).unwrap()),
    }
}

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
            assert_eq!(!check(target, &seed), is_refused, "{target}/{name}");
            if is_refused {
                refused += 1;
            } else {
                read += 1;
            }
        }
        assert!(read > 2 && refused > 2, "{target}: {read} and {refused}");
    }
}

proptest! {
    #[test]
    fn b07_changes_of_answers_are_refused_or_harmless(
        number in any::<proptest::sample::Index>(),
        changes in prop::collection::vec((any::<proptest::sample::Index>(), any::<u8>()), 1..4),
    ) {
        let seeds = seeds("fetched");
        let (_, mut seed) = seeds[number.index(seeds.len())].clone();
        for (place, byte) in changes {
            let place = place.index(seed.len());
            // What comes by chance is seldom what ends a line or a number.
            seed[place] = *b"\r\n0:; -\"".get(usize::from(byte)).unwrap_or(&byte);
        }
        fetched::check(&seed);
    }
}
