//! A client that everybody has.

use crate::world::{MIB, World, disk, token};
use atlas_server::Limits;
use std::{
    fs,
    path::Path,
    process::{Command, Output},
};

fn curl(folder: &Path, arguments: &[&str]) -> Output {
    let done = Command::new("curl")
        .current_dir(folder)
        .args(["--silent", "--show-error", "--noproxy", "*"])
        .args(["--oauth2-bearer", &token("dana")])
        .args(arguments)
        .output();
    done.expect("curl is needed: apt-get install curl")
}

#[test]
fn curl_goes_on_with_what_was_cut() {
    let mut limits = Limits::default();
    limits.buffer = 64 << 10;
    let world = World::with(limits, disk(8 * MIB));
    let folder = tempfile::tempdir().unwrap();
    // The server itself cuts it, since something is rotten.
    let (path, sound) = world.below.packs().remove(0);
    let mut rotten = sound.clone();
    let middle = rotten.len() / 2;
    rotten[middle] ^= 1;
    world.below.write(&path, rotten);
    let done = curl(folder.path(), &["-o", "web.raw", &world.url()]);
    assert_eq!(done.status.code(), Some(18), "{done:?}"); // a part of a file
    let part = fs::read(folder.path().join("web.raw")).unwrap();
    assert!(!part.is_empty() && part.len() < world.bytes.len());
    assert!(part == world.bytes[..part.len()]);

    world.below.write(&path, sound);
    let done = curl(folder.path(), &["-C", "-", "-o", "web.raw", &world.url()]);
    assert!(done.status.success(), "{done:?}");
    assert!(fs::read(folder.path().join("web.raw")).unwrap() == world.bytes);
    // Of what is whole there is nothing to go on with.
    let done = curl(
        folder.path(),
        &["-C", "-", "-f", "-o", "web.raw", &world.url()],
    );
    assert!(
        fs::read(folder.path().join("web.raw")).unwrap() == world.bytes,
        "{done:?}"
    );
}

#[test]
fn curl_keeps_it_under_its_name_and_only_if_it_is_new() {
    let world = World::new();
    let folder = tempfile::tempdir().unwrap();
    let keep = ["-OJ", "--etag-save", "tag", world.url().leak()];
    let done = curl(folder.path(), &keep);
    assert!(done.status.success(), "{done:?}");
    assert!(fs::read(folder.path().join("web-0.raw")).unwrap() == world.bytes);
    let again = [
        "-o",
        "again",
        "--etag-compare",
        "tag",
        "-w",
        "%{http_code}",
        world.url().leak(),
    ];
    let done = curl(folder.path(), &again);
    assert_eq!(done.stdout, b"304", "{done:?}");
    let some = ["-r", "10-19", world.url().leak()];
    assert_eq!(curl(folder.path(), &some).stdout, world.bytes[10..20]);
    let last = ["-r", "-7", world.url().leak()];
    let end = world.bytes.len() - 7;
    assert_eq!(curl(folder.path(), &last).stdout, world.bytes[end..]);
}
