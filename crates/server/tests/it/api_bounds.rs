//! What is of one caller, one project or one region over the EC2-compatible API stays with it.

use crate::{
    api::{Api, all, items, one},
    world::p,
};
use atlas_ec2::PageToken;
use cloud_atlas::{
    DiskWatch, FileDisk, ImportDiskOptions,
    image::{
        AskedDevice, ConvertedFrom, DiskFormat, ImportDiskImage, LabelKey, LabelValue, Labels,
        RegisterImage, Via,
    },
    image_id::{AmiId, ImageId},
    mci::{HeadEdit, Setting},
    template::Reference,
};
use pollster::block_on;
use std::{collections::BTreeMap, sync::Arc};

const WEST: &str = "dana@eu-west-1";

fn asked_in(region: &str, name: &str) -> ImportDiskImage {
    let from = ConvertedFrom::File { name: p("web.raw") };
    let devices = vec![AskedDevice::new(from, DiskFormat::Qcow2, p("default"))];
    let location = format!("local/{region}");
    ImportDiskImage {
        name: Some(p(name)),
        ..ImportDiskImage::new(p("/acme/web"), p(&location), devices)
    }
}

/// The id of a disk image that has failed.
fn failed(api: &Api, region: &str, name: &str) -> String {
    let source = Box::new(FileDisk::new(Arc::new(b"no image".to_vec())));
    let (options, watch) = (ImportDiskOptions::default(), DiskWatch::default());
    let dana = api.who("dana");
    let asked = asked_in(region, name);
    block_on(dana.import_disk_image(asked, vec![source], &options, &watch)).unwrap_err();
    let named = block_on(dana.disk_images_named(&p(name), &p("/acme/web")));
    named.unwrap()[0].id.to_string()
}

fn opened_to_all(api: &Api, who: &str, id: &str) {
    let pairs = [("ImageId", id), ("LaunchPermission.Add.1.Group", "all")];
    api.done(who, "ModifyImageAttribute", &pairs);
}

#[test]
fn e01_a_token_is_of_one_principal_project_account_and_region() {
    let api = Api::new();
    let image = api.register("dana", "web");
    let names: Vec<_> = (1..=6).map(|n| format!("Tag.{n}.Key")).collect();
    let mut pairs = vec![("ResourceId.1", &*image)];
    pairs.extend(names.iter().map(|name| (&**name, &**name)));
    api.done("dana", "CreateTags", &pairs);
    let first = api.done("dana", "DescribeTags", &[("MaxResults", "5")]);
    let token = one(&first, "nextToken");
    let next = [("MaxResults", "5"), ("NextToken", &*token)];
    for who in ["eli-web", "dana-db", "dana-beta", WEST] {
        let refused = api.code(who, "DescribeTags", &next);
        assert_eq!(refused, (400, "InvalidNextToken".to_owned()), "{who}");
    }
    let last = api.done("dana", "DescribeTags", &next);
    assert_eq!(all(&last, "key"), ["Tag.6.Key"]);
}

#[test]
fn e01_a_token_of_one_list_opens_no_other() {
    let api = Api::new();
    for name in ["one", "two"] {
        failed(&api, "eu-central-1", name);
    }
    let page = api.done("dana", "DescribeImages", &[("MaxResults", "1")]);
    assert_eq!(items(&page, "imagesSet", "name"), ["one"]);
    let token = one(&page, "nextToken");
    // Behind the version and the digits of the question it says which list, in hex.
    let (head, position) = token.split_at(33);
    let cursor = position.strip_prefix("64").unwrap();
    for forged in [
        format!("{head}69302e{cursor}"),
        format!("{head}69{cursor}"),
        format!("{head}78{cursor}"),
        format!("{head}64{}", &cursor[2..]),
        head.to_owned(),
    ] {
        let pairs = [("MaxResults", "1"), ("NextToken", &*forged)];
        let refused = api.code("dana", "DescribeImages", &pairs);
        assert_eq!(refused.1, "InvalidNextToken", "{forged}");
    }
    let pairs = [("MaxResults", "1"), ("NextToken", &*token)];
    let page = api.done("dana", "DescribeImages", &pairs);
    assert_eq!(items(&page, "imagesSet", "name"), ["two"]);
    assert!(!page.contains("nextToken"), "{page}");
}

#[test]
fn e01_the_longest_cursor_fits_into_a_token() {
    let api = Api::new();
    // The index of labels has key and value in its rows, and both are as long as can be.
    let key = "\u{10348}".repeat(LabelKey::MAX_CHARACTERS);
    let value = "\u{10348}".repeat(LabelValue::MAX_CHARACTERS);
    for name in ["one", "two", "three"] {
        let id = api.register("dana", name);
        let pairs = [
            ("ResourceId.1", &*id),
            ("Tag.1.Key", &*key),
            ("Tag.1.Value", &*value),
        ];
        api.done("dana", "CreateTags", &pairs);
    }
    let filter = format!("tag:{key}");
    let (mut names, mut token, mut longest) = (Vec::new(), String::new(), 0);
    loop {
        let pairs = [
            ("Filter.1.Name", &*filter),
            ("Filter.1.Value.1", &*value),
            ("MaxResults", "1"),
            ("NextToken", &*token),
        ];
        let page = api.done("dana", "DescribeImages", &pairs);
        names.extend(items(&page, "imagesSet", "name"));
        match all(&page, "nextToken").pop() {
            Some(next) => token = next,
            None => break,
        }
        longest = longest.max(token.len() / 2);
    }
    names.sort();
    assert_eq!(names, ["one", "three", "two"]);
    assert!(longest < PageToken::MAX_BYTES, "{longest}");
}

#[test]
fn e04_what_is_in_another_region_is_not_here() {
    let api = Api::with(|api| api.with_instance_double(4));
    let west = api.register(WEST, "west");
    let tag = [("ResourceId.1", &*west), ("Tag.1.Key", "team")];
    api.done(WEST, "CreateTags", &tag);
    let run = [("ImageId", &*west), ("MinCount", "1"), ("MaxCount", "1")];
    let instance = one(&api.done(WEST, "RunInstances", &run), "instanceId");
    let made = [
        ("InstanceId", &*instance),
        ("Name", "made"),
        ("TagSpecification.1.ResourceType", "snapshot"),
        ("TagSpecification.1.Tag.1.Key", "stage"),
    ];
    api.done(WEST, "CreateImage", &made);
    let unfinished = failed(&api, "eu-west-1", "broken");

    assert_eq!(api.names(WEST, &[]), ["broken", "made", "west"]);
    assert_eq!(api.names("dana", &[]), [""; 0]);
    for id in [&west, &unfinished] {
        let refused = api.code("dana", "DescribeImages", &[("ImageId.1", id)]);
        assert_eq!(refused.1, "InvalidAMIID.NotFound");
        let refused = api.code("dana", "DeregisterImage", &[("ImageId", id)]);
        assert_eq!(refused.1, "InvalidAMIID.NotFound");
    }
    for (action, name, found) in [
        ("DescribeTags", "key", 2),
        ("DescribeSnapshots", "snapshotId", 1),
        ("DescribeInstances", "instanceId", 1),
        ("DescribeVolumes", "size", 1),
    ] {
        let count = |who| all(&api.done(who, action, &[]), name).len();
        assert_eq!((count(WEST), count("dana")), (found, 0), "{action}");
    }
    // The same name, and the same token, are others here.
    api.register("dana", "west");
}

#[test]
fn e06_attributes_of_the_owner_are_told_to_nobody_else() {
    let api = Api::new();
    let id = api.register("dana", "web");
    opened_to_all(&api, "dana", &id);
    for (attribute, is_of_owner) in [
        ("launchPermission", true),
        ("uefiData", true),
        ("lastLaunchedTime", true),
        ("deregistrationProtection", true),
        ("description", false),
        ("productCodes", false),
        ("bootMode", false),
    ] {
        let asked = [("ImageId", &*id), ("Attribute", attribute)];
        let told = api.ask("bert", "DescribeImageAttribute", &asked).status;
        assert_eq!(told, if is_of_owner { 401 } else { 200 }, "{attribute}");
    }
    let when = ("DeprecateAt", "2027-01-01T00:00:00Z");
    for (action, more) in [
        ("EnableImage", None),
        ("EnableImageDeprecation", Some(when)),
        ("DisableImageDeprecation", None),
        ("DisableImageDeregistrationProtection", None),
    ] {
        let pairs: Vec<_> = [("ImageId", &*id)].into_iter().chain(more).collect();
        let refused = api.code("bert", action, &pairs);
        assert_eq!(refused, (401, "AuthFailure".to_owned()), "{action}");
    }
    let tag = [("ResourceId.1", &*id), ("Tag.1.Key", "mine")];
    for action in ["CreateTags", "DeleteTags"] {
        let refused = api.code("bert", action, &tag);
        assert_eq!(refused, (401, "AuthFailure".to_owned()), "{action}");
    }
}

#[test]
fn e06_an_image_that_everybody_has_is_owned_by_nobody_here() {
    let api = Api::new();
    let admin = api.who("admin");
    let id = AmiId::parse("ami-0123456789abcdef0").unwrap();
    let mut asked = RegisterImage::new(
        p("/"),
        p("local/eu-central-1"),
        ImageId::Local(id),
        Via::Ec2,
    );
    asked.name = Some(p("base"));
    asked.shared = Some(true);
    let label = (LabelKey::parse("team"), LabelValue::parse("core"));
    let label = BTreeMap::from([(label.0.unwrap(), label.1.unwrap())]);
    asked.labels = Labels::new(label).unwrap();
    block_on(admin.register_image(asked)).unwrap();
    let image = [("ImageId.1", id.as_str())];
    assert_eq!(api.images("dana", &image, "isPublic"), ["true"]);
    assert_eq!(api.images("dana", &image, "imageOwnerId"), ["000000000000"]);
    assert_eq!(api.names("dana", &[("Owner.1", "self")]), [""; 0]);
    assert!(all(&api.done("dana", "DescribeTags", &[]), "key").is_empty());
    let refused = api.code("dana", "DeregisterImage", &[("ImageId", id.as_str())]);
    assert_eq!(refused, (401, "AuthFailure".to_owned()));
}

#[test]
fn e05_a_dry_run_asks_for_what_its_attribute_needs() {
    let api = Api::new();
    let id = api.register("eli", "db-1");
    let (image, dry) = (("ImageId", &*id), ("DryRun", "true"));
    let open = ("LaunchPermission.Add.1.Group", "all");
    let refused = api.code("eli", "ModifyImageAttribute", &[image, open, dry]);
    assert_eq!(refused, (403, "UnauthorizedOperation".to_owned()));
    let text = ("Description.Value", "x");
    let tried = api.code("eli", "ModifyImageAttribute", &[image, text, dry]);
    assert_eq!(tried, (412, "DryRunOperation".to_owned()));
}

#[test]
fn e08_referrers_are_counted_and_those_of_other_accounts_are_in_nobodys_way() {
    let api = Api::new();
    let id = api.register("dana", "web");
    opened_to_all(&api, "dana", &id);
    let refer = |who: &str, scope: &str, name: &str| {
        let (who, scope, mci) = (api.who(who), p(scope), p::<Reference>(name));
        block_on(async {
            who.create_mci(&scope, p(name)).await.unwrap();
            let ami = ImageId::Local(AmiId::parse(&id).unwrap());
            let setting = Setting::new(ami).with_instance_type(p("m1.small"));
            let edits = vec![HeadEdit::set(p("local/eu-central-1"), setting)];
            who.edit_mci(&mci, &scope, edits, None).await.unwrap();
        });
    };
    refer("bert", "/beta", "theirs");
    let image = [("ImageId", &*id)];
    for count in 1..=2 {
        refer("dana", "/acme/web", &format!("mine-{count}"));
        let (_, code, message) = api.refused("dana", "DeregisterImage", &image);
        assert_eq!(code, "DependencyViolation");
        let end = format!("is in use by {count} dependent objects.");
        assert!(message.ends_with(&end), "{message}");
    }
    for count in 1..=2 {
        let (dana, mci) = (api.who("dana"), p(&format!("mine-{count}")));
        let location = p("local/eu-central-1");
        let edits = vec![HeadEdit::Unset { location }];
        block_on(dana.edit_mci(&mci, &p("/acme/web"), edits, None)).unwrap();
    }
    api.done("dana", "DeregisterImage", &image);
}

#[test]
fn e09_what_is_unfinished_can_be_deregistered() {
    let api = Api::new();
    let dana = api.who("dana");
    let asked = asked_in("eu-central-1", "creating");
    let creating = block_on(dana.begin_disk_image(asked)).unwrap().id;
    let broken = failed(&api, "eu-central-1", "broken");
    let kept = || block_on(dana.disk_quota(&p("/acme/web"))).unwrap().usage;
    assert_eq!(kept().images, 2);
    for id in [creating.as_str(), &broken] {
        let image = ("ImageId", id);
        // Nobody else is told that there is such an image, and who may not is told so.
        let refused = api.code("bert", "DeregisterImage", &[image]);
        assert_eq!(refused.1, "InvalidAMIID.NotFound");
        let refused = api.code("olga", "DeregisterImage", &[image]);
        assert_eq!(refused, (403, "UnauthorizedOperation".to_owned()));
        let dry = [image, ("DryRun", "true")];
        assert_eq!(api.code("olga", "DeregisterImage", &dry).0, 403);
        assert_eq!(api.code("dana", "DeregisterImage", &dry).0, 412);
        // It cannot be changed otherwise.
        let refused = api.code("dana", "DisableImage", &[image]);
        assert_eq!(refused.1, "InvalidAMIID.NotFound");
        let all = [image, ("DeleteAssociatedSnapshots", "true")];
        let done = api.done("dana", "DeregisterImage", &all);
        assert_eq!(one(&done, "return"), "true");
        let refused = api.code("dana", "DeregisterImage", &[image]);
        assert_eq!(refused.1, "InvalidAMIID.NotFound");
    }
    assert_eq!(api.names("dana", &[]), [""; 0]);
    assert_eq!((kept().images, kept().bytes), (0, 0));
}

#[test]
fn e06_what_is_deleted_is_known_to_those_alone_who_saw_it() {
    let api = Api::new();
    let id = api.register("dana", "web");
    let image = [("ImageId", &*id)];
    api.done("dana", "DeregisterImage", &image);
    for (who, code) in [
        ("dana", "InvalidAMIID.Unavailable"),
        ("eli", "InvalidAMIID.NotFound"),
        ("rosa", "InvalidAMIID.NotFound"),
        ("bert", "InvalidAMIID.NotFound"),
    ] {
        assert_eq!(api.code(who, "DeregisterImage", &image).1, code, "{who}");
    }
}
