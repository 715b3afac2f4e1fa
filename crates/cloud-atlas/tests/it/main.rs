//! Tests of `cloud-atlas`.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    clippy::too_many_lines,
    reason = "a test fails by a panic; these read data, start children and wait for them, and some \
              tell a story or a table to its end"
)]

mod caching;
mod care;
mod concurrency;
mod damage;
mod golden;
mod imports;
mod isolation;
mod kill;
mod laws;
mod lists;
mod messages;
mod model;
mod opening;
mod reading;
mod registration;
mod resolving;
mod sends;
mod support;
mod upgrades;
