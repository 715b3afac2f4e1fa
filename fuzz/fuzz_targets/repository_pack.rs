//! Packs and their trailers.
#![no_main]

#[path = "../checks/repository/checks.rs"]
mod checks;

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    checks::check("repository_pack", input);
});
