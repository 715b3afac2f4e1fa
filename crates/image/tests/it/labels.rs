//! Labels, and the snapshots that devices name.

use crate::{AMI, decided, location, now, record, registered, request, scope};
use atlas_image::{
    AddSnapshot, CopyError, Device, Devices, EditImage, EditImageError, ImageRecord, LabelChange,
    LabelKey, LabelValue, Labels, LaunchPermission, LaunchPermissionFacts, LaunchPermissions,
    SnapshotError, SnapshotId, SnapshotRecord, TooManyLabels, Usage, Via, add_snapshot,
    change_launch_permissions, check_duplicate, delete_snapshot, disable, edit,
};
use atlas_image_id::{AmiId, ImageId};
use proptest::{collection, prelude::*};

fn key() -> impl Strategy<Value = LabelKey> {
    collection::vec(any::<char>(), 1..=128)
        .prop_map(|text| LabelKey::parse(&String::from_iter(text)).unwrap())
}

fn value() -> impl Strategy<Value = LabelValue> {
    collection::vec(any::<char>(), 0..=256)
        .prop_map(|text| LabelValue::parse(&String::from_iter(text)).unwrap())
}

fn labels() -> impl Strategy<Value = Labels> {
    collection::btree_map(key(), value(), 0..5).prop_map(|labels| Labels::new(labels).unwrap())
}

/// An image of the repository.
fn local(number: u128) -> ImageRecord {
    let mut asked = request("/acme", "aws/us-east-1", AMI);
    asked.location = location("local/main");
    asked.image_id = ImageId::Local(AmiId::from_bits(number));
    asked.via = Via::Ec2;
    let mut root = Device::default();
    root.snapshot = Some("snap-00000001".parse().unwrap());
    asked.devices = Devices::new(vec![root]).unwrap();
    decided(asked, &[], &[]).unwrap().record
}

fn snapshot(id: &str) -> SnapshotRecord {
    let asked = AddSnapshot::new(id.parse().unwrap());
    let by = "olga".parse().unwrap();
    add_snapshot(asked, &scope("/acme"), &location("local/main"), &by, now()).unwrap()
}

proptest! {
    /// Whatever characters a label has, it is kept as it was written.
    #[test]
    fn labels_come_back_as_they_were_written(labels in labels()) {
        let text = atlas_base::canonical::to_string(&labels).unwrap();
        prop_assert_eq!(serde_json::from_str::<Labels>(&text).unwrap(), labels);
    }

    /// What is set is there, what is taken away is not, and all else stays.
    #[test]
    fn a_change_of_labels_does_what_it_says(before in labels(), set in labels()) {
        let change = LabelChange {
            set: set.clone().into(),
            ..LabelChange::default()
        };
        let after = before.changed(&change).unwrap();
        for (key, value) in set.iter() {
            prop_assert_eq!(after.get(key), Some(value));
        }
        for (key, value) in before.iter() {
            prop_assert_eq!(after.get(key), set.get(key).or(Some(value)));
        }
        let went = set.iter().map(|(key, value)| (key.clone(), Some(value.clone())));
        let back = LabelChange {
            clear: false,
            remove: went.collect(),
            set: before.clone().into(),
        };
        prop_assert_eq!(after.changed(&back).unwrap(), before);
    }
}

#[test]
fn what_is_no_label_and_no_snapshot_is_refused_where_it_goes_wrong() {
    let long = "é".repeat(257);
    assert_eq!(LabelKey::parse("").unwrap_err().at(), 0);
    assert_eq!(LabelKey::parse(&long).unwrap_err().at(), 256);
    assert_eq!(LabelValue::parse(&long).unwrap_err().at(), 512);
    LabelValue::parse("").unwrap();
    for (text, at) in [
        ("", 0),
        ("ami-00000001", 0),
        ("snap-", 5),
        ("snap-0000000g", 12),
        ("snap-0000001", 12),
        ("snap-000000001", 14),
    ] {
        let error = SnapshotId::parse(text).unwrap_err();
        assert_eq!(error.at(), at, "{text}: {error}");
    }
    let made = SnapshotId::from_bits(u128::MAX);
    assert_eq!(SnapshotId::parse(made.as_str()).unwrap(), made);
    let numbered = |number: u32| (number.to_string().parse().unwrap(), "".parse().unwrap());
    let error = Labels::new((0..51).map(numbered).collect()).unwrap_err();
    assert_eq!(error, TooManyLabels { found: 51 });
    assert_eq!(
        error.to_string(),
        "a record has at most 50 labels, not 51: take some away first"
    );
}

#[test]
fn e01_a_snapshot_stays_while_an_image_names_it() {
    let one = snapshot("snap-00000001");
    let error = delete_snapshot(&one, &[local(2), local(1)]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "`snap-00000001` is used by `ami-00000000000000001`, `ami-00000000000000002`: delete these images first"
    );
    delete_snapshot(&snapshot("snap-00000002"), &[local(1)]).unwrap();
    delete_snapshot(&one, &[]).unwrap();
    let asked = AddSnapshot::new("snap-00000001".parse().unwrap());
    let (by, at) = ("olga".parse().unwrap(), location("aws/us-east-1"));
    let error = add_snapshot(asked, &scope("/acme"), &at, &by, now()).unwrap_err();
    assert!(matches!(error, SnapshotError::NotHere { .. }), "{error}");
}

#[test]
fn e01_the_repository_copies_within_a_region_and_other_clouds_do_not() {
    let held = local(1);
    for to in ["local/main", "local/other"] {
        check_duplicate(&held, &location(to)).unwrap();
    }
    let error = check_duplicate(&held, &location("local:lab/main")).unwrap_err();
    assert!(matches!(error, CopyError::OtherCloud { .. }), "{error}");
    for to in ["aws/us-east-1", "aws/us-west-2"] {
        let foreign = record(1, "/acme", true);
        let error = check_duplicate(&foreign, &location(to)).unwrap_err();
        assert!(matches!(error, CopyError::NotHere { .. }), "{error}");
    }
}

#[test]
fn e07_facts_of_ec2_are_edited_on_images_that_have_them() {
    let mut asked = EditImage::default();
    asked.imds_support = Some("v2.0".parse().unwrap());
    let edited = edit(&local(1), asked.clone()).unwrap();
    assert_eq!(edited.ec2().imds_support, asked.imds_support);
    // What is not said again stays.
    assert_eq!(edit(&edited, EditImage::default()).unwrap(), edited);
    let mut other = request(
        "/acme",
        "openstack/one",
        "6a3f0d1e-0000-4000-8000-000000000001",
    );
    other.name = Some("web".parse().unwrap());
    let error = edit(&registered(other).record, asked).unwrap_err();
    assert!(matches!(error, EditImageError::NotOfEc2 { .. }), "{error}");
}

#[test]
fn e04_launch_permissions_go_and_come_together_or_stay() {
    let image = local(1);
    let facts = LaunchPermissionFacts {
        record: &image,
        groups: &[],
    };
    let one: LaunchPermission = "111111111111".parse().unwrap();
    let two: LaunchPermission = "222222222222".parse().unwrap();
    let mut before = LaunchPermissions::none(image.id());
    before.permissions = vec![one.clone(), two.clone()];
    let all = LaunchPermission::Everybody;
    let changed = change_launch_permissions(
        before.clone(),
        &[all.clone(), two.clone()],
        &[one.clone(), two.clone()],
        facts,
    )
    .unwrap();
    assert_eq!(changed.permissions.permissions, [two.clone(), all.clone()]);
    assert_eq!(changed.changed, [one.clone(), all.clone()]);
    // What cannot be used is opened to nobody more, and may be closed.
    let usage = Usage::of(&image, [], true);
    let (image, _) = disable(&image, None, &usage, now()).unwrap();
    let facts = LaunchPermissionFacts {
        record: &image,
        groups: &[],
    };
    change_launch_permissions(before.clone(), &[all], &[], facts).unwrap_err();
    let closed = change_launch_permissions(before, &[], &[one], facts).unwrap();
    assert_eq!(closed.permissions.permissions, [two]);
}
