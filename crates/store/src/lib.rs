//! An ordered, transactional key-value contract with a record layer, and the memory store.

mod capability;
mod commit;
mod error;
mod feed;
mod key;
mod memory;
mod partition;
mod range;
mod timer;
mod traits;
mod transact;
mod tx;

pub use crate::{
    capability::{Capability, Limit},
    commit::{Commit, CommitId, CommitToken, Committed, ReadSet, Value, Version, Write},
    error::{AsStoreError, ErrorSource, StoreError},
    feed::{FeedEntry, FeedPage, FeedPosition},
    key::{Key, KeyBuilder, KeyPart, MAX_KEY_BYTES, ParseKeyError},
    memory::MemoryStore,
    partition::{ParsePartitionError, Partition},
    range::KeyRange,
    timer::{SystemTimer, Timer},
    traits::{Entry, Fut, Page, Slice, Snapshot, Store},
    transact::{RetryPolicy, transact},
    tx::{Rows, Tx},
};
