//! Who signed a request.
#![no_main]

#[path = "../checks/ec2_signature.rs"]
mod checks;

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    checks::check(input);
});
