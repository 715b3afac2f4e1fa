//! Single calls through the trait, beside the same on bare redb.

use crate::bare::{Bare, Fault};
use atlas_benches::{Claim, Effort, is_quick, versus};
use atlas_store::{
    Commit, CommitToken, Key, KeyRange, Page, Partition, ReadSet, Store as _, StoreError, Write,
};
use atlas_store_redb::{Options, RedbStore};
use pollster::block_on;
use std::{cell::RefCell, hint::black_box, path::Path};

/// Bytes of the caches of both.
pub(crate) const CACHE: usize = 256 << 20;

/// A value as long as an image record's.
pub(crate) const VALUE: &[u8] = &[b'v'; 700];
/// The rows of a range.
const ROWS: usize = 1000;

pub(crate) fn run(folder: &Path) -> Result<(), Fault> {
    let count: u64 = if is_quick() { 2_000 } else { 100_000 };
    let mut options = Options::default();
    options.cache_bytes = CACHE;
    let store = RedbStore::create_with(folder.join("ours.redb"), options)?;
    let bare = Bare::create(&folder.join("bare.redb"), CACHE)?;
    let keys = (0..count).map(key).collect::<Result<Vec<_>, _>>()?;
    for (turn, part) in keys.chunks(10_000).enumerate() {
        commit(&store, turn.try_into()?, part)?;
        bare.commit(part.iter().map(|key| (key.as_str(), VALUE)))?;
    }
    get(&store, &bare, &keys)?;
    range(&store, &bare, &keys)?;
    durable(&store, &bare)
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

/// Goes over keys in great steps, so that neighbours do not come one after the other.
struct Strides<'k> {
    keys: &'k [Key],
    at: usize,
}

impl<'k> Strides<'k> {
    fn over(keys: &'k [Key]) -> Self {
        Self { keys, at: 0 }
    }

    /// One key.
    fn next(&mut self) -> &'k [Key] {
        self.at = (self.at + 7_919) % self.keys.len();
        self.keys.get(self.at..=self.at).unwrap_or_default()
    }

    fn next_bytes(&mut self) -> &'k [u8] {
        let key = self.next().first();
        key.map_or(&[], |key| key.as_str().as_bytes())
    }
}

fn get(store: &RedbStore, bare: &Bare, keys: &[Key]) -> Result<(), Fault> {
    let (snapshot, reader) = (block_on(store.snapshot())?, bare.reader()?);
    let (mut ours, mut peers) = (Strides::over(keys), Strides::over(keys));
    let trouble = Trouble::default();
    let pair = versus(
        Effort::from_arguments(),
        || trouble.with(block_on(snapshot.get(black_box(ours.next())))),
        || trouble.with(reader.get(black_box(peers.next_bytes()))),
    );
    Claim::nanoseconds(
        "get of a key through the trait, beside bare redb",
        pair,
        1.3,
    )
    .print();
    trouble.end()
}

fn range(store: &RedbStore, bare: &Bare, keys: &[Key]) -> Result<(), Fault> {
    let (snapshot, reader) = (block_on(store.snapshot())?, bare.reader()?);
    let starts = keys.get(..keys.len() - ROWS).unwrap_or_default();
    let (mut ours, mut peers) = (Strides::over(starts), Strides::over(starts));
    let all = KeyRange::all();
    let trouble = Trouble::default();
    let pair = versus(
        Effort::from_arguments(),
        || {
            let from = ours.next().first().map_or("", Key::as_str);
            let range = KeyRange::new(from, all.end());
            trouble.with(block_on(snapshot.range(&range, Page::first(ROWS))))
        },
        || trouble.with(reader.range(peers.next_bytes(), ROWS)),
    );
    let claim = "range of 1000 keys through the trait, beside bare redb";
    Claim::nanoseconds(claim, pair, 1.3).print();
    trouble.end()
}

fn durable(store: &RedbStore, bare: &Bare) -> Result<(), Fault> {
    let trouble = Trouble::default();
    let (mut ours, mut peers) = (1_u64 << 40.., 1_u64 << 40..);
    let pair = versus(
        Effort::from_arguments(),
        || {
            let number = ours.next().unwrap_or_default();
            trouble.with(
                key(number)
                    .map_err(Fault::from)
                    .and_then(|key| commit(store, number.into(), &[key])),
            )
        },
        || {
            let number = peers.next().unwrap_or_default();
            trouble.with(
                key(number)
                    .map_err(Fault::from)
                    .and_then(|key| bare.commit([(key.as_str(), VALUE)])),
            )
        },
    );
    let claim = "durable commit of one key through the trait, beside bare redb";
    Claim::milliseconds(claim, pair, 1.3).print();
    trouble.end()
}

pub(crate) fn key(number: u64) -> Result<Key, StoreError> {
    Key::builder(&Partition::global(), "image")
        .text("/acme/prod")
        .u64(number)
        .build()
}

pub(crate) fn commit(store: &RedbStore, token: u128, keys: &[Key]) -> Result<(), Fault> {
    let writes = keys.iter().map(|key| Write::Put {
        key: key.clone(),
        value: VALUE.into(),
    });
    let commit = Commit {
        reads: ReadSet::default(),
        writes: writes.collect(),
        token: CommitToken::from_u128(token),
    };
    block_on(async { store.snapshot().await?.commit(commit).await })?;
    Ok(())
}
