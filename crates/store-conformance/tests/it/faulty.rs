//! The store that fails on demand.

use crate::broken::{Broken, Flaw};
use atlas_store::{
    FeedPosition, Key, KeyRange, MemoryStore, Page, Partition, RetryPolicy, Store, StoreError,
    Timer, Tx, transact,
};
use atlas_store_conformance::{Call, Fault, FaultyStore, Harness, Lack, Rates, run};
use pollster::block_on;
use std::{
    collections::BTreeSet,
    pin::Pin,
    sync::{Arc, Mutex},
    thread,
    time::Duration,
};

/// A timer that notes each wait and does not wait.
#[derive(Debug, Clone, Default)]
struct Notes(Arc<Mutex<Vec<Duration>>>);

impl Timer for Notes {
    fn sleep(&self, duration: Duration) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        self.0.lock().unwrap().push(duration);
        Box::pin(std::future::ready(()))
    }
}

fn memory() -> (FaultyStore, Notes) {
    let notes = Notes::default();
    let store = MemoryStore::new().with_timer(Arc::new(notes.clone()));
    (FaultyStore::new(Arc::new(store)), notes)
}

fn key(name: &str) -> Key {
    Key::builder(&Partition::global(), "test")
        .text(name)
        .build()
        .unwrap()
}

#[test]
fn without_a_plan_it_is_the_store_below() {
    let harness = Harness::new(|| Ok(Arc::new(FaultyStore::new(Arc::new(MemoryStore::new())))))
        .without(Lack::FeedExpiry)
        .with_rounds(10);
    let report = run(&harness);
    assert!(report.passed(), "{report}");
}

/// Writes once through faults, and tells how often the store saw a write.
fn write_through(faults: &[Fault]) -> Result<u64, StoreError> {
    let store = FaultyStore::new(Arc::new(MemoryStore::new()));
    store.plan(faults.iter().copied());
    let policy = RetryPolicy::new(3)
        .with_attempts(4)
        .with_first_wait(Duration::ZERO);
    let write = |tx: Tx| async move { tx.put(key("a"), b"1".as_slice()) };
    block_on(async {
        transact::<_, _, _, StoreError>(&store, &policy, write).await?;
        let feed = store
            .feed(&Partition::global(), FeedPosition::START, 0)
            .await?;
        Ok(feed.head.as_u64())
    })
}

#[test]
fn transactions_get_through_each_fault_and_write_once() -> Result<(), StoreError> {
    use Fault::{Conflict, LostAnswer, LostCommit, None, Unavailable};
    let slow = Fault::Slow(Duration::from_nanos(1));
    for first in [None, Conflict, Unavailable, LostCommit, LostAnswer, slow] {
        for second in [None, Conflict, Unavailable, LostCommit, LostAnswer, slow] {
            // A probe for an outcome is a commit, too; nothing it reads can move.
            if second == Conflict && !matches!(first, None | Conflict | Fault::Slow(_)) {
                continue;
            }
            assert_eq!(write_through(&[first, second])?, 1, "{first:?}, {second:?}");
        }
    }
    assert!(matches!(
        write_through(&[Conflict; 4]),
        Err(StoreError::Conflict)
    ));
    Ok(())
}

/// Makes each call that reads, and tells which of them could not reach the store.
fn unreachable(store: &dyn Store) -> Vec<Call> {
    let mut failed = Vec::new();
    let mut note = |call, error: Option<StoreError>| match error {
        Some(StoreError::Unavailable { source: None }) => failed.push(call),
        Some(error) => panic!("{call:?}: {error}"),
        None => {}
    };
    block_on(async {
        note(Call::Snapshot, store.snapshot().await.err());
        let snapshot = store.snapshot().await.unwrap();
        note(Call::Get, snapshot.get(&[key("a")]).await.err());
        let range = snapshot.range(&KeyRange::all(), Page::first(1)).await;
        note(Call::Range, range.err());
        let global = Partition::global();
        let feed = store.feed(&global, FeedPosition::START, 1).await;
        note(Call::Feed, feed.err());
    });
    failed
}

const READS: [Call; 4] = [Call::Snapshot, Call::Get, Call::Range, Call::Feed];

#[test]
fn each_call_that_reads_fails_alone() {
    use Fault::{LostAnswer, LostCommit, Unavailable};
    for call in READS {
        for fault in [Unavailable, LostCommit, LostAnswer] {
            let (store, notes) = memory();
            store.plan_for(call, [fault]);
            assert_eq!(store.planned(), 1);
            assert_eq!(unreachable(&store), [call], "{fault:?}");
            assert_eq!(unreachable(&store), [], "{call:?}: once is enough");
            assert_eq!(store.planned(), 0);
            assert_eq!(store.happened(call, Unavailable), 1);
            assert!(notes.0.lock().unwrap().is_empty());
        }
        let (store, _) = memory();
        store.plan_for(call, [Fault::Conflict]);
        assert_eq!(unreachable(&store), [], "{call:?} cannot conflict");
    }
}

#[test]
fn slow_answers_wait_in_the_stores_own_timer() {
    for (milliseconds, call) in (1..).zip(READS) {
        let (store, notes) = memory();
        let wait = Duration::from_millis(milliseconds);
        store.plan_for(call, [Fault::Slow(wait)]);
        assert_eq!(unreachable(&store), []);
        assert_eq!(*notes.0.lock().unwrap(), [wait], "{call:?}");
        assert_eq!(store.happened(call, Fault::Slow(Duration::MAX)), 1);
    }
    let (store, notes) = memory();
    let wait = Duration::from_hours(1);
    store.plan([Fault::Slow(wait)]);
    let write = |tx: Tx| async move { tx.put(key("a"), b"1".as_slice()) };
    block_on(transact::<_, _, _, StoreError>(
        &store,
        &RetryPolicy::new(1),
        write,
    ))
    .unwrap();
    assert_eq!(*notes.0.lock().unwrap(), [wait]);
}

#[test]
fn a_slow_snapshot_is_an_old_one() {
    /// Writes while it waits.
    #[derive(Debug, Default)]
    struct Meanwhile(Mutex<Option<MemoryStore>>);
    impl Timer for Meanwhile {
        fn sleep(&self, _: Duration) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
            let store = self.0.lock().unwrap().take().unwrap();
            Box::pin(async move {
                let tx = Tx::begin(&store).await.unwrap();
                tx.put(key("a"), b"meanwhile".as_slice()).unwrap();
                tx.commit(RetryPolicy::new(2).token()).await.unwrap();
            })
        }
    }
    let timer = Arc::new(Meanwhile::default());
    let below = MemoryStore::new().with_timer(Arc::<Meanwhile>::clone(&timer));
    *timer.0.lock().unwrap() = Some(below.clone());
    let store = FaultyStore::new(Arc::new(below));
    store.plan_for(Call::Snapshot, [Fault::Slow(Duration::from_secs(1))]);
    let outcome = block_on(async {
        let tx = Tx::begin(&store).await?;
        assert_eq!(tx.get(&key("a")).await?, None);
        tx.put(key("a"), b"late".as_slice())?;
        tx.commit(RetryPolicy::new(3).token()).await
    });
    assert!(matches!(outcome, Err(StoreError::Conflict)), "{outcome:?}");
}

fn rough() -> Rates {
    let mut rates = Rates::default();
    (rates.conflict, rates.unavailable) = (80, 60);
    (rates.lost_commit, rates.lost_answer) = (80, 80);
    (rates.slow, rates.slowest) = (100, Duration::from_millis(30));
    rates
}

#[test]
fn chance_is_the_same_for_the_same_seed() {
    let outcomes = |seed| {
        let (store, notes) = memory();
        let store = store.with_chance(seed, rough());
        let failed: Vec<_> = (0..50)
            .map(|_| block_on(store.snapshot()).is_err())
            .collect();
        let waits = notes.0.lock().unwrap().clone();
        (failed, waits)
    };
    let (failed, waits) = outcomes(1);
    assert!(failed.contains(&true) && failed.contains(&false));
    assert!(waits.iter().all(|wait| *wait <= rough().slowest) && waits.len() > 1);
    assert_eq!(outcomes(1), (failed.clone(), waits));
    assert_ne!(outcomes(2).0, failed);
    let mut always = Rates::default();
    always.unavailable = 1000;
    let (store, _) = memory();
    let store = store.with_chance(1, always);
    assert!((0..100).all(|_| block_on(store.snapshot()).is_err()));
    // What is planned comes first.
    store.plan_for(Call::Snapshot, [Fault::None]);
    assert!(block_on(store.snapshot()).is_ok());
}

const WRITERS: u64 = 4;
const ROUNDS: u64 = 60;

/// Counts and inserts through rough weather, with several writers at once, and then looks at the
/// store below: what was acknowledged and is not there, or is there twice.
fn work(store: &FaultyStore, below: &dyn Store) -> Result<(), String> {
    let write = |writer: u64| {
        let policy = RetryPolicy::new(writer.into()).with_attempts(1000);
        for round in 0..ROUNDS {
            let once = key(&format!("{writer}-{round}"));
            let body = |tx: Tx| {
                let once = once.clone();
                async move {
                    let count = tx.get(&key("count")).await?;
                    let count = count.map_or(0, |value| number(&value)) + 1;
                    tx.put(key("count"), count.to_be_bytes())?;
                    let times = tx.get(&once).await?.map_or(0, |value| number(&value)) + 1;
                    tx.put(once, times.to_be_bytes())?;
                    Ok::<_, StoreError>(count)
                }
            };
            block_on(transact(store, &policy, body)).map_err(|error| error.to_string())?;
        }
        Ok::<_, String>(())
    };
    thread::scope(|scope| {
        let threads: Vec<_> = (0..WRITERS)
            .map(|writer| scope.spawn(move || write(writer)))
            .collect();
        threads
            .into_iter()
            .try_for_each(|thread| thread.join().unwrap())
    })?;
    block_on(async {
        let tx = Tx::begin(below).await.unwrap();
        let count = tx.get(&key("count")).await.unwrap().unwrap();
        let rows = tx.range(&KeyRange::all(), Page::first(10_000)).await;
        let rows = rows.unwrap().entries;
        if let Some((key, _)) = rows
            .iter()
            .find(|(name, value)| *name != key("count") && number(value) != 1)
        {
            return Err(format!("{key} was inserted twice"));
        }
        if (number(&count), rows.len() as u64) != (WRITERS * ROUNDS, WRITERS * ROUNDS + 1) {
            let (count, inserted) = (number(&count), rows.len() - 1);
            return Err(format!("counted {count}, inserted {inserted}"));
        }
        let global = Partition::global();
        let feed = below.feed(&global, FeedPosition::START, 1000).await;
        let feed = feed.unwrap();
        let commits: BTreeSet<_> = feed.entries.iter().map(|entry| entry.commit).collect();
        let head = feed.head.as_u64();
        if (head, commits.len() as u64) != (WRITERS * ROUNDS, WRITERS * ROUNDS) {
            return Err(format!("the feed has {head} entries"));
        }
        Ok(())
    })
}

fn number(value: &[u8]) -> u64 {
    u64::from_be_bytes(value.try_into().unwrap())
}

/// The work over a store that does not wait.
fn outcome(below: &Arc<dyn Store>, seed: u64) -> Result<FaultyStore, String> {
    let store = FaultyStore::new(Arc::clone(below)).with_chance(seed, rough());
    work(&store, below).map(|()| store)
}

#[test]
fn a_workload_in_rough_weather_happens_once_and_none_of_it_twice() {
    use Fault::{Conflict, LostAnswer, LostCommit, Slow, Unavailable};
    for seed in 0..4 {
        let notes = Notes::default();
        let below = MemoryStore::new().with_timer(Arc::new(notes.clone()));
        let below: Arc<dyn Store> = Arc::new(below);
        let store = outcome(&below, seed).unwrap();
        for fault in [Conflict, Unavailable, LostCommit, LostAnswer] {
            assert!(store.happened(Call::Commit, fault) > 0, "{fault:?}");
        }
        for call in [Call::Snapshot, Call::Get, Call::Commit] {
            assert!(store.happened(call, Slow(Duration::ZERO)) > 0, "{call:?}");
            assert!(store.happened(call, Unavailable) > 0, "{call:?}");
        }
        assert!(!notes.0.lock().unwrap().is_empty());
    }
}

#[test]
fn the_workload_shows_a_store_that_ignores_tokens() {
    for seed in 0..4 {
        let memory = MemoryStore::new().with_timer(Arc::new(Notes::default()));
        let broken: Arc<dyn Store> = Arc::new(Broken::over(memory, Flaw::ForgetsTokens));
        outcome(&broken, seed).unwrap_err();
    }
}
