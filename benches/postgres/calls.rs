//! Single calls through the trait, beside the same by the bare client.

use crate::bare::{Bare, Fault};
use atlas_benches::{Claim, Effort, is_quick, versus};
use atlas_store::{Commit, CommitToken, Key, Partition, ReadSet, Store, StoreError, Write};
use atlas_store_postgres::PostgresStore;
use pollster::block_on;
use std::{cell::RefCell, hint::black_box};

/// A value as long as an image record's.
pub(crate) fn value() -> String {
    format!("\"{}\"", "v".repeat(698))
}

pub(crate) fn key(partition: &Partition, number: u64) -> Result<Key, StoreError> {
    Key::builder(partition, "image").u64(number).build()
}

/// What the sides of a bench run into; they are measured and cannot fail themselves.
#[derive(Default)]
struct Trouble(RefCell<Option<Fault>>);

impl Trouble {
    fn with<T>(&self, outcome: Result<T, impl Into<Fault>>) -> Option<T> {
        outcome
            .map_err(|error| *self.0.borrow_mut() = Some(error.into()))
            .ok()
    }

    fn end(self) -> Result<(), Fault> {
        self.0.into_inner().map_or(Ok(()), Err)
    }
}

pub(crate) fn run(store: &PostgresStore, bare: &Bare) -> Result<(), Fault> {
    let account = Partition::account("acme")?;
    let count: u64 = if is_quick() { 200 } else { 5_000 };
    let keys = (0..count).map(|number| key(&account, number));
    let keys = keys.collect::<Result<Vec<_>, _>>()?;
    bare.make_feed("acme")?;
    for (number, key) in (1..).zip(&keys) {
        commit(store, number, key)?;
        bare.commit(number, key.as_str(), &value())?;
    }
    get(store, bare, &keys)?;
    durable(store, bare, &account)
}

fn get(store: &PostgresStore, bare: &Bare, keys: &[Key]) -> Result<(), Fault> {
    let snapshot = block_on(store.snapshot())?;
    bare.snapshot()?;
    let (mut ours, mut peers) = (keys.iter().cycle(), keys.iter().cycle());
    let trouble = Trouble::default();
    let pair = versus(
        Effort::from_arguments(),
        || {
            let key = ours.next().map_or(&[][..], std::slice::from_ref);
            trouble.with(block_on(snapshot.get(black_box(key))))
        },
        || trouble.with(bare.get(black_box(peers.next().map_or("", Key::as_str)))),
    );
    bare.end()?;
    let claim = "get of a key on PostgreSQL through the trait, beside a bare client";
    Claim::milliseconds(claim, pair, 1.2).print();
    trouble.end()
}

fn durable(store: &PostgresStore, bare: &Bare, account: &Partition) -> Result<(), Fault> {
    let trouble = Trouble::default();
    let (mut ours, mut peers) = (1_u64 << 40.., 1_u64 << 40..);
    let pair = versus(
        Effort::from_arguments(),
        || {
            let number = ours.next().unwrap_or_default();
            let outcome = key(account, number).map_err(Fault::from);
            trouble.with(outcome.and_then(|key| commit(store, number, &key)))
        },
        || {
            let number = peers.next().unwrap_or_default();
            let outcome = key(account, number).map_err(Fault::from);
            trouble.with(outcome.and_then(|key| bare.commit(number, key.as_str(), &value())))
        },
    );
    let claim = "snapshot, get and commit of a new key on PostgreSQL, beside a bare client";
    Claim::milliseconds(claim, pair, 1.3).print();
    trouble.end()
}

/// Looks for a key, and puts it where it is not there.
pub(crate) fn commit(store: &dyn Store, token: u64, key: &Key) -> Result<(), Fault> {
    block_on(async {
        let snapshot = store.snapshot().await?;
        let found = snapshot.get(std::slice::from_ref(key)).await?;
        let version = found.first().and_then(Option::as_ref);
        let mut reads = ReadSet::default();
        let version = version.map(|entry| entry.version);
        reads.keys.insert(key.clone(), version);
        let writes = vec![Write::Put {
            key: key.clone(),
            value: value().into_bytes().into(),
        }];
        let token = CommitToken::from_u128(token.into());
        let commit = Commit {
            reads,
            writes,
            token,
        };
        snapshot.commit(commit).await?;
        Ok(())
    })
}
