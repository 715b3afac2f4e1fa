//! The suite every store must pass.

use atlas_store_conformance::{Harness, Lack, conformance};
use atlas_store_redb::{MemoryBackend, Options, RedbStore};
use std::sync::Arc;

fn in_memory() -> Harness {
    Harness::new(|| {
        let mut options = Options::default();
        options.feed_retention = 250;
        options.max_commit_bytes = 40 << 20;
        let store = RedbStore::with_backend_and(MemoryBackend::new(), options).unwrap();
        Ok(Arc::new(store))
    })
    .with_feed_retention(281) // entries go an eighth at a time
}

conformance!(in_memory());

mod in_a_file {
    use super::{Arc, Harness, Lack, RedbStore, conformance};

    fn in_file() -> Harness {
        let folder = tempfile::tempdir().unwrap();
        Harness::new(move || {
            let store = RedbStore::create(folder.path().join("atlas.redb")).unwrap();
            Ok(Arc::new(store))
        })
        .without(Lack::FeedExpiry) // 10,000 commits, unless it is told otherwise
        .with_rounds(10)
        .with_seed(3)
    }

    conformance!(in_file());
}
