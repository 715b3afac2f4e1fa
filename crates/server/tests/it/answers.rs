//! What an answer is made of.

use crate::world::{HOLE, MIB, World, disk, import, with_hole};
use atlas_server::Limits;
use std::sync::atomic::Ordering;

#[test]
fn the_whole_of_a_device_is_its_raw_bytes() {
    let world = World::new();
    let reply = world.client().get(&world.path(), &[]);
    assert_eq!((reply.status, reply.is_whole), (200, true));
    assert!(reply.body == world.bytes, "other bytes came");
    let opened = world.who("dana");
    let scope = "/acme".parse().unwrap();
    let opened = world
        .run(opened.open_disk_image(world.image, &scope))
        .unwrap();
    let tag = format!("\"{}\"", opened.devices[0].stored.digest());
    for (name, value) in [
        ("accept-ranges", "bytes"),
        ("etag", tag.as_str()),
        ("content-type", "application/octet-stream"),
        ("content-length", "4194304"),
        ("content-disposition", "attachment; filename=\"web-0.raw\""),
        ("cache-control", "private, no-cache"),
        ("x-content-type-options", "nosniff"),
    ] {
        assert_eq!(reply.header(name), Some(value), "{name}");
    }
    assert_eq!(reply.header("content-range"), None);
    assert_eq!(world.told(), [""; 0]);
}

#[test]
fn head_answers_alike_without_a_body() {
    let world = World::new();
    let mut client = world.client();
    let missing = format!("/disk-images/{}/devices/1", world.image);
    for (path, headers) in [
        (world.path(), vec![]),
        (world.path(), vec![("If-None-Match", "*")]),
        (world.path(), vec![("If-Match", "\"other\"")]),
        (world.path(), vec![("Authorization", "Bearer wrong")]),
        (missing, vec![]),
        (format!("/disk-images/{}", world.image), vec![]),
    ] {
        let mut got = client.get(&path, &headers);
        got.body.clear();
        // The same connection is used again: a body would be taken for the next answer.
        let mut head = client.ask("HEAD", &path, &headers);
        for reply in [&mut got, &mut head] {
            reply.headers.retain(|(name, _)| name != "date");
            reply.headers.sort();
            // With 304 it may be there, if it is that of the whole.
            if reply.status == 304 && reply.header("content-length").is_some() {
                assert_eq!(reply.length(), world.bytes.len());
                reply.headers.retain(|(name, _)| name != "content-length");
            }
        }
        assert_eq!(got, head, "{path} {headers:?}");
    }
    // Ranges are for GET alone.
    let head = client.ask("HEAD", &world.path(), &[("Range", "bytes=0-9")]);
    assert_eq!((head.status, head.length()), (200, world.bytes.len()));
}

#[test]
fn a_hole_is_sent_without_reading_packs() {
    let world = World::new();
    let mut client = world.client();
    assert_eq!(
        client.get(&world.path(), &[("Range", "bytes=0-0")]).status,
        206
    );
    let before = world.below.gets.load(Ordering::SeqCst);
    let range = format!("bytes={}-{}", HOLE.start + MIB / 2, HOLE.end - MIB / 4 - 1);
    let reply = client.get(&world.path(), &[("Range", &range)]);
    assert_eq!((reply.status, reply.is_whole), (206, true));
    assert_eq!(reply.body, vec![0; HOLE.len() - MIB / 2 - MIB / 4]);
    assert_eq!(world.below.gets.load(Ordering::SeqCst), before);
    // Elsewhere it reads.
    client.get(&world.path(), &[("Range", "bytes=-1000")]);
    assert!(world.below.gets.load(Ordering::SeqCst) > before);
}

#[test]
fn an_image_says_of_itself_what_the_caller_may_know() {
    let world = World::new();
    let path = format!("/disk-images/{}", world.image);
    let reply = world.client().get(&path, &[]);
    assert_eq!(reply.status, 200);
    assert_eq!(reply.header("content-type"), Some("application/json"));
    assert_eq!(reply.header("cache-control"), Some("private, no-cache"));
    let told: serde_json::Value = serde_json::from_slice(&reply.body).unwrap();
    let image = world.run(
        world
            .who("dana")
            .disk_image(world.image, &"/acme".parse().unwrap()),
    );
    assert_eq!(told, serde_json::to_value(image.unwrap()).unwrap());
    assert_eq!(told["devices"][0]["size"], world.bytes.len());
    // Whoever observes may look, and not read.
    let olga = format!("Bearer {}", crate::world::token("olga"));
    let reply = world.client().get(&path, &[("Authorization", &olga)]);
    assert_eq!(reply.status, 200);
}

#[test]
fn other_methods_are_not_allowed() {
    let world = World::new();
    for path in [world.path(), format!("/disk-images/{}", world.image)] {
        for method in ["POST", "PUT", "DELETE", "PATCH", "OPTIONS"] {
            let reply = world.client().ask(method, &path, &[]);
            assert_eq!(reply.status, 405, "{method} {path}");
            assert_eq!(reply.header("allow"), Some("GET,HEAD"), "{method} {path}");
        }
    }
}

#[test]
fn a_device_has_one_address() {
    let world = World::new();
    let image = world.image;
    let mut client = world.client();
    for path in [
        format!("/disk-images/{image}/devices/1"),
        format!("/disk-images/{image}/devices/00"),
        format!("/disk-images/{image}/devices/+0"),
        format!("/disk-images/{image}/devices/4294967296"),
        format!("/disk-images/{image}/devices/%ff"),
        format!("/disk-images/{image}/devices/0/"),
        "/disk-images/ami-12345/devices/0".to_owned(),
        "/disk-images/..%2f..%2fetc/devices/0".to_owned(),
        "/disk-images/%ff".to_owned(),
    ] {
        let reply = client.get(&path, &[]);
        assert_eq!(reply.status, 404, "{path}");
    }
}

#[test]
fn a_file_name_is_one_everywhere() {
    let world = World::with(Limits::default(), disk(MIB));
    for (name, file) in [
        ("db \"prod\"; x", "db__prod___x-0.raw"),
        ("..a/b", "a_b-0.raw"),
        ("-rf", "rf-0.raw"),
        ("größe", "gr__e-0.raw"),
    ] {
        let image = world.run(import(&world.atlas, name, &with_hole()));
        let image = image.unwrap_or_else(|error| panic!("{name}: {error}"));
        let path = format!("/disk-images/{image}/devices/0");
        let reply = world.client().ask("HEAD", &path, &[]);
        let disposition = format!("attachment; filename=\"{file}\"");
        assert_eq!(reply.header("content-disposition"), Some(&*disposition));
    }
}
