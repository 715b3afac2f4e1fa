//! Loads that are stopped, go on, or meet somebody else.

use crate::{
    dump::{given, lines_of, load_over},
    support::{Fault, Faulty, acme, key, memory},
};
use atlas_store::{
    Capability, CommitToken, Key, Limit, LoadError, MemoryStore, Partition, Phase, Progress,
    RetryPolicy, Store, Tx, load, unfinished_load, verify,
};
use pollster::block_on;
use std::sync::{Arc, Mutex};

/// How many entries [`source`] has.
const ENTRIES: usize = 40;

async fn put(store: &dyn Store, token: u128, entries: impl IntoIterator<Item = (Key, String)>) {
    let tx = Tx::begin(store).await.unwrap();
    for (key, value) in entries {
        tx.put(key, value.into_bytes()).unwrap();
    }
    tx.commit(CommitToken::from_u128(token)).await.unwrap();
}

/// The dump of a store with keys before and after the journal's.
async fn source() -> Vec<String> {
    let (store, _) = memory();
    let global = Partition::global();
    let entries = (0..ENTRIES as u64).map(|number| {
        let space = if number % 2 == 0 { "first" } else { "much" };
        let at = if number % 3 == 0 { &global } else { &acme() };
        let key = Key::builder(at, space).u64(number).build().unwrap();
        (
            key,
            format!("\"{}\"", "x".repeat(usize::try_from(number).unwrap())),
        )
    });
    put(&store, 1, entries).await;
    lines_of(&store).await
}

/// A memory store that takes few operations a commit, and a timer that does not wait.
fn narrow(operations: usize) -> MemoryStore {
    let mut capability = Capability::new("narrow");
    capability.max_operations = Some(operations);
    memory().0.with_capability(capability)
}

/// Tries once, so that every fault ends the load.
fn once(seed: u128) -> RetryPolicy {
    RetryPolicy::new(seed).with_attempts(1)
}

fn furniture(key: &Key) -> bool {
    key.space().as_written() == "chair"
}

fn chair(number: u64) -> Key {
    let global = Partition::global();
    Key::builder(&global, "chair").u64(number).build().unwrap()
}

async fn state(store: &dyn Store) -> Option<u64> {
    let snapshot = store.snapshot().await.unwrap();
    let found = unfinished_load(&*snapshot).await.unwrap();
    found.map(|found| found.done)
}

#[test]
fn a_load_that_is_stopped_anywhere_goes_on() {
    block_on(async {
        let lines = source().await;
        for stop in [Fault::NoSnapshot, Fault::LostBefore, Fault::LostAfter] {
            for operations in [2, 7, MemoryStore::LIMITED_OPERATIONS] {
                let mut seen = Vec::new();
                let mut whole = false;
                for before in 0.. {
                    let store = narrow(operations);
                    let chairs = (0..9).map(|number| (chair(number), "1".to_owned()));
                    // More than one commit deletes, where it takes few.
                    let furnished = MemoryStore::clone(&store);
                    let furnished = furnished.with_capability(Capability::new("any"));
                    put(&furnished, 1, chairs).await;
                    let empty = lines_of(&store).await;
                    let mut faults = vec![Fault::None; before];
                    faults.extend([stop, Fault::NoSnapshot, Fault::NoSnapshot]);
                    let failing = Faulty::new(store.clone(), &faults);
                    let ended = load_over(&failing, &once(7), furniture, &lines).await;
                    let journal = state(&store).await;
                    seen.extend(journal);
                    // It is as it was, in the middle, or whole.
                    match journal {
                        None => {
                            let now = lines_of(&store).await;
                            whole = now == lines;
                            assert!(whole || now == empty, "{stop:?} {operations} {before}");
                        }
                        Some(_) => assert!(ended.is_err()),
                    }
                    if whole {
                        break;
                    }
                    load_over(&store, &once(8), furniture, &lines)
                        .await
                        .unwrap();
                    assert_eq!(lines_of(&store).await, lines);
                }
                assert!(whole);
                seen.dedup();
                let batches = ENTRIES.div_ceil(operations - 1);
                assert_eq!(seen.len(), batches + 1, "{stop:?} {operations}: {seen:?}");
            }
        }
    });
}

/// A store in which a load of these lines was stopped after some batches.
async fn stopped(lines: &[String]) -> MemoryStore {
    let store = narrow(8);
    let mut faults = vec![Fault::None; 4];
    faults.push(Fault::NoSnapshot);
    let failing = Faulty::new(store.clone(), &faults);
    let error = load_over(&failing, &once(7), |_| false, lines).await;
    assert!(matches!(error, Err(LoadError::Store(_))), "{error:?}");
    assert_eq!(state(&store).await, Some(14));
    store
}

#[test]
fn another_dump_is_refused_while_a_load_is_not_finished() {
    block_on(async {
        let lines = source().await;
        let store = stopped(&lines).await;
        let before = lines_of(&store).await;
        let other = lines_of(&memory().0).await;
        let error = load_over(&store, &once(9), |_| true, &other).await;
        let Err(LoadError::Another { begun, given }) = error else {
            panic!("{error:?}");
        };
        assert!(lines[0].contains(&begun.to_string()));
        assert!(other[0].contains(&given.to_string()));
        assert_eq!(lines_of(&store).await, before);
        // Nor is the dump of such a store one to load.
        let error = load_over(&memory().0, &once(9), |_| true, &before).await;
        assert!(
            matches!(error, Err(LoadError::NotWhole { line: 9 })),
            "{error:?}"
        );
    });
}

#[test]
fn a_store_that_changed_since_the_load_was_stopped_is_refused() {
    block_on(async {
        let lines = source().await;
        let there = lines[3].split('"').nth(3).unwrap();
        let there = Key::parse(there).unwrap();
        for (changed, value) in [
            (&there, Some("2")),
            (&there, None),
            (&key("new"), Some("1")),
        ] {
            let store = stopped(&lines).await;
            let tx = Tx::begin(&store).await.unwrap();
            match value {
                Some(value) => tx.put(changed.clone(), value.as_bytes()).unwrap(),
                None => tx.delete(changed.clone()).unwrap(),
            }
            tx.commit(CommitToken::from_u128(1)).await.unwrap();
            let before = lines_of(&store).await;
            let error = load_over(&store, &once(9), |_| true, &lines).await;
            assert!(matches!(error, Err(LoadError::Disturbed)), "{error:?}");
            assert_eq!(lines_of(&store).await, before);
        }
    });
}

#[test]
fn a_dump_that_changes_after_its_check_makes_no_store() {
    block_on(async {
        let lines = source().await;
        let any = Capability::new("any");
        let dump = verify(given(&lines), &any, &|_| {}).unwrap();
        for at in 0..lines.len() {
            for resumed in [false, true] {
                let store = if resumed {
                    stopped(&lines).await
                } else {
                    narrow(8)
                };
                let mut other = lines.clone();
                other[at] = match at {
                    0 => lines[0].replace("\"entries\":40", "\"entries\":41"),
                    _ => lines[at].replacen("\"v\":\"", "\"v\":\"y", 1),
                };
                let policy = once(9);
                let ended = load(&store, &policy, |_| false, &dump, given(&other), &|_| {}).await;
                match ended {
                    Err(LoadError::Changed) => assert_eq!(at, 0),
                    Err(LoadError::Disturbed) => assert!(state(&store).await.is_some()),
                    ended => panic!("{at}: {ended:?}"),
                }
                // Where what was written is what the right dump has, that one goes on.
                let again = load_over(&store, &once(10), |_| false, &lines).await;
                match again {
                    Ok(()) => assert_eq!(lines_of(&store).await, lines),
                    Err(LoadError::Disturbed) => assert!(state(&store).await.is_some()),
                    Err(error) => panic!("{at}: {error}"),
                }
            }
            let mut changed = lines.clone();
            changed[at] = changed[at].replace('4', "5").replace("x\"", "\"");
            if changed != lines {
                let store = stopped(&lines).await;
                let before = lines_of(&store).await;
                load_over(&store, &once(9), |_| false, &changed)
                    .await
                    .unwrap_err();
                assert_eq!(lines_of(&store).await, before);
            }
        }
    });
}

#[test]
fn of_two_loads_at_once_one_ends_well() {
    block_on(async {
        let lines = source().await;
        for at in 1..lines.len() {
            let store = narrow(8);
            let dump = verify(given(&lines), store.capability(), &|_| {}).unwrap();
            // The other begins when this one reads that line.
            let other = (&store, &lines);
            let racing = given(&lines).enumerate().map(move |(number, line)| {
                if number == at {
                    let (store, lines) = other;
                    block_on(load_over(store, &once(20), |_| false, lines)).unwrap();
                }
                line
            });
            let ended = load(&store, &once(9), |_| false, &dump, racing, &|_| {}).await;
            assert!(
                matches!(ended, Err(LoadError::Disturbed)),
                "{at}: {ended:?}"
            );
            assert_eq!(lines_of(&store).await, lines);
        }
    });
}

#[test]
fn what_a_store_cannot_hold_is_refused_before_anything_is_written() {
    block_on(async {
        let (full, _) = memory();
        let value = format!("\"{}\"", "x".repeat(998));
        put(&full, 1, [(key("a"), "1".to_owned()), (key("b"), value)]).await;
        let lines = lines_of(&full).await;
        for (value, commit, found) in [
            (999, None, Some((Limit::ValueBytes, 999, 1000))),
            (1000, None, None),
            (1000, Some(1519), Some((Limit::CommitBytes, 1519, 1520))),
            (1000, Some(1520), None),
        ] {
            let mut capability = Capability::new("narrow");
            capability.max_value_bytes = value;
            capability.max_commit_bytes = commit;
            let store = memory().0.with_capability(capability);
            let ended = load_over(&store, &once(9), |_| false, &lines).await;
            match (ended, found) {
                (Ok(()), None) => assert_eq!(lines_of(&store).await, lines),
                (
                    Err(LoadError::TooLarge {
                        line,
                        what,
                        limit,
                        found,
                    }),
                    Some(expected),
                ) => {
                    assert_eq!((line, (what, limit, found)), (3, expected));
                    assert_eq!(lines_of(&store).await.len(), 1);
                }
                other => panic!("{other:?}"),
            }
        }
        let mut capability = Capability::new("narrow");
        capability.max_key_bytes = 7;
        let refused = verify(given(&lines), &capability, &|_| {});
        let Err(LoadError::TooLarge { line: 2, what, .. }) = refused else {
            panic!("{refused:?}");
        };
        assert_eq!(what, Limit::KeyBytes);
    });
}

/// What a watcher saw: each phase with how often it was told, and the last it was told.
#[derive(Default)]
struct Seen(Mutex<Vec<(usize, Progress)>>);

impl Seen {
    fn note(&self, now: Progress) {
        let mut seen = self.0.lock().unwrap();
        match seen.last_mut() {
            Some((times, last)) if last.phase == now.phase => {
                assert!(last.entries < now.entries && last.bytes < now.bytes);
                *times += 1;
                *last = now;
            }
            _ => {
                assert_eq!((now.entries, now.bytes), (0, 0));
                seen.push((1, now));
            }
        }
    }
}

#[test]
fn a_watcher_sees_every_phase_from_its_beginning_to_its_end() {
    block_on(async {
        let (full, _) = memory();
        let keys = (0..2500_u64).map(|number| Key::builder(&acme(), "t").u64(number).build());
        put(
            &full,
            1,
            keys.map(|key| (key.unwrap(), "\"value\"".to_owned())),
        )
        .await;
        let mut lines = Vec::new();
        let keep = |line: &str| {
            lines.push(line.to_owned());
            Ok::<_, LoadError>(())
        };
        let seen = Arc::new(Seen::default());
        let watch = |now| seen.note(now);
        let snapshot = full.snapshot().await.unwrap();
        atlas_store::dump(&*snapshot, keep, &watch).await.unwrap();
        let store = narrow(1000);
        let faults = [Fault::None, Fault::None, Fault::None, Fault::NoSnapshot];
        let failing = Faulty::new(store.clone(), &faults);
        let dump = verify(given(&lines), store.capability(), &watch).unwrap();
        let stopped = load(&failing, &once(3), |_| false, &dump, given(&lines), &watch).await;
        stopped.unwrap_err();
        let ended = load(&store, &once(4), |_| false, &dump, given(&lines), &watch).await;
        ended.unwrap();
        let around = r#"{"k":"","v":}"#.len();
        let bytes: usize = lines[1..].iter().map(|line| line.len() - around).sum();
        assert_eq!(dump.bytes(), bytes as u64);
        let seen = seen.0.lock().unwrap();
        let shown: Vec<_> = seen
            .iter()
            .map(|(times, now)| {
                let all = now.bytes_in_all.map(|all| all == bytes as u64);
                let phase: Phase = now.phase;
                format!(
                    "{phase:?} {times}: {} of {:?}, {all:?}",
                    now.entries, now.entries_in_all
                )
            })
            .collect();
        insta::assert_snapshot!(shown.join("\n"), @"
        Counting 4: 2500 of None, None
        Dumping 4: 2500 of Some(2500), Some(true)
        Checking 4: 2500 of Some(2500), None
        Loading 1: 0 of Some(2500), Some(true)
        Resuming 2: 999 of Some(999), Some(false)
        Loading 3: 2500 of Some(2500), Some(true)
        Comparing 4: 2500 of Some(2500), Some(true)
        ");
    });
}
