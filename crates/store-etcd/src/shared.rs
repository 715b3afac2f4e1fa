//! What a store and its snapshots share.

use crate::{
    Address, Options, fault::reading, heads::Heads, layout::Layout, nodes::Nodes, runtime::Tasks,
};
use atlas_store::{Capability, MAX_KEY_BYTES, StoreError};
use core::{
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};
use etcd_client::Error;
use std::sync::Arc;
use tokio::{sync::Mutex, time};

/// How long a token is kept once its lease was taken: a day, and as long as a lease is used.
const LEASE: Duration = Duration::from_hours(25);
/// How long a lease is used for new tokens. What goes away with it, goes at once, so it should not
/// be too much.
const LEASE_USE: Duration = Duration::from_mins(15);
/// Beside the limits of servers: what every write adds to a request for its place in the feed, with
/// the longest key and prefix there are, and what each commit adds, with dozens of partitions.
const EACH: usize = 160 + MAX_KEY_BYTES;
const ONCE: usize = 64 << 10;
/// The least that a commit may always write: a key and a value of 1 MiB.
const LEAST_COMMIT: usize = (1 << 20) + MAX_KEY_BYTES;

pub(crate) struct Shared {
    pub(crate) capability: Capability,
    pub(crate) layout: Layout,
    /// The most operations of a transaction, and the most bytes of a request.
    pub(crate) operations: usize,
    pub(crate) request_bytes: usize,
    pub(crate) options: Options,
    pub(crate) nodes: Nodes,
    pub(crate) heads: Heads,
    pub(crate) tasks: Arc<Tasks>,
    lease: Mutex<Option<i64>>,
    closed: AtomicBool,
}

/// What a commit may write, if servers take so many bytes in a request and operations in a
/// transaction; none where that is too little.
pub(crate) fn commit_bytes(request_bytes: usize, operations: usize) -> Option<usize> {
    let beside = operations.saturating_mul(EACH).saturating_add(ONCE);
    let left = request_bytes.checked_sub(beside)?;
    (left >= LEAST_COMMIT).then_some(left)
}

impl Shared {
    pub(crate) fn new(
        address: &Address,
        options: Options,
        nodes: Nodes,
        tasks: Arc<Tasks>,
    ) -> Self {
        let (operations, request_bytes) = (address.operations(), address.request_bytes());
        let mut capability = Capability::new("etcd");
        // INVARIANT: an address holds no limits that leave too little.
        let bytes = commit_bytes(request_bytes, operations).unwrap_or(LEAST_COMMIT);
        capability.max_operations = Some(operations);
        capability.max_commit_bytes = Some(bytes);
        capability.max_value_bytes = capability
            .max_value_bytes
            .min(bytes.saturating_sub(MAX_KEY_BYTES));
        capability.push_feed = true;
        Self {
            capability,
            layout: Layout::new(address.prefix()),
            operations,
            request_bytes,
            options,
            nodes,
            heads: Heads::default(),
            tasks,
            lease: Mutex::new(None),
            closed: AtomicBool::new(false),
        }
    }

    pub(crate) fn is_closed(&self) -> bool {
        self.closed.load(Ordering::Acquire)
    }

    pub(crate) fn close(&self) {
        self.closed.store(true, Ordering::Release);
    }

    /// The error of a read, by what the store is to the reader.
    pub(crate) fn error(&self, error: Error) -> StoreError {
        if self.is_closed() {
            StoreError::Closed
        } else {
            reading(error)
        }
    }

    /// The lease that takes tokens away: one for all of a quarter of an hour.
    pub(crate) async fn lease(self: &Arc<Self>) -> Result<i64, Error> {
        let mut lease = self.lease.lock().await;
        if let Some(lease) = *lease {
            return Ok(lease);
        }
        let seconds = i64::try_from(LEASE.as_secs()).unwrap_or(i64::MAX);
        let granted = self.nodes.lease(seconds).await?;
        *lease = Some(granted);
        let shared = Arc::clone(self);
        self.tasks.run_along(async move {
            time::sleep(LEASE_USE).await;
            shared.forget_lease(granted).await;
        });
        Ok(granted)
    }

    /// Takes another lease from now on.
    pub(crate) async fn forget_lease(&self, old: i64) {
        let mut lease = self.lease.lock().await;
        if *lease == Some(old) {
            *lease = None;
        }
    }
}
