//! Tests of `atlas-store-conformance`: it passes a sound store, and sees through broken ones.

mod broken;
mod faulty;
mod memory;
mod seen;
