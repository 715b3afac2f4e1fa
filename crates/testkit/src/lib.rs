//! Strategies, fixtures and manual clocks for the tests of Cloud Atlas.

pub mod base;
#[cfg(feature = "facade")]
pub mod facade;
pub mod history;
pub mod image_id;
pub mod mci;
pub mod merge;
pub mod scope;
pub mod streams;
pub mod template;
