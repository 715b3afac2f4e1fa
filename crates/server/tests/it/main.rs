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
mod api;
mod api_bounds;
mod api_changes;
mod api_imports;
mod api_instances;
mod api_life;
mod api_made;
mod api_narrowed;
mod api_pieces;
mod api_rules;
mod api_shapes;
mod api_stopping;
mod api_tags;
mod client;
mod clients;
mod conditions;
mod curl;
mod ec2;
mod key_files;
mod limits;
mod people;
mod pool;
mod ranges;
mod rates;
mod rot;
mod sealing;
mod secured;
mod serving;
#[path = "../../../ec2/tests/it/signature/signer.rs"]
#[expect(
    dead_code,
    reason = "the signer of the protocol's own tests, of which less is needed here"
)]
mod signer;
mod stored_keys;
mod tokens;
mod watching;
mod world;
