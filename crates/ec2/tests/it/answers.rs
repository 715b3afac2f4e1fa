//! Answers as documents.

use crate::{
    records::{ID, now, owner, record},
    samples::all,
};
use atlas_ec2::{Ec2Error, ImageItem, ImageState, Response as _, TagItem, TagsDescribed};
use atlas_image::{ImageRecord, Lifecycle, deprecate};
use proptest::prelude::*;

fn lines(xml: &str) -> String {
    xml.replace("><", ">\n<")
}

#[test]
fn e01_answers_have_the_shapes_of_ec2() {
    let mut shown = String::new();
    for (name, xml) in all() {
        roxmltree::Document::parse(&xml).unwrap();
        shown.extend(["# ", &name, "\n", &lines(&xml), "\n"]);
    }
    insta::assert_snapshot!(shown);
}

#[test]
fn e01_errors_have_the_shape_of_ec2() {
    let xml = Ec2Error::unknown_parameter("a<b").to_xml(ID);
    insta::assert_snapshot!(lines(&xml));
}

#[test]
fn e09_states_wear_the_names_of_ec2() {
    let record = record();
    let state = |record: &ImageRecord| ImageItem::of(record, owner(), false).image_state;
    assert_eq!(state(&record), "available");
    let deprecated = deprecate(&record, now(), None, None).unwrap();
    let item = ImageItem::of(&deprecated, owner(), false);
    assert_eq!(
        (item.image_state, item.deprecation_time.as_deref()),
        ("available", Some("2026-01-02T03:04:05.000Z"))
    );
    let disabled = Lifecycle::Disabled {
        since: now(),
        reason: None,
        inherited_from: None,
        before: Box::default(),
    };
    assert_eq!(state(&record.clone().with_lifecycle(disabled)), "disabled");
    let deleted = Lifecycle::Deleted {
        since: now(),
        reason: None,
        purge_at: None,
        gone: false,
        before: Box::default(),
    };
    assert_eq!(state(&record.with_lifecycle(deleted)), "deregistered");
    let names = [ImageState::Pending, ImageState::Failed].map(ImageState::as_str);
    assert_eq!(names, ["pending", "failed"]);
}

#[test]
fn e09_protection_wears_the_names_of_ec2() {
    let record = record();
    let shown = |record: &ImageRecord| {
        ImageItem::of(record, owner(), false)
            .deregistration_protection
            .unwrap()
    };
    assert_eq!(shown(&record), "disabled");
    assert_eq!(
        shown(&atlas_image::protect(&record, false).unwrap()),
        "enabled-without-cooldown"
    );
    assert_eq!(
        shown(&atlas_image::protect(&record, true).unwrap()),
        "enabled-with-cooldown"
    );
}

proptest! {
    #[test]
    fn e01_any_text_comes_back(key in any::<String>(), value in "[ -~äß𝄞\t\n\r&<>\"']{0,40}") {
        let answer = TagsDescribed {
            tags: vec![TagItem { resource_id: "ami-1", resource_type: "image", key: &key, value: &value }],
            next_token: None,
        };
        let xml = answer.to_xml(ID);
        let document = roxmltree::Document::parse(&xml).unwrap();
        let found = document.descendants().find(|node| node.has_tag_name((atlas_ec2::NAMESPACE, "value"))).unwrap();
        prop_assert_eq!(found.text().unwrap_or_default(), value);
    }
}
