//! What may change after registration.

use crate::{AMI, record, registered, request};
use atlas_image::{
    AgentFacts, Architecture, EditImage, EditImageError, ImageRecord, OsFacts, Via, edit,
};
use std::collections::BTreeSet;

fn edited(record: &ImageRecord, change: impl FnOnce(&mut EditImage)) -> ImageRecord {
    let mut ask = EditImage::default();
    change(&mut ask);
    edit(record, ask).unwrap()
}

fn fields(record: &ImageRecord) -> serde_json::Map<String, serde_json::Value> {
    let value = serde_json::to_value(record).unwrap();
    value.as_object().unwrap().clone()
}

#[test]
fn i06_what_people_say_about_an_image_changes_and_nothing_else() {
    let before = record(1, "/acme", true);
    assert_eq!(edited(&before, |_| {}), before);
    let after = edited(&before, |ask| {
        ask.name = Some(Some("db base".parse().unwrap()));
        ask.description = Some(Some("for databases".parse().unwrap()));
        ask.add_tags = BTreeSet::from(["team:owner=db".parse().unwrap()]);
        ask.size_gb = Some(Some(8.try_into().unwrap()));
        ask.agent = Some(AgentFacts::Absent);
        ask.init_agent = Some(AgentFacts::installed());
    });
    let (before_fields, after_fields) = (fields(&before), fields(&after));
    let changed: BTreeSet<_> = after_fields
        .iter()
        .filter(|(name, value)| before_fields.get(*name) != Some(value))
        .map(|(name, _)| name.as_str())
        .collect();
    let expected = [
        "agent",
        "description",
        "init_agent",
        "name",
        "size_gb",
        "tags",
    ];
    assert_eq!(changed, BTreeSet::from(expected));
    let back = edited(&after, |ask| {
        ask.name = Some(Some("web base".parse().unwrap()));
        ask.description = Some(None);
        ask.remove_tags = BTreeSet::from(["team:owner=db".parse().unwrap()]);
        ask.size_gb = Some(None);
        ask.agent = Some(AgentFacts::installed());
        ask.init_agent = Some(AgentFacts::Unknown);
    });
    assert_eq!(back, before);
}

#[test]
fn i06_a_known_system_and_architecture_stay() {
    let other = || Some(OsFacts::parse("debian", "12", "12.1").unwrap());
    let known = record(1, "/acme", true);
    let mut ask = EditImage::default();
    ask.os = other();
    let refused = edit(&known, ask).unwrap_err();
    assert!(
        matches!(refused, EditImageError::OsKnown { .. }),
        "{refused}"
    );
    // Saying what is known changes nothing.
    let same = edited(&known, |ask| ask.os = known.os().cloned());
    assert_eq!(same, known);

    let mut unknown = request("/acme", "aws/us-east-1", AMI);
    (unknown.os, unknown.via) = (None, Via::Ec2);
    let unknown = registered(unknown).record;
    let named = edited(&unknown, |ask| {
        ask.os = other();
        ask.architecture = Some(Architecture::parse("aarch64").unwrap());
    });
    assert_eq!(named.os(), other().as_ref());
    let mut ask = EditImage::default();
    ask.architecture = Some(Architecture::parse("x86_64").unwrap());
    let refused = edit(&named, ask).unwrap_err();
    assert!(
        matches!(refused, EditImageError::ArchitectureKnown { .. }),
        "{refused}"
    );
}

#[test]
fn i06_a_cloud_that_needs_a_name_keeps_it() {
    let ask = || {
        let mut ask = EditImage::default();
        ask.name = Some(None);
        ask
    };
    let uuid = "6c8f6e0e-1111-4222-8333-9f2b1a2c3d4e";
    let named = registered(request("/acme", "openstack/RegionOne", uuid)).record;
    let refused = edit(&named, ask()).unwrap_err();
    assert!(
        matches!(refused, EditImageError::NameNeeded { .. }),
        "{refused}"
    );
    let free = edit(&record(1, "/acme", true), ask()).unwrap();
    assert_eq!(free.name(), AMI);
}
