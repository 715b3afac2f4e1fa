//! Transactions that end at a deadline, wherever they are.

use crate::support::{Fault, Faulty, key, memory};
use atlas_store::{DeadlinePassed, MemoryStore, RetryPolicy, StoreError, Timer, Tx, transact};
use core::{future::Future, pin::Pin};
use pollster::block_on;
use std::{future::pending, sync::Arc, time::Duration};

const DEADLINE: Duration = Duration::from_secs(30);

/// A timer of a world in which only the deadline ever comes.
#[derive(Debug)]
struct OnlyTheDeadline;

impl Timer for OnlyTheDeadline {
    fn sleep(&self, duration: Duration) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        if duration == DEADLINE {
            Box::pin(std::future::ready(()))
        } else {
            Box::pin(pending())
        }
    }
}

fn policy() -> RetryPolicy {
    RetryPolicy::new(1).with_deadline(DEADLINE)
}

/// Puts one key under a fault; the outcome, and what the store holds then.
fn put(fault: Fault) -> (StoreError, Option<u8>, MemoryStore) {
    block_on(async {
        let inner = MemoryStore::new().with_timer(Arc::new(OnlyTheDeadline));
        let store = Faulty::new(inner.clone(), &[fault]);
        let put = |tx: Tx| async move { tx.put(key("n"), [1]) };
        let error = transact(&store, &policy(), put).await.unwrap_err();
        let tx = Tx::begin(&inner).await.unwrap();
        let held = tx.get(&key("n")).await.unwrap().map(|value| value[0]);
        (error, held, inner)
    })
}

/// Whether a deadline stands behind an error.
fn tells_of_the_deadline(error: &StoreError) -> bool {
    let (StoreError::Unavailable { source } | StoreError::UnknownOutcome { source, .. }) = error
    else {
        return false;
    };
    source.as_ref().is_some_and(|source| {
        let passed = source.downcast_ref::<DeadlinePassed>();
        let inside = source.downcast_ref::<StoreError>();
        passed.is_some_and(|passed| passed.after == DEADLINE)
            || inside.is_some_and(tells_of_the_deadline)
    })
}

#[test]
fn between_attempts_nothing_was_written() {
    for fault in [Fault::Conflict, Fault::NoSnapshot] {
        let (error, held, _) = put(fault);
        assert!(matches!(error, StoreError::Unavailable { .. }), "{error:?}");
        assert!(tells_of_the_deadline(&error));
        assert_eq!(held, None);
    }
}

#[test]
fn a_closure_that_never_ends_is_left() {
    let store = MemoryStore::new().with_timer(Arc::new(OnlyTheDeadline));
    let hang = |_: Tx| pending::<Result<(), StoreError>>();
    let error = block_on(transact(&store, &policy(), hang)).unwrap_err();
    assert!(matches!(error, StoreError::Unavailable { .. }), "{error:?}");
    assert!(tells_of_the_deadline(&error));
}

#[test]
fn a_commit_under_way_has_an_unknown_outcome_that_its_token_settles() {
    // Lost on the way back, it is being settled when the deadline comes.
    for fault in [Fault::SilentAfter, Fault::LostAfter] {
        let (error, held, store) = put(fault);
        assert_eq!(held, Some(1));
        assert!(tells_of_the_deadline(&error));
        let StoreError::UnknownOutcome { token, .. } = error else {
            panic!("{error:?}");
        };
        block_on(async {
            let again = Tx::begin(&store).await.unwrap();
            again.put(key("n"), [2]).unwrap();
            let first = again.commit(token).await.unwrap().unwrap();
            assert_eq!(first.positions.len(), 1);
            let tx = Tx::begin(&store).await.unwrap();
            assert_eq!(tx.get(&key("n")).await.unwrap().unwrap()[0], 1);
        });
    }
}

#[test]
fn what_is_done_at_once_asks_no_timer() {
    let (store, notes) = memory();
    let put = |tx: Tx| async move { tx.put(key("n"), [1]) };
    block_on(transact::<_, _, _, StoreError>(&store, &policy(), put)).unwrap();
    assert!(notes.waits().is_empty());
}
