//! Volumes in a folder.

use super::{Bench, all, server, snapshot, volume};
use crate::{Chance, memory, whole};
use atlas_base::Timestamp;
use atlas_disk::{Budget, Firmware, Image, Limits};
use atlas_repository::{
    About, Ingest, LocalVolumes, StoredId, VolumeError, VolumeFormat, VolumeHost as _,
    VolumeRefusal, VolumeSource, Watch,
};
use std::{
    fs::{self, File},
    os::unix::fs::{FileExt as _, MetadataExt as _, symlink},
    sync::atomic::{AtomicBool, Ordering},
};

/// A RAW of some bytes at its beginning and end, and a hole.
fn sparse(bench: &Bench, name: &str, length: u64) -> Vec<u8> {
    let file = File::create(bench.path(name)).unwrap();
    file.set_len(length).unwrap();
    let bytes = Chance(7).bytes(10_000);
    file.write_all_at(&bytes, 5_000).unwrap();
    file.write_all_at(&bytes, length - 10_000).unwrap();
    file.sync_all().unwrap();
    fs::read(bench.path(name)).unwrap()
}

#[test]
fn b09_volumes_and_snapshots_are_listed() {
    let bench = Bench::new();
    bench.write("volumes/b.raw", vec![7; 1_000]);
    let mut header = b"QFI\xfb\0\0\0\x03".to_vec();
    header.resize(24, 0);
    header.extend(5_000_000_000_u64.to_be_bytes());
    bench.write("volumes/a.qcow2", header);
    bench.write(
        "volumes/a.json",
        r#"{"name": "Data base", "attached": {"server": "web-1", "running": true}}"#,
    );
    for other in ["c.txt", ".hidden.raw", "notes", "a b.raw"] {
        bench.write(&format!("volumes/{other}"), "");
    }
    let volumes = bench.host.volumes().unwrap();
    assert_eq!(volumes.len(), 2);
    assert_eq!(
        (volumes[0].id.as_str(), volumes[0].name.as_str()),
        ("a", "Data base")
    );
    assert_eq!(volumes[0].size, 5_000_000_000);
    assert_eq!(volumes[0].attached, Some(server("web-1", true)));
    assert_eq!((volumes[1].name.as_str(), volumes[1].size), ("b", 1_000));
    assert_eq!(volumes[1].attached, None);

    assert_eq!(bench.host.snapshots().unwrap(), []);
    let made = bench.make("b", "s1").unwrap();
    assert_eq!((made.volume.as_str(), made.size), ("b", 1_000));
    assert_eq!(made.made, Timestamp::parse("2026-07-21T14:07:12Z").unwrap());
    bench.make("a", "s0").unwrap();
    let listed = bench.host.snapshots().unwrap();
    assert_eq!(listed[1], made);
    assert_eq!(
        (listed[0].id.as_str(), listed[0].size),
        ("s0", 5_000_000_000)
    );
    assert_eq!(bench.host.snapshot(&snapshot("s1")).unwrap(), made);
    let disk = bench.host.open_snapshot(&snapshot("s0"), "a test").unwrap();
    assert_eq!(disk.format, VolumeFormat::Qcow2);
}

#[test]
fn b06_an_image_is_made_of_a_volume_in_use_by_way_of_a_snapshot() {
    let bench = Bench::new();
    let before = sparse(&bench, "volumes/db.raw", 3 << 20);
    let id = volume("db");
    bench
        .host
        .attach(&id, Some(&server("web-1", true)))
        .unwrap();
    let direct = VolumeSource::Volume(id.clone());
    let refused = direct.open(&bench.host, None).unwrap_err();
    assert!(matches!(
        refused,
        VolumeError::Refused(VolumeRefusal::Running { .. })
    ));
    // Whoever does not ask the rule is refused by the host.
    let refused = bench.host.open_volume(&id, "a test").unwrap_err();
    assert!(matches!(
        refused,
        VolumeError::Refused(VolumeRefusal::Running { .. })
    ));

    bench.make("db", "s").unwrap();
    bench.write("volumes/db.raw", b"what the server wrote afterwards");
    let source = VolumeSource::Snapshot(snapshot("s"));
    let (name, open) = source.open(&bench.host, Some("base")).unwrap();
    assert_eq!(name, "base");
    let limits = Limits::default();
    let budget = Budget::new(&limits, &|| false);
    let image = Image::open(open.disk, open.format.into(), &budget).unwrap();
    let repository = memory();
    let ask = Ingest::new(
        StoredId::from_u128(1),
        About::new(open.format.into(), Firmware::Bios),
    );
    repository
        .ingest(&image.disks()[0], &ask, Watch::default())
        .unwrap();
    drop(image);
    assert!(whole(&repository, 1).unwrap() == before);

    // Once it is stopped, it goes directly.
    bench
        .host
        .attach(&id, Some(&server("web-1", false)))
        .unwrap();
    direct.open(&bench.host, None).unwrap();
}

#[test]
fn b06_no_server_gets_a_volume_while_an_image_is_made_of_it() {
    let bench = Bench::new();
    bench.write("volumes/v.raw", "disk");
    bench.write("volumes/v.json", r#"{"name": "Kept"}"#);
    let source = VolumeSource::Volume(volume("v"));
    let (name, open) = source.open(&bench.host, None).unwrap();
    assert_eq!((name.as_str(), all(&open)), ("Kept", b"disk".to_vec()));
    let twice = source.open(&bench.host, None).unwrap();
    for held in [open, twice.1] {
        let busy = bench
            .host
            .attach(&volume("v"), Some(&server("web-1", true)));
        assert!(matches!(busy.unwrap_err(), VolumeError::Busy(id) if id == volume("v")));
        drop(held);
    }
    bench
        .host
        .attach(&volume("v"), Some(&server("web-1", true)))
        .unwrap();
    let known = bench.host.volume(&volume("v")).unwrap();
    assert_eq!(
        (known.name.as_str(), known.attached),
        ("Kept", Some(server("web-1", true)))
    );
    bench.host.attach(&volume("v"), None).unwrap();
    assert_eq!(bench.host.volume(&volume("v")).unwrap().attached, None);
    assert_eq!(bench.names("volumes"), ["v.json", "v.raw"]);
}

#[test]
fn b09_a_snapshot_stays_what_it_was_and_takes_little_room() {
    let bench = Bench::new();
    let before = sparse(&bench, "volumes/v.raw", 64 << 20);
    bench.make("v", "s").unwrap();
    let volume_file = File::options()
        .write(true)
        .open(bench.path("volumes/v.raw"))
        .unwrap();
    volume_file.write_all_at(&[1; 4_096], 5_000).unwrap();
    let open = bench.host.open_snapshot(&snapshot("s"), "a test").unwrap();
    assert!(all(&open) == before);
    let copy = fs::metadata(bench.path("snapshots/s/disk.raw")).unwrap();
    assert!(copy.blocks() * 512 < 1 << 20, "{}", copy.blocks());
}

#[test]
fn b09_an_id_is_given_once() {
    let bench = Bench::new();
    bench.write("volumes/v.raw", "first");
    bench.make("v", "s").unwrap();
    bench.write("volumes/v.raw", "second");
    assert!(matches!(
        bench.make("v", "s").unwrap_err(),
        VolumeError::Exists(_)
    ));
    let open = bench.host.open_snapshot(&snapshot("s"), "a test").unwrap();
    assert_eq!(all(&open), b"first");
    assert_eq!(bench.names("snapshots"), ["s"]);
    assert!(matches!(
        bench.make("gone", "t").unwrap_err(),
        VolumeError::NoVolume(_)
    ));
    assert_eq!(bench.names("snapshots"), ["s"]);
}

#[test]
fn b09_a_snapshot_in_use_stays_and_says_for_whom() {
    let bench = Bench::new();
    bench.write("volumes/v.raw", "disk");
    bench.make("v", "s").unwrap();
    let source = VolumeSource::Snapshot(snapshot("s"));
    let first = source.open(&bench.host, Some("base")).unwrap();
    let second = source.open(&bench.host, Some("web")).unwrap();
    // Another view of the same folder.
    let other = LocalVolumes::open(bench.folder.path()).unwrap();
    let users = ["the image `base`", "the image `web`"];
    assert_eq!(other.snapshot(&snapshot("s")).unwrap().used_by, users);
    match other.delete_snapshot(&snapshot("s")).unwrap_err() {
        VolumeError::Refused(VolumeRefusal::Used { users: found, .. }) => assert_eq!(found, users),
        other => panic!("{other:?}"),
    }
    drop(first);
    assert_eq!(other.snapshot(&snapshot("s")).unwrap().used_by, users[1..]);
    assert!(other.delete_snapshot(&snapshot("s")).is_err());
    drop(second);
    other.delete_snapshot(&snapshot("s")).unwrap();
    assert_eq!(bench.names("snapshots"), [""; 0]);
    assert!(matches!(
        other.delete_snapshot(&snapshot("s")).unwrap_err(),
        VolumeError::NoSnapshot(_)
    ));
    bench.make("v", "s").unwrap();
}

#[test]
fn b07_links_lead_nowhere() {
    let bench = Bench::new();
    let secret = bench.path("secret");
    fs::write(&secret, "of the host").unwrap();
    symlink(&secret, bench.path("volumes/v.raw")).unwrap();
    fs::create_dir_all(bench.path("elsewhere")).unwrap();
    bench.write("elsewhere/disk.raw", "of the host");
    bench.write(
        "elsewhere/about.json",
        r#"{"volume": "v", "made": "2026-07-21T14:07:12Z"}"#,
    );
    symlink(bench.path("elsewhere"), bench.path("snapshots/s")).unwrap();
    assert!(bench.host.open_volume(&volume("v"), "a test").is_err());
    assert!(bench.make("v", "t").is_err());
    assert!(bench.host.open_snapshot(&snapshot("s"), "a test").is_err());
    assert!(bench.host.delete_snapshot(&snapshot("s")).is_err());
    assert_eq!(bench.names("elsewhere"), ["about.json", "disk.raw"]);
    // What is said of a volume is not read from elsewhere either.
    bench.write("volumes/w.raw", "disk");
    symlink(
        bench.path("elsewhere/about.json"),
        bench.path("volumes/w.json"),
    )
    .unwrap();
    assert!(bench.host.volume(&volume("w")).is_err());
    // Nor is a folder or a pipe a disk.
    fs::create_dir(bench.path("volumes/x.raw")).unwrap();
    assert!(bench.host.volume(&volume("x")).is_err());
}

#[test]
fn b07_what_makes_no_sense_is_refused() {
    let bench = Bench::new();
    bench.write("volumes/v.raw", "disk");
    bench.write("volumes/v.qcow2", "disk");
    let odd = bench.host.volume(&volume("v")).unwrap_err();
    assert!(
        odd.to_string()
            .ends_with("there is a RAW and a QCOW2 of it"),
        "{odd}"
    );
    bench.write("volumes/w.raw", "disk");
    for about in [
        String::new(),
        r#"{"attached": {"server": "web-1"}}"#.to_owned(),
        r#"{"attached": {"server": "web-1", "running": "no"}}"#.to_owned(),
        r#"{"fastened": null}"#.to_owned(),
        format!("{{}}{}", " ".repeat(70_000)),
    ] {
        bench.write("volumes/w.json", &about);
        let odd = bench.host.open_volume(&volume("w"), "a test").unwrap_err();
        assert!(matches!(odd, VolumeError::Odd { .. }), "{odd:?}");
    }
}

#[test]
fn b09_a_copy_of_a_volume_that_changes_is_none() {
    let bench = Bench::new();
    sparse(&bench, "volumes/v.raw", 8 << 20);
    let file = File::options()
        .write(true)
        .open(bench.path("volumes/v.raw"))
        .unwrap();
    let has_written = AtomicBool::new(false);
    // The server writes while the volume is copied: whenever somebody is told how far that is.
    let write = |_| {
        let later = std::time::SystemTime::now() + std::time::Duration::from_secs(5);
        file.write_all_at(b"x", 5).unwrap();
        file.set_modified(later).unwrap();
        has_written.store(true, Ordering::SeqCst);
    };
    let made = bench.host.make_snapshot(
        &volume("v"),
        &snapshot("s"),
        Timestamp::EPOCH,
        Watch::new(&|| false, &write),
    );
    match made {
        Err(error) => {
            assert!(matches!(error, VolumeError::Changed(_)), "{error:?}");
            assert_eq!(bench.names("snapshots"), [""; 0]);
        }
        // A clone is of one moment, and nobody is told how far it is.
        Ok(_) => assert!(!has_written.load(Ordering::SeqCst)),
    }
}

#[test]
fn b09_a_copy_that_is_stopped_leaves_nothing() {
    let bench = Bench::new();
    sparse(&bench, "volumes/v.raw", 8 << 20);
    let watch = Watch::new(&|| true, &|_| {});
    let made = bench
        .host
        .make_snapshot(&volume("v"), &snapshot("s"), Timestamp::EPOCH, watch);
    if let Err(error) = made {
        assert!(matches!(error, VolumeError::Stopped), "{error:?}");
        assert_eq!(bench.names("snapshots"), [""; 0]);
    }
}
