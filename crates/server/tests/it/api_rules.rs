//! What the EC2-compatible API makes and shows.

use crate::api::{Api, all, one};
use atlas_server::ImageApi;

const ROOT: [(&str, &str); 2] = [
    ("BlockDeviceMapping.1.DeviceName", "/dev/sda1"),
    ("BlockDeviceMapping.1.Ebs.VolumeSize", "8"),
];

#[test]
fn e01_what_is_registered_comes_back_whole() {
    let api = Api::new();
    let asked = [
        ("Name", "web 1.0 (a/b)"),
        ("Description", "<the> \"web\" & more"),
        ("Architecture", "arm64"),
        ("ImageLocation", "bucket/web.manifest.xml"),
        ("KernelId", "aki-88aa75e1"),
        ("RamdiskId", "ari-a51cf9cc"),
        ("RootDeviceName", "/dev/xvda"),
        ("VirtualizationType", "hvm"),
        ("SriovNetSupport", "simple"),
        ("EnaSupport", "true"),
        ("BootMode", "uefi-preferred"),
        ("TpmSupport", "v2.0"),
        ("ImdsSupport", "v2.0"),
        ("UefiData", "QU1aTg=="),
        ("BillingProduct.1", "bp-1"),
        ("BlockDeviceMapping.1.DeviceName", "/dev/xvda"),
        (
            "BlockDeviceMapping.1.Ebs.SnapshotId",
            "snap-0123456789abcdef0",
        ),
        ("BlockDeviceMapping.1.Ebs.VolumeSize", "20"),
        ("BlockDeviceMapping.1.Ebs.VolumeType", "io2"),
        ("BlockDeviceMapping.1.Ebs.Iops", "3000"),
        ("BlockDeviceMapping.1.Ebs.Throughput", "250"),
        ("BlockDeviceMapping.1.Ebs.DeleteOnTermination", "false"),
        ("BlockDeviceMapping.1.Ebs.Encrypted", "true"),
        ("BlockDeviceMapping.1.Ebs.KmsKeyId", "alias/web"),
        ("BlockDeviceMapping.2.DeviceName", "/dev/xvdb"),
        ("BlockDeviceMapping.2.VirtualName", "ephemeral0"),
        ("BlockDeviceMapping.3.DeviceName", "/dev/xvdc"),
        ("BlockDeviceMapping.3.NoDevice", ""),
        ("TagSpecification.1.ResourceType", "image"),
        ("TagSpecification.1.Tag.1.Key", "team"),
        ("TagSpecification.1.Tag.1.Value", "a & b"),
    ];
    let id = one(&api.done("dana", "RegisterImage", &asked), "imageId");
    let shown = api.done("dana", "DescribeImages", &[("ImageId.1", &id)]);
    let plain = |xml: &str| {
        let request = one(xml, "requestId");
        xml.replace(&id, "AMI")
            .replace(&request, "REQUEST")
            .replace(&api.acme.to_string(), "ACME")
            .replace("><", ">\n<")
    };
    insta::assert_snapshot!("registered", plain(&shown));
    let mut attributes = String::new();
    for attribute in [
        "description",
        "kernel",
        "ramdisk",
        "sriovNetSupport",
        "bootMode",
        "tpmSupport",
        "uefiData",
        "lastLaunchedTime",
        "imdsSupport",
        "deregistrationProtection",
        "launchPermission",
        "productCodes",
    ] {
        let asked = [("ImageId", id.as_str()), ("Attribute", attribute)];
        let shown = api.done("dana", "DescribeImageAttribute", &asked);
        attributes.push_str(&plain(&shown));
        attributes.push('\n');
    }
    insta::assert_snapshot!("attributes", attributes);
    let devices = [
        ("ImageId", id.as_str()),
        ("Attribute", "blockDeviceMapping"),
    ];
    let refused = api.code("dana", "DescribeImageAttribute", &devices);
    assert_eq!(refused, (401, "AuthFailure".to_owned()));
    let unknown = [("ImageId", id.as_str()), ("Attribute", "colour")];
    let refused = api.code("dana", "DescribeImageAttribute", &unknown);
    assert_eq!(refused, (400, "InvalidRequest".to_owned()));
}

#[test]
fn e01_names_are_unique_for_an_owner_unless_the_host_says_otherwise() {
    let api = Api::new();
    let id = api.register("dana", "web");
    let again = [[("Name", "web")].as_slice(), &ROOT].concat();
    let (status, code, message) = api.refused("dana", "RegisterImage", &again);
    assert_eq!((status, &*code), (400, "InvalidAMIName.Duplicate"));
    assert_eq!(
        message,
        format!("AMI name web is already in use by AMI {id}")
    );
    api.register("bert", "web");
    api.done("dana", "DeregisterImage", &[("ImageId", &id)]);
    api.register("dana", "web");

    let api = Api::with(ImageApi::allow_duplicate_names);
    assert_ne!(api.register("dana", "web"), api.register("dana", "web"));
}

#[test]
fn e01_copies_are_images_of_their_own_and_a_token_makes_one() {
    let api = Api::new();
    let id = api.register("dana", "web");
    let asked = [
        ("Name", "copy"),
        ("SourceImageId", id.as_str()),
        ("SourceRegion", "eu-central-1"),
        ("ClientToken", "once"),
        ("Description", "second"),
    ];
    let copy = one(&api.done("dana", "CopyImage", &asked), "imageId");
    assert_eq!(one(&api.done("dana", "CopyImage", &asked), "imageId"), copy);
    let shown = api.done("dana", "DescribeImages", &[("ImageId.1", &copy)]);
    assert_eq!(one(&shown, "sourceImageId"), id);
    assert_eq!(one(&shown, "sourceImageRegion"), "eu-central-1");
    let mut elsewhere = asked;
    elsewhere[2].1 = "eu-west-1";
    let refused = api.code("dana", "CopyImage", &elsewhere);
    assert_eq!(refused, (400, "InvalidAMIID.NotFound".to_owned()));
    elsewhere[2].1 = "no region";
    let refused = api.code("dana", "CopyImage", &elsewhere);
    assert_eq!(refused, (400, "InvalidRegion".to_owned()));
}

#[test]
fn e02_ids_have_17_digits_or_32_and_all_are_read() {
    let api = Api::new();
    assert_eq!(api.register("dana", "web").len(), "ami-".len() + 17);
    let unknown = "ami-0123456789abcdef0123456789abcdef";
    for id in [
        "ami-abcd1234",
        "ami-0123456789abcdef0",
        unknown,
        "ami-unknown-ami",
    ] {
        let (_, code, message) = api.refused("dana", "DescribeImages", &[("ImageId.1", id)]);
        assert_eq!(code, "InvalidAMIID.NotFound");
        assert_eq!(message, format!("The image id '[{id}]' does not exist"));
    }
    let asked = [("ImageId.1", "foo-missing"), ("ImageId.2", "bar")];
    let (status, code, message) = api.refused("dana", "DescribeImages", &asked);
    assert_eq!((status, &*code), (400, "InvalidAMIID.Malformed"));
    assert_eq!(
        message,
        "Invalid id: \"foo-missing\" (expecting \"ami-...\")"
    );
    let asked = [("ImageId.1", "ami-1"), ("ImageId.2", "ami-2")];
    let (_, _, message) = api.refused("dana", "DescribeImages", &asked);
    assert_eq!(message, "The image ids '[ami-1, ami-2]' do not exist");

    let api = Api::with(ImageApi::symphony_ids);
    let id = api.register("dana", "web");
    assert_eq!(id.len(), "ami-".len() + 32);
    assert_eq!(api.names("dana", &[("ImageId.1", &id)]), ["web"]);
}

#[test]
fn e03_filters_owners_and_executors_say_which() {
    let api = Api::new();
    for name in ["web-1", "web-2", "db-1", "w.b", "ami-like"] {
        api.register("dana", name);
    }
    let id = api.register("bert", "theirs");
    let all = [
        ("ImageId", id.as_str()),
        ("LaunchPermission.Add.1.Group", "all"),
    ];
    api.done("bert", "ModifyImageAttribute", &all);
    let (acme, beta) = (api.acme.to_string(), api.beta.to_string());
    let filter = |name: &'static str, values: &[&'static str]| {
        let mut pairs = vec![("Filter.1.Name", name)];
        let places = ["Filter.1.Value.1", "Filter.1.Value.2", "Filter.1.Value.3"];
        pairs.extend(places.into_iter().zip(values.iter().copied()));
        api.names("dana", &pairs)
    };
    assert_eq!(filter("name", &["web-*"]), ["web-1", "web-2"]);
    assert_eq!(
        filter("name", &["web-1", "db-?", "\\w.b"]),
        ["db-1", "w.b", "web-1"]
    );
    assert_eq!(filter("name", &["web-1", "web-2"]), ["web-1", "web-2"]);
    assert_eq!(filter("name", &["a*"]), ["ami-like"]);
    assert_eq!(filter("is-public", &["true"]), ["theirs"]);
    assert_eq!(filter("state", &["disabled"]), [""; 0]);
    assert_eq!(filter("image-allowed", &["true"]), [""; 0]);
    let both = [
        ("Filter.1.Name", "name"),
        ("Filter.1.Value.1", "*-1"),
        ("Filter.2.Name", "name"),
        ("Filter.2.Value.1", "web*"),
    ];
    assert_eq!(api.names("dana", &both), ["web-1"]);
    let by_id = [("Filter.1.Name", "image-id"), ("Filter.1.Value.1", &*id)];
    assert_eq!(api.names("dana", &by_id), ["theirs"]);
    let owned = |owner: &str| api.names("dana", &[("Owner.1", owner)]);
    assert_eq!(owned("self").len(), 5);
    assert_eq!(owned(&acme).len(), 5);
    assert_eq!(owned(&beta), ["theirs"]);
    assert_eq!(owned("amazon"), [""; 0]);
    let run = |by: &str| api.names("dana", &[("ExecutableBy.1", by)]);
    assert_eq!(run("all"), ["theirs"]);
    assert_eq!(run("self"), [""; 0]);
    let mine = [
        ("ImageId", id.as_str()),
        ("LaunchPermission.Add.1.UserId", &acme),
    ];
    api.done("bert", "ModifyImageAttribute", &mine);
    assert_eq!(run("self"), ["theirs"]);
    assert_eq!(run(&acme), ["theirs"]);
    let refused = api.code("dana", "DescribeImages", &[("Filter.1.Name", "colour")]);
    assert_eq!(refused, (400, "InvalidParameterValue".to_owned()));
}

#[test]
fn e04_three_callers_in_two_accounts_see_what_they_may() {
    let api = Api::new();
    let id = api.register("dana", "web");
    let seen = || ["dana", "eli", "bert"].map(|who| !api.names(who, &[]).is_empty());
    let change = |pairs: &[(&str, &str)]| {
        let pairs = [[("ImageId", id.as_str())].as_slice(), pairs].concat();
        api.done("dana", "ModifyImageAttribute", &pairs);
    };
    let (acme, beta) = (api.acme.to_string(), api.beta.to_string());
    assert_eq!(seen(), [true, false, false]);
    change(&[("LaunchPermission.Add.1.UserId", &acme)]);
    assert_eq!(seen(), [true, true, false], "every project of the account");
    change(&[("OperationType", "add"), ("UserId.1", &beta)]);
    assert_eq!(seen(), [true, true, true]);
    change(&[("LaunchPermission.Remove.1.UserId", &acme)]);
    assert_eq!(seen(), [true, false, true]);
    change(&[
        ("Attribute", "launchPermission"),
        ("OperationType", "remove"),
        ("UserId.1", &beta),
    ]);
    assert_eq!(seen(), [true, false, false]);
    change(&[("LaunchPermission.Add.1.Group", "all")]);
    assert_eq!(seen(), [true, true, true]);
    assert_eq!(api.images("bert", &[], "isPublic"), ["true"]);
    assert_eq!(
        api.images("bert", &[], "imageOwnerId"),
        std::slice::from_ref(&acme)
    );
    // Without an attribute it is launch permissions that go back (Symphony).
    api.done("dana", "ResetImageAttribute", &[("ImageId", &id)]);
    assert_eq!(seen(), [true, false, false]);
    // In the order in which they were given, each once.
    for who in [&beta, &acme, &beta] {
        change(&[("LaunchPermission.Add.1.UserId", who)]);
    }
    let asked = [("ImageId", id.as_str()), ("Attribute", "launchPermission")];
    let shown = api.done("dana", "DescribeImageAttribute", &asked);
    assert_eq!(all(&shown, "userId"), [beta, acme]);
    let refused = api.code("bert", "DescribeImageAttribute", &asked);
    assert_eq!(refused, (401, "AuthFailure".to_owned()));
}
