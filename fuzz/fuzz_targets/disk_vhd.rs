//! VHD, fixed and dynamic, with right checksums and others.
#![no_main]

#[path = "../checks/disk/checks.rs"]
mod checks;

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    checks::check("disk_vhd", input);
});
