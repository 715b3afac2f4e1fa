//! The memory store passes.

use atlas_store::MemoryStore;
use atlas_store_conformance::{Harness, conformance};
use std::sync::Arc;

fn memory() -> Harness {
    Harness::new(|| Ok(Arc::new(MemoryStore::new().with_feed_retention(300))))
        .with_feed_retention(300)
}

conformance!(memory());

mod with_small_limits {
    use super::{Arc, Harness, MemoryStore, conformance};
    use atlas_store::Capability;

    fn small() -> Harness {
        Harness::new(|| {
            let mut capability = Capability::new("small");
            capability.max_value_bytes = 200_000;
            capability.max_operations = Some(20);
            capability.max_commit_bytes = Some(300_000);
            Ok(Arc::new(MemoryStore::new().with_capability(capability)))
        })
        .with_seed(7)
        .with_rounds(10)
    }

    conformance!(small());
}
