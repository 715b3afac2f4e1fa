//! Tests of `atlas-store-conformance`: it passes a sound store, and sees through broken ones.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by a panic")]

mod broken;
mod faulty;
mod flaws;
mod memory;
mod seen;
