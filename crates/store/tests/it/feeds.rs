//! Change feeds of the memory store.

use crate::support::{acme, key, memory, write};
use atlas_store::{FeedPosition, Key, Partition, RetryPolicy, Store, StoreError, Tx, transact};
use pollster::block_on;
use std::{
    future::Future,
    pin::pin,
    task::{Context, Poll, Waker},
};

fn at(number: u64) -> FeedPosition {
    FeedPosition::from_u64(number)
}

#[test]
fn a_commit_stands_in_the_feed_of_each_partition_it_wrote_to() {
    block_on(async {
        let (store, _) = memory();
        let policy = RetryPolicy::new(1);
        write(&store, &policy, &[("a", Some("1")), ("b", None)]).await;
        let other = Partition::global();
        let far = Key::builder(&other, "t").build().unwrap();
        let ((), committed) = transact(&store, &policy, |tx: Tx| {
            let far = far.clone();
            async move {
                tx.put(far, *b"1")?;
                tx.put(key("c"), *b"1")
            }
        })
        .await
        .unwrap();
        let committed = committed.unwrap();
        let positions: Vec<_> = committed.positions.into_iter().collect();
        assert_eq!(positions, [(other.clone(), at(1)), (acme(), at(2))]);
        let page = store.feed(&acme(), FeedPosition::START, 10).await.unwrap();
        assert_eq!(page.head, at(2));
        assert_eq!(page.entries[0].keys, [key("a"), key("b")]);
        assert_eq!(page.entries[1].keys, [key("c")]);
        assert_eq!(page.entries[1].commit, committed.id);
        let page = store.feed(&other, FeedPosition::START, 10).await.unwrap();
        assert_eq!(
            (page.entries[0].keys.clone(), page.entries[0].commit),
            (vec![far], committed.id)
        );
    });
}

#[test]
fn old_entries_expire_and_the_head_never_does() {
    block_on(async {
        let (store, _) = memory();
        let store = store.with_feed_retention(2);
        let policy = RetryPolicy::new(1);
        for _ in 0..5 {
            write(&store, &policy, &[("a", Some("1"))]).await;
        }
        let expired = store.feed(&acme(), at(2), 10).await;
        assert!(matches!(expired, Err(StoreError::FeedExpired { oldest }) if oldest == at(3)));
        let page = store.feed(&acme(), at(3), 10).await.unwrap();
        let positions: Vec<_> = page.entries.iter().map(|entry| entry.position).collect();
        assert_eq!(positions, [at(4), at(5)]);
        assert_eq!(
            store.feed(&acme(), at(4), 1).await.unwrap().entries[0].position,
            at(5)
        );
        assert_eq!(
            store
                .feed(&acme(), FeedPosition::START, 0)
                .await
                .unwrap()
                .head,
            at(5)
        );
        let ahead = store.feed(&acme(), at(9), 10).await.unwrap();
        assert_eq!((ahead.entries.len(), ahead.head), (0, at(5)));
        let nowhere = Partition::account("nobody").unwrap();
        assert_eq!(store.feed(&nowhere, at(0), 10).await.unwrap().head, at(0));
    });
}

#[test]
fn waiting_ends_with_the_next_commit_to_the_partition() {
    let (store, _) = memory();
    let policy = RetryPolicy::new(1);
    let partition = acme();
    let mut waiting = pin!(store.wait(&partition, FeedPosition::START));
    let mut context = Context::from_waker(Waker::noop());
    assert!(waiting.as_mut().poll(&mut context).is_pending());
    block_on(write(&store, &policy, &[("a", Some("1"))]));
    assert!(matches!(
        waiting.as_mut().poll(&mut context),
        Poll::Ready(Ok(()))
    ));
    block_on(store.wait(&partition, FeedPosition::START)).unwrap();
}
