//! The files of an image that is kept as one.
#![no_main]

#[path = "../checks/repository/checks.rs"]
mod checks;

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    checks::check("repository_plain", input);
});
