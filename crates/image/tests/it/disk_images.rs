//! Disk images, from the asking to the removal: values, without a byte of a disk.

use atlas_base::{Digest, Timestamp};
use atlas_image::{
    AskedDevice, Availability, BeginFacts, ConvertedFrom, DeviceBus, DeviceKind, DiskFormat,
    DiskImage, DiskImageError, DiskImageState, DiskImageWarning, DiskQuota, DiskUsage, FailureCode,
    Firmware, FoundDisk, FoundSource, ImageRecordId, ImportDiskImage, KeptDeviceId,
    LaunchPermission, MadeDevice, QuotaError, Readied, ReadyFacts, Reason, SettleFacts, advance,
    begin_disk_image, delete_disk_image, fail_delete, fail_import, forget_disk_image, forget_left,
    make_ready, restart_import, settle_devices,
};
use atlas_image_id::AmiId;
use proptest::prelude::*;
use std::collections::BTreeSet;

const GIB: u64 = 1 << 30;

fn now() -> Timestamp {
    Timestamp::parse("2026-07-21T14:07:12Z").unwrap()
}

fn file() -> ConvertedFrom {
    let name = "web.ova".parse().unwrap();
    ConvertedFrom::File { name }
}

fn url(number: u32) -> ConvertedFrom {
    ConvertedFrom::url(&format!("https://images.example.com/{number}.raw"))
}

fn asked(from: ConvertedFrom, format: DiskFormat) -> AskedDevice {
    AskedDevice::new(from, format, "default".parse().unwrap())
}

fn ask(name: &str, devices: Vec<AskedDevice>) -> ImportDiskImage {
    ImportDiskImage {
        name: Some(name.parse().unwrap()),
        ..ImportDiskImage::new(
            "/acme/prod".parse().unwrap(),
            "local/main".parse().unwrap(),
            devices,
        )
    }
}

fn begin(request: ImportDiskImage) -> Result<DiskImage, DiskImageError> {
    begin_under(request, None, DiskUsage::default())
}

fn begin_under(
    request: ImportDiskImage,
    quota: Option<&DiskQuota>,
    usage: DiskUsage,
) -> Result<DiskImage, DiskImageError> {
    let facts = BeginFacts {
        pools: &BTreeSet::from(["default".to_owned(), "fast".to_owned()]),
        quota,
        usage,
        id: AmiId::from_bits(7),
        by: &"dana".parse().unwrap(),
        now: now(),
    };
    begin_disk_image(request, &facts)
}

fn refusal(request: ImportDiskImage) -> String {
    begin(request).unwrap_err().to_string()
}

fn found(firmware: Firmware, disks: &[(u64, DeviceKind, bool)]) -> FoundSource {
    let disk = |(size, kind, boots): &(u64, DeviceKind, bool)| FoundDisk {
        size: *size,
        kind: *kind,
        boots: *boots,
    };
    FoundSource {
        firmware,
        disks: disks.iter().map(disk).collect(),
    }
}

fn disk(size: u64) -> (u64, DeviceKind, bool) {
    (size, DeviceKind::Disk, true)
}

fn settle(
    image: &DiskImage,
    found: &[FoundSource],
) -> Result<(DiskImage, Vec<DiskImageWarning>), DiskImageError> {
    let facts = SettleFacts {
        found,
        quota: None,
        usage: DiskUsage::default(),
        now: now(),
    };
    let mut ids = 0;
    settle_devices(image, &facts, || {
        ids += 1;
        KeptDeviceId::from_u128(ids)
    })
}

fn settled(request: ImportDiskImage, sources: &[FoundSource]) -> DiskImage {
    let image = begin(request).unwrap();
    settle(&image, sources).unwrap().0
}

fn made(text: &str) -> MadeDevice {
    MadeDevice {
        data: 10,
        content: Digest::of("test", text.as_bytes()),
        sha256: None,
        blake3: None,
        source_sha256: None,
    }
}

fn ready(image: &DiskImage, count: usize) -> Result<Readied, DiskImageError> {
    let facts = ReadyFacts {
        made: image
            .devices
            .iter()
            .map(|device| (device.id, made(&device.id.to_string())))
            .take(count)
            .collect(),
        record: ImageRecordId::from_u128(9),
        account: Some("123456789012".parse().unwrap()),
        now: now(),
    };
    make_ready(image, facts)
}

fn boots(image: &DiskImage) -> Vec<bool> {
    image.devices.iter().map(|device| device.boots).collect()
}

#[test]
fn b01_a_file_is_one_source_and_urls_volumes_and_snapshots_are_several() {
    let raw = |from| asked(from, DiskFormat::Raw);
    begin(ask("web", vec![raw(file())])).unwrap();
    begin(ask("web", vec![raw(url(0)), raw(url(1))])).unwrap();
    let volume = |id: &str| ConvertedFrom::Volume {
        id: id.parse().unwrap(),
    };
    let snapshot = ConvertedFrom::Snapshot {
        id: "snap".parse().unwrap(),
    };
    begin(ask("web", vec![raw(volume("a")), raw(volume("b"))])).unwrap();
    let ova = asked(url(0), DiskFormat::Ova);
    let refused = [
        ask("web", Vec::new()),
        ask("web", vec![raw(url(0)); 17]),
        ask("web", vec![raw(file()), raw(file())]),
        ask("web", vec![raw(volume("a")), raw(snapshot)]),
        ask("web", vec![raw(url(1)), ova]),
    ];
    insta::assert_snapshot!(refused.map(refusal).join("\n"));
}

#[test]
fn b02_the_first_disk_boots_unless_another_is_named() {
    let cd = (GIB, DeviceKind::Cdrom, true);
    let ova = |boot| ImportDiskImage {
        boot,
        ..ask("web", vec![asked(file(), DiskFormat::Ova)])
    };
    let sources = [found(Firmware::Bios, &[cd, disk(GIB), disk(GIB)])];
    assert_eq!(boots(&settled(ova(None), &sources)), [false, true, false]);
    assert_eq!(
        boots(&settled(ova(Some(2)), &sources)),
        [false, false, true]
    );
    let refusals = [Some(0), Some(3)].map(|boot| {
        let image = begin(ova(boot)).unwrap();
        settle(&image, &sources).unwrap_err().to_string()
    });
    insta::assert_snapshot!(refusals.join("\n"));
    let iso = ask("web.iso", vec![asked(file(), DiskFormat::Iso)]);
    let only_cd = settled(iso, &[found(Firmware::Bios, &[cd])]);
    assert_eq!(boots(&only_cd), [true]);
}

#[test]
fn b02_what_has_nothing_to_boot_from_is_warned_about() {
    let image = begin(ask("web", vec![asked(file(), DiskFormat::Raw)])).unwrap();
    let empty = [found(Firmware::Bios, &[(GIB, DeviceKind::Disk, false)])];
    let (_, warnings) = settle(&image, &empty).unwrap();
    assert_eq!(warnings, [DiskImageWarning::BootsNothing { device: 0 }]);
    let (_, warnings) = settle(&image, &[found(Firmware::Bios, &[disk(GIB)])]).unwrap();
    assert_eq!(warnings, []);
}

#[test]
fn b03_a_device_grows_and_never_shrinks() {
    let sized = |size| AskedDevice {
        size: Some(size),
        bus: Some(DeviceBus::Ide),
        ..asked(url(0), DiskFormat::Qcow2)
    };
    let sources = [found(Firmware::Bios, &[disk(GIB)])];
    let image = settled(ask("web", vec![sized(2 * GIB)]), &sources);
    let device = image.devices.first().unwrap();
    assert_eq!((device.size, device.bus), (2 * GIB, DeviceBus::Ide));
    let native = settled(ask("web", vec![asked(url(0), DiskFormat::Qcow2)]), &sources);
    let device = native.devices.first().unwrap();
    assert_eq!(
        (device.size, device.bus, device.kind),
        (GIB, DeviceBus::Native, DeviceKind::Disk)
    );
    let image = begin(ask("web", vec![sized(GIB - 1)])).unwrap();
    let small = settle(&image, &sources).unwrap_err();
    insta::assert_snapshot!(small, @"device 0 is to have 1073741823 bytes, and its source has 1073741824: it can only grow");
    let several = [found(Firmware::Bios, &[disk(GIB), disk(GIB)])];
    let several = settle(&image, &several).unwrap_err();
    insta::assert_snapshot!(several, @"a size was given for a source of 2 disks: it is for a source with one");
}

#[test]
fn b04_the_name_of_cds_and_only_of_cds_ends_with_iso() {
    let iso = |number| asked(url(number), DiskFormat::Iso);
    let raw = asked(url(9), DiskFormat::Raw);
    begin(ask("tools.iso", vec![iso(0), iso(1)])).unwrap();
    begin(ask("tools.ISO", vec![iso(0)])).unwrap();
    begin(ask("web", vec![iso(0), raw.clone()])).unwrap();
    let nameless = ImportDiskImage {
        name: None,
        ..ask("web", vec![raw.clone()])
    };
    let refused = [
        ask("tools", vec![iso(0)]),
        ask("web.iso", vec![raw.clone()]),
        ask("web.iso", vec![iso(0), raw]),
        nameless,
    ];
    insta::assert_snapshot!(refused.map(refusal).join("\n"));
}

#[test]
fn b04_the_word_of_the_caller_settles_the_firmware() {
    let request = |firmware| ImportDiskImage {
        firmware,
        ..ask("web", vec![asked(file(), DiskFormat::Ova)])
    };
    let sources = [found(Firmware::Uefi, &[disk(GIB)])];
    for (asked, taken, count) in [
        (None, Firmware::Uefi, 0),
        (Some(Firmware::Uefi), Firmware::Uefi, 0),
        (Some(Firmware::Bios), Firmware::Bios, 1),
    ] {
        let image = begin(request(asked)).unwrap();
        let (image, warnings) = settle(&image, &sources).unwrap();
        assert_eq!((image.firmware, warnings.len()), (Some(taken), count));
        for warning in warnings {
            insta::assert_snapshot!(warning, @"it will start by bios, as asked, and its source is made for uefi");
        }
    }
}

#[test]
fn b04_the_owner_is_the_project_and_others_are_let_in() {
    let number = "123456789012".parse().unwrap();
    for (scope, availability, shared, opened) in [
        ("/acme/prod", Availability::Project, Some(false), None),
        (
            "/acme/prod",
            Availability::Account,
            None,
            Some(LaunchPermission::Account(number)),
        ),
        ("/acme", Availability::Account, Some(true), None),
        (
            "/acme/prod",
            Availability::Public,
            Some(true),
            Some(LaunchPermission::Everybody),
        ),
    ] {
        let request = ImportDiskImage {
            scope: scope.parse().unwrap(),
            availability,
            ..ask("web", vec![asked(file(), DiskFormat::Raw)])
        };
        let image = settled(request, &[found(Firmware::Bios, &[disk(GIB)])]);
        let ready = ready(&image, 1).unwrap();
        assert_eq!(ready.register.scope.as_str(), scope);
        assert_eq!((ready.register.shared, ready.opened_to), (shared, opened));
    }
}

#[test]
fn b05_creating_ends_ready_or_failed_and_deleting_gone_or_failed() {
    let sources = [found(Firmware::Bios, &[disk(GIB), disk(GIB)])];
    let creating = settled(ask("web", vec![asked(file(), DiskFormat::Ova)]), &sources);
    let ids = [1, 2].map(KeptDeviceId::from_u128);
    let half = advance(&creating, &ids, GIB, now()).unwrap();
    assert_eq!(
        half.state,
        DiskImageState::Creating {
            since: now(),
            done: GIB,
            total: 2 * GIB
        }
    );
    assert!(ready(&half, 1).is_err());
    let ready_image = ready(&half, 2).unwrap().image;
    assert_eq!(ready_image.record(), Some(ImageRecordId::from_u128(9)));
    assert!(ready_image.content().is_some());

    let (code, reason) = (
        FailureCode::parse("bomb").unwrap(),
        "too much".parse::<Reason>().unwrap(),
    );
    let failed = fail_import(&half, &ids, code.clone(), reason.clone(), now()).unwrap();
    assert_eq!((failed.state.as_str(), failed.size()), ("failed", 0));
    // What it had is known until somebody has removed it.
    let left = |image: &DiskImage| image.left.iter().map(|it| it.id).collect::<Vec<_>>();
    assert_eq!(left(&failed), ids);
    let again = restart_import(&failed, now()).unwrap();
    assert_eq!(again.state.as_str(), "creating");
    assert_eq!(left(&again), ids);
    assert_eq!(left(&forget_left(&again, &again.left[..1])), ids[1..]);
    assert!(again.as_opened().left.is_empty());
    // Whose maker is gone begins anew as well, with devices of its own.
    assert_eq!(restart_import(&half, now()).unwrap().size(), 0);

    let deleting = delete_disk_image(&ready_image, now());
    assert_eq!(deleting.record(), ready_image.record());
    let stuck = fail_delete(&deleting, reason.clone(), now()).unwrap();
    assert_eq!(stuck.state.as_str(), "delete-failed");
    assert_eq!(stuck.record(), ready_image.record());
    forget_disk_image(&delete_disk_image(&stuck, now())).unwrap();

    // What another attempt does is nothing to this one.
    let others = [KeptDeviceId::from_u128(1), KeptDeviceId::from_u128(3)];
    assert!(advance(&half, &others, 1, now()).is_err());
    assert!(fail_import(&half, &others, code.clone(), reason.clone(), now()).is_err());
    assert!(settle(&half, &sources).is_err());
    let told = fail_import(&half, &[], code.clone(), reason.clone(), now()).unwrap_err();
    insta::assert_snapshot!(told, @"somebody else has begun to make ami-00000000000000007 anew: what this attempt made is thrown away");

    // No other way leads anywhere.
    for image in [&ready_image, &failed, &deleting, &stuck] {
        assert!(advance(image, &ids, 1, now()).is_err());
        assert!(ready(image, 2).is_err());
        assert!(settle(image, &sources).is_err());
        assert!(fail_import(image, &ids, code.clone(), reason.clone(), now()).is_err());
    }
    for image in [&ready_image, &deleting, &stuck] {
        assert!(restart_import(image, now()).is_err());
    }
    for image in [&creating, &ready_image, &failed, &stuck] {
        assert!(fail_delete(image, reason.clone(), now()).is_err());
        assert!(forget_disk_image(image).is_err());
    }
    let told = ready(&failed, 2).unwrap_err();
    insta::assert_snapshot!(told, @"the image is failed, and only what is creating can be made ready");
}

proptest! {
    #[test]
    fn b05_progress_never_goes_back(steps in proptest::collection::vec(0..2 * GIB, 0..20)) {
        let mut image = settled(
            ask("web", vec![asked(file(), DiskFormat::Raw)]),
            &[found(Firmware::Bios, &[disk(GIB)])],
        );
        let mut before = 0;
        for step in steps {
            image = advance(&image, &[KeptDeviceId::from_u128(1)], step, now()).unwrap();
            let DiskImageState::Creating { done, total, .. } = image.state else {
                return Err(TestCaseError::fail("it is creating"));
            };
            prop_assert!(before <= done && done <= total);
            before = done;
        }
    }
}

#[test]
fn b10_devices_keep_their_order_and_pools_are_known() {
    let in_pool = |number, pool: &str| AskedDevice {
        pool: pool.parse().unwrap(),
        ..asked(url(number), DiskFormat::Raw)
    };
    let request = ask("web", vec![in_pool(0, "fast"), in_pool(1, "default")]);
    let sources = [1, 2].map(|size| found(Firmware::Bios, &[disk(size * GIB)]));
    let image = settled(request, &sources);
    let told = |image: &DiskImage| {
        let devices = image.devices.iter();
        devices
            .map(|device| {
                (
                    device.pool.to_string(),
                    device.size,
                    device.from.clone().unwrap(),
                )
            })
            .collect::<Vec<_>>()
    };
    assert_eq!(
        told(&image),
        [
            ("fast".to_owned(), GIB, url(0)),
            ("default".to_owned(), 2 * GIB, url(1))
        ]
    );
    let record = ready(&image, 2).unwrap().register;
    let pools = record.devices.as_slice().iter();
    let pools: Vec<_> = pools.map(|device| device.pool.clone().unwrap()).collect();
    assert_eq!(pools, ["fast".parse().unwrap(), "default".parse().unwrap()]);

    let file_with = |change: fn(&mut AskedDevice)| {
        let mut one = asked(file(), DiskFormat::Raw);
        change(&mut one);
        ask("web", vec![one])
    };
    let mut cd = asked(url(0), DiskFormat::Iso);
    cd.size = Some(GIB);
    let mut no_cd = asked(url(0), DiskFormat::Raw);
    no_cd.kind = Some(DeviceKind::Cdrom);
    let mut no_disk = asked(url(0), DiskFormat::Iso);
    no_disk.kind = Some(DeviceKind::Disk);
    let refused = [
        ask("web", vec![in_pool(0, "slow")]),
        file_with(|one| one.bus = Some(DeviceBus::Ide)),
        file_with(|one| one.kind = Some(DeviceKind::Disk)),
        file_with(|one| one.size = Some(GIB)),
        ask("web.iso", vec![cd]),
        ask("web", vec![no_cd]),
        ask("web.iso", vec![no_disk]),
    ];
    insta::assert_snapshot!(refused.map(refusal).join("\n"));
}

#[test]
fn b10_the_quota_of_a_project_is_kept() {
    let mut quota = DiskQuota::new("/acme/prod".parse().unwrap());
    quota.images = Some(2);
    quota.bytes = Some(10 * GIB);
    let mut usage = DiskUsage::default().with_image();
    let request = || ask("web", vec![asked(file(), DiskFormat::Raw)]);
    let image = begin_under(request(), Some(&quota), usage).unwrap();
    usage = usage.with_image();
    let full = begin_under(request(), Some(&quota), usage).unwrap_err();
    assert!(matches!(
        full,
        DiskImageError::Quota(QuotaError::Images {
            most: 2,
            used: 2,
            ..
        })
    ));
    insta::assert_snapshot!(full, @"`/acme/prod` may keep 2 disk images and has 2: delete one, or ask for a higher quota");

    let sized = |size, used: u64| {
        let found = [found(Firmware::Bios, &[disk(size)])];
        let facts = SettleFacts {
            found: &found,
            quota: Some(&quota),
            usage: usage.with_bytes(0, used),
            now: now(),
        };
        settle_devices(&image, &facts, || KeptDeviceId::from_u128(1)).map(|(image, _)| image)
    };
    assert_eq!(sized(4 * GIB, 6 * GIB).unwrap().size(), 4 * GIB);
    let full = sized(4 * GIB + 1, 6 * GIB).unwrap_err();
    insta::assert_snapshot!(full, @"`/acme/prod` may keep 10737418240 bytes of disk images and has 6442450944, so that 4294967297 more do not fit: delete an image, or ask for a higher quota");
    assert_eq!(usage.with_bytes(0, 5).with_bytes(5, 3).bytes, 3);
    assert_eq!(usage.without_image().images, 1);
}

#[test]
fn c05_what_is_ready_is_an_image_of_the_local_cloud() {
    let image = settled(
        ask("web", vec![asked(file(), DiskFormat::Raw)]),
        &[found(Firmware::Uefi, &[disk(GIB + 1)])],
    );
    let register = ready(&image, 1).unwrap().register;
    assert_eq!(register.location.as_str(), "local/main");
    assert_eq!(register.image_id.as_str(), "ami-00000000000000007");
    assert_eq!(register.size_gb.map(u32::from), Some(2));
    assert_eq!(register.firmware, Some(Firmware::Uefi));
    assert!(register.credential.is_none());
    let elsewhere = ImportDiskImage {
        location: "aws/us-east-1".parse().unwrap(),
        ..ask("web", vec![asked(file(), DiskFormat::Raw)])
    };
    insta::assert_snapshot!(refusal(elsewhere), @"the repository keeps images in a region of the cloud `local`, such as `local/main`, not in `aws/us-east-1`");
}

#[test]
fn disk_images_lead_back() {
    let image = settled(
        ask("web", vec![asked(file(), DiskFormat::Raw)]),
        &[found(Firmware::Uefi, &[disk(GIB)])],
    );
    let ready_image = ready(&image, 1).unwrap().image;
    let failed = fail_import(
        &image,
        &[KeptDeviceId::from_u128(1)],
        "bomb".parse().unwrap(),
        "x".parse().unwrap(),
        now(),
    )
    .unwrap();
    for image in [image, ready_image, failed] {
        let json = serde_json::to_string(&image).unwrap();
        assert_eq!(serde_json::from_str::<DiskImage>(&json).unwrap(), image);
    }
    for text in ["", "9a", "A", "a b", &"a".repeat(65)] {
        assert!(FailureCode::parse(text).is_err(), "{text}");
    }
}
