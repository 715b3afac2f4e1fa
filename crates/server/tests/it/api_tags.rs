//! Tags and snapshots over the EC2-compatible API.

use crate::api::{Api, all, one};

/// An image with a snapshot of its own, made of an instance of the double.
fn imaged(api: &Api) -> (String, String) {
    let base = api.register("dana", "base");
    let pairs = [("ImageId", &*base), ("MinCount", "1"), ("MaxCount", "1")];
    let instance = one(&api.done("dana", "RunInstances", &pairs), "instanceId");
    let pairs = [("InstanceId", &*instance), ("Name", "made")];
    let image = one(&api.done("dana", "CreateImage", &pairs), "imageId");
    let filter = [("ImageId.1", &*image)];
    let told = api.done("dana", "DescribeImages", &filter);
    (image, one(&told, "snapshotId"))
}

fn api() -> Api {
    Api::with(|api| api.with_instance_double(4))
}

#[test]
fn tags_are_set_listed_and_taken_away_on_all_or_none() {
    let api = api();
    let (image, snapshot) = imaged(&api);
    let pairs = [
        ("ResourceId.1", &*image),
        ("ResourceId.2", &*snapshot),
        ("Tag.1.Key", "team"),
        ("Tag.1.Value", "web & <db>"),
        ("Tag.2.Key", "stage"),
        ("Tag.2.Value", ""),
    ];
    api.done("dana", "CreateTags", &pairs);
    let told = api.done("dana", "DescribeTags", &[]);
    assert_eq!(
        all(&told, "resourceType"),
        ["image", "image", "snapshot", "snapshot"]
    );
    assert_eq!(all(&told, "key"), ["stage", "team", "stage", "team"]);
    for (name, value, found) in [
        ("key", "team", 2),
        ("key", "te*", 2),
        ("value", "web*", 2),
        ("resource-type", "snapshot", 2),
        ("resource-id", &*image, 2),
        ("tag:team", "nothing", 0),
    ] {
        let pairs = [("Filter.1.Name", name), ("Filter.1.Value.1", value)];
        let told = api.done("dana", "DescribeTags", &pairs);
        assert_eq!(all(&told, "key").len(), found, "{name}: {told}");
    }
    // Nobody else is told of them.
    for who in ["eli", "bert"] {
        assert!(all(&api.done(who, "DescribeTags", &[]), "key").is_empty());
    }
    // One that is not there, and nothing is done.
    let missing = [
        ("ResourceId.1", &*image),
        ("ResourceId.2", "snap-0123456789abcdef0"),
        ("Tag.1.Key", "team"),
    ];
    let told = api.code("dana", "DeleteTags", &missing);
    assert_eq!(told, (400, "InvalidSnapshot.NotFound".to_owned()));
    let pairs = [
        ("ResourceId.1", &*image),
        ("Tag.1.Key", "team"),
        ("Tag.1.Value", "other"),
    ];
    api.done("dana", "DeleteTags", &pairs);
    assert_eq!(all(&api.done("dana", "DescribeTags", &[]), "key").len(), 4);
    api.done("dana", "DeleteTags", &pairs[..1]);
    let left = api.done("dana", "DescribeTags", &[]);
    assert_eq!(all(&left, "resourceId"), [&*snapshot, &*snapshot]);
}

#[test]
fn tags_are_listed_by_pages_that_survive_changes() {
    let api = api();
    let image = api.register("dana", "web");
    let names: Vec<_> = (1..=12).map(|n| format!("Tag.{n}.Key")).collect();
    let keys: Vec<_> = (1..=12).map(|n| format!("key{n:02}")).collect();
    let mut pairs = vec![("ResourceId.1", &*image)];
    pairs.extend(
        names
            .iter()
            .map(|name| &**name)
            .zip(keys.iter().map(|key| &**key)),
    );
    api.done("dana", "CreateTags", &pairs);
    let page = [("MaxResults", "5")];
    let told = api.done("dana", "DescribeTags", &page);
    assert_eq!(all(&told, "key"), keys[..5]);
    let token = one(&told, "nextToken");
    let gone = [("ResourceId.1", &*image), ("Tag.1.Key", "key05")];
    api.done("dana", "DeleteTags", &gone);
    let next = [("MaxResults", "5"), ("NextToken", &*token)];
    let told = api.done("dana", "DescribeTags", &next);
    assert_eq!(all(&told, "key"), keys[5..10]);
    let token = one(&told, "nextToken");
    let last = [("MaxResults", "5"), ("NextToken", &*token)];
    let told = api.done("dana", "DescribeTags", &last);
    assert_eq!(all(&told, "key"), keys[10..]);
    assert!(!told.contains("nextToken"), "{told}");
    let refused = api.code("bert", "DescribeTags", &last);
    assert_eq!(refused, (400, "InvalidNextToken".to_owned()));
}

#[test]
fn what_cannot_be_tagged_is_refused() {
    let api = api();
    let image = api.register("dana", "web");
    let names: Vec<_> = (1..=51).map(|n| format!("Tag.{n}.Key")).collect();
    let mut many = vec![("ResourceId.1", &*image)];
    many.extend(names.iter().map(|name| (&**name, &**name)));
    let told = api.code("dana", "CreateTags", &many);
    assert_eq!(told, (400, "TagLimitExceeded".to_owned()));
    many.pop();
    api.done("dana", "CreateTags", &many);
    for (who, id, code) in [
        ("dana", &*image, "TagLimitExceeded"),
        ("dana", "ami-0123456789abcdef0", "InvalidAMIID.NotFound"),
        ("dana", "snap-0123456789abcdef0", "InvalidSnapshot.NotFound"),
        ("dana", "i-0123456789abcdef0", "InvalidInstanceID.NotFound"),
        ("dana", "vol-0123456789abcdef0", "InvalidVolume.NotFound"),
        ("dana", "vpc-1", "InvalidID"),
        ("bert", &*image, "InvalidAMIID.NotFound"),
    ] {
        let pairs = [("ResourceId.1", id), ("Tag.1.Key", "one more")];
        assert_eq!(api.code(who, "CreateTags", &pairs).1, code, "{who} {id}");
    }
    let pairs = [("ResourceId.1", &*image), ("Tag.1.Key", "x")];
    assert_eq!(
        api.code("olga", "DeleteTags", &pairs[..1]).1,
        "UnauthorizedOperation"
    );
    let dry = [pairs[0], ("DryRun", "true")];
    assert_eq!(api.code("dana", "DeleteTags", &dry).1, "DryRunOperation");
    assert_eq!(all(&api.done("dana", "DescribeTags", &[]), "key").len(), 50);
}

#[test]
fn a_snapshot_is_described_and_held_by_its_image() {
    let api = api();
    let (image, snapshot) = imaged(&api);
    let told = api.done("dana", "DescribeSnapshots", &[("Owner.1", "self")]);
    assert_eq!(all(&told, "snapshotId"), [&*snapshot]);
    let described = one(&told, "description");
    assert!(
        described.starts_with("Created by CreateImage(i-"),
        "{described}"
    );
    assert!(
        described.ends_with(&format!(") for {image}")),
        "{described}"
    );
    assert_eq!(one(&told, "status"), "completed");
    assert_eq!(one(&told, "ownerId"), api.acme.to_string());
    let named = [("SnapshotId.1", &*snapshot)];
    assert!(
        api.done("dana", "DescribeSnapshots", &named)
            .contains(&*snapshot)
    );
    assert_eq!(
        api.code("bert", "DescribeSnapshots", &named).1,
        "InvalidSnapshot.NotFound"
    );
    for attribute in ["createVolumePermission", "productCodes"] {
        let asked = [("SnapshotId", &*snapshot), ("Attribute", attribute)];
        let told = api.done("dana", "DescribeSnapshotAttribute", &asked);
        assert_eq!(one(&told, "snapshotId"), snapshot);
        assert!(
            told.contains(&format!("<{attribute}></{attribute}>")),
            "{told}"
        );
        let (status, code) = api.code("bert", "DescribeSnapshotAttribute", &asked);
        assert_eq!((status, &*code), (400, "InvalidSnapshot.NotFound"));
    }
    let asked = [("SnapshotId", &*snapshot), ("Attribute", "colour")];
    let (_, code, message) = api.refused("dana", "DescribeSnapshotAttribute", &asked);
    assert_eq!(
        (&*code, &*message),
        ("InvalidRequest", "The request received was invalid")
    );
    for (owner, found) in [("amazon", 0), (&*api.acme.to_string(), 1)] {
        let told = api.done("dana", "DescribeSnapshots", &[("Owner.1", owner)]);
        assert_eq!(all(&told, "snapshotId").len(), found, "{owner}");
    }
    let (_, code, message) = api.refused("dana", "DeleteSnapshot", &[("SnapshotId", &snapshot)]);
    assert_eq!(code, "InvalidSnapshot.InUse");
    assert!(message.contains(&image), "{message}");
    api.done("dana", "DeregisterImage", &[("ImageId", &image)]);
    api.done("dana", "DeleteSnapshot", &[("SnapshotId", &snapshot)]);
    let told = api.code("dana", "DeleteSnapshot", &[("SnapshotId", &snapshot)]);
    assert_eq!(told, (400, "InvalidSnapshot.NotFound".to_owned()));
}
