//! Dumps of a store: no lines make the reader panic.
#![no_main]

use atlas_store::verify;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let lines = text
        .lines()
        .map(|line| Ok::<_, std::io::Error>(line.to_owned()));
    if let Err(error) = verify(lines) {
        assert!(!error.to_string().is_empty());
    }
});
