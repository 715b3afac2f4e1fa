//! Who may change what over the EC2-compatible API, and how it is refused.

use crate::{
    api::{Api, all, items, one},
    world::p,
};
use cloud_atlas::{
    LaunchRequest,
    image_id::{AmiId, CloudLocation, ImageId},
    mci::{HeadEdit, Setting},
    template::Reference,
};
use pollster::block_on;

const ROOT: [(&str, &str); 2] = [
    ("BlockDeviceMapping.1.DeviceName", "/dev/sda1"),
    ("BlockDeviceMapping.1.Ebs.VolumeSize", "8"),
];

#[test]
fn e05_a_request_that_is_only_tried_does_nothing_and_says_whether_it_may() {
    let api = Api::new();
    let id = api.register("dana", "web");
    let mut tried = 0;
    let beta = api.beta.to_string();
    let image = ("ImageId", id.as_str());
    let cases: [(&str, &[(&str, &str)]); 15] = [
        ("RegisterImage", &[("Name", "other"), ROOT[0], ROOT[1]]),
        (
            "CopyImage",
            &[
                ("Name", "other"),
                ("SourceImageId", &id),
                ("SourceRegion", "eu-central-1"),
            ],
        ),
        ("DeregisterImage", &[image]),
        ("DescribeImages", &[]),
        (
            "DescribeImageAttribute",
            &[image, ("Attribute", "description")],
        ),
        (
            "ModifyImageAttribute",
            &[image, ("LaunchPermission.Add.1.UserId", &beta)],
        ),
        (
            "ModifyImageAttribute",
            &[image, ("Description.Value", "new")],
        ),
        (
            "ResetImageAttribute",
            &[image, ("Attribute", "launchPermission")],
        ),
        ("DisableImage", &[image]),
        ("EnableImage", &[image]),
        (
            "EnableImageDeprecation",
            &[image, ("DeprecateAt", "2027-01-01T00:00:00Z")],
        ),
        ("DisableImageDeprecation", &[image]),
        ("EnableImageDeregistrationProtection", &[image]),
        ("DisableImageDeregistrationProtection", &[image]),
        ("DescribeRegions", &[]),
    ];
    let before = api.images("dana", &[], "imageState");
    for (action, pairs) in cases {
        let pairs = [pairs, &[("DryRun", "true")]].concat();
        let refused = api.code("dana", action, &pairs);
        assert_eq!(refused, (412, "DryRunOperation".to_owned()), "{action}");
        if !action.starts_with("Describe") {
            let refused = api.code("olga", action, &pairs);
            assert_eq!(
                refused,
                (403, "UnauthorizedOperation".to_owned()),
                "{action}"
            );
            tried += 1;
        }
    }
    assert_eq!(tried, 12);
    assert_eq!(api.images("dana", &[], "imageState"), before);
    // What is wrong is told first.
    let wrong = [("ImageId", "foo"), ("DryRun", "true")];
    assert_eq!(
        api.code("dana", "DeregisterImage", &wrong).1,
        "InvalidAMIID.Malformed"
    );
    // Whoever may not is refused in earnest too.
    let changes = |(action, _): &&(&str, &[_])| !action.starts_with("Describe");
    for (action, pairs) in cases.iter().filter(changes) {
        let refused = api.code("olga", action, pairs);
        assert_eq!(
            refused,
            (403, "UnauthorizedOperation".to_owned()),
            "{action}"
        );
    }
    let refused = api.code("eve", "DescribeImages", &[]);
    assert_eq!(refused, (403, "UnauthorizedOperation".to_owned()));
    assert_eq!(api.names("dana", &[]), ["web"]);
}

#[test]
fn e06_only_the_owner_changes_an_image() {
    let api = Api::new();
    let id = api.register("dana", "web");
    let image = ("ImageId", id.as_str());
    api.done(
        "dana",
        "ModifyImageAttribute",
        &[image, ("LaunchPermission.Add.1.Group", "all")],
    );
    assert_eq!(
        api.names("bert", &[]),
        ["web"],
        "no parameters: all that may be launched"
    );
    for (action, more) in [
        ("ModifyImageAttribute", Some(("Description.Value", "mine"))),
        (
            "ModifyImageAttribute",
            Some(("LaunchPermission.Add.1.Group", "all")),
        ),
        ("ResetImageAttribute", None),
        ("DeregisterImage", None),
        ("DisableImage", None),
        ("EnableImageDeregistrationProtection", None),
    ] {
        let pairs: Vec<_> = [image].into_iter().chain(more).collect();
        let (status, code, message) = api.refused("bert", action, &pairs);
        assert_eq!((status, &*code), (401, "AuthFailure"), "{action}");
        assert_eq!(message, format!("Not authorized for image:{id}"));
    }
    // The owner's people need the permission too.
    let theirs = api.register("eli", "db-1");
    let pairs = [
        ("ImageId", &*theirs),
        ("LaunchPermission.Add.1.Group", "all"),
    ];
    let refused = api.code("eli", "ModifyImageAttribute", &pairs);
    assert_eq!(refused, (403, "UnauthorizedOperation".to_owned()));
    api.done("dana", "ResetImageAttribute", &[image]);
    let refused = api.code("bert", "DeregisterImage", &[image]);
    assert_eq!(refused, (400, "InvalidAMIID.NotFound".to_owned()));
}

#[test]
fn e07_a_call_changes_one_attribute_whole_or_not_at_all() {
    let api = Api::new();
    let id = api.register("dana", "web");
    let image = ("ImageId", id.as_str());
    let (acme, beta) = (api.acme.to_string(), api.beta.to_string());
    let change = |pairs: &[(&str, &str)]| {
        api.done(
            "dana",
            "ModifyImageAttribute",
            &[[image].as_slice(), pairs].concat(),
        )
    };
    let refuse = |pairs: &[(&str, &str)]| {
        api.refused(
            "dana",
            "ModifyImageAttribute",
            &[[image].as_slice(), pairs].concat(),
        )
    };
    assert_eq!(
        one(&change(&[("Description.Value", "first")]), "return"),
        "true"
    );
    change(&[("Attribute", "description"), ("Value", "second")]);
    assert_eq!(api.images("dana", &[], "description"), ["second"]);
    change(&[("Description.Value", "")]);
    assert_eq!(api.images("dana", &[], "description"), [""; 0]);
    change(&[("ImdsSupport.Value", "v2.0")]);
    assert_eq!(api.images("dana", &[], "imdsSupport"), ["v2.0"]);

    let two = [
        ("Description.Value", "x"),
        ("LaunchPermission.Add.1.UserId", &beta),
    ];
    assert_eq!(refuse(&two).1, "InvalidParameterCombination");
    let (status, code, message) = refuse(&[
        ("LaunchPermission.Add.1.UserId", &beta),
        ("LaunchPermission.Add.2.UserId", "nobody"),
    ]);
    assert_eq!((status, &*code), (400, "InvalidAMIAttributeItemValue"));
    let expected = "Invalid attribute item value \"nobody\" for userId item type.";
    assert_eq!(message, expected);
    assert!(api.names("bert", &[]).is_empty(), "nothing was given");

    change(&[("ProductCode.1", "first")]);
    change(&[
        ("Attribute", "productCodes"),
        ("OperationType", "add"),
        ("ProductCode.1", "second"),
    ]);
    let remove = [("OperationType", "remove"), ("ProductCode.1", "first")];
    assert_eq!(refuse(&remove).1, "InvalidParameterCombination");
    let asked = [image, ("Attribute", "productCodes")];
    let shown = api.done("dana", "DescribeImageAttribute", &asked);
    assert_eq!(all(&shown, "productCode"), ["first", "second"]);
    // Those that go and those that come are one change.
    change(&[("LaunchPermission.Add.1.UserId", &beta)]);
    let other = [
        ("LaunchPermission.Add.1.UserId", &*acme),
        ("LaunchPermission.Remove.1.UserId", &beta),
    ];
    change(&other);
    let asked = [image, ("Attribute", "launchPermission")];
    assert_eq!(
        all(
            &api.done("dana", "DescribeImageAttribute", &asked),
            "userId"
        ),
        [acme]
    );
}

#[test]
fn e08_an_image_that_is_used_stays_until_it_is_not() {
    let api = Api::new();
    let id = api.register("dana", "web");
    let image = ("ImageId", id.as_str());
    let at: CloudLocation = p("local/eu-central-1");
    let (dana, scope, mci) = (api.who("dana"), p("/acme/web"), p::<Reference>("base"));
    block_on(async {
        dana.create_mci(&scope, p("base")).await.unwrap();
        let ami = ImageId::Local(AmiId::parse(&id).unwrap());
        let setting = Setting::new(ami).with_instance_type(p("m1.small"));
        let edits = vec![HeadEdit::set(at.clone(), setting)];
        dana.edit_mci(&mci, &scope, edits, None).await.unwrap();
        let head = Reference::parse("base@head").unwrap();
        let request = LaunchRequest::new(head, at.clone(), scope.clone());
        let resolved = dana.resolve(&request).await.unwrap();
        assert_eq!(resolved.plan.image.as_str(), id);
    });
    let (status, code, message) = api.refused("dana", "DeregisterImage", &[image]);
    assert_eq!((status, &*code), (400, "DependencyViolation"));
    assert_eq!(
        message,
        format!("The image {id} is in use by 1 dependent objects.")
    );
    let edits = vec![HeadEdit::Unset { location: at }];
    block_on(dana.edit_mci(&mci, &scope, edits, None)).unwrap();
    assert_eq!(
        one(&api.done("dana", "DeregisterImage", &[image]), "return"),
        "true"
    );
    let (_, code, message) = api.refused("dana", "DeregisterImage", &[image]);
    assert_eq!(code, "InvalidAMIID.Unavailable");
    assert_eq!(
        message,
        format!("The image id '[{id}]' is no longer available")
    );
    let shown = api.done("dana", "DescribeImages", &[("ImageId.1", &id)]);
    assert!(
        items(&shown, "imagesSet", "name").is_empty(),
        "and no mistake"
    );

    let unknown = [("InstanceId", "i-0123456789abcdef0"), ("Name", "web")];
    let (status, code, message) = api.refused("dana", "CreateImage", &unknown);
    assert_eq!((status, &*code), (400, "InvalidInstanceID.NotFound"));
    assert_eq!(
        message,
        "The instance ID 'i-0123456789abcdef0' does not exist"
    );
}
