//! VHDX: headers, regions, metadata, blocks, and the log.
#![no_main]

#[path = "../checks/disk/checks.rs"]
mod checks;

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    checks::check("disk_vhdx", input);
});
