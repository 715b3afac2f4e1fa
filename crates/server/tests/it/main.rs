//! What `atlas-server` promises, proved from outside: with sockets, and with clients that are not ours.
#![expect(
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::disallowed_methods,
    reason = "a failed test is the right place for a panic, and tests make files"
)]

mod answers;
mod client;
mod clients;
mod conditions;
mod curl;
mod people;
mod pool;
mod ranges;
mod rot;
mod tokens;
mod world;
