//! Requests of the EC2 API, as forms.
#![no_main]

#[path = "../checks/ec2_query.rs"]
mod checks;

libfuzzer_sys::fuzz_target!(|body: &[u8]| {
    checks::check(body);
});
