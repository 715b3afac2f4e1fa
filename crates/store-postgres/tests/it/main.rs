//! Tests of `atlas-store-postgres`, on real servers.
#![expect(clippy::unwrap_used, reason = "a test fails by a panic")]

mod conformance;
mod support;
