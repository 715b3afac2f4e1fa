//! Tests of `atlas-store-conformance`: it passes a sound store, and sees through broken ones.
#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot go on fails by panicking"
)]

mod broken;
mod faulty;
mod flaws;
mod memory;
mod seen;
