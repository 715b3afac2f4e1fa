//! What is inside images, kept once for those that are alike.

use crate::{TOKYO, at};
use atlas_image::{Architecture, OsFacts};
use atlas_image_id::CloudLocation;
use atlas_market::{ImagesInside, PublishedImage};
use proptest::{collection::btree_map, prelude::*};
use serde_json::json;

fn inside(which: u8) -> PublishedImage {
    let mut inside = PublishedImage::default();
    inside.os = (which & 1 > 0).then(|| OsFacts::parse("ubuntu", "24", "24.04.1").unwrap());
    inside.architecture = (which & 2 > 0).then_some(Architecture::X86_64);
    inside
}

fn location(number: u8) -> CloudLocation {
    at(&format!("aws/eu-west-{number}"))
}

proptest! {
    /// What is told once is told of each.
    #[test]
    fn p11_alike_images_are_written_once(of in btree_map(1_u8..60, 0_u8..4, 0..40)) {
        let pairs = of.iter().map(|(number, which)| (location(*number), inside(*which)));
        let images: ImagesInside = pairs.collect();
        prop_assert_eq!(images.is_empty(), of.is_empty());
        prop_assert_eq!(images.iter().count(), of.len());
        for (number, which) in &of {
            prop_assert_eq!(images.get(&location(*number)), Some(&inside(*which)));
        }
        let text = serde_json::to_value(&images).unwrap();
        let mut kinds: Vec<_> = of.values().collect();
        kinds.sort();
        kinds.dedup();
        prop_assert_eq!(text.as_array().unwrap().len(), kinds.len());
        prop_assert_eq!(serde_json::from_value::<ImagesInside>(text).unwrap(), images);
    }
}

#[test]
fn two_images_in_one_location_are_refused() {
    let alike = json!({ "locations": [TOKYO], "inside": {} });
    let error = serde_json::from_value::<ImagesInside>(json!([alike, alike])).unwrap_err();
    insta::assert_snapshot!(error, @"two different images are said to be at aws/ap-northeast-1");
}
