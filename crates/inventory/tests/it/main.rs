//! Tests of `atlas-inventory`.
#![expect(
    clippy::unwrap_used,
    clippy::format_push_string,
    reason = "tests stop at the first surprise"
)]

mod asking;
mod reading;

use atlas_image_id::{CloudLocation, ImageId};
use atlas_inventory::{FileInventory, Limits};

const EAST: &str = "aws/us-east-1";
const AMI: &str = "ami-0ae8605ed708e3c3e";

fn location(text: &str) -> CloudLocation {
    text.parse().unwrap()
}

fn id(at: &str, text: &str) -> ImageId {
    ImageId::parse(location(at).cloud(), text).unwrap()
}

/// An inventory of some places, each with what stands in its braces.
fn inventory(places: &[(&str, &str)]) -> FileInventory {
    FileInventory::parse(text(places).as_bytes(), &Limits::default()).unwrap()
}

fn text(places: &[(&str, &str)]) -> String {
    let places: Vec<_> = places
        .iter()
        .map(|(location, place)| format!(r#""{location}": {{{place}}}"#))
        .collect();
    format!(r#"{{"version": 1, "locations": {{{}}}}}"#, places.join(","))
}
