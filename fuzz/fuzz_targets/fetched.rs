//! Answers in HTTP/1.1, and what is kept of a file that is not whole.
#![no_main]

#[path = "../checks/fetched.rs"]
mod checks;

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    checks::check(input);
});
