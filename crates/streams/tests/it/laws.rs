//! Laws that hold for every document.

use crate::support::{examples, parse};
use atlas_image_id::CloudLocation;
use atlas_streams::{StreamArch, StreamDocument, StreamFormat, StreamImage, StreamWarning, export};
use atlas_testkit::streams::{ami, document, release};
use proptest::{prelude::*, sample::Index};
use serde_json::Value;
use std::fs;

/// One image of a document, if it has any.
fn pick(
    document: &StreamDocument,
    index: Index,
) -> Option<(StreamArch, CloudLocation, StreamImage)> {
    let images: Vec<_> = document.images().collect();
    if images.is_empty() {
        return None;
    }
    let (architecture, location, image) = images[index.index(images.len())];
    Some((architecture.clone(), location.clone(), image.clone()))
}

/// The document as JSON, and the place of an AMI in it.
fn value_of<'a>(
    json: &'a mut Value,
    architecture: &StreamArch,
    location: &CloudLocation,
) -> &'a mut Value {
    let images = &mut json["architectures"][architecture.as_str()]["images"];
    match location.region() {
        Some(region) => &mut images["aws"]["regions"][region],
        None => &mut images["gcp"],
    }
}

proptest! {
    #[test]
    fn export_then_parse_is_the_same_document(document in document()) {
        let text = export(&document);
        let parsed = parse(&text).unwrap();
        prop_assert_eq!(parsed.format, StreamFormat::CoreOs);
        prop_assert_eq!(parsed.files, 0);
        let harmless = |warning: &StreamWarning| matches!(
            warning, StreamWarning::ReleasesDiffer { .. } | StreamWarning::DateUnknown { .. });
        prop_assert!(parsed.warnings.iter().all(harmless));
        prop_assert_eq!(&parsed.document, &document);
        prop_assert_eq!(export(&parsed.document), text);
    }

    #[test]
    fn exported_text_is_json_whose_order_does_not_matter(document in document()) {
        let json: Value = serde_json::from_str(&export(&document)).unwrap();
        prop_assert_eq!(parse(json.to_string()).unwrap().document, document);
    }

    #[test]
    fn one_changed_image_changes_exactly_that(
        mut document in document(), index in any::<Index>(), ami in ami(), release in release(),
    ) {
        let mut json: Value = serde_json::from_str(&export(&document)).unwrap();
        let Some((architecture, location, old)) = pick(&document, index) else { return Ok(()) };
        let place = value_of(&mut json, &architecture, &location);
        place["release"] = release.as_str().into();
        let new = if location.region().is_some() {
            place["image"] = ami.as_str().into();
            StreamImage::new(ami, release)
        } else {
            StreamImage::new(old.id().clone(), release).with_family(old.family().cloned())
        };
        document.insert(architecture, location, new).unwrap();
        prop_assert_eq!(parse(json.to_string()).unwrap().document, document);
    }

    #[test]
    fn one_removed_region_is_all_that_goes(mut document in document(), index in any::<Index>()) {
        let mut json: Value = serde_json::from_str(&export(&document)).unwrap();
        let Some((architecture, location, _)) = pick(&document, index) else { return Ok(()) };
        let images = &mut json["architectures"][architecture.as_str()]["images"];
        match location.region() {
            Some(region) => images["aws"]["regions"].as_object_mut().unwrap().remove(region),
            None => images.as_object_mut().unwrap().remove("gcp"),
        };
        document.remove(&architecture, &location);
        prop_assert_eq!(parse(json.to_string()).unwrap().document, document);
    }

    #[test]
    fn a_key_written_twice_anywhere_is_refused(document in document(), index in any::<Index>()) {
        // Keys stand alone at the begin of their lines; the second of two equal ones is empty.
        let text = export(&document);
        let lines: Vec<_> = text.lines().collect();
        let keyed: Vec<_> = (0..lines.len()).filter(|&at| lines[at].contains("\": ")).collect();
        let at = keyed[index.index(keyed.len())];
        let key = lines[at].split("\": ").next().unwrap();
        let mut doubled = lines[..at].join("\n");
        doubled += &format!("\n{key}\": {{}},\n");
        doubled += &lines[at..].join("\n");
        let refused = matches!(
            parse(&doubled), Err(atlas_streams::StreamError::DuplicateKey { .. }));
        prop_assert!(refused, "{}", doubled);
    }

    #[test]
    fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        drop(parse(bytes));
    }

    #[test]
    fn no_damage_to_a_document_makes_it_panic(
        document in document(), damage in prop::collection::vec((any::<Index>(), any::<u8>()), 1..5),
    ) {
        let mut text = export(&document).into_bytes();
        for (index, byte) in damage {
            let at = index.index(text.len());
            text[at] = byte;
        }
        if let Ok(parsed) = parse(&text) {
            let again = parse(export(&parsed.document)).unwrap();
            prop_assert_eq!(again.document, parsed.document);
        }
    }
}

#[test]
fn a_published_document_stays_the_same_through_export_and_parse() {
    for path in examples() {
        let document = parse(fs::read(path).unwrap()).unwrap().document;
        assert_eq!(parse(export(&document)).unwrap().document, document);
    }
}
