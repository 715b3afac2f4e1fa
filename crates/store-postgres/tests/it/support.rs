//! What several test files use.

use atlas_store_postgres::{Options, PostgresStore};
use atlas_test_servers::Postgres;
use std::sync::atomic::{AtomicU64, Ordering};

/// A URL of the shared server with a schema that no other test has.
pub(crate) fn url() -> String {
    format!("{}?schema={}", Postgres::shared().unwrap().url(), schema())
}

/// A schema that no other test has.
pub(crate) fn schema() -> String {
    static SCHEMAS: AtomicU64 = AtomicU64::new(1);
    format!("store_{}", SCHEMAS.fetch_add(1, Ordering::Relaxed))
}

/// A new store at a URL.
pub(crate) fn create(url: &str, options: Options) -> PostgresStore {
    pollster::block_on(PostgresStore::create_with(url, options)).unwrap()
}
