//! Tests of `atlas-store-etcd`, on real servers.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test fails by a panic"
)]

mod conformance;
mod support;
