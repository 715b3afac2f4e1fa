//! Image ids of every cloud: no text makes a parser panic, and what it displays reads as the same.
#![no_main]

use atlas_image_id::{Cloud, ImageId};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    for &cloud in Cloud::all() {
        match ImageId::parse(cloud, text) {
            Ok(id) => check(cloud, text, &id),
            Err(error) => {
                assert!(
                    text.is_char_boundary(error.at()),
                    "{} in {text:?}",
                    error.at()
                );
                assert!(!error.to_string().contains('\n'), "{error}");
                assert_eq!(ImageId::from_stored(cloud, text).as_str(), text);
            }
        }
    }
});

fn check(cloud: Cloud, text: &str, id: &ImageId) {
    assert_eq!(id.cloud(), cloud);
    let again = ImageId::parse(cloud, id.as_str()).expect("the canonical text is read");
    assert_eq!(again.as_str(), id.as_str(), "{text:?}");
    assert_eq!(&again, id, "{text:?}");
    let key = ImageId::parse(cloud, &id.equality_key()).expect("the equality key is read");
    assert_eq!(&key, id, "{text:?}");
    let stored = ImageId::from_stored(cloud, id.as_str());
    assert_eq!((stored.as_str(), &stored), (id.as_str(), id), "{text:?}");
}
