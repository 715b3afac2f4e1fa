//! The seeds of the fuzz targets of the repository, tried without a fuzzer.

#[path = "../../../../fuzz/checks/replay.rs"]
mod replay;
#[path = "../../../../fuzz/checks/repository/checks.rs"]
mod repository;
#[path = "../../../../fuzz/checks/pool_words.rs"]
mod words;

use crate::Chance;

const TARGETS: &[&str] = &[
    "repository_index",
    "repository_pack",
    "repository_plain",
    "repository_records",
];

#[test]
fn b07_every_seed_keeps_what_the_fuzz_targets_check() {
    for target in TARGETS {
        replay::all(target, (2, 2), |seed| repository::check(target, seed));
    }
}

#[test]
fn b10_every_seed_of_a_name_keeps_what_the_fuzz_target_checks() {
    replay::all("pool_words", (4, 4), |seed| {
        words::check(str::from_utf8(seed).unwrap())
    });
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
