//! Commits that have read across partitions.

use crate::support;
use atlas_store::{
    Commit, CommitToken, Committed, Key, KeyRange, Page, Partition, ReadSet, Snapshot, Store,
    StoreError, Write,
};
use atlas_store_postgres::Options;

/// Reads every key there is.
async fn read_all(store: &dyn Store) -> Result<(Box<dyn Snapshot>, ReadSet), StoreError> {
    let snapshot = store.snapshot().await?;
    let all = KeyRange::all();
    snapshot.range(&all, Page::first(100)).await?;
    let reads = ReadSet {
        ranges: vec![all],
        ..ReadSet::default()
    };
    Ok((snapshot, reads))
}

fn put(account: &str, token: CommitToken, reads: ReadSet) -> Commit {
    let account = Partition::account(account).unwrap();
    Commit {
        reads,
        writes: vec![Write::Put {
            key: Key::builder(&account, "wide").build().unwrap(),
            value: b"1".as_slice().into(),
        }],
        token,
    }
}

/// Reads every key and writes one of an account.
pub(crate) async fn commit(
    store: &dyn Store,
    account: &str,
    token: CommitToken,
) -> Result<Committed, StoreError> {
    let (snapshot, reads) = read_all(store).await?;
    snapshot.commit(put(account, token, reads)).await
}

#[test]
fn a_key_in_a_new_partition_is_a_phantom() -> Result<(), StoreError> {
    let store = support::create(&support::url(), Options::default());
    let mut tokens = (1..).map(CommitToken::from_u128);
    let mut token = || tokens.next().unwrap();
    pollster::block_on(async {
        commit(&store, "first", token()).await?;
        // Partitions whose feed is there, and one that nobody has ever written to.
        for other in ["first", "second"] {
            let (snapshot, reads) = read_all(&store).await?;
            let blind = put(other, token(), ReadSet::default());
            store.snapshot().await?.commit(blind).await?;
            let outcome = snapshot.commit(put("third", token(), reads)).await;
            assert!(matches!(outcome, Err(StoreError::Conflict)), "{other}");
        }
        commit(&store, "third", token()).await?;
        // A look over one partition does not mind what happens in others.
        let snapshot = store.snapshot().await?;
        let mut reads = ReadSet::default();
        let account = Partition::account("first").unwrap();
        reads.ranges.push(KeyRange::partition(&account));
        let blind = put("second", token(), ReadSet::default());
        store.snapshot().await?.commit(blind).await?;
        snapshot
            .commit(put("third", token(), reads))
            .await
            .map(drop)
    })
}

#[test]
fn of_two_that_have_read_everything_one_wins() {
    let store = support::create(&support::url(), Options::default());
    for round in 0..10 {
        let together = std::sync::Barrier::new(4);
        let outcomes = std::thread::scope(|scope| {
            let (store, together) = (&store, &together);
            let threads: Vec<_> = (0..4_u32)
                .map(|thread| {
                    scope.spawn(move || {
                        let (snapshot, reads) = pollster::block_on(read_all(store)).unwrap();
                        together.wait();
                        let token = CommitToken::from_u128(u128::from(round * 10 + thread) + 1);
                        let commit = put(&format!("{round}-{thread}"), token, reads);
                        pollster::block_on(snapshot.commit(commit))
                    })
                })
                .collect();
            let outcomes = threads.into_iter().map(|thread| thread.join().unwrap());
            outcomes.collect::<Vec<_>>()
        });
        let won = outcomes.iter().filter(|outcome| outcome.is_ok()).count();
        let lost = |outcome: &&Result<_, _>| matches!(outcome, Err(StoreError::Conflict));
        let lost = outcomes.iter().filter(lost).count();
        assert_eq!((won, lost), (1, 3), "{outcomes:?}");
    }
}
