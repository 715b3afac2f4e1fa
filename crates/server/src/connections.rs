//! How many connections there are, and were.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

/// How many connections there are, and were; clones count together.
#[derive(Debug, Clone, Default)]
pub struct Connections(Arc<Counts>);

#[derive(Debug, Default)]
struct Counts {
    open: AtomicU64,
    accepted: AtomicU64,
    handshakes_failed: AtomicU64,
}

/// One of them, until it is dropped.
#[derive(Debug)]
pub(crate) struct Counted(Connections);

impl Connections {
    /// How many are open.
    pub fn open(&self) -> u64 {
        self.0.open.load(Ordering::Relaxed)
    }

    /// How many there were since it began, those that are open among them.
    pub fn accepted(&self) -> u64 {
        self.0.accepted.load(Ordering::Relaxed)
    }

    /// How many of them could not agree on TLS, or took too long to.
    pub fn handshakes_failed(&self) -> u64 {
        self.0.handshakes_failed.load(Ordering::Relaxed)
    }

    pub(crate) fn begin(&self) -> Counted {
        self.0.open.fetch_add(1, Ordering::Relaxed);
        self.0.accepted.fetch_add(1, Ordering::Relaxed);
        Counted(self.clone())
    }
}

impl Counted {
    pub(crate) fn handshake_failed(&self) {
        let counts = &self.0.0;
        counts.handshakes_failed.fetch_add(1, Ordering::Relaxed);
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.0.open.fetch_sub(1, Ordering::Relaxed);
    }
}
