//! Ids of Proxmox: VMIDs and volumes.

use atlas_image_id::{
    Cloud, IdKind, ImageId, LocationUse, ParseImageIdError, ProxmoxContent, ProxmoxImageId,
    ProxmoxImageIdRef, ProxmoxVmid, ProxmoxVolumeRef, Reason, Stability,
};

fn volume(text: &str) -> ProxmoxVolumeRef<'_> {
    ProxmoxImageIdRef::parse(text).unwrap().volume().unwrap()
}

#[test]
fn a_vmid_is_a_number_from_100_to_999999999() {
    let id = ProxmoxImageId::parse("9000").unwrap();
    let vmid = id.vmid().unwrap();
    assert_eq!((vmid.number(), vmid.to_string()), (9000, "9000".to_owned()));
    assert_eq!(ProxmoxVmid::parse("9000"), Ok(vmid));
    assert!(id.volume().is_none());
    assert_eq!(
        (id.kind(), id.stability()),
        (IdKind::Vmid, Stability::Fixed)
    );
    for (text, number) in [
        ("100", ProxmoxVmid::LEAST),
        ("999999999", ProxmoxVmid::MOST),
    ] {
        assert_eq!(ProxmoxVmid::parse(text).unwrap().number(), number);
    }
    for text in [
        "",
        "0",
        "99",
        "099",
        "0100",
        "1000000000",
        "100 ",
        "-100",
        "1e3",
    ] {
        assert!(ProxmoxVmid::parse(text).is_err(), "{text}");
        assert!(ProxmoxImageId::parse(text).is_err(), "{text}");
    }
    assert!(ProxmoxVmid::parse("local:iso/a.iso").is_err());
}

#[test]
fn files_have_their_content_and_name() {
    for (text, content, name) in [
        (
            "local:iso/virtio win.ISO",
            ProxmoxContent::Iso,
            "virtio win.ISO",
        ),
        (
            "nas-1:vztmpl/debian-12.tar.zst",
            ProxmoxContent::ContainerTemplate,
            "debian-12.tar.zst",
        ),
        (
            "local:vztmpl/a.tar",
            ProxmoxContent::ContainerTemplate,
            "a.tar",
        ),
        ("local:import/a.qcow2", ProxmoxContent::Import, "a.qcow2"),
        (
            "local:import/a.ova/OS disk.vmdk",
            ProxmoxContent::Import,
            "a.ova/OS disk.vmdk",
        ),
        (
            "local:snippets/hookscript.pl",
            ProxmoxContent::Snippet,
            "hookscript.pl",
        ),
    ] {
        let id = ProxmoxImageId::parse(text).unwrap();
        assert_eq!((id.kind(), id.as_str()), (IdKind::Volid, text));
        let volume = id.volume().unwrap();
        assert_eq!((volume.content(), volume.name()), (content, name));
        assert_eq!((volume.disk(), volume.base()), (None, None));
        assert_eq!(volume.to_string(), text);
        assert!(volume.volume().starts_with(content.as_str()), "{text}");
    }
}

#[test]
fn disks_have_their_owner_number_and_base() {
    for (text, owner, number, is_base, base) in [
        ("local-lvm:vm-100-disk-0", 100, 0, false, None),
        ("thin1:base-100-disk-1", 100, 1, true, None),
        ("local:9000/base-9000-disk-12.qcow2", 9000, 12, true, None),
        ("tmp-dir:300/subvol-300-disk-0.subvol", 300, 0, false, None),
        (
            "rbd:base-9000-disk-0/vm-101-disk-2",
            101,
            2,
            false,
            Some("base-9000-disk-0"),
        ),
        (
            "zfs:basevol-9000-disk-0/subvol-101-disk-2",
            101,
            2,
            false,
            Some("basevol-9000-disk-0"),
        ),
        (
            "local:9000/base-9000-disk-0.raw/101/vm-101-disk-0.raw",
            101,
            0,
            false,
            Some("9000/base-9000-disk-0.raw"),
        ),
        // The directory tells the owner, as in Proxmox.
        ("local:100/vm-101-disk-0.vmdk", 100, 0, false, None),
    ] {
        let volume = volume(text);
        let disk = volume.disk().unwrap();
        assert_eq!(
            (disk.owner().number(), disk.number(), disk.is_base()),
            (owner, number, is_base),
            "{text}"
        );
        assert_eq!(
            (volume.base(), volume.content()),
            (base, ProxmoxContent::Disk)
        );
        assert!(text.ends_with(volume.name()), "{text}");
    }
    assert_eq!(volume("local-lvm:vm-100-disk-0").storage(), "local-lvm");
    assert_eq!(
        format!("{:?}", volume("local-lvm:vm-100-disk-0")),
        "\"local-lvm:vm-100-disk-0\""
    );
    assert_eq!(ProxmoxContent::Disk.to_string(), "images");
}

#[test]
fn what_pve_storage_refuses_is_refused() {
    for text in [
        "a:iso/x.iso",
        "local-:iso/x.iso",
        "local:iso/x.dvd",
        "local:iso/",
        "local:iso/.iso",
        "local:iso/a/b.iso",
        "local:vztmpl/x.zip.gz",
        "local:import/x.foo",
        "local:import/x.QCOW2",
        "local:import/a(1).qcow2",
        "local:import/x.ovf/disk.raw",
        "local:import/x.ova/disk.ova",
        "local:snippets/a/b",
        "local:snippets/..",
        "local:ssss/base-1234-disk-0.raw",
        "local:1234/base-1234-disk-0.vhdx",
        "local:1234/base-1234-disk-0.qcow2/ssss/vm-1234-disk-0.qcow2",
        "local:rootdir/1234",
        "local:20",
        "local:0.50",
    ] {
        assert!(ProxmoxImageId::parse(text).is_err(), "{text}");
    }
}

#[test]
fn what_is_no_image_is_refused() {
    for text in [
        "local:backup/vzdump-qemu-100-2020_03_30-21_12_40.vma.zst",
        "local-lvm:vm-100-cloudinit",
        "local-lvm:vm-100-state-snap1",
        "local-lvm:vm-100-disk-00",
        "local-lvm:vm-99-disk-0",
        "local-lvm:vm-100-disk-1234567890",
        "rbd:vm-100-disk-0/vm-101-disk-0",
    ] {
        assert!(ProxmoxImageId::parse(text).is_err(), "{text}");
    }
}

#[test]
fn names_have_255_bytes_at_most() {
    let file = |length: usize| format!("local:iso/{}.iso", "x".repeat(length - 4));
    assert!(ProxmoxImageId::parse(&file(255)).is_ok());
    let error = ProxmoxImageId::parse(&file(256)).unwrap_err();
    assert!(
        matches!(error.reason(), Reason::TooLong { most: 255, .. }),
        "{error}"
    );
    let storage = |length| format!("{}:iso/x.iso", "x".repeat(length));
    assert!(ProxmoxImageId::parse(&storage(255)).is_ok());
    assert!(ProxmoxImageId::parse(&storage(256)).is_err());
}

fn refusal(text: &str) -> ParseImageIdError {
    ProxmoxImageId::parse(text).unwrap_err()
}

#[test]
fn refusals_say_where_and_why() {
    for (text, at, hint) in [
        ("99", 2, None),
        ("0100", 0, Some("leave the zeros at the start out: `100`")),
        ("1000000000", 10, None),
        (
            "1local:iso/a.iso",
            1,
            Some("the id of a storage begins with a letter"),
        ),
        (
            "vm-100-disk-0",
            13,
            Some("a volume begins with its storage, `STORAGE:`"),
        ),
        (
            "/srv/x.iso",
            0,
            Some("this is a path of a node: give the volume as `pvesm list` prints it"),
        ),
        ("local:", 6, None),
        (
            "local:/etc/passwd",
            6,
            Some("a volume is no path: leave the slash at the start out"),
        ),
        (
            "local:backup/vzdump-qemu-100-x.vma.zst",
            6,
            Some("this is a backup: restore it first"),
        ),
        (
            "local-lvm:vm-100-cloudinit",
            17,
            Some("this volume belongs to one machine and is no image"),
        ),
        (
            "local:0.50",
            6,
            Some("a size asks for a new volume, it names none"),
        ),
        (
            "local:200",
            9,
            Some("a size asks for a new volume, it names none"),
        ),
        ("local:iso/a.dvd", 15, None),
        ("local:iso/a/b.iso", 11, None),
        ("local:import/a(1).raw", 14, None),
        ("local:100/vm-100-disk-01", 23, None),
    ] {
        let error = refusal(text);
        assert_eq!((error.at(), error.hint()), (at, hint), "{error}");
    }
}

#[test]
fn nothing_of_an_address_is_suggested() {
    for text in [
        "https://node:8006/x?token=abc",
        "root@pam!token=9000",
        "token=9000",
        "https://user:pass@local:iso/x.iso",
    ] {
        assert_eq!(refusal(text).suggestion(), None, "{text}");
    }
}

#[test]
fn an_id_means_something_in_one_installation_only() {
    let id = ImageId::parse(Cloud::Proxmox, "local-lvm:vm-100-disk-0").unwrap();
    assert_eq!(id.location_use(), LocationUse::PerRegion);
    assert_eq!(id.stability(), Stability::Fixed);
}
