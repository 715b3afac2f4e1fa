//! What filters, owners and executors of `DescribeImages` let through, whichever index serves them.

use crate::{
    api::{Api, all, items, one},
    world::p,
};
use cloud_atlas::{
    image::{AskedDevice, ConvertedFrom},
    image::{DiskFormat, ImportDiskImage, RegisterImage, Via},
    image_id::{AmiId, ImageId},
};
use pollster::block_on;

/// A filter with its values.
fn filter<'a>(name: &'a str, values: &[&'a str]) -> Vec<(String, &'a str)> {
    let mut pairs = vec![("Filter.1.Name".to_owned(), name)];
    let values = (1..).zip(values);
    pairs.extend(values.map(|(at, value)| (format!("Filter.1.Value.{at}"), *value)));
    pairs
}

#[track_caller]
fn names(api: &Api, pairs: &[(String, &str)]) -> Vec<String> {
    let pairs: Vec<_> = pairs
        .iter()
        .map(|(name, value)| (&**name, *value))
        .collect();
    api.names("dana", &pairs)
}

/// An image that is begun, and that nobody is at work on.
fn begun(api: &Api, name: &str) -> String {
    let from = ConvertedFrom::File { name: p("web.raw") };
    let devices = vec![AskedDevice::new(from, DiskFormat::Raw, p("default"))];
    let asked = ImportDiskImage {
        name: Some(p(name)),
        ..ImportDiskImage::new(p("/acme/web"), p("local/eu-central-1"), devices)
    };
    let begun = block_on(api.who("dana").begin_disk_image(asked));
    begun.unwrap().id.to_string()
}

#[test]
fn e03_names_are_looked_up_one_by_one() {
    let api = Api::new();
    for name in ["web", "web-1", "web-10", "zoo", "dbs"] {
        api.register("dana", name);
    }
    begun(&api, "yard");
    for (asked, found) in [
        (&["web-1", "web"][..], &["web", "web-1"][..]),
        (&["zoo", "dbs", "nothing", "zoo"], &["dbs", "zoo"]),
        (&["yard", "dbs"], &["dbs", "yard"]),
        (&["nothing"], &[]),
        (&["web", "ami-like"], &["web"]),
        (&["web-1*", "dbs"], &["dbs", "web-1", "web-10"]),
    ] {
        assert_eq!(names(&api, &filter("name", asked)), found, "{asked:?}");
    }
    // By pages of each size, each once, in one order.
    let asked = filter("name", &["zoo", "web", "yard", "nothing", "dbs", "web-10"]);
    for size in 1..=6_usize {
        let (mut found, mut token, mut pages) = (Vec::new(), String::new(), 0);
        loop {
            let size = size.to_string();
            let mut pairs: Vec<_> = asked
                .iter()
                .map(|(name, value)| (&**name, *value))
                .collect();
            pairs.extend([("MaxResults", &*size), ("NextToken", &*token)]);
            let page = api.done("dana", "DescribeImages", &pairs);
            found.extend(items(&page, "imagesSet", "name"));
            pages += 1;
            match all(&page, "nextToken").pop() {
                Some(next) => token = next,
                None => break,
            }
        }
        assert_eq!(found, ["dbs", "web", "web-10", "zoo", "yard"], "{size}");
        assert_eq!(pages, 5_usize.div_ceil(size), "{size}");
    }
}

#[test]
fn e03_an_image_without_a_name_is_called_as_its_id() {
    let api = Api::new();
    let id = AmiId::parse("ami-0123456789abcdef0").unwrap();
    let (scope, location) = (p("/acme/web"), p("local/eu-central-1"));
    let asked = RegisterImage::new(scope, location, ImageId::Local(id), Via::Ec2);
    block_on(api.who("dana").register_image(asked)).unwrap();
    api.register("dana", "ami-like");
    for asked in [
        &[id.as_str()][..],
        &["ami-0*"],
        &["a*0"],
        &["nothing", id.as_str()],
    ] {
        assert_eq!(
            names(&api, &filter("name", asked)),
            [id.as_str()],
            "{asked:?}"
        );
    }
    assert_eq!(names(&api, &filter("name", &["a*"])).len(), 2);
}

#[test]
fn e03_tags_are_alternatives_too() {
    let api = Api::new();
    for (name, key, value) in [
        ("one", "team", "a"),
        ("two", "team", "b"),
        ("three", "stage", "a"),
    ] {
        let id = api.register("dana", name);
        let tag = [
            ("ResourceId.1", &*id),
            ("Tag.1.Key", key),
            ("Tag.1.Value", value),
        ];
        api.done("dana", "CreateTags", &tag);
    }
    begun(&api, "creating");
    assert_eq!(names(&api, &filter("tag:team", &["a"])), ["one"]);
    assert_eq!(
        names(&api, &filter("tag:team", &["a", "b"])),
        ["one", "two"]
    );
    assert_eq!(names(&api, &filter("tag:team", &["?"])), ["one", "two"]);
    assert_eq!(names(&api, &filter("tag-key", &["team"])), ["one", "two"]);
    let both = filter("tag-key", &["team", "stage"]);
    assert_eq!(names(&api, &both), ["one", "three", "two"]);
    assert_eq!(names(&api, &filter("tag-key", &[])), [""; 0]);
}

#[test]
fn e03_ids_owners_and_executors_are_alternatives_and_all_of_them_hold() {
    let api = Api::new();
    let (acme, beta) = (api.acme.to_string(), api.beta.to_string());
    let mine = api.register("dana", "mine");
    let theirs = api.register("bert", "theirs");
    let opened = api.register("bert", "opened");
    let creating = begun(&api, "creating");
    let to_all = [
        ("ImageId", &*theirs),
        ("LaunchPermission.Add.1.Group", "all"),
    ];
    api.done("bert", "ModifyImageAttribute", &to_all);
    let to_acme = [
        ("ImageId", &*opened),
        ("LaunchPermission.Add.1.UserId", &*acme),
    ];
    api.done("bert", "ModifyImageAttribute", &to_acme);
    let found = |pairs: &[(&str, &str)]| api.names("dana", pairs);
    let both = [("Owner.1", "self"), ("Owner.2", &*beta)];
    assert_eq!(found(&both), ["creating", "mine", "opened", "theirs"]);
    let both = [("ExecutableBy.1", "self"), ("ExecutableBy.2", "all")];
    assert_eq!(found(&both), ["opened", "theirs"]);
    assert_eq!(found(&[("ExecutableBy.1", "self")]), ["opened"]);
    // Those that are named are found only where all else holds.
    let twice = [("ImageId.1", &*mine), ("ImageId.2", &*mine)];
    assert_eq!(found(&twice), ["mine"]);
    for id in [&*mine, &*creating] {
        for more in [
            &[("Filter.1.Name", "name"), ("Filter.1.Value.1", "nothing")][..],
            &[("Owner.1", &*beta)],
            &[("ExecutableBy.1", "all")],
        ] {
            let pairs = [&[("ImageId.1", id)][..], more].concat();
            assert_eq!(found(&pairs), [""; 0], "{pairs:?}");
        }
    }
    let pairs = [("ImageId.1", &*creating), ("Owner.1", &*acme)];
    assert_eq!(found(&pairs), ["creating"]);
    // The owner is told that everybody may launch it, and to whom it is opened.
    let public = [("ImageId.1", &*theirs)];
    assert_eq!(api.images("bert", &public, "isPublic"), ["true"]);
    let by = [("ExecutableBy.1", &*acme)];
    assert_eq!(api.names("bert", &by), ["opened"]);
}

#[test]
fn e06_what_is_shared_within_the_account_is_its_own() {
    let api = Api::new();
    let id = AmiId::parse("ami-0123456789abcdef0").unwrap();
    let location = p("local/eu-central-1");
    let mut asked = RegisterImage::new(p("/acme"), location, ImageId::Local(id), Via::Ec2);
    asked.name = Some(p("house"));
    asked.shared = Some(true);
    block_on(api.who("rosa").register_image(asked)).unwrap();
    api.register("dana", "web");
    let own = [("Owner.1", "self")];
    assert_eq!(api.names("dana", &own), ["house", "web"]);
    assert_eq!(api.names("rosa", &own), ["house"]);
    assert_eq!(api.names("eli", &[]), ["house"]);
    assert_eq!(api.names("bert", &[]), [""; 0]);
    // To whom it is opened is told to whoever may look where it is.
    let beta = api.beta.to_string();
    let open = [
        ("ImageId", id.as_str()),
        ("LaunchPermission.Add.1.UserId", &*beta),
    ];
    api.done("rosa", "ModifyImageAttribute", &open);
    let by = [("ExecutableBy.1", &*beta)];
    assert_eq!(api.names("rosa", &by), ["house"]);
    assert_eq!(api.names("eli", &by), [""; 0]);
    // It is seen from a project, and changed by whoever may do so where it is.
    let image = [("ImageId", id.as_str())];
    assert_eq!(api.code("dana", "DeregisterImage", &image).0, 403);
    let owner = api.images("dana", &[("ImageId.1", id.as_str())], "imageOwnerId");
    assert_eq!(owner, [api.acme.to_string()]);
    assert_eq!(
        one(&api.done("rosa", "DeregisterImage", &image), "return"),
        "true"
    );
}
