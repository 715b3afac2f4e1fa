//! Which keys changed since a snapshot, beside a plain log of all commits.

#[path = "../../src/recent.rs"]
mod looked_at;

use self::looked_at::Recent;
use atlas_store::{Key, KeyRange, Partition, ReadSet};
use proptest::prelude::*;

fn key(number: u8) -> Key {
    let partition = Partition::account("acme").unwrap();
    let builder = Key::builder(&partition, "n").u64(number.into());
    builder.build().unwrap()
}

fn reads(keys: &[u8], ranges: &[(u8, u8)]) -> ReadSet {
    ReadSet {
        keys: keys.iter().map(|&number| (key(number), None)).collect(),
        ranges: ranges
            .iter()
            .map(|&(from, to)| KeyRange::new(key(from).as_str(), key(to).as_str()))
            .collect(),
    }
}

#[derive(Debug, Clone)]
enum Step {
    /// A commit changes these keys.
    Commit(Vec<u8>),
    /// Somebody who read so many commits ago asks.
    Ask(u64, Vec<u8>, Vec<(u8, u8)>),
    /// No snapshot is older than so many commits.
    Prune(u64),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let keys = || prop::collection::vec(0..20_u8, 0..4);
    let ranges = prop::collection::vec((0..20_u8, 0..20_u8), 0..2);
    let step = prop_oneof![
        12 => keys().prop_map(Step::Commit),
        3 => (0..200_u64, keys(), ranges).prop_map(|(ago, keys, ranges)| Step::Ask(ago, keys, ranges)),
        1 => (0..150_u64).prop_map(Step::Prune),
    ];
    prop::collection::vec(step, 0..400)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(128) })]

    #[test]
    fn it_answers_like_a_log_of_everything(steps in steps()) {
        let mut recent = Recent::default();
        let mut log: Vec<Vec<u8>> = Vec::new();
        let mut oldest = 0;
        for step in steps {
            let newest = log.len() as u64;
            match step {
                Step::Commit(keys) => {
                    recent.add(newest + 1, keys.iter().map(|&number| key(number)).collect());
                    log.push(keys);
                }
                Step::Ask(ago, keys, ranges) => {
                    let base = newest.saturating_sub(ago).max(oldest);
                    let is_read = |number: &u8| {
                        keys.contains(number)
                            || ranges.iter().any(|(from, to)| (from..to).contains(&number))
                    };
                    let since = &log[usize::try_from(base).unwrap()..];
                    let moved = since.iter().flatten().any(is_read);
                    prop_assert_eq!(recent.has_moved(base, &reads(&keys, &ranges)), moved);
                }
                Step::Prune(ago) => {
                    oldest = oldest.max(newest.saturating_sub(ago));
                    recent.prune(oldest);
                }
            }
        }
    }
}

#[test]
fn a_snapshot_held_for_long_costs_as_much_as_the_keys_that_change() {
    for lag in [0, 1, 3] {
        let mut recent = Recent::default();
        for commit in 1..=20_000_u64 {
            recent.has_moved(commit.saturating_sub(1 + lag), &reads(&[7], &[]));
            recent.add(commit, vec![key((commit % 2) as u8)]);
        }
        // What it holds shows in its text: some thousand keys at most, of 20,000 that were logged.
        let keys = format!("{recent:?}").matches("acme").count();
        assert!(keys < 3_000, "{keys} keys are held with a lag of {lag}");
    }
}
