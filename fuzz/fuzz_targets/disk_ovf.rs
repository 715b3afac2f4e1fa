//! Descriptors of appliances: any text, in an archive that is right.
#![no_main]

#[path = "../checks/disk/checks.rs"]
mod checks;

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    checks::check("disk_ovf", input);
});
