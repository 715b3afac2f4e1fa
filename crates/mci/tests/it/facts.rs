use crate::at;
use atlas_base::Timestamp;
use atlas_image::{
    AgentFacts, Architecture, CredentialId, ImageRecord, ImageRecordId, Lifecycle, LifecycleState,
    Look, OsFacts, RegisterFacts, RegisterImage, Via, register,
};
use atlas_image_id::ImageId;
use atlas_mci::{ImageFacts, RegisteredImage};

pub(crate) fn now() -> Timestamp {
    Timestamp::parse("2026-07-21T14:07:12Z").unwrap()
}

pub(crate) fn ubuntu(version: &str) -> OsFacts {
    OsFacts::parse("ubuntu", version.split('.').next().unwrap(), version).unwrap()
}

pub(crate) fn right_link(version: &str) -> AgentFacts {
    AgentFacts::read(&format!("right_link/{version}")).unwrap()
}

/// A record of an image of an account; each number is another id.
pub(crate) fn record(number: u128, location: &str, image: &str) -> ImageRecord {
    let location = at(location);
    let image = ImageId::parse(location.cloud(), image).unwrap();
    let credential = atlas_image::add_credential(
        atlas_image::AddCredential {
            scope: "/acme".parse().unwrap(),
            cloud: location.cloud(),
            installation: None,
            name: "main".parse().unwrap(),
            secret: atlas_image::SecretRef::parse("vault:main").unwrap(),
        },
        &atlas_image::AddCredentialFacts {
            same_name: None,
            id: CredentialId::from_u128(1),
            now: now(),
        },
    )
    .unwrap();
    let request = RegisterImage {
        os: Some(ubuntu("24.04.1")),
        architecture: Some(Architecture::X86_64),
        agent: Some(right_link("v5.8")),
        name: Some(atlas_image::ImageName::parse("web").unwrap()),
        ..RegisterImage::new("/acme".parse().unwrap(), location, image, Via::Form)
    };
    let facts = RegisterFacts {
        credentials: &[credential],
        same_image: &[],
        look: Look::Unasked,
        id: ImageRecordId::from_u128(number),
        by: "dana".parse().unwrap(),
        now: now(),
    };
    register(request, &facts).unwrap().record
}

#[test]
fn m12_a_record_says_what_checks_go_by() {
    let record = record(1, "aws/us-east-1", "ami-0123456789abcdef0");
    let facts = RegisteredImage::of(&record, now());
    let mut expected = RegisteredImage::unknown();
    expected.os = Some(ubuntu("24.04.1"));
    expected.architecture = Some(Architecture::X86_64);
    expected.agent = right_link("v5.8");
    assert_eq!(facts, expected);
    let deprecated = |from: &str| {
        let lifecycle = Lifecycle::Deprecated {
            from: Timestamp::parse(from).unwrap(),
            reason: None,
            replacement: None,
        };
        RegisteredImage::of(&record.clone().with_lifecycle(lifecycle), now()).state
    };
    assert_eq!(
        deprecated("2026-07-21T00:00:00Z"),
        LifecycleState::Deprecated
    );
    assert_eq!(deprecated("2026-08-01T00:00:00Z"), LifecycleState::Active);
    assert_eq!(ImageFacts::Unregistered.registered(), None);
    let kept = ImageFacts::Registered(Box::new(facts.clone()));
    assert_eq!(kept.registered(), Some(&facts));
}
