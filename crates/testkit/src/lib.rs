//! Strategies, fixtures and manual clocks for the tests of Cloud Atlas.

pub mod base;
pub mod history;
pub mod image_id;
pub mod scope;
pub mod streams;
