//! Bytes that are lost, rotten or out of reach.

use crate::world::{MIB, World, disk};
use atlas_server::Limits;
use atlas_store_conformance::{Call, Fault};
use std::sync::atomic::Ordering;

fn small_buffers() -> Limits {
    let mut limits = Limits::default();
    limits.buffer = 64 << 10;
    limits
}

/// What the sender reads ahead is more than a client has taken, so that the cut is in the midst.
fn world() -> World {
    World::with(small_buffers(), disk(8 * MIB))
}

/// Other bits in the midst of the largest pack; gives back what it was.
fn rot(world: &World) -> (object_store::path::Path, Vec<u8>) {
    let (path, sound) = world.below.packs().remove(0);
    let mut rotten = sound.clone();
    let middle = rotten.len() / 2;
    rotten[middle] ^= 1;
    world.below.write(&path, rotten);
    (path, sound)
}

#[test]
fn what_is_rotten_is_cut_and_never_wrong() {
    let world = world();
    let (path, sound) = rot(&world);
    let mut client = world.client();
    let reply = client.get(&world.path(), &[]);
    assert_eq!((reply.status, reply.is_whole), (200, false));
    assert!(reply.body.len() > 100_000, "{}", reply.body.len());
    assert!(reply.body == world.bytes[..reply.body.len()]);
    // The host is told where and why, once.
    world.run(world.activity.at_most(0));
    let told = world.told();
    assert_eq!(told.len(), 1, "{told:?}");
    let at = told[0].strip_prefix("dana 0 ").unwrap().split(':').next();
    let at: usize = at.unwrap().parse().unwrap();
    assert!(at >= reply.body.len(), "{told:?}");
    assert!(told[0].contains("packs/"), "{told:?}");

    // Asked for by itself, it is a status, that tells nothing of where it lies.
    let range = format!("bytes={at}-{}", at + 65_535);
    let reply = world.client().get(&world.path(), &[("Range", &range)]);
    assert_eq!((reply.status, reply.is_whole), (500, true));
    assert!(!reply.text().contains("pack"), "{}", reply.text());
    assert_eq!(reply.header("content-range"), None);
    assert_eq!(world.told().len(), 2);
    // Before it and behind it all is well.
    let behind = world.bytes.len() - 1000;
    for range in ["bytes=0-999", "bytes=-1000"] {
        let reply = world.client().get(&world.path(), &[("Range", range)]);
        assert_eq!(reply.status, 206);
        let at = if range == "bytes=0-999" { 0 } else { behind };
        assert_eq!(reply.body, world.bytes[at..at + 1000]);
    }
    // In the midst of several ranges it is cut as well.
    let range = format!("bytes=0-9,{at}-{}", at + 65_535);
    let reply = world.client().get(&world.path(), &[("Range", &range)]);
    assert_eq!((reply.status, reply.is_whole), (206, false));

    world.below.write(&path, sound);
    let reply = world.client().get(&world.path(), &[]);
    assert!(reply.is_whole && reply.body == world.bytes);
}

#[test]
fn what_is_lost_is_not_pretended() {
    let world = world();
    for (path, _) in world.below.packs() {
        world.below.lose(&path);
    }
    let reply = world.client().get(&world.path(), &[]);
    assert_eq!(reply.status, 500);
    assert!(reply.text().contains("\"internal\""));
    assert_eq!(world.told().len(), 1);
}

#[test]
fn a_store_that_is_away_is_asked_for_again() {
    let world = world();
    let mut client = world.client();
    let range = [("Range", "bytes=0-9")];
    assert_eq!(client.get(&world.path(), &range).status, 206);
    let image = format!("/disk-images/{}", world.image);
    for (path, device) in [(world.path(), 0), (image, -1)] {
        world.store.plan_for(Call::Snapshot, [Fault::Unavailable]);
        // What is open already is not given out on the word of before.
        let reply = client.get(&path, &range);
        assert_eq!(reply.status, 503, "{path}");
        assert_eq!(reply.header("retry-after"), Some("1"));
        assert_eq!(world.store.planned(), 0);
        let told = world.failures.lock().unwrap().split_off(0);
        assert_eq!(told.len(), 1);
        assert!(
            told[0].starts_with(&format!("dana {device} -:")),
            "{told:?}"
        );
        assert!(client.get(&path, &range).is_whole);
    }
}

#[test]
fn a_pool_that_is_away_is_asked_for_again() {
    let world = world();
    world.below.is_away.store(true, Ordering::SeqCst);
    // It cannot be opened.
    let reply = world.client().get(&world.path(), &[]);
    assert_eq!(
        (reply.status, reply.header("retry-after")),
        (503, Some("1"))
    );
    assert!(!reply.text().contains("secret-host"), "{}", reply.text());
    // What the host runs is told to the host.
    let told = world.told();
    assert_eq!(told.len(), 1);
    world.below.is_away.store(false, Ordering::SeqCst);
    let reply = world.client().get(&world.path(), &[("Range", "bytes=0-9")]);
    assert_eq!(reply.status, 206);
    // It is open, and what is not read yet cannot be read.
    world.below.is_away.store(true, Ordering::SeqCst);
    let reply = world.client().get(&world.path(), &[("Range", "bytes=-9")]);
    assert_eq!(reply.status, 503);
    world.below.is_away.store(false, Ordering::SeqCst);
    let reply = world.client().get(&world.path(), &[]);
    assert!(reply.is_whole && reply.body == world.bytes);
}
