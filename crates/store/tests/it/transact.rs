//! Retries and unknown outcomes.

use crate::support::{Fault, Faulty, key, memory, write};
use atlas_store::{AsStoreError, ReadSet, RetryPolicy, Store, StoreError, Tx, transact};
use pollster::block_on;
use std::{
    collections::BTreeSet,
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};

/// Adds one to a counter under a store's faults; the counter then, what the closure returned, how
/// often it ran, and how often there was a wait.
fn count(faults: &[Fault], attempts: u32) -> (Result<u8, StoreError>, Option<u8>, usize, usize) {
    block_on(async {
        let (inner, notes) = memory();
        let store = Faulty::new(inner.clone(), faults);
        let policy = RetryPolicy::new(3).with_attempts(attempts);
        let runs = AtomicUsize::new(0);
        let add = |tx: Tx| {
            runs.fetch_add(1, Ordering::Relaxed);
            async move {
                let count = tx.get(&key("n")).await?.map_or(0, |value| value[0]) + 1;
                tx.put(key("n"), [count])?;
                Ok::<_, StoreError>(count)
            }
        };
        let outcome = transact(&store, &policy, add).await;
        let outcome = outcome.map(|(count, committed)| {
            assert_eq!(committed.unwrap().positions.len(), 1);
            count
        });
        let stored = Tx::begin(&inner)
            .await
            .unwrap()
            .get(&key("n"))
            .await
            .unwrap();
        (
            outcome,
            stored.map(|value| value[0]),
            runs.into_inner(),
            notes.waits().len(),
        )
    })
}

#[test]
fn conflicts_are_tried_again() {
    let (outcome, stored, runs, waits) = count(&[Fault::Conflict, Fault::Conflict], 12);
    assert_eq!((outcome.unwrap(), stored, runs, waits), (1, Some(1), 3, 2));
}

#[test]
fn an_unreachable_store_is_tried_again() {
    let (outcome, stored, runs, waits) = count(&[Fault::NoSnapshot, Fault::NoSnapshot], 12);
    assert_eq!((outcome.unwrap(), stored, runs, waits), (1, Some(1), 1, 2));
}

#[test]
fn attempts_are_bounded() {
    let (outcome, stored, runs, waits) = count(&[Fault::Conflict; 20], 12);
    assert!(matches!(outcome, Err(StoreError::Conflict)));
    assert_eq!((stored, runs, waits), (None, 12, 11));
}

#[test]
fn a_commit_lost_on_the_way_back_counts_once() {
    for fault in [Fault::LostAfter, Fault::UnavailableAfter] {
        let (outcome, stored, runs, _) = count(&[fault], 12);
        assert_eq!(
            (outcome.unwrap(), stored, runs),
            (1, Some(1), 1),
            "{fault:?}"
        );
    }
}

#[test]
fn a_commit_lost_on_the_way_there_is_done_again() {
    let (outcome, stored, runs, _) = count(&[Fault::LostBefore], 12);
    assert_eq!((outcome.unwrap(), stored, runs), (1, Some(1), 2));
}

#[test]
fn settling_survives_more_losses() {
    let faults = [
        Fault::LostAfter,
        Fault::NoSnapshot,
        Fault::LostBefore,
        Fault::LostAfter,
    ];
    let (outcome, stored, runs, _) = count(&faults, 12);
    assert_eq!((outcome.unwrap(), stored, runs), (1, Some(1), 1));
}

#[test]
fn an_outcome_that_stays_unknown_is_told_and_not_guessed() {
    let faults = [&[Fault::LostAfter][..], &[Fault::NoSnapshot; 12]].concat();
    let (outcome, stored, runs, _) = count(&faults, 12);
    assert!(
        matches!(outcome, Err(StoreError::UnknownOutcome { .. })),
        "{outcome:?}"
    );
    assert_eq!((stored, runs), (Some(1), 1));
}

#[test]
fn a_timer_that_fails_leaves_the_outcome_unknown() {
    block_on(async {
        let store = Faulty::new(memory().0, &[Fault::LostAfter]).without_timer();
        let runs = AtomicUsize::new(0);
        let put = |tx: Tx| {
            runs.fetch_add(1, Ordering::Relaxed);
            async move { tx.put(key("n"), [1]) }
        };
        let outcome = transact(&store, &RetryPolicy::new(1), put).await;
        assert!(
            matches!(outcome, Err(StoreError::UnknownOutcome { .. })),
            "{outcome:?}"
        );
        assert_eq!(runs.into_inner(), 1);
    });
}

#[test]
fn the_probe_fences_a_commit_that_is_still_on_its_way() {
    block_on(async {
        let (store, _) = memory();
        let policy = RetryPolicy::new(1);
        let token = policy.token();
        let late = Tx::begin(&store).await.unwrap();
        late.put(key("a"), *b"late").unwrap();
        // What `transact` does once it has lost sight of the commit under this token.
        let probe = atlas_store::Commit {
            reads: ReadSet::default(),
            writes: Vec::new(),
            token,
        };
        let answer = store.snapshot().await.unwrap().commit(probe).await.unwrap();
        assert!(answer.positions.is_empty());
        assert_eq!(late.commit(token).await.unwrap(), Some(answer));
        assert_eq!(
            Tx::begin(&store)
                .await
                .unwrap()
                .get(&key("a"))
                .await
                .unwrap(),
            None
        );
    });
}

#[derive(Debug)]
enum Refusal {
    Full,
    Store(StoreError),
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl AsStoreError for Refusal {
    fn as_store_error(&self) -> Option<&StoreError> {
        match self {
            Self::Full => None,
            Self::Store(error) => Some(error),
        }
    }
}

#[test]
fn a_refusal_is_never_tried_again_and_writes_nothing() {
    block_on(async {
        let (store, _) = memory();
        let runs = AtomicUsize::new(0);
        let refuse = |tx: Tx| {
            runs.fetch_add(1, Ordering::Relaxed);
            async move {
                tx.put(key("a"), *b"1")?;
                Err::<(), _>(Refusal::Full)
            }
        };
        let outcome = transact(&store, &RetryPolicy::new(1), refuse).await;
        assert!(matches!(outcome, Err(Refusal::Full)));
        assert_eq!(runs.into_inner(), 1);
        assert_eq!(
            Tx::begin(&store)
                .await
                .unwrap()
                .get(&key("a"))
                .await
                .unwrap(),
            None
        );
    });
}

#[test]
fn the_second_attempt_reads_anew() {
    block_on(async {
        let (store, _) = memory();
        let (policy, others) = (RetryPolicy::new(1), RetryPolicy::new(2));
        let runs = AtomicUsize::new(0);
        let (value, _) = transact(&store, &policy, |tx: Tx| {
            let (store, others) = (store.clone(), &others);
            let run = runs.fetch_add(1, Ordering::Relaxed);
            async move {
                let value = tx.get(&key("a")).await?;
                if run == 0 {
                    write(&store, others, &[("a", Some("theirs"))]).await;
                }
                tx.put(key("b"), value.clone().unwrap_or_default())?;
                Ok::<_, StoreError>(value)
            }
        })
        .await
        .unwrap();
        assert_eq!(value.as_deref(), Some(b"theirs".as_slice()));
    });
}

#[test]
fn waits_double_and_jitter_by_the_seed() {
    let waits = |seed| {
        block_on(async {
            let (inner, notes) = memory();
            let store = Faulty::new(inner, &[Fault::NoSnapshot; 12]);
            let run = |_: Tx| async { Ok::<_, StoreError>(()) };
            transact(&store, &RetryPolicy::new(seed), run)
                .await
                .unwrap_err();
            notes.waits()
        })
    };
    let (first, second) = (waits(1), waits(2));
    assert_eq!(first, waits(1));
    assert_ne!(first, second);
    for (attempt, wait) in (0_u32..).zip(first) {
        let whole = Duration::from_micros(500 << attempt);
        assert!((whole / 2..=whole).contains(&wait), "{attempt}: {wait:?}");
    }
}

#[test]
fn a_policy_never_gives_a_token_twice() {
    let policy = RetryPolicy::new(9);
    let tokens: BTreeSet<_> = (0..1000).map(|_| policy.token()).collect();
    assert_eq!(tokens.len(), 1000);
    assert!(!tokens.contains(&RetryPolicy::new(10).token()));
}

#[test]
fn futures_can_be_spawned() {
    fn is_send<T: Send>(value: T) -> T {
        value
    }
    let (store, _) = memory();
    let policy = RetryPolicy::new(1);
    let run = |tx: Tx| async move { tx.get(&key("a")).await };
    block_on(is_send(transact(&store, &policy, run))).unwrap();
}
