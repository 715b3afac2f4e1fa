//! The suite every store must pass.

use crate::support;
use atlas_store_conformance::{Harness, Lack, conformance};
use atlas_store_postgres::Options;
use std::sync::Arc;

fn on_a_server() -> Harness {
    Harness::new(|| {
        let mut options = Options::default();
        options.feed_retention = 250;
        Ok(Arc::new(support::create(&support::url(), options)))
    })
    .with_feed_retention(281) // entries go an eighth at a time
    .without(Lack::PushFeed)
}

conformance!(on_a_server());
