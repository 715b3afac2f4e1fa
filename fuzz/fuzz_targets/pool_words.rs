//! What names a storage pool, a volume or a snapshot.
#![no_main]

#[path = "../checks/pool_words.rs"]
mod checks;

libfuzzer_sys::fuzz_target!(|text: &str| {
    checks::check(text);
});
