//! The instance double of the EC2-compatible API.

use crate::api::{Api, all, one};

fn run(api: &Api, image: &str, more: &[(&str, &str)]) -> String {
    let mut pairs = vec![("ImageId", image), ("MinCount", "1"), ("MaxCount", "1")];
    pairs.extend(more);
    api.done("dana", "RunInstances", &pairs)
}

#[test]
fn without_the_double_there_are_no_instances() {
    let api = Api::new();
    for (action, pairs) in [
        ("DescribeInstances", &[][..]),
        ("DescribeVolumes", &[]),
        (
            "TerminateInstances",
            &[("InstanceId.1", "i-0123456789abcdef0")],
        ),
    ] {
        let told = api.code("dana", action, pairs);
        assert_eq!(told, (400, "UnsupportedOperation".to_owned()), "{action}");
    }
}

#[test]
fn e01_an_image_is_made_of_an_instance_with_its_root_first() {
    let api = Api::with(|api| api.with_instance_double(4));
    let base = api.register("dana", "base");
    let more = [
        ("BlockDeviceMapping.1.DeviceName", "/dev/sdb"),
        ("BlockDeviceMapping.1.Ebs.VolumeSize", "20"),
        ("BlockDeviceMapping.1.Ebs.VolumeType", "gp3"),
        ("TagSpecification.1.ResourceType", "instance"),
        ("TagSpecification.1.Tag.1.Key", "team"),
        ("TagSpecification.1.Tag.1.Value", "web"),
    ];
    let told = run(&api, &base, &more);
    assert_eq!(all(&told, "name"), ["pending"]);
    let instance = one(&told, "instanceId");
    let pairs = [("InstanceId.1", &*instance)];
    let told = api.done("dana", "DescribeInstances", &pairs);
    assert_eq!(one(&told, "imageId"), base);
    assert_eq!(one(&told, "name"), "running");
    assert_eq!(all(&told, "deviceName"), ["/dev/sda1", "/dev/sdb"]);
    assert_eq!(one(&told, "value"), "web");
    let kernel = [("InstanceId", &*instance), ("Kernel.Value", "aki-88aa75e1")];
    api.done("dana", "ModifyInstanceAttribute", &kernel);
    let pairs = [("InstanceId", &*instance), ("Name", "made")];
    let image = one(&api.done("dana", "CreateImage", &pairs), "imageId");
    let told = api.done("dana", "DescribeImages", &[("ImageId.1", &image)]);
    assert_eq!(all(&told, "deviceName"), ["/dev/sda1", "/dev/sdb"]);
    assert_eq!(all(&told, "volumeType"), ["standard", "gp3"]);
    assert_eq!(one(&told, "rootDeviceName"), "/dev/sda1");
    assert_eq!(one(&told, "kernelId"), "aki-88aa75e1");
    assert_eq!(one(&told, "sourceInstanceId"), instance);
    let volumes = api.done("dana", "DescribeVolumes", &[]);
    assert_eq!(all(&volumes, "size"), ["8", "20"]);
    assert_eq!(all(&volumes, "device"), ["/dev/sda1", "/dev/sdb"]);
}

#[test]
fn an_instance_begins_with_an_image_that_may_be_launched() {
    let api = Api::with(|api| api.with_instance_double(4));
    let image = api.register("dana", "web");
    let pairs = [("ImageId", &*image), ("MinCount", "1"), ("MaxCount", "1")];
    assert_eq!(
        api.code("bert", "RunInstances", &pairs).1,
        "InvalidAMIID.NotFound"
    );
    let number = api.beta.to_string();
    let open = [
        ("ImageId", &*image),
        ("LaunchPermission.Add.1.UserId", &*number),
    ];
    api.done("dana", "ModifyImageAttribute", &open);
    api.done("bert", "RunInstances", &pairs);
    // Instances are the account's.
    assert!(all(&api.done("dana", "DescribeInstances", &[]), "instanceId").is_empty());
    assert_eq!(
        all(&api.done("bert", "DescribeInstances", &[]), "instanceId").len(),
        1
    );
    api.done("dana", "DisableImage", &pairs[..1]);
    let told = api.code("dana", "RunInstances", &pairs);
    assert_eq!(told.1, "InvalidAMIID.Unavailable");
    let none = [("ImageId", "ami-unknown"), pairs[1], pairs[2]];
    assert_eq!(
        api.code("dana", "RunInstances", &none).1,
        "InvalidAMIID.NotFound"
    );
}

#[test]
fn instances_end_and_are_bounded() {
    let api = Api::with(|api| api.with_instance_double(2));
    let image = api.register("dana", "web");
    let first = run(&api, &image, &[("ClientToken", "one")]);
    let again = run(&api, &image, &[("ClientToken", "one")]);
    let instance = one(&first, "instanceId");
    assert_eq!(one(&again, "instanceId"), instance);
    let many = [("ImageId", &*image), ("MinCount", "2"), ("MaxCount", "4")];
    assert_eq!(
        api.code("dana", "RunInstances", &many).1,
        "InstanceLimitExceeded"
    );
    let some = [("ImageId", &*image), ("MinCount", "1"), ("MaxCount", "4")];
    assert_eq!(
        all(&api.done("dana", "RunInstances", &some), "instanceId").len(),
        1
    );
    let page = [("MaxResults", "1")];
    let told = api.done("dana", "DescribeInstances", &page);
    assert_eq!(all(&told, "instanceId"), [&*instance]);
    let next = [
        ("MaxResults", "1"),
        ("NextToken", &*one(&told, "nextToken")),
    ];
    let told = api.done("dana", "DescribeInstances", &next);
    assert_ne!(one(&told, "instanceId"), instance);

    let ids = [("InstanceId.1", &*instance)];
    let named = [("InstanceId", &*instance)];
    let keep = [named[0], ("DisableApiTermination.Value", "true")];
    api.done("dana", "ModifyInstanceAttribute", &keep);
    let told = api.code("dana", "TerminateInstances", &ids);
    assert_eq!(told.1, "OperationNotPermitted");
    let free = [named[0], ("DisableApiTermination.Value", "false")];
    api.done("dana", "ModifyInstanceAttribute", &free);
    let told = api.done("dana", "TerminateInstances", &ids);
    assert_eq!(all(&told, "name"), ["shutting-down", "running"]);
    let told = api.done("dana", "DescribeInstances", &ids);
    assert_eq!(one(&told, "name"), "terminated");
    assert_eq!(
        all(&api.done("dana", "DescribeVolumes", &[]), "size").len(),
        1
    );
    for (action, pairs) in [
        ("CreateImage", &[named[0], ("Name", "made")][..]),
        ("ModifyInstanceAttribute", &keep[..]),
        (
            "DescribeInstances",
            &[("InstanceId.1", "i-0123456789abcdef0")][..],
        ),
        (
            "TerminateInstances",
            &[("InstanceId.1", "i-0123456789abcdef0")][..],
        ),
    ] {
        let told = api.code("dana", action, pairs);
        assert_eq!(told.1, "InvalidInstanceID.NotFound", "{action}");
    }
    let told = api.code("dana", "DescribeVolumes", &[("VolumeId.1", "vol-1")]);
    assert_eq!(told.1, "InvalidVolume.NotFound");
    // What is gone makes room.
    run(&api, &image, &[]);
    assert_eq!(
        all(&api.done("dana", "DescribeInstances", &[]), "instanceId").len(),
        2
    );
}
