//! Tests of `atlas-store`.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that cannot go on fails by panicking"
)]

mod boats;
mod check;
mod cursors;
mod deadline;
mod dump;
mod errors;
mod feeds;
mod keys;
mod leases;
mod loads;
mod memory;
mod rows;
mod schema;
mod seeds;
mod support;
mod tables;
mod transact;
mod tx;
