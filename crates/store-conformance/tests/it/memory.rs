//! The memory store passes, in each of its forms.

use atlas_store::MemoryStore;
use atlas_store_conformance::{Harness, Lack, conformance, verify};
use std::sync::Arc;

fn memory() -> Harness {
    Harness::new(|| Ok(Arc::new(MemoryStore::new().with_feed_retention(300))))
        .with_feed_retention(300)
}

conformance!(memory());

/// The shape of small engines.
mod limited {
    use super::{Arc, Harness, Lack, MemoryStore, conformance};

    fn limited() -> Harness {
        Harness::new(|| Ok(Arc::new(MemoryStore::limited().with_feed_retention(50))))
            .with_feed_retention(50)
            .without(Lack::LargeCommits)
            .with_seed(7)
            .with_rounds(15)
    }

    conformance!(limited());
}

/// The least that a store may hold.
mod with_least_limits {
    use super::{Arc, Harness, Lack, MemoryStore, conformance};
    use atlas_store::Capability;

    fn least() -> Harness {
        Harness::new(|| {
            let mut capability = Capability::new("small");
            capability.max_value_bytes = 100_010;
            capability.max_operations = Some(20);
            capability.max_commit_bytes = Some(200_000);
            Ok(Arc::new(MemoryStore::new().with_capability(capability)))
        })
        .without(Lack::FeedExpiry)
        .without(Lack::PushFeed)
        .without(Lack::LargeValues)
        .without(Lack::LargeCommits)
        .with_seed(11)
        .with_rounds(10)
    }

    conformance!(least());
}

/// How many random histories are tried: 5 unless `ATLAS_STORE_HISTORIES` says otherwise.
#[expect(
    clippy::disallowed_methods,
    reason = "the long mode is asked for from outside"
)]
fn histories() -> u64 {
    std::env::var("ATLAS_STORE_HISTORIES").map_or(5, |count| count.parse().unwrap())
}

#[test]
fn one_order_explains_many_histories() {
    for seed in 100..100 + histories() {
        for (writers, rounds) in [(2, 60), (8, 20), (16, 10)] {
            let harness = memory()
                .with_seed(seed)
                .with_writers(writers)
                .with_rounds(rounds);
            let outcome = verify("histories_are_serializable", &harness);
            assert!(
                outcome.is_ok(),
                "seed {seed}, {writers} writers: {outcome:?}"
            );
        }
    }
}
