//! The embedded Cloud Atlas store: one redb file, one flush for all waiting commits.
//!
//! ```
//! use atlas_store::{Key, Partition, RetryPolicy, StoreError, Tx, transact};
//! use atlas_store_redb::RedbStore;
//!
//! # let folder = tempfile::tempdir()?;
//! # let path = folder.path().join("atlas.redb");
//! # pollster::block_on(async {
//! let store = RedbStore::create(&path)?;
//! let key = Key::builder(&Partition::global(), "greeting").text("en").build()?;
//! let write = |tx: Tx| {
//!     let key = key.clone();
//!     async move { tx.put(key, b"hello".as_slice()) }
//! };
//! transact::<_, _, _, StoreError>(&store, &RetryPolicy::new(7), write).await?;
//! drop(store);
//! assert!(RedbStore::check(&path)?.is_sound());
//! # Ok::<(), Box<dyn std::error::Error>>(()) })?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! It is not for several processes at once: whoever opens the file locks it.
//!
//! | type | what it is |
//! |---|---|
//! | [`RedbStore`] | the store: `create` makes a file, `open` never does, `check` looks through one, `inspect` reads one that stays as it is |
//! | [`OpenError`] | why not; the file is as it was |
//! | [`Options`] | how much is kept, and how much memory is used |
//! | [`Backend`] | where the bytes lie: a file, memory, or something that counts or fails |
//! | [`VolatileBackend`] | memory that shows what a loss of power leaves, for tests |
//!
//! # What is kept
//!
//! The feed of a partition keeps its last 10,000 commits, and tokens are kept for the last 100,000
//! commits, unless [`Options`] say otherwise. What every live snapshot could conflict with is kept
//! in memory: a snapshot that is held for long costs the keys written since.
//!
//! # Damage
//!
//! The engine stops with a panic on many damaged files. Panics are caught here and become
//! [`StoreError::Corrupt`](atlas_store::StoreError::Corrupt) or [`OpenError::Damaged`], unless the
//! program is built to abort on panics. The panic hook still runs, and by default says so on
//! standard error. Values are not checksummed here: the record layer's envelope is.
//!
//! [`RedbStore::check`] reads every page and finds every damaged one that holds something, with one
//! exception that nothing can tell apart: where a store was stopped in the middle and its newest
//! commits are damaged, the engine takes them for unfinished and steps back by one flush. With
//! [`Options::quick_repair`] it never does.
//!
//! # Loss of power
//!
//! An acknowledged commit survives it, on a medium whose flush is one and that leaves alone what it
//! was not told to write; unfinished writes may be there in any part. The newest commit that was
//! flushed is never written over, so that a torn one leads back to it and no further.
#![expect(
    clippy::disallowed_methods,
    reason = "this crate is an edge: it opens the file that a store lies in"
)]

mod backend;
mod batch;
mod check;
mod committer;
mod error;
mod gate;
mod guard;
mod header;
mod holder;
mod inspect;
mod layout;
mod open;
mod options;
mod recent;
mod shared;
mod store;
mod tokens;
mod view;

pub use crate::{
    backend::{Backend, CountingBackend, FileBackend, FlushCount, MemoryBackend, VolatileBackend},
    check::{CheckReport, Problem},
    error::{Found, OpenError, Place},
    holder::NamedProcess,
    options::{Content, Options},
    store::RedbStore,
};
