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
            // What the image repository reads, AWS reads too; a long path without a registry would be
            // one of Docker Hub, which has none.
            let mut others = Cloud::all().iter().filter(|cloud| **cloud != Cloud::Oci);
            assert!(!others.any(reads), "{text:?}: {error}");
            let is_short = text.matches('/').count() < 2;
            assert!(!is_short || !reads(&Cloud::Oci), "{text:?}: {error}");
            assert!(text.is_char_boundary(error.at()), "{text:?}: {error}");
            assert!(!error.to_string().contains(char::is_control), "{error}");
        }
    }
}
