//! RAW disks and CDs: what claims a file, partitions and firmware.
#![no_main]

#[path = "../checks/disk/checks.rs"]
mod checks;

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    checks::check("disk_raw", input);
});
