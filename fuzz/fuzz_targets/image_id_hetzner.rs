//! Image ids of Hetzner.
#![no_main]

#[path = "../checks/image_id.rs"]
mod checks;

libfuzzer_sys::fuzz_target!(|text: &str| checks::check(atlas_image_id::Cloud::Hetzner, text));
