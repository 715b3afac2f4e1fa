//! The stored form of records.

use crate::{AMI, record, registered, request};
use atlas_image::{
    AgentFacts, Architecture, ImageRecord, Lifecycle, Origin, Verification, Warning,
};
use atlas_image_id::ImageId;
use std::num::NonZeroU32;

fn full() -> ImageRecord {
    let mut request = request("/acme", "aws/us-east-1", AMI);
    request.description = Some("the base of all web servers\nask dana".parse().unwrap());
    request.architecture = Some(Architecture::Aarch64);
    request.size_gb = NonZeroU32::new(8);
    request.agent = Some(AgentFacts::Installed {
        kind: Some("right_link".parse().unwrap()),
        version: Some("v5.8".parse().unwrap()),
    });
    request.init_agent = AgentFacts::Absent;
    request.tags = ["web", "provides:rs_agent_type=right_link"]
        .map(|tag| tag.parse().unwrap())
        .into();
    request.origin = Origin::Imported {
        stream: "fedora-coreos/stable".parse().unwrap(),
        release: "44.20260705.3.0".parse().unwrap(),
    };
    registered(request).record
}

#[test]
fn i01_a_record_is_stored_as_one_object() {
    insta::assert_snapshot!(serde_json::to_string_pretty(&full()).unwrap());
    insta::assert_snapshot!(serde_json::to_string_pretty(&record(5, "/", true)).unwrap());
}

#[test]
fn i01_a_stored_record_is_read_as_it_was() {
    for record in [full(), record(5, "/acme", false)] {
        let json = serde_json::to_string(&record).unwrap();
        assert_eq!(serde_json::from_str::<ImageRecord>(&json).unwrap(), record);
        let canonical = atlas_base::canonical::to_string(&record).unwrap();
        assert_eq!(
            serde_json::from_str::<ImageRecord>(&canonical).unwrap(),
            record
        );
    }
}

#[test]
fn i01_a_record_of_an_older_grammar_is_still_read() {
    let json = serde_json::to_string(&record(5, "/acme", true))
        .unwrap()
        .replace(AMI, "ami-OLD 1");
    let read: ImageRecord = serde_json::from_str(&json).unwrap();
    assert!(matches!(read.image_id(), ImageId::Legacy(_)));
    assert_eq!(read.image_id().as_str(), "ami-OLD 1");
    assert_eq!(
        read.warnings(),
        [Warning::LegacyId {
            image_id: read.image_id().clone()
        }]
    );
    assert_eq!(
        serde_json::to_string(&read).unwrap(),
        json,
        "and written as it was"
    );
}

#[test]
fn i01_what_was_added_later_may_be_missing_and_what_is_unknown_is_refused() {
    let oldest = r#"{
        "id": "img-00000000000000000000000000000001", "scope": "/", "location": "aws/us-east-1",
        "image_id": "ami-0ae8605ed708e3c3e", "shared": true,
        "created": "2026-07-21T14:07:12Z", "created_by": "dana"
    }"#;
    let read: ImageRecord = serde_json::from_str(oldest).unwrap();
    assert_eq!(
        (read.lifecycle(), read.agent()),
        (&Lifecycle::Active, &AgentFacts::Unknown)
    );
    assert_eq!(
        (read.origin(), read.verification()),
        (&Origin::Registered, Verification::Unverified)
    );
    assert!(serde_json::from_str::<ImageRecord>(&oldest.replace("shared", "sahred")).is_err());
}
