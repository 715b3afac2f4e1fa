//! Tests of `atlas-store-redb`.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a test fails by a panic; these look at files, measure, and tell a child what it is"
)]

mod conformance;
mod damage;
mod durability;
mod faults;
mod files;
mod flushes;
mod guards;
mod kill;
mod power;
mod recent;
mod support;
mod weak;
