//! An ordered, transactional key-value contract with a record layer, and the memory store.

mod capability;
mod check;
mod commit;
mod dump;
mod error;
mod feed;
mod hex;
mod key;
mod load;
mod memory;
mod partition;
mod parts;
mod range;
mod record;
mod scan;
mod table;
mod timer;
mod traits;
mod transact;
mod tx;

pub use crate::{
    capability::{Capability, Limit},
    check::{CheckCounts, Finding, check_table, check_values, partitions},
    commit::{Commit, CommitId, CommitToken, Committed, ReadSet, Value, Version, Write},
    dump::{DumpHeader, dump, header_of},
    error::{AsStoreError, ErrorSource, StoreError},
    feed::{FeedEntry, FeedPage, FeedPosition},
    key::{Key, KeyBuilder, KeyPart, MAX_KEY_BYTES, ParseKeyError},
    load::{LoadError, load, verify},
    memory::MemoryStore,
    partition::{ParsePartitionError, Partition},
    parts::{Part, Parts},
    range::KeyRange,
    record::{Record, RecordError, UpgradeError, check_value},
    table::{Found, Index, Query, QueryPage, Table, Within},
    timer::{SystemTimer, Timer},
    traits::{Entry, Fut, Page, Slice, Snapshot, Store},
    transact::{RetryPolicy, transact},
    tx::{Rows, Tx},
};
