//! Cursors: what is read is written alike; what is not says where.
#![no_main]

#[path = "../checks/store_cursor.rs"]
mod checks;

libfuzzer_sys::fuzz_target!(|text: &str| checks::check(text));
