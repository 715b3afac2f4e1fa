//! Tests of `atlas-store-postgres`, on real servers.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test fails by a panic"
)]

mod conformance;
mod failover;
mod faults;
mod proxy;
mod statements;
mod support;
mod weak;
mod wide;
