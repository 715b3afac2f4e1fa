//! Tests of `atlas-store-postgres`, on real servers.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test fails by a panic"
)]
#![expect(
    clippy::disallowed_methods,
    reason = "tests start themselves again and say to each other what to do"
)]

mod address;
mod conformance;
mod failover;
mod faults;
mod kill;
mod life;
mod opening;
mod proxy;
mod restart;
mod runtimes;
mod statements;
mod support;
mod tls;
mod weak;
mod wide;
