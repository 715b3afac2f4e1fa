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
//!     Harness::new(|| Ok(Arc::new(MemoryStore::new().with_feed_retention(300))))
//!         .with_feed_retention(300)
//! }
//!
//! conformance!(memory());
//! ```
//!
//! or all of them run in one call:
//!
//! ```
//! # use atlas_store::MemoryStore;
//! # use atlas_store_conformance::{Harness, Lack, run};
//! # use std::sync::Arc;
//! let harness = Harness::new(|| Ok(Arc::new(MemoryStore::new())))
//!     .without(Lack::FeedExpiry)
//!     .with_rounds(5);
//! let report = run(&harness);
//! assert!(report.passed(), "{report}");
//! assert_eq!(report.skipped()[0].check(), "feeds_expire");
//! ```
//!
//! Every check begins with a store of its own, which the harness must give it empty, and writes
//! what it likes there: never run it over data. Values are JSON texts, for engines that keep them
//! as such. Nothing panics; a check that fails says which guarantee is broken and how it was seen.
//! What a store lacks the harness must name: no check is passed over otherwise.
//!
//! | type | what it is |
//! |---|---|
//! | [`Harness`], [`Lack`] | how to get a store, what it lacks, how to wait for futures, how long to try |
//! | [`checks`], [`Check`], [`Outcome`] | the checks by name |
//! | [`Failure`], [`Guarantee`] | what a check found |
//! | [`Report`], [`Skipped`] | what all of them found |
//! | [`FaultyStore`], [`Fault`], [`Rates`] | a store that fails as planned or at random, for tests of what is built on one |
//! | [`Layer`], [`Layered`] | a store in front of another one, which counts, delays or spoils some of its calls |
//! | [`ledger`] | work of which every loss shows, for processes that are killed |

mod bench;
mod checks;
mod dice;
mod failure;
mod faulty;
mod harness;
mod lack;
mod layer;
pub mod ledger;
mod list;
mod report;

pub use crate::{
    failure::{Failure, Guarantee},
    faulty::{Call, Fault, FaultyStore, Rates},
    harness::Harness,
    lack::Lack,
    layer::{Layer, Layered},
    list::{Check, Outcome, checks, verify},
    report::{Report, Skipped, run},
};
