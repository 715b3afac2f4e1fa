//! A medium that fails.

use crate::support::{commit, everything, key, put};
use atlas_store::{FeedPosition, Partition, Store as _, StoreError};
use atlas_store_redb::{Backend, MemoryBackend, RedbStore};
use std::{
    io,
    sync::{
        Arc,
        atomic::{AtomicU8, Ordering},
    },
};

/// Memory whose writes or flushes fail when told to; a failed medium keeps what was flushed.
#[derive(Debug, Clone, Default)]
struct Faulty {
    memory: MemoryBackend,
    fault: Arc<AtomicU8>,
}

const WRITES: u8 = 1;
const FLUSHES: u8 = 2;

impl Faulty {
    fn fail(&self, fault: u8) {
        self.fault.store(fault, Ordering::SeqCst);
    }

    fn try_to(&self, what: u8) -> io::Result<()> {
        if self.fault.load(Ordering::SeqCst) == what {
            return Err(io::Error::other("the medium is full"));
        }
        Ok(())
    }
}

impl Backend for Faulty {
    fn len(&self) -> io::Result<u64> {
        self.memory.len()
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        self.memory.read(offset, out)
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        self.try_to(WRITES)?;
        self.memory.set_len(len)
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        self.try_to(WRITES)?;
        self.memory.write(offset, data)
    }

    fn flush(&self) -> io::Result<()> {
        self.try_to(FLUSHES)?;
        self.memory.flush()
    }
}

#[test]
fn a_failed_flush_leaves_the_outcome_open_and_closes_the_store() {
    for fault in [WRITES, FLUSHES] {
        let medium = Faulty::default();
        let store = RedbStore::with_backend(medium.clone()).unwrap();
        commit(&store, vec![put(&key("a"), "1")]).unwrap();
        medium.fail(fault);
        let token = atlas_store::CommitToken::from_u128(9 << 64);
        let outcome = crate::support::commit_as(&store, vec![put(&key("b"), "2")], token);
        assert!(
            matches!(outcome, Err(StoreError::UnknownOutcome { token: found, .. }) if found == token),
            "{outcome:?}"
        );
        medium.fail(0);
        let outcome = commit(&store, vec![put(&key("c"), "3")]);
        assert!(matches!(outcome, Err(StoreError::Closed)), "{outcome:?}");
        let far = FeedPosition::from_u64(100);
        let outcome = pollster::block_on(store.wait(&Partition::global(), far));
        assert!(matches!(outcome, Err(StoreError::Closed)), "{outcome:?}");
        drop(store);
        // Opened again, the token tells.
        let store = RedbStore::with_backend(medium).unwrap();
        let rows = everything(&store).unwrap().len();
        crate::support::commit_as(&store, vec![put(&key("b"), "2")], token).unwrap();
        assert!(rows == 1 || rows == 2, "{rows} rows");
        assert_eq!(everything(&store).unwrap().len(), 2);
    }
}

#[test]
fn a_store_that_cannot_be_made_says_so() {
    let medium = Faulty::default();
    medium.fail(WRITES);
    let error = RedbStore::with_backend(medium).unwrap_err();
    assert!(
        matches!(error, atlas_store_redb::OpenError::Io { .. }),
        "{error:?}"
    );
}
