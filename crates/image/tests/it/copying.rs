//! Copies in other locations of a cloud.

use crate::{AMI, credential, location, now, record, registered, request, scope};
use atlas_image::{
    AgentFacts, CopyError, CopyImage, Credential, Device, Devices, ImageRecord, ImageRecordId,
    Lifecycle, Look, Origin, RegisterError, RegisterFacts, Registered, Verification, check_copy,
    copy,
};
use atlas_image_id::ImageId;

const COPY: &str = "ami-0123456789abcdef0";

fn copied(
    source: &ImageRecord,
    request: CopyImage,
    credentials: &[Credential],
    same_image: &[ImageRecord],
) -> Result<Registered, CopyError> {
    let image_id = ImageId::parse(source.location().cloud(), COPY).unwrap();
    let facts = RegisterFacts {
        credentials,
        same_image,
        look: Look::Unasked,
        id: ImageRecordId::from_u128(99),
        by: "olga".parse().unwrap(),
        now: now(),
    };
    copy(source, request, image_id, &facts)
}

fn to(text: &str) -> CopyImage {
    CopyImage::new(location(text))
}

#[test]
fn l05_a_copy_is_a_new_record_at_the_same_scope_that_names_its_source() {
    let mut asked = request("/acme/prod", "aws/us-east-1", AMI);
    asked.agent = Some(AgentFacts::Absent);
    asked.tags = ["web".parse().unwrap()].into();
    let mut root = Device::default();
    root.snapshot = Some("snap-0123456789abcdef0".parse().unwrap());
    root.name = Some("/dev/sda1".parse().unwrap());
    asked.devices = Devices::new(vec![root]).unwrap();
    asked.ec2.kernel = Some("aki-88aa75e1".parse().unwrap());
    asked.ec2.hypervisor = Some("xen".parse().unwrap());
    let source = registered(asked).record;
    let anywhere = [credential(1, "/", "aws/us-east-1", "main")];
    let copied = copied(&source, to("aws/eu-west-1"), &anywhere, &[]).unwrap();
    let record = copied.record;
    assert_eq!(record.scope(), source.scope());
    assert_eq!(record.location(), &location("aws/eu-west-1"));
    assert_eq!(record.image_id().as_str(), COPY);
    assert_eq!(record.origin(), &Origin::Copied { from: source.id() });
    assert_eq!(
        (record.created_by().as_str(), record.created()),
        ("olga", now())
    );
    assert_eq!((record.name(), record.os()), (source.name(), source.os()));
    assert_eq!(
        (record.agent(), record.tags()),
        (source.agent(), source.tags())
    );
    assert_eq!(record.shared(), source.shared());
    assert_eq!(record.verification(), Verification::Unverified);
    assert_eq!(record.lifecycle(), &Lifecycle::Active);
    // What is of the region of the source stays there.
    let [device] = record.devices().as_slice() else {
        panic!("{:?}", record.devices());
    };
    assert!(device.snapshot.is_none() && device.name.is_some());
    assert!(record.ec2().kernel.is_none() && record.ec2().hypervisor.is_some());
    assert_eq!(record.ec2().source_image.as_ref().unwrap().as_str(), AMI);
    assert_eq!(
        record.ec2().source_region.as_ref().unwrap().as_str(),
        "us-east-1"
    );
}

#[test]
fn l05_the_same_location_and_another_cloud_are_refused() {
    let source = record(5, "/acme", true);
    let refused = |text: &str| check_copy(&source, &location(text)).unwrap_err();
    assert!(matches!(
        refused("aws/us-east-1"),
        CopyError::SameLocation { .. }
    ));
    assert!(matches!(refused("gcp"), CopyError::OtherCloud { .. }));
    assert_eq!(check_copy(&source, &location("aws/us-west-2")), Ok(()));
    let uuid = "0b7e48ce-eb45-4f35-86a8-7d1e31c47c3e";
    let private = registered(request("/acme", "openstack:corp/one", uuid)).record;
    let other = check_copy(&private, &location("openstack:lab/one")).unwrap_err();
    assert!(matches!(other, CopyError::OtherCloud { .. }), "{other}");
    assert_eq!(
        check_copy(&private, &location("openstack:corp/two")),
        Ok(())
    );
    // What is common to all regions is where it was to be copied to.
    let gce = "projects/debian-cloud/global/images/debian-12-bookworm-v20240415";
    let common = registered(request("/acme", "gcp", gce)).record;
    let common = check_copy(&common, &location("gcp/us-central1")).unwrap_err();
    assert!(matches!(common, CopyError::Common { .. }), "{common}");
    let disabled = source.with_lifecycle(Lifecycle::Disabled {
        since: now(),
        reason: None,
        inherited_from: None,
        before: Box::new(Lifecycle::Active),
    });
    let disabled = check_copy(&disabled, &location("aws/us-west-2")).unwrap_err();
    assert!(
        matches!(disabled, CopyError::NotUsable { .. }),
        "{disabled}"
    );
}

#[test]
fn l05_a_copy_is_registered_like_any_other_image() {
    let source = record(5, "/acme", true);
    let main = credential(1, "/", "aws/us-east-1", "main");
    let none = copied(&source, to("aws/eu-west-1"), &[], &[]).unwrap_err();
    assert!(
        matches!(
            none,
            CopyError::Register(RegisterError::NoCredential { .. })
        ),
        "{none}"
    );
    // The credential of the source is the one that is meant where others fit too.
    let spare = credential(2, "/acme", "aws/us-east-1", "spare");
    let both = [main.clone(), spare.clone()];
    let record = copied(&source, to("aws/eu-west-1"), &both, &[])
        .unwrap()
        .record;
    assert_eq!(record.credential(), Some(main.id()));
    let mut named = to("aws/eu-west-1");
    named.credential = Some("spare".parse().unwrap());
    named.name = Some("the copy".parse().unwrap());
    named.with_tags = false;
    let record = copied(&source, named, &both, &[]).unwrap().record;
    assert_eq!(record.credential(), Some(spare.id()));
    assert_eq!((record.name(), record.tags().len()), ("the copy", 0));
    // I05 holds for it.
    let there = copied(
        &source,
        to("aws/eu-west-1"),
        &both,
        std::slice::from_ref(&record),
    );
    assert!(matches!(
        there,
        Err(CopyError::Register(RegisterError::AlreadyRegistered(_)))
    ));
    let deprecated = source.with_lifecycle(Lifecycle::Deprecated {
        from: now(),
        reason: None,
        replacement: None,
    });
    let copied = copied(&deprecated, to("aws/eu-west-1"), &both, &[]).unwrap();
    assert_eq!(crate::codes(&copied), ["source-deprecated"]);
    assert_eq!(copied.record.scope(), &scope("/acme"));
}

#[test]
fn e01_the_volumes_of_a_copy_are_encrypted_where_that_is_asked_for() {
    let mut asked = request("/acme/prod", "aws/us-east-1", AMI);
    let device = |name: &str| {
        let mut device = Device::default();
        device.name = Some(name.parse().unwrap());
        device
    };
    let mut kept = device("/dev/sda1");
    kept.encrypted = Some(false);
    let mut own = device("/dev/sdb");
    own.virtual_name = Some("ephemeral0".parse().unwrap());
    let mut left_out = device("/dev/sdc");
    left_out.left_out = true;
    asked.devices = Devices::new(vec![kept, own, left_out]).unwrap();
    let source = registered(asked).record;
    let anywhere = [credential(1, "/", "aws/us-east-1", "main")];
    let found = |encrypted: bool, key: Option<&str>| {
        let mut copy = to("aws/eu-west-1");
        copy.encrypted = encrypted;
        copy.key = key.map(|key| key.parse().unwrap());
        let record = copied(&source, copy, &anywhere, &[]).unwrap().record;
        let devices = record.devices().as_slice().iter();
        let told = devices.map(|device| {
            let key = device.key.as_ref().map(ToString::to_string);
            (device.encrypted, key)
        });
        told.collect::<Vec<_>>()
    };
    let (none, key) = ((None, None), || Some("alias/web".to_owned()));
    let plain = [(Some(false), None), none.clone(), none.clone()];
    assert_eq!(found(false, None), plain);
    assert_eq!(found(false, Some("alias/web")), plain);
    let of_ours = [(Some(true), None), none.clone(), none.clone()];
    assert_eq!(found(true, None), of_ours);
    let of_theirs = [(Some(true), key()), none.clone(), none];
    assert_eq!(found(true, Some("alias/web")), of_theirs);
}
