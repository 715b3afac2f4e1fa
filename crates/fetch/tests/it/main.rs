//! What `atlas-fetch` promises, proved from outside.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::arithmetic_side_effects,
    clippy::disallowed_methods,
    reason = "a failed test is the right place for a panic, and tests make files"
)]

mod address;
mod seeds;
