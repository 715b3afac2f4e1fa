//! What is said when an image is made over the EC2-compatible API comes back with it.

use crate::api::{Api, all, items, one};

const ROOT: [(&str, &str); 2] = [
    ("BlockDeviceMapping.1.DeviceName", "/dev/sda1"),
    ("BlockDeviceMapping.1.Ebs.VolumeSize", "8"),
];
const HERE: (&str, &str) = ("SourceRegion", "eu-central-1");

fn described(api: &Api, id: &str) -> String {
    api.done("dana", "DescribeImages", &[("ImageId.1", id)])
}

fn copied(api: &Api, from: &str, name: &str, more: &[(&str, &str)]) -> String {
    let pairs = [&[("Name", name), ("SourceImageId", from), HERE][..], more].concat();
    let id = one(&api.done("dana", "CopyImage", &pairs), "imageId");
    described(api, &id)
}

fn launched(api: &Api, image: &str, more: &[(&str, &str)]) -> String {
    let pairs = [
        &[("ImageId", image), ("MinCount", "1"), ("MaxCount", "1")][..],
        more,
    ]
    .concat();
    one(&api.done("dana", "RunInstances", &pairs), "instanceId")
}

#[test]
fn e01_what_nobody_says_is_as_ec2_has_it() {
    let api = Api::new();
    let plain = one(
        &api.done("dana", "RegisterImage", &[("Name", "plain")]),
        "imageId",
    );
    let told = described(&api, &plain);
    assert_eq!(one(&told, "architecture"), "i386");
    assert_eq!(one(&told, "virtualizationType"), "paravirtual");
    assert_eq!(one(&told, "rootDeviceName"), "/dev/sda1");
    assert_eq!(one(&told, "rootDeviceType"), "instance-store");
    assert_eq!(one(&told, "deregistrationProtection"), "disabled");
    assert_eq!(
        one(
            &described(&api, &api.register("dana", "volume")),
            "rootDeviceType"
        ),
        "ebs"
    );
}

#[test]
fn e01_a_copy_takes_tags_texts_and_keys_as_it_is_asked() {
    let api = Api::new();
    let tags = [
        ("Name", "web"),
        ROOT[0],
        ROOT[1],
        ("BlockDeviceMapping.2.DeviceName", "/dev/sdb"),
        ("BlockDeviceMapping.2.VirtualName", "ephemeral0"),
        ("Description", "first"),
        ("TagSpecification.1.ResourceType", "image"),
        ("TagSpecification.1.Tag.1.Key", "team"),
        ("TagSpecification.1.Tag.2.Key", "stage"),
        ("TagSpecification.1.Tag.2.Value", "prod"),
    ];
    let id = one(&api.done("dana", "RegisterImage", &tags), "imageId");
    let plain = copied(&api, &id, "plain", &[]);
    assert_eq!(all(&plain, "key"), [""; 0]);
    assert_eq!(one(&plain, "description"), "first");
    assert_eq!(one(&plain, "encrypted"), "false");
    let more = [
        ("CopyImageTags", "true"),
        ("Description", "second"),
        ("TagSpecification.1.ResourceType", "image"),
        ("TagSpecification.1.Tag.1.Key", "stage"),
        ("TagSpecification.1.Tag.1.Value", "test"),
        ("Encrypted", "true"),
        ("KmsKeyId", "alias/web"),
    ];
    let tagged = copied(&api, &id, "tagged", &more);
    assert_eq!(all(&tagged, "key"), ["stage", "team"]);
    assert_eq!(all(&tagged, "value"), ["test", ""]);
    assert_eq!(one(&tagged, "description"), "second");
    assert_eq!(all(&tagged, "encrypted"), ["true"]);
    assert_eq!(all(&tagged, "kmsKeyId"), ["alias/web"]);
    assert_eq!(all(&tagged, "virtualName"), ["ephemeral0"]);
    let bare = copied(&api, &id, "bare", &[("Encrypted", "true")]);
    assert_eq!(all(&bare, "encrypted"), ["true"]);
    assert_eq!(all(&bare, "kmsKeyId"), [""; 0]);
    assert_eq!(
        one(&described(&api, &id), "encrypted"),
        "false",
        "as it was"
    );
}

#[test]
fn e01_a_copy_is_refused_as_a_new_image_is() {
    let api = Api::new();
    let (id, other) = (api.register("dana", "web"), api.register("dana", "db-1"));
    let from = ("SourceImageId", &*id);
    let taken = api.refused("dana", "CopyImage", &[("Name", "db-1"), from, HERE]);
    assert_eq!((taken.0, &*taken.1), (400, "InvalidAMIName.Duplicate"));
    assert!(taken.2.ends_with(&other), "{}", taken.2);
    let once = [("Name", "copy"), from, HERE, ("ClientToken", "once")];
    api.done("dana", "CopyImage", &once);
    let again = [once[0], ("SourceImageId", &*other), HERE, once[3]];
    let refused = api.code("dana", "CopyImage", &again);
    assert_eq!(refused, (400, "IdempotentParameterMismatch".to_owned()));
    api.done("dana", "DisableImage", &[("ImageId", &id)]);
    let refused = api.code("dana", "CopyImage", &[("Name", "late"), from, HERE]);
    assert_eq!(refused, (400, "IncorrectState".to_owned()));
    let key = [("Name", "late"), from, HERE, ("KmsKeyId", "alias/web")];
    let refused = api.code("dana", "CopyImage", &key);
    assert_eq!(refused, (400, "InvalidParameterCombination".to_owned()));
}

#[test]
fn e01_an_image_of_an_instance_is_as_the_request_changes_it() {
    let api = Api::with(|api| api.with_instance_double(4));
    let base = [
        ("Name", "base"),
        ROOT[0],
        ROOT[1],
        ("BootMode", "uefi"),
        ("BlockDeviceMapping.2.DeviceName", "/dev/sdb"),
        ("BlockDeviceMapping.2.Ebs.VolumeSize", "20"),
        ("BlockDeviceMapping.3.DeviceName", "/dev/sdc"),
        ("BlockDeviceMapping.3.Ebs.VolumeSize", "30"),
    ];
    let base = one(&api.done("dana", "RegisterImage", &base), "imageId");
    let instance = launched(&api, &base, &[]);
    let asked = [
        ("InstanceId", &*instance),
        ("Name", "made"),
        ("Description", "of an instance"),
        ("BlockDeviceMapping.1.DeviceName", "/dev/sda1"),
        ("BlockDeviceMapping.1.Ebs.VolumeSize", "9"),
        ("BlockDeviceMapping.1.Ebs.Encrypted", "true"),
        ("BlockDeviceMapping.2.DeviceName", "/dev/sdb"),
        ("BlockDeviceMapping.2.NoDevice", ""),
        ("BlockDeviceMapping.3.DeviceName", "/dev/sdd"),
        ("BlockDeviceMapping.3.VirtualName", "ephemeral0"),
        ("BootModeOverride", "legacy-bios"),
        ("TagSpecification.1.ResourceType", "image"),
        ("TagSpecification.1.Tag.1.Key", "of-image"),
        ("TagSpecification.2.ResourceType", "snapshot"),
        ("TagSpecification.2.Tag.1.Key", "of-snapshot"),
    ];
    let dry = [&asked[..], &[("DryRun", "true")]].concat();
    assert_eq!(api.code("dana", "CreateImage", &dry).0, 412);
    assert_eq!(api.code("olga", "CreateImage", &dry).0, 403);
    assert_eq!(api.names("dana", &[]), ["base"], "nothing was made");
    let made = one(&api.done("dana", "CreateImage", &asked), "imageId");
    let told = described(&api, &made);
    assert_eq!(
        all(&told, "deviceName"),
        ["/dev/sda1", "/dev/sdc", "/dev/sdd"]
    );
    assert_eq!(all(&told, "volumeSize"), ["9", "30"]);
    assert_eq!(all(&told, "encrypted"), ["true", "false"]);
    assert_eq!(all(&told, "virtualName"), ["ephemeral0"]);
    assert_eq!(one(&told, "bootMode"), "legacy-bios");
    assert_eq!(one(&told, "description"), "of an instance");
    assert_eq!(all(&told, "key"), ["of-image"]);
    assert_eq!(one(&told, "sourceImageId"), base);
    assert_eq!(one(&told, "sourceImageRegion"), "eu-central-1");
    let snapshots = api.done("dana", "DescribeSnapshots", &[]);
    let mut encrypted = all(&snapshots, "encrypted");
    encrypted.sort();
    assert_eq!(encrypted, ["false", "true"]);
    assert_eq!(all(&snapshots, "key"), ["of-snapshot"; 2]);
    // Where nothing is said it starts as the instance does.
    let asked = [("InstanceId", &*instance), ("Name", "plain")];
    let plain = one(&api.done("dana", "CreateImage", &asked), "imageId");
    assert_eq!(one(&described(&api, &plain), "bootMode"), "uefi");
    let none = [("InstanceId", "i-0123456789abcdef0"), ("Name", "none")];
    let refused = api.code("dana", "CreateImage", &none);
    assert_eq!(refused.1, "InvalidInstanceID.NotFound");
}

#[test]
fn e08_a_snapshot_that_another_image_has_stays() {
    let api = Api::with(|api| api.with_instance_double(4));
    let base = api.register("dana", "base");
    let instance = launched(&api, &base, &[]);
    let asked = [("InstanceId", &*instance), ("Name", "made")];
    let made = one(&api.done("dana", "CreateImage", &asked), "imageId");
    let snapshot = one(&described(&api, &made), "snapshotId");
    let asked = [
        ("Name", "other"),
        ROOT[0],
        ("BlockDeviceMapping.1.Ebs.SnapshotId", &*snapshot),
        ("BlockDeviceMapping.2.DeviceName", "/dev/sdb"),
        ("BlockDeviceMapping.2.Ebs.SnapshotId", "snap-unknown"),
    ];
    let other = one(&api.done("dana", "RegisterImage", &asked), "imageId");
    let gone = |id: &str| {
        let pairs = [("ImageId", id), ("DeleteAssociatedSnapshots", "true")];
        let told = api.done("dana", "DeregisterImage", &pairs);
        items(&told, "deleteSnapshotResultSet", "returnCode")
    };
    assert_eq!(gone(&made), ["skipped"]);
    let named = [("SnapshotId", &*snapshot)];
    let refused = api.refused("dana", "DeleteSnapshot", &named);
    assert_eq!(refused.1, "InvalidSnapshot.InUse");
    assert!(refused.2.contains(&other), "{}", refused.2);
    assert_eq!(gone(&other), ["success", "client-error"]);
    assert!(all(&api.done("dana", "DescribeSnapshots", &[]), "snapshotId").is_empty());
}

#[test]
fn e01_snapshots_are_of_those_who_are_asked_for_and_are_tried_first() {
    let api = Api::with(|api| api.with_instance_double(4));
    let base = api.register("dana", "base");
    let instance = launched(&api, &base, &[]);
    let asked = [("InstanceId", &*instance), ("Name", "made")];
    let made = one(&api.done("dana", "CreateImage", &asked), "imageId");
    let (acme, beta) = (api.acme.to_string(), api.beta.to_string());
    for (name, who, found) in [
        ("Owner.1", "self", 1),
        ("Owner.1", &*acme, 1),
        ("Owner.1", &*beta, 0),
        ("Owner.1", "amazon", 0),
        ("RestorableBy.1", "self", 1),
        ("RestorableBy.1", &*beta, 0),
    ] {
        let told = api.done("dana", "DescribeSnapshots", &[(name, who)]);
        assert_eq!(all(&told, "snapshotId").len(), found, "{name} {who}");
    }
    let snapshot = one(&described(&api, &made), "snapshotId");
    api.done("dana", "DeregisterImage", &[("ImageId", &made)]);
    let dry = [("SnapshotId", &*snapshot), ("DryRun", "true")];
    assert_eq!(api.code("dana", "DeleteSnapshot", &dry).0, 412);
    assert_eq!(api.code("olga", "DeleteSnapshot", &dry).0, 403);
    api.done("dana", "DeleteSnapshot", &dry[..1]);
}

#[test]
fn e01_what_is_too_much_is_refused_whole() {
    let api = Api::new();
    let id = api.register("dana", "web");
    let names: Vec<_> = (1..=1001)
        .map(|n| format!("LaunchPermission.Add.{n}.UserId"))
        .collect();
    let numbers: Vec<_> = (1..=1001).map(|n| format!("{n:012}")).collect();
    let mut pairs = vec![("ImageId", &*id)];
    let each = names.iter().zip(&numbers);
    pairs.extend(each.map(|(name, number)| (&**name, &**number)));
    let refused = api.code("dana", "ModifyImageAttribute", &pairs);
    assert_eq!(refused, (400, "ResourceLimitExceeded".to_owned()));
    let asked = [("ImageId", &*id), ("Attribute", "launchPermission")];
    let told = api.done("dana", "DescribeImageAttribute", &asked);
    assert!(all(&told, "userId").is_empty());
    pairs.pop();
    api.done("dana", "ModifyImageAttribute", &pairs);

    let names: Vec<_> = (1..=1001).map(|n| format!("ResourceId.{n}")).collect();
    let mut pairs = vec![("Tag.1.Key", "team")];
    pairs.extend(names.iter().map(|name| (&**name, &*id)));
    let refused = api.code("dana", "CreateTags", &pairs);
    assert_eq!(refused, (400, "InvalidParameterValue".to_owned()));
    pairs.pop();
    api.done("dana", "CreateTags", &pairs);
    let task = [("ResourceId.1", "import-ami-1"), ("Tag.1.Key", "team")];
    let refused = api.code("dana", "CreateTags", &task);
    assert_eq!(refused, (400, "InvalidID".to_owned()));
}

#[test]
fn the_double_is_of_a_region_and_is_tried_first() {
    let api = Api::with(|api| api.with_instance_double(2));
    let (image, other) = (api.register("dana", "web"), api.register("dana", "db-1"));
    let run = [("ImageId", &*image), ("MinCount", "1"), ("MaxCount", "1")];
    let dry = ("DryRun", "true");
    let tried = [&run[..], &[dry]].concat();
    assert_eq!(api.code("dana", "RunInstances", &tried).0, 412);
    assert_eq!(api.code("olga", "RunInstances", &tried).0, 403);
    let there = || all(&api.done("dana", "DescribeInstances", &[]), "instanceId");
    assert!(there().is_empty());
    let once = [&run[..], &[("ClientToken", "once")]].concat();
    let instance = one(&api.done("dana", "RunInstances", &once), "instanceId");
    let again = [&[("ImageId", &*other)], &once[1..]].concat();
    let refused = api.code("dana", "RunInstances", &again);
    assert_eq!(refused, (400, "IdempotentParameterMismatch".to_owned()));
    let ids = [("InstanceId.1", &*instance), dry];
    assert_eq!(api.code("dana", "TerminateInstances", &ids).0, 412);
    let kernel = [("InstanceId", &*instance), ("Kernel.Value", "aki-1"), dry];
    assert_eq!(api.code("dana", "ModifyInstanceAttribute", &kernel).0, 412);
    let told = api.done("dana", "DescribeInstances", &ids[..1]);
    assert!(!told.contains("aki-1"), "{told}");
    assert_eq!(one(&told, "name"), "running");
    let many = [("ImageId", &*image), ("MinCount", "2"), ("MaxCount", "2")];
    let refused = api.code("dana", "RunInstances", &many);
    assert_eq!(refused, (400, "InstanceLimitExceeded".to_owned()));
}

#[test]
fn the_double_has_so_many_places() {
    let api = Api::with(|api| api.with_instance_double(1));
    let run = |region: usize| {
        let who = format!("dana@r{region}");
        let image = api.register(&who, "web");
        let pairs = [("ImageId", &*image), ("MinCount", "1"), ("MaxCount", "1")];
        api.ask(&who, "RunInstances", &pairs)
    };
    for region in 1..=256 {
        assert_eq!(run(region).status, 200, "{region}");
    }
    let refused = run(257);
    assert_eq!(one(&refused.body, "Code"), "InstanceLimitExceeded");
}
