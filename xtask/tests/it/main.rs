//! The rules of the house, as tests: who may depend on whom, how long a file may be, and that the
//! documents say what the tree does.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "these tests read the tree; whatever cannot be read fails them"
)]

mod dependencies;
mod edges;
mod exceptions;
mod files;
mod modules;
mod readme;
mod security;
mod status;
mod tree;
mod words;
