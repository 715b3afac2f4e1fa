//! The Cloud Atlas store in etcd: three machines, of which one may fail at any moment.
//!
//! ```no_run
//! use atlas_store_etcd::EtcdStore;
//!
//! # async fn example() -> Result<(), atlas_store_etcd::OpenError> {
//! let url = "etcd://10.0.0.1,10.0.0.2,10.0.0.3/cloud-atlas?operations=4096&commit=8MiB";
//! let store = EtcdStore::create(url).await?;
//! drop(store);
//! let store = EtcdStore::open(url).await?;
//! # Ok(()) }
//! ```
//!
//! It knows keys and bytes, and nothing of records. No type of its client is shown, and it retries
//! nothing that may have happened. A thread of its own speaks with the servers, so that it works
//! under any executor.
//!
//! Everything lies below a prefix, as text:
//!
//! | key | holds |
//! |---|---|
//! | `PREFIX/meta` | that this is a store, its format, and whose records it holds |
//! | `PREFIX/k/KEY` | a value; its version is the revision that wrote it |
//! | `PREFIX/h/PARTITION` | where the feed ends and begins |
//! | `PREFIX/f/PARTITION/POSITION` | an entry of the feed: the commit, and the keys that it wrote |
//! | `PREFIX/e/PARTITION SPACE` | touched by every commit that deletes a key of the space |
//! | `PREFIX/t/TOKEN` | what the commit under this token returned; its lease takes it away after a day |
//!
//! A commit is one transaction of etcd. It compares the revision of each key that was read; that no
//! key of a range that was read has a revision after the snapshot, and, since a key that is gone has
//! none, that nothing was deleted in its space either; that the feeds end where it thinks; and that
//! its token is new. A commit that has read more than one transaction can compare falls back on
//! coarser guards, which may refuse what need not be, and never let pass what must not be.
//!
//! A snapshot is a revision, and its point is that of its first read: at or after everything that was
//! acknowledged before. Where a server has compacted that revision meanwhile, reads answer
//! [`StoreError::Conflict`](atlas_store::StoreError::Conflict): take a new snapshot.
//!
//! | type | what it is |
//! |---|---|
//! | [`EtcdStore`] | the engine |
//! | [`Address`], [`AddressError`] | its URL, with the limits of the servers |
//! | [`Options`] | what a program sets |
//! | [`OpenError`], [`Place`], [`Found`] | why there is no store |

mod address;
mod commit;
mod error;
mod fault;
mod guards;
mod heads;
mod layout;
mod nodes;
mod open;
mod options;
mod reach;
mod request;
mod rows;
mod runtime;
mod shared;
mod snapshot;
mod store;

pub use crate::{
    address::{Address, AddressError},
    error::{Found, OpenError, Place},
    options::Options,
    store::EtcdStore,
};
