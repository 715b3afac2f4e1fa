//! Which pages of a file a question reads while the cache is cold.

use atlas_store_redb::{Backend, FileBackend};
use core::sync::atomic::{AtomicU64, Ordering};
use std::{io, path::Path, sync::Arc};

/// A file that counts the reads of it.
#[derive(Debug)]
pub(crate) struct PageCount {
    file: FileBackend,
    reads: Arc<AtomicU64>,
}

impl PageCount {
    pub(crate) fn open(path: &Path) -> io::Result<(Self, Arc<AtomicU64>)> {
        let reads = Arc::default();
        let file = FileBackend::open(path)?;
        Ok((
            Self {
                file,
                reads: Arc::clone(&reads),
            },
            reads,
        ))
    }
}

impl Backend for PageCount {
    fn len(&self) -> io::Result<u64> {
        self.file.len()
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        self.reads.fetch_add(1, Ordering::Relaxed);
        self.file.read(offset, out)
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        self.file.set_len(len)
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        self.file.write(offset, data)
    }

    fn flush(&self) -> io::Result<()> {
        self.file.flush()
    }

    fn close(&self) -> io::Result<()> {
        self.file.close()
    }
}
