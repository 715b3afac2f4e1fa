//! Dumps of a store: no lines make the reader panic.
#![no_main]

use atlas_store::{MemoryStore, Store as _, verify};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let lines = text
        .lines()
        .map(|line| Ok::<_, std::io::Error>(line.to_owned()));
    let store = MemoryStore::new();
    if let Err(error) = verify(lines, store.capability(), &|_| {}) {
        assert!(!error.to_string().is_empty());
    }
});
