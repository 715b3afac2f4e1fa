//! URLs of images, and redirects from them.
#![no_main]

#[path = "../checks/source_url.rs"]
mod checks;

libfuzzer_sys::fuzz_target!(|text: &str| {
    checks::check(text);
});
