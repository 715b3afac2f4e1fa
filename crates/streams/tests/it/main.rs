//! Tests of `atlas-streams`.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::format_push_string,
    clippy::disallowed_methods,
    reason = "tests stop at the first surprise; the example data are read and, if asked, written"
)]

mod data;
mod document;
mod export;
mod laws;
mod limits;
mod originals;
mod refusals;
mod rhcos;
mod support;
mod warnings;
