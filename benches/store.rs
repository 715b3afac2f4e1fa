//! The embedded engine: how many flushes many committers at once need.

use atlas_benches::{Claim, is_quick};
use atlas_store::{Commit, CommitToken, Key, Partition, ReadSet, Store as _, StoreError, Write};
use atlas_store_redb::RedbStore;
use std::{error::Error, sync::Arc, thread};

const WRITERS: u32 = 100;

fn main() -> Result<(), Box<dyn Error>> {
    let each: u32 = if is_quick() { 10 } else { 50 };
    let folder = tempfile::tempdir()?;
    let store = Arc::new(RedbStore::create(folder.path().join("bench.redb"))?);
    let before = store.flushes();
    let writers: Vec<_> = (0..WRITERS)
        .map(|writer| {
            let store = Arc::clone(&store);
            thread::spawn(move || (0..each).try_for_each(|turn| commit(&store, writer, turn)))
        })
        .collect();
    for writer in writers {
        writer.join().map_err(|_| "a writer panicked")??;
    }
    let flushes = u32::try_from(store.flushes() - before)?;
    let a_commit = f64::from(flushes) / f64::from(WRITERS * each);
    let claim = "flushes a commit of 100 concurrent committers, beside one each";
    Claim::cost(claim, "flushes", a_commit, 1.0, 0.05).print();
    Ok(())
}

fn commit(store: &RedbStore, writer: u32, turn: u32) -> Result<(), StoreError> {
    let number = u64::from(writer) << 32 | u64::from(turn);
    let key = Key::builder(&Partition::global(), "bench")
        .u64(number)
        .build()?;
    let commit = Commit {
        reads: ReadSet::default(),
        writes: vec![Write::Put {
            key,
            value: format!("{{\"n\":{number}}}").into_bytes().into(),
        }],
        token: CommitToken::from_u128(u128::from(number)),
    };
    pollster::block_on(async { store.snapshot().await?.commit(commit).await.map(|_| ()) })
}
