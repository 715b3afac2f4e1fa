//! What holds of every text whose cloud somebody asks for.

use atlas_image_id::{Cloud, ImageIdRef, detect};

pub(crate) fn check(text: &str) {
    let reads = |cloud: &Cloud| ImageIdRef::parse(*cloud, text).is_ok();
    match detect(text) {
        Ok(found) => {
            assert!(!found.candidates().is_empty(), "{text:?}");
            for id in found.candidates() {
                assert!(reads(&id.cloud()), "{text:?}");
            }
            if let Some(cloud) = found.cloud() {
                assert!(reads(&cloud), "{text:?}");
            }
        }
        Err(error) => {
            // What the image repository reads, AWS reads too.
            assert!(!Cloud::all().iter().any(reads), "{text:?}: {error}");
            assert!(text.is_char_boundary(error.at()), "{text:?}: {error}");
            assert!(!error.to_string().contains(char::is_control), "{error}");
        }
    }
}
