//! Filters of the EC2 API.
#![no_main]

#[path = "../checks/ec2_filter.rs"]
mod checks;

libfuzzer_sys::fuzz_target!(|text: &str| {
    checks::check(text);
});
