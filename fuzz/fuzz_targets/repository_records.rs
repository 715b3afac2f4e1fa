//! Records of who works on a repository, and what cleaning up makes of them.
#![no_main]

#[path = "../checks/repository/checks.rs"]
mod checks;

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    checks::check("repository_records", input);
});
