//! The seeds of the fuzz targets of what is fetched, tried without a fuzzer.

#[path = "../../../../fuzz/checks/fetched.rs"]
mod fetched;
#[path = "../../../../fuzz/checks/replay.rs"]
mod replay;
#[path = "../../../../fuzz/checks/source_url.rs"]
mod source_url;

use proptest::prelude::*;

const TARGETS: &[&str] = &["fetched", "source_url"];

fn check(target: &str, input: &[u8]) -> bool {
    match target {
        "fetched" => fetched::check(input),
        _ => source_url::check(core::str::from_utf8(input).unwrap()),
    }
}

#[test]
fn b07_every_seed_keeps_what_the_fuzz_targets_check() {
    for target in TARGETS {
        replay::all(target, (2, 2), |seed| check(target, seed));
    }
}

proptest! {
    #[test]
    fn b07_changes_of_answers_are_refused_or_harmless(
        number in any::<proptest::sample::Index>(),
        changes in prop::collection::vec((any::<proptest::sample::Index>(), any::<u8>()), 1..4),
    ) {
        let seeds = replay::seeds("fetched");
        let (_, mut seed) = seeds[number.index(seeds.len())].clone();
        for (place, byte) in changes {
            let place = place.index(seed.len());
            // What comes by chance is seldom what ends a line or a number.
            seed[place] = *b"\r\n0:; -\"".get(usize::from(byte)).unwrap_or(&byte);
        }
        fetched::check(&seed);
    }
}
