//! QCOW2: headers, both tables, every kind of cluster.
#![no_main]

#[path = "../checks/disk/checks.rs"]
mod checks;

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    checks::check("disk_qcow2", input);
});
