//! The embedded Cloud Atlas store: one redb file, one flush for all waiting commits.
//!
//! ```
//! use atlas_store::{Key, Partition, RetryPolicy, Store, StoreError, transact};
//! use atlas_store_redb::{MemoryBackend, RedbStore};
//! use std::sync::Arc;
//!
//! let store: Arc<dyn Store> = Arc::new(RedbStore::with_backend(MemoryBackend::new())?);
//! # Ok::<(), atlas_store_redb::OpenError>(())
//! ```
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
mod holder;
mod layout;
mod open;
mod options;
mod recent;
mod shared;
mod store;
mod view;

pub use crate::{
    backend::{Backend, CountingBackend, FileBackend, FlushCount, MemoryBackend},
    check::{CheckReport, Problem},
    error::{Found, OpenError, Place},
    options::Options,
    store::RedbStore,
};
