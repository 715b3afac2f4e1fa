//! The public test suite that every Cloud Atlas store must pass.
//!
//! One line in a test file of the engine makes a test of every check:
//!
//! ```
//! use atlas_store::MemoryStore;
//! use atlas_store_conformance::{Harness, conformance};
//! use std::sync::Arc;
//!
//! fn memory() -> Harness {
//!     Harness::new(|| Ok(Arc::new(MemoryStore::new())))
//! }
//!
//! conformance!(memory());
//! ```
//!
//! or all of them run in one call:
//!
//! ```
//! # use atlas_store::MemoryStore;
//! # use atlas_store_conformance::{Harness, run};
//! # use std::sync::Arc;
//! let harness = Harness::new(|| Ok(Arc::new(MemoryStore::new()))).with_rounds(5);
//! let report = run(&harness);
//! assert!(report.passed(), "{report}");
//! ```
//!
//! Every check begins with a store of its own, which the harness must give it empty, and writes
//! what it likes there: never run it over data. Values are JSON texts, for engines that keep them
//! as such. Nothing panics; a check that fails says which guarantee is broken and how it was seen.
//!
//! | type | what it is |
//! |---|---|
//! | [`Harness`] | how to get a store, how to wait for futures, how long to try |
//! | [`checks`], [`Check`] | the checks by name |
//! | [`Failure`], [`Guarantee`] | what a check found |
//! | [`Report`] | what all of them found |
//! | [`FaultyStore`], [`Fault`], [`Rates`] | a store that fails as planned or at random, for tests of what is built on one |

mod bench;
mod checks;
mod dice;
mod failure;
mod faulty;
mod harness;
mod list;
mod report;

pub use crate::{
    failure::{Failure, Guarantee},
    faulty::{Call, Fault, FaultyStore, Rates},
    harness::Harness,
    list::{Check, checks, verify},
    report::{Report, run},
};
