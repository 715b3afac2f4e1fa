//! VMDK that is read at any place, and as a stream where it is one.
#![no_main]

#[path = "../checks/disk/checks.rs"]
mod checks;

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    checks::check("disk_vmdk", input);
});
