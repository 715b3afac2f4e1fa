//! A backend that counts flushes.

use super::Backend;
use core::sync::atomic::{AtomicU64, Ordering};
use std::{io, sync::Arc};

/// Counts the flushes of another backend.
///
/// ```
/// # use atlas_store_redb::{CountingBackend, MemoryBackend, RedbStore};
/// let backend = CountingBackend::new(MemoryBackend::new());
/// let flushes = backend.count();
/// let store = RedbStore::with_backend(backend)?;
/// assert!(flushes.get() > 0, "a new store was made to last");
/// # Ok::<(), atlas_store_redb::OpenError>(())
/// ```
#[derive(Debug)]
pub struct CountingBackend<B> {
    inner: B,
    count: FlushCount,
}

impl<B: Backend> CountingBackend<B> {
    /// Counts from zero.
    pub fn new(inner: B) -> Self {
        Self {
            inner,
            count: FlushCount::default(),
        }
    }

    /// A handle on the count, to be kept when the backend is given away.
    pub fn count(&self) -> FlushCount {
        self.count.clone()
    }
}

/// How many flushes a [`CountingBackend`] has seen; clones share the count.
#[derive(Debug, Clone, Default)]
pub struct FlushCount(Arc<AtomicU64>);

impl FlushCount {
    /// The count.
    pub fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

impl<B: Backend> Backend for CountingBackend<B> {
    fn len(&self) -> io::Result<u64> {
        self.inner.len()
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        self.inner.read(offset, out)
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        self.inner.set_len(len)
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        self.inner.write(offset, data)
    }

    fn flush(&self) -> io::Result<()> {
        self.count.0.fetch_add(1, Ordering::Relaxed);
        self.inner.flush()
    }

    fn close(&self) -> io::Result<()> {
        self.inner.close()
    }
}
