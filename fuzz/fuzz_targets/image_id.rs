//! Image ids: any text, read by every cloud.
#![no_main]

#[path = "../checks/image_id.rs"]
mod checks;
#[path = "../checks/detection.rs"]
mod detection;

use atlas_image_id::Cloud;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    for &cloud in Cloud::all() {
        checks::check(cloud, text);
    }
    detection::check(text);
});
