//! What is said, and which names are names.

use super::{snapshot, volume};
use atlas_repository::{
    LocalVolumes, OpenVolume, SnapshotId, VolumeError, VolumeHost, VolumeId, VolumeRefusal,
};
use core::fmt::Write as _;
use std::io;

#[test]
fn b09_every_error_says_what_and_what_to_do() {
    let used = |users: &[&str]| VolumeRefusal::Used {
        snapshot: snapshot("s"),
        users: users.iter().map(|it| (*it).to_owned()).collect(),
    };
    let all = [
        VolumeRefusal::Running {
            volume: volume("v"),
            server: "web\n1".to_owned(),
        }
        .into(),
        VolumeRefusal::Unnamed {
            snapshot: snapshot("s"),
        }
        .into(),
        used(&[]).into(),
        used(&["the image `a`"]).into(),
        used(&["the image `a`", "the image `b`"]).into(),
        used(&["the image `a`", "the image `b`", "the image `c`"]).into(),
        VolumeError::NoVolume(volume("v")),
        VolumeError::NoSnapshot(snapshot("s")),
        VolumeError::Exists(snapshot("s")),
        VolumeError::Busy(volume("v")),
        VolumeError::Changed(volume("v")),
        VolumeError::Odd {
            id: "v".to_owned(),
            why: "it cannot be read",
            source: None,
        },
        VolumeError::Folder {
            what: "list it",
            source: io::Error::other("the system's words"),
        },
        VolumeError::Stopped,
        VolumeError::Host {
            what: "list volumes",
            source: "the host's words".into(),
        },
    ];
    let mut said = String::new();
    for error in all {
        writeln!(said, "{error}").unwrap();
    }
    insta::assert_snapshot!(said, @r#"
    the running server `web\n1` has the volume `v`; make a snapshot of the volume, then an image of that
    an image of the snapshot `s` needs a name; give one
    the snapshot `s` is in use by somebody; wait for that, or stop it
    the snapshot `s` is in use by the image `a`; wait for that, or stop it
    the snapshot `s` is in use by the image `a` and the image `b`; wait for that, or stop it
    the snapshot `s` is in use by the image `a`, the image `b` and 1 more; wait for that, or stop it
    there is no volume `v`
    there is no snapshot `s`
    there is a snapshot `s` already; take another id
    an image is being made of the volume `v`; attach it to a server afterwards
    the volume `v` changed while it was copied; pause its server, or keep volumes on a file system that clones files
    what is said of `v` makes no sense: it cannot be read
    the folder of volumes cannot be used to list it
    the work was stopped
    the host of the volumes failed to list volumes
    "#);
}

#[test]
fn b07_ids_are_plain_names() {
    for good in ["a", "7", "vol-0abc", "Web_1.data", &"a".repeat(128)] {
        assert_eq!(VolumeId::parse(good).unwrap().to_string(), good);
        assert_eq!(SnapshotId::parse(good).unwrap().as_str(), good);
    }
    let mut said = String::new();
    for bad in [
        "",
        ".",
        "..",
        "../a",
        "a/b",
        "/a",
        "-a",
        "a b",
        "a\0",
        "ä",
        "a\\b",
        &"a".repeat(129),
    ] {
        let error = VolumeId::parse(bad).unwrap_err();
        assert!(SnapshotId::parse(bad).is_err());
        writeln!(said, "{}: {error}", error.at()).unwrap();
    }
    insta::assert_snapshot!(said, @r#"
    0: `` names no volume: it is empty
    0: `.` names no volume: it begins with another character than a letter or a digit
    0: `..` names no volume: it begins with another character than a letter or a digit
    0: `../a` names no volume: it begins with another character than a letter or a digit
    1: `a/b` names no volume: it has another character than letters, digits, `-`, `_` and `.`
    0: `/a` names no volume: it begins with another character than a letter or a digit
    0: `-a` names no volume: it begins with another character than a letter or a digit
    1: `a b` names no volume: it has another character than letters, digits, `-`, `_` and `.`
    1: `a\u{0}` names no volume: it has another character than letters, digits, `-`, `_` and `.`
    0: `ä` names no volume: it begins with another character than a letter or a digit
    1: `a\b` names no volume: it has another character than letters, digits, `-`, `_` and `.`
    128: `aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa…` names no volume: it is longer than 128 bytes
    "#);
}

#[test]
fn whoever_hosts_volumes_may_do_so_on_any_thread() {
    fn is_free<T: Send + Sync + ?Sized>() {}
    is_free::<LocalVolumes>();
    is_free::<dyn VolumeHost>();
    is_free::<OpenVolume>();
    is_free::<VolumeError>();
}
