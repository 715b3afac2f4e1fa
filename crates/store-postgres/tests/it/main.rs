//! Tests of `atlas-store-postgres`, on real servers.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test fails by a panic"
)]

mod address;
mod conformance;
mod failover;
mod faults;
mod life;
mod opening;
mod proxy;
mod statements;
mod support;
mod tls;
mod weak;
mod wide;
