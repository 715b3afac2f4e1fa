//! Clients that are slow, gone, or many.

use crate::{
    client::Client,
    world::{MIB, World, disk},
};
use atlas_server::Limits;
use core::time::Duration;

/// More than sockets and buffers hold, and quickly made.
fn large() -> Vec<u8> {
    let mut bytes = disk(MIB);
    bytes.resize(96 * MIB, 0);
    bytes
}

/// A client that has asked for everything, and takes nothing but the head.
fn stalled(world: &World) -> Client {
    let mut client = world.client();
    client.send("GET", &world.path(), &[]);
    assert_eq!(client.head().status, 200);
    client
}

#[test]
fn clients_that_are_slow_hold_no_thread() {
    // One thread is all there is for what blocks.
    let mut limits = Limits::default();
    limits.stall = Duration::from_hours(1); // however busy this machine is
    let world = World::with(limits, large());
    let mut slow: Vec<_> = (0..8).map(|_| stalled(&world)).collect();
    let reply = world
        .client()
        .get(&world.path(), &[("Range", "bytes=0-2000000")]);
    assert_eq!((reply.status, reply.is_whole), (206, true));
    assert!(reply.body == world.bytes[..=2_000_000]);
    // Nobody was cut for that.
    assert!(world.activity.running() >= 8);
    for client in &mut slow {
        let (body, is_whole) = client.body(world.bytes.len());
        assert!(is_whole && body == world.bytes);
    }
    world.run(world.activity.at_most(0));
}

#[test]
fn a_client_that_goes_away_ends_its_work() {
    let mut limits = Limits::default();
    limits.at_once = 1;
    limits.stall = Duration::from_hours(1);
    let world = World::with(limits, large());
    let client = stalled(&world);
    assert_eq!(world.activity.running(), 1);
    // Others are told to come again, and what takes no slot is answered.
    let reply = world.client().get(&world.path(), &[]);
    assert_eq!(
        (reply.status, reply.header("retry-after")),
        (503, Some("1"))
    );
    assert!(reply.text().contains("\"busy\""));
    let path = format!("/disk-images/{}", world.image);
    assert_eq!(world.client().get(&path, &[]).status, 200);

    drop(client);
    world.run(world.activity.at_most(0));
    let reply = world.client().get(&world.path(), &[("Range", "bytes=7-8")]);
    assert_eq!(reply.status, 206);
    assert_eq!(world.told(), [""; 0]);
}

#[test]
fn a_client_that_takes_nothing_is_cut() {
    let mut limits = Limits::default();
    limits.at_once = 1;
    limits.stall = Duration::from_millis(100);
    let world = World::with(limits, large());
    let mut client = stalled(&world);
    // Its slot is free while it is still there.
    world.run(world.activity.at_most(0));
    let reply = world.client().get(&world.path(), &[("Range", "bytes=7-8")]);
    assert_eq!(reply.status, 206);
    // What it got is right, and not taken for the whole.
    let (body, is_whole) = client.body(world.bytes.len());
    assert!(!is_whole);
    assert!(body == world.bytes[..body.len()]);
}

#[test]
fn no_slots_are_no_answers() {
    let mut limits = Limits::default();
    limits.at_once = 0;
    let world = World::with(limits, disk(MIB));
    assert_eq!(world.client().get(&world.path(), &[]).status, 503);
}
