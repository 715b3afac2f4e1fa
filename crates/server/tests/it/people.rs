//! Who gets what.

use crate::world::{World, import, p, request, token};
use atlas_server::{Authenticate, Caller, Limits, NotAuthenticated, disk_images};
use axum::http::request::Parts;
use cloud_atlas::{
    DiskWatch, FileDisk, ImportDiskOptions, image::DiskFormat, image_id::AmiId, scope::Role,
};
use std::sync::{Arc, atomic::Ordering};
use tokio::net::TcpListener;

fn bearer(who: &str) -> String {
    format!("Bearer {}", token(who))
}

#[test]
fn who_is_not_known_is_told_so_and_nothing_else() {
    let world = World::new();
    let longer = format!("{}x", bearer("dana"));
    let shorter = bearer("dana")[..30].to_owned();
    let basic = format!("Basic {}", token("dana"));
    let two = format!("{} {}", bearer("dana"), token("dana"));
    for said in [
        "-", "", "Bearer", "Bearer ", &longer, &shorter, &basic, &two,
    ] {
        for path in [
            world.path(),
            format!("/disk-images/{}", world.image),
            "/disk-images/ami-0123456789abcdef0/devices/0".to_owned(),
            "/disk-images/nonsense/devices/x".to_owned(),
        ] {
            let reply = world.client().get(&path, &[("Authorization", said)]);
            assert_eq!(reply.status, 401, "{said} {path}");
            let challenge = reply.header("www-authenticate");
            assert_eq!(challenge, Some("Bearer realm=\"disk images\""));
            assert!(reply.text().contains("\"unauthenticated\""));
        }
    }
    // Two at once are nobody, also where both are known.
    let (dana, bert) = (bearer("dana"), bearer("bert"));
    let both = [("Authorization", &*dana), ("Authorization", &*bert)];
    assert_eq!(world.client().get(&world.path(), &both).status, 401);
    // The scheme has no case.
    let lower = format!("bearer {}", token("dana"));
    let reply = world
        .client()
        .get(&world.path(), &[("Authorization", &lower)]);
    assert_eq!(reply.status, 200);
}

#[test]
fn what_is_not_there_and_what_is_not_visible_read_the_same() {
    let world = World::new();
    let nothing = AmiId::parse("ami-0123456789abcdef0").unwrap();
    let bert = bearer("bert");
    let mut client = world.client();
    for (method, of) in [("GET", "/devices/0"), ("HEAD", "/devices/0"), ("GET", "")] {
        let mut ask = |image: AmiId| {
            let path = format!("/disk-images/{image}{of}");
            let mut reply = client.ask(method, &path, &[("Authorization", &bert)]);
            assert_eq!(reply.status, 404);
            reply.headers.retain(|(name, _)| name != "date");
            let text = reply.text().replace(&image.to_string(), "IT");
            (reply.headers, text)
        };
        assert_eq!(ask(nothing), ask(world.image), "{method} {of}");
    }
}

#[test]
fn who_may_not_copy_gets_no_bytes() {
    let world = World::new();
    for who in ["olga", "eve"] {
        let said = bearer(who);
        for image in [world.image.as_str(), "ami-0123456789abcdef0"] {
            let path = format!("/disk-images/{image}/devices/0");
            let reply = world.client().get(&path, &[("Authorization", &said)]);
            assert_eq!(reply.status, 403, "{who}");
            assert!(reply.text().contains("image.copy"), "{}", reply.text());
        }
    }
}

#[test]
fn a_device_that_is_open_is_given_to_nobody_without_asking() {
    let world = World::new();
    let mut client = world.client();
    assert_eq!(client.get(&world.path(), &[]).status, 200);
    // It is kept open: the second time nothing of the pool is read for a hole.
    let before = world.below.gets.load(Ordering::SeqCst);
    let hole = [("Range", "bytes=2000000-2000009")];
    assert_eq!(client.get(&world.path(), &hole).status, 206);
    assert_eq!(world.below.gets.load(Ordering::SeqCst), before);
    for who in ["olga", "bert", "eve"] {
        let said = bearer(who);
        let asked = [hole[0], ("Authorization", said.as_str())];
        let reply = client.get(&world.path(), &asked);
        assert!(matches!(reply.status, 403 | 404), "{who}: {}", reply.status);
    }
    // A grant that is taken away is gone at the next request, on the same connection.
    let admin = world.who("admin");
    world
        .run(admin.revoke(&p("dana"), &Role::DESIGNER, &p("/acme")))
        .unwrap();
    assert_eq!(client.get(&world.path(), &hole).status, 403);
    world
        .run(admin.grant(&p("dana"), &Role::DESIGNER, &p("/acme"), None))
        .unwrap();
    assert_eq!(client.get(&world.path(), &hole).status, 206);
    // So is an image that is deleted.
    let dana = world.who("dana");
    world
        .run(dana.delete_disk_image(world.image, &p("/acme"), None))
        .unwrap();
    assert_eq!(client.get(&world.path(), &hole).status, 404);
    let path = format!("/disk-images/{}", world.image);
    assert_eq!(client.get(&path, &[]).status, 404);
    assert_eq!(world.told(), [""; 0]);
}

#[test]
fn what_is_not_ready_has_no_bytes() {
    let world = World::new();
    let dana = world.who("dana");
    let failed = world.run(async {
        let source = Box::new(FileDisk::new(Arc::new(world.bytes.clone())));
        let (options, watch) = (ImportDiskOptions::default(), DiskWatch::default());
        // A RAW is no QCOW2.
        let request = request("other", DiskFormat::Qcow2);
        let done = dana.import_disk_image(request, vec![source], &options, &watch);
        done.await.unwrap_err();
        let found = dana.disk_images_named(&p("other"), &p("/acme")).await;
        found.unwrap()[0].id
    });
    let path = format!("/disk-images/{failed}/devices/0");
    let reply = world.client().get(&path, &[]);
    assert_eq!(reply.status, 409);
    assert!(reply.text().contains("failed"), "{}", reply.text());
    let reply = world.client().get(&format!("/disk-images/{failed}"), &[]);
    assert_eq!(reply.status, 200);
}

#[test]
fn more_images_than_are_kept_open_are_read_each_for_itself() {
    let mut limits = Limits::default();
    limits.kept_open = 2;
    let world = World::with(limits, crate::world::with_hole());
    let mut images = vec![(world.image, world.bytes.clone())];
    // Each has other bytes: none is given out for another.
    for name in ["one", "two", "three"] {
        let mut bytes = world.bytes.clone();
        bytes[1000..1000 + name.len()].copy_from_slice(name.as_bytes());
        images.push((
            world.run(import(&world.atlas, name, &bytes)).unwrap(),
            bytes,
        ));
    }
    let mut client = world.client();
    let turns = images.iter().chain(images.iter().rev()).chain(&images);
    for (image, bytes) in turns {
        let path = format!("/disk-images/{image}/devices/0");
        let reply = client.get(&path, &[("Range", "bytes=1000-1999")]);
        assert_eq!(reply.body, bytes[1000..2000], "{image}");
    }
}

/// Knows nobody now.
struct Away;

impl Authenticate for Away {
    async fn authenticate(&self, _: &Parts) -> Result<Caller, NotAuthenticated> {
        Err(NotAuthenticated::Unavailable)
    }
}

#[test]
fn who_cannot_be_asked_for_now_is_asked_to_come_again() {
    let world = World::new();
    let router = disk_images(world.atlas.clone(), Away, Limits::default());
    let listener = world.run(TcpListener::bind("127.0.0.1:0")).unwrap();
    let address = listener.local_addr().unwrap();
    let serving = world.spawn(async move { axum::serve(listener, router).await });
    let reply = crate::client::Client::connect(address).get(&world.path(), &[]);
    assert_eq!(reply.status, 503);
    assert_eq!(reply.header("retry-after"), Some("1"));
    assert_eq!(reply.header("www-authenticate"), None);
    serving.abort();
}
