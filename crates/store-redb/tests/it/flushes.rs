//! Waiting commits share a flush.

use crate::support::{commit, key, put};
use atlas_store::Store as _;
use atlas_store_redb::{CountingBackend, FileBackend, RedbStore};
use std::{sync::Barrier, time::Instant};

const WRITERS: usize = 100;
const ROUNDS: usize = 50;

#[test]
fn a_hundred_committers_share_flushes() {
    let folder = tempfile::tempdir().unwrap();
    let file = FileBackend::create_new(&folder.path().join("atlas.redb")).unwrap();
    let backend = CountingBackend::new(file);
    let count = backend.count();
    let store = RedbStore::with_backend(backend).unwrap();
    let barrier = Barrier::new(WRITERS + 1);
    let (before, begun) = std::thread::scope(|scope| {
        for writer in 0..WRITERS {
            let (store, barrier) = (&store, &barrier);
            scope.spawn(move || {
                barrier.wait();
                let key = key(&writer.to_string());
                for round in 0..ROUNDS {
                    commit(store, vec![put(&key, &round.to_string())]).unwrap();
                }
            });
        }
        let before = count.get();
        let begun = Instant::now();
        barrier.wait();
        (before, begun)
    });
    let seconds = begun.elapsed().as_secs_f64();
    let (flushes, commits) = (count.get() - before, WRITERS * ROUNDS);
    assert_eq!(store.flushes(), count.get());
    #[expect(clippy::cast_precision_loss, reason = "small counts")]
    let (each, rate) = (flushes as f64 / commits as f64, commits as f64 / seconds);
    println!("{each:.4} flushes a commit, {rate:.0} commits a second");
    assert!(each <= 0.05, "{each} flushes a commit");
}

#[test]
fn a_lone_commit_costs_one_flush_and_a_snapshot_none() {
    let backend = CountingBackend::new(atlas_store_redb::MemoryBackend::new());
    let count = backend.count();
    let store = RedbStore::with_backend(backend).unwrap();
    let before = count.get();
    for round in 0..20 {
        commit(&store, vec![put(&key("k"), &round.to_string())]).unwrap();
    }
    assert_eq!(count.get() - before, 20);
    for _ in 0..20 {
        drop(pollster::block_on(store.snapshot()).unwrap());
    }
    assert_eq!(count.get() - before, 20);
}
