//! Appliances: archives, manifests, chunks, compressed files, and disks of other formats.
#![no_main]

#[path = "../checks/disk/checks.rs"]
mod checks;

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    checks::check("disk_ova", input);
});
