//! VMDK as a stream, beside the same file read at any place.
#![no_main]

#[path = "../checks/disk/checks.rs"]
mod checks;

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    checks::check("disk_vmdk_stream", input);
});
