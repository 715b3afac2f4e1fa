//! How images over the EC2-compatible API come, go, and are listed page by page.

use crate::{
    api::{Api, OneInstance, REGION, all, items, one},
    world::p,
};
use atlas_server::Ec2Instance;
use atlas_store_conformance::{Call, Fault, FaultyStore};
use cloud_atlas::{
    DiskWatch, FileDisk, ImportDiskOptions, SnapshotQuery,
    image::{
        AskedDevice, ConvertedFrom, Device, Devices, DiskFormat, ImportDiskImage, ProductCode,
    },
    store::{Commit, CommitToken, KeyRange, MemoryStore, Page, ReadSet, Store as _, Write},
};
use pollster::block_on;
use std::sync::Arc;

fn asked(name: &str, format: DiskFormat) -> ImportDiskImage {
    let from = ConvertedFrom::File { name: p("web.raw") };
    let devices = vec![AskedDevice::new(from, format, p("default"))];
    ImportDiskImage {
        name: Some(p(name)),
        ..ImportDiskImage::new(p("/acme/web"), p("local/eu-central-1"), devices)
    }
}

#[test]
fn e09_states_have_the_names_of_ec2() {
    let api = Api::new();
    let (dana, ready) = (api.who("dana"), api.register("dana", "ready"));
    let creating = block_on(dana.begin_disk_image(asked("creating", DiskFormat::Raw))).unwrap();
    let source = Box::new(FileDisk::new(Arc::new(b"no image".to_vec())));
    let (options, watch) = (ImportDiskOptions::default(), DiskWatch::default());
    let asked = asked("failed", DiskFormat::Qcow2);
    block_on(dana.import_disk_image(asked, vec![source], &options, &watch)).unwrap_err();
    let states = |who: &str, pairs: &[(&str, &str)]| {
        let names = api.images(who, pairs, "name");
        let states = api.images(who, pairs, "imageState");
        let both = names.iter().zip(&states);
        let mut both: Vec<_> = both
            .map(|(name, state)| format!("{name} {state}"))
            .collect();
        both.sort();
        both
    };
    let expected = ["creating pending", "failed failed", "ready available"];
    assert_eq!(states("dana", &[]), expected);
    assert_eq!(states("dana", &[("Owner.1", "self")]), expected);
    assert_eq!(states("dana", &[("Owner.1", "amazon")]), [""; 0]);
    assert_eq!(states("eli", &[]), [""; 0]);
    let by_id = ("ImageId.1", creating.id.as_str());
    assert_eq!(states("dana", &[by_id]), ["creating pending"]);
    assert_eq!(
        api.code("bert", "DescribeImages", &[by_id]).1,
        "InvalidAMIID.NotFound"
    );
    let filter = [("Filter.1.Name", "state"), ("Filter.1.Value.1", "failed")];
    assert_eq!(states("dana", &filter), ["failed failed"]);
    let shown = api.done("dana", "DescribeImages", &filter);
    assert_eq!(all(&shown, "stateReason").len(), 1, "{shown}");

    // Disabled ones are shown where they are asked for, or named.
    api.done("dana", "DisableImage", &[("ImageId", &ready)]);
    api.done("dana", "DisableImage", &[("ImageId", &ready)]);
    assert_eq!(states("dana", &[]), expected[..2]);
    let included = [("IncludeDisabled", "true")];
    let expected = ["creating pending", "failed failed", "ready disabled"];
    assert_eq!(states("dana", &included), expected);
    assert_eq!(states("dana", &[("ImageId.1", &ready)]), ["ready disabled"]);
    let opened = [
        ("ImageId", &*ready),
        ("LaunchPermission.Add.1.Group", "all"),
    ];
    let refused = api.code("dana", "ModifyImageAttribute", &opened);
    assert_eq!(refused, (400, "IncorrectState".to_owned()));
    api.done("dana", "EnableImage", &[("ImageId", &ready)]);
    assert_eq!(
        states("dana", &[("ImageId.1", &ready)]),
        ["ready available"]
    );

    // One by one, and none twice.
    let (mut names, mut token) = (Vec::new(), String::new());
    loop {
        let page = [("MaxResults", "1"), ("NextToken", &*token)];
        let shown = api.done("dana", "DescribeImages", &page);
        names.extend(items(&shown, "imagesSet", "name"));
        match all(&shown, "nextToken").pop() {
            Some(next) => token = next,
            None => break,
        }
    }
    assert_eq!(names, ["ready", "creating", "failed"]);
}

#[test]
fn e06_deprecated_images_are_shown_to_their_owner_alone() {
    let api = Api::new();
    let id = api.register("dana", "web");
    let image = ("ImageId", id.as_str());
    api.done(
        "dana",
        "ModifyImageAttribute",
        &[image, ("LaunchPermission.Add.1.Group", "all")],
    );
    let deprecate = |at| {
        api.ask(
            "dana",
            "EnableImageDeprecation",
            &[image, ("DeprecateAt", at)],
        )
    };
    assert!(
        deprecate("2026-07-21T11:00:00Z")
            .body
            .contains("InvalidParameterValue")
    );
    assert!(
        deprecate("2126-07-21T11:00:00Z")
            .body
            .contains("InvalidParameterValue")
    );
    assert_eq!(deprecate("2026-09-01T00:00:00Z").status, 200);
    assert_eq!(deprecate("2026-08-01T10:00:31Z").status, 200);
    let times = api.images("bert", &[], "deprecationTime");
    assert_eq!(
        times,
        ["2026-08-01T10:01:00.000Z"],
        "to the minute, and not yet"
    );
    *api.clock.0.lock().unwrap() = p("2026-08-01T10:01:00Z");
    assert_eq!(api.names("bert", &[]), [""; 0]);
    assert_eq!(api.names("bert", &[("IncludeDeprecated", "true")]), ["web"]);
    assert_eq!(api.names("dana", &[]), ["web"]);
    api.done("dana", "DisableImageDeprecation", &[image]);
    api.done("dana", "DisableImageDeprecation", &[image]);
    assert_eq!(api.names("bert", &[]), ["web"]);
}

#[test]
fn e08_protection_keeps_an_image() {
    let api = Api::new();
    let id = api.register("dana", "web");
    let image = ("ImageId", id.as_str());
    let enable = "EnableImageDeregistrationProtection";
    let shown = |field: &str| api.images("dana", &[], field);
    assert_eq!(shown("deregistrationProtection"), ["disabled"]);
    api.done("dana", enable, &[image, ("WithCooldown", "true")]);
    assert_eq!(shown("deregistrationProtection"), ["enabled-with-cooldown"]);
    let (status, code, message) = api.refused("dana", "DeregisterImage", &[image]);
    assert_eq!((status, &*code), (400, "OperationNotPermitted"));
    assert_eq!(
        message,
        format!("The image {id} is protected from being deregistered.")
    );
    api.done("dana", "DisableImageDeregistrationProtection", &[image]);
    let refused = api.code("dana", "DeregisterImage", &[image]);
    assert_eq!(refused.1, "OperationNotPermitted", "it cools down");
    *api.clock.0.lock().unwrap() = p("2026-07-22T12:00:01Z");
    api.done("dana", "DeregisterImage", &[image]);
}

#[test]
fn e01_pages_hold_while_images_come_and_go() {
    let api = Api::new();
    let ids: Vec<_> = (0..7)
        .map(|n| api.register("dana", &format!("web-{n}")))
        .collect();
    let page = |token: &str| {
        let page = [
            ("MaxResults", "3"),
            ("NextToken", token),
            ("Filter.1.Name", "name"),
            ("Filter.1.Value.1", "web-*"),
        ];
        let shown = api.done("dana", "DescribeImages", &page);
        (
            items(&shown, "imagesSet", "name"),
            all(&shown, "nextToken").pop(),
        )
    };
    let (first, token) = page("");
    assert_eq!(first, ["web-0", "web-1", "web-2"]);
    // The last one that was shown goes, and so does the next; another comes before them.
    api.done("dana", "DeregisterImage", &[("ImageId", &ids[2])]);
    api.done("dana", "DeregisterImage", &[("ImageId", &ids[3])]);
    api.register("dana", "web-00");
    let token = token.unwrap();
    let (second, none) = page(&token);
    assert_eq!(
        (second, none),
        (["web-4", "web-5", "web-6"].map(String::from).to_vec(), None)
    );

    // A token is of one question and one caller.
    let other = [("MaxResults", "3"), ("NextToken", &*token)];
    assert_eq!(
        api.code("dana", "DescribeImages", &other).1,
        "InvalidNextToken"
    );
    let same = [
        &other[..],
        &[("Filter.1.Name", "name"), ("Filter.1.Value.1", "web-*")],
    ]
    .concat();
    assert_eq!(
        api.code("eli", "DescribeImages", &same).1,
        "InvalidNextToken"
    );
    let size = [("MaxResults", "0")];
    assert_eq!(
        api.code("dana", "DescribeImages", &size).1,
        "InvalidParameterValue"
    );
}

#[test]
fn e08_images_of_instances_take_snapshots_along() {
    let mut device = Device::default();
    device.name = Some(p("/dev/sdb"));
    device.size_gb = core::num::NonZeroU32::new(30);
    let mut instance = Ec2Instance::default();
    instance.devices = Devices::new(vec![device]).unwrap();
    let code = ProductCode {
        code: p("paid"),
        kind: None,
    };
    instance.facts.product_codes.insert(code);
    let api = Api::with(|api| api.with_instance_facts(Arc::new(OneInstance(instance))));
    let server = ("InstanceId", "i-0123456789abcdef0");
    let asked = [
        server,
        ("Name", "made"),
        ("BlockDeviceMapping.1.DeviceName", "/dev/sdb"),
        ("BlockDeviceMapping.1.Ebs.VolumeType", "gp3"),
        ("TagSpecification.1.ResourceType", "image"),
        ("TagSpecification.1.Tag.1.Key", "team"),
    ];
    let id = one(&api.done("dana", "CreateImage", &asked), "imageId");
    let shown = api.done("dana", "DescribeImages", &[("ImageId.1", &id)]);
    assert_eq!(
        all(&shown, "deviceName"),
        ["/dev/sda1", "/dev/sdb"],
        "the root device first"
    );
    assert_eq!(all(&shown, "volumeType"), ["standard", "gp3"]);
    assert_eq!(one(&shown, "volumeSize"), "30");
    assert_eq!(one(&shown, "sourceInstanceId"), server.1);
    assert_eq!(one(&shown, "productCode"), "paid");
    assert_eq!(one(&shown, "key"), "team");
    let snapshots = all(&shown, "snapshotId");
    let query = SnapshotQuery::new(p("/acme/web"));
    let dana = api.who("dana");
    let kept = || {
        let all = block_on(dana.snapshots(&query, &cloud_atlas::Paging::default(), &|_| true));
        all.unwrap().items
    };
    assert_eq!(kept().len(), 2);
    let described = format!("Created by CreateImage({}) for {id}", server.1);
    assert!(
        kept()
            .iter()
            .all(|kept| kept.description.as_ref().unwrap().as_str() == described)
    );
    for (who, id) in [("dana", "i-00000000"), ("bert", server.1)] {
        let refused = api.code(who, "CreateImage", &[("InstanceId", id), ("Name", "made")]);
        assert_eq!(refused, (400, "InvalidInstanceID.NotFound".to_owned()));
    }
    let gone = [("ImageId", &*id), ("DeleteAssociatedSnapshots", "true")];
    let shown = api.done("dana", "DeregisterImage", &gone);
    assert_eq!(
        items(&shown, "deleteSnapshotResultSet", "snapshotId"),
        snapshots
    );
    assert_eq!(all(&shown, "returnCode"), ["success", "success"]);
    assert!(kept().is_empty());
}

#[test]
fn e01_snapshots_have_to_be_there_where_the_host_wants_it() {
    let api = Api::with(atlas_server::ImageApi::require_known_snapshots);
    let asked = [
        ("Name", "web"),
        ("BlockDeviceMapping.1.DeviceName", "/dev/sda1"),
        (
            "BlockDeviceMapping.1.Ebs.SnapshotId",
            "snap-0123456789abcdef0",
        ),
    ];
    let (status, code, message) = api.refused("dana", "RegisterImage", &asked);
    assert_eq!((status, &*code), (400, "InvalidSnapshot.NotFound"));
    assert_eq!(
        message,
        "The snapshot 'snap-0123456789abcdef0' does not exist."
    );
}

#[test]
fn e01_regions_zones_and_the_account_are_told_of() {
    let regions = [("eu-west-1".to_owned(), "west.example.org".to_owned())];
    let api = Api::with(|api| api.with_regions(regions));
    let shown = api.done("dana", "DescribeRegions", &[]);
    assert_eq!(all(&shown, "regionName"), [REGION, "eu-west-1"]);
    assert_eq!(
        all(&shown, "regionEndpoint"),
        ["localhost", "west.example.org"]
    );
    let one_of = [("RegionName.1", "eu-west-1")];
    assert_eq!(
        all(&api.done("dana", "DescribeRegions", &one_of), "regionName"),
        ["eu-west-1"]
    );
    let (_, code, message) = api.refused("dana", "DescribeRegions", &[("RegionName.1", "mars")]);
    assert_eq!(
        (&*code, &*message),
        ("InvalidParameterValue", "Invalid region: [mars]")
    );
    let shown = api.done("dana", "DescribeAvailabilityZones", &[]);
    assert_eq!(one(&shown, "zoneName"), "eu-central-1a");
    let asked = [("AttributeName.1", "supported-platforms")];
    let shown = api.done("dana", "DescribeAccountAttributes", &asked);
    assert_eq!(one(&shown, "attributeValue"), "VPC");
}

#[test]
fn e01_what_fails_inside_is_told_to_the_host_alone() {
    let store = FaultyStore::new(Arc::new(MemoryStore::new()));
    let api = Api::over(Arc::new(store.clone()), |api| api);
    let id = api.register("dana", "web");
    api.failures.lock().unwrap().clear();
    store.plan_for(Call::Snapshot, [Fault::Unavailable]);
    let (status, code, message) = api.refused("dana", "DescribeImages", &[("ImageId.1", &id)]);
    assert_eq!((status, &*code), (503, "ServiceUnavailable"));
    assert_eq!(
        message,
        "The request has failed due to a temporary failure of the server."
    );
    let told = api.failures.lock().unwrap().clone();
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].starts_with("dana DescribeImages: "), "{told:?}");
}

/// Puts another value in the place of each record that has a text in its value.
fn damage(store: &MemoryStore, text: &str) {
    let snapshot = block_on(store.snapshot()).unwrap();
    let page = block_on(snapshot.range(&KeyRange::all(), Page::first(10_000))).unwrap();
    let entries = page.entries.into_iter();
    let found = entries.filter(|(_, entry)| String::from_utf8_lossy(&entry.value).contains(text));
    let writes: Vec<_> = found
        .map(|(key, _)| Write::Put {
            key,
            value: b"not what was written".to_vec().into(),
        })
        .collect();
    assert!(!writes.is_empty());
    let commit = Commit {
        reads: ReadSet::default(),
        writes,
        token: CommitToken::from_u128(1),
    };
    block_on(snapshot.commit(commit)).unwrap();
}

#[test]
fn e01_what_is_damaged_is_told_of_to_the_host_alone() {
    let store = Arc::new(MemoryStore::new());
    let api = Api::over(Arc::<MemoryStore>::clone(&store), |api| api);
    let id = api.register("dana", "web");
    damage(&store, &id);
    let (status, code, message) = api.refused("dana", "DescribeImages", &[("ImageId.1", &id)]);
    assert_eq!((status, &*code), (500, "InternalError"));
    assert_eq!(message, "An internal error has occurred");
    let told = api.failures.lock().unwrap().clone();
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].contains("damaged"), "{told:?}");
}

#[test]
fn e01_who_has_lost_to_others_each_time_may_try_again() {
    let store = FaultyStore::new(Arc::new(MemoryStore::new()));
    let api = Api::over(Arc::new(store.clone()), |api| api);
    let id = api.register("dana", "web");
    let pairs = [("ImageId", &*id), ("Description.Value", "new")];
    store.plan([Fault::Conflict; 12]);
    let refused = api.code("dana", "ModifyImageAttribute", &pairs);
    assert_eq!(refused, (503, "ServiceUnavailable".to_owned()));
    // It is no failure of the server.
    assert_eq!(*api.failures.lock().unwrap(), [""; 0]);
    assert_eq!(store.planned(), 0);
    store.plan([Fault::Conflict; 11]);
    api.done("dana", "ModifyImageAttribute", &pairs);
}

#[test]
fn e01_what_nobody_knows_is_called_so() {
    let store = FaultyStore::new(Arc::new(MemoryStore::new()));
    let api = Api::over(Arc::new(store.clone()), |api| api);
    let id = api.register("dana", "web");
    // The store is away when the engine looks what became of it.
    let away = [Fault::Unavailable; 30].into_iter();
    let away = [Fault::None, Fault::None].into_iter().chain(away);
    store.plan_for(Call::Commit, [Fault::LostCommit]);
    store.plan_for(Call::Snapshot, away);
    let pairs = [("ImageId", &*id), ("Description.Value", "new")];
    let (status, code, message) = api.refused("dana", "ModifyImageAttribute", &pairs);
    assert_eq!((status, &*code), (500, "InternalError"));
    assert_eq!(
        message,
        "It is not known whether the request was done: look before trying again."
    );
    let told = api.failures.lock().unwrap().clone();
    assert_eq!(told.len(), 1, "{told:?}");
}
