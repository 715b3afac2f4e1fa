//! Tests of `atlas-store-etcd`, on real servers.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test fails by a panic"
)]

mod addresses;
mod cluster;
mod compaction;
mod conformance;
mod facade;
mod faults;
mod limits;
mod opening;
mod proxy;
mod runtimes;
mod support;
mod weak;
