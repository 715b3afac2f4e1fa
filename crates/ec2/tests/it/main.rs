//! What `atlas-ec2` promises, proved from outside.
#![expect(
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::unwrap_used,
    clippy::arithmetic_side_effects,
    reason = "a failed test is the right place for a panic"
)]

mod signature;
