//! The service under load, at its limits, and when it stops.

use crate::{
    client::{Client, head},
    fleet::{Fleet, REGIONS, commit, fleet},
    service::{Limits, Running, Service},
};
use cloud_atlas::{
    LineageKind,
    template::{AnyLock, OnRevoke},
};
use std::{
    net::SocketAddr,
    sync::atomic::{AtomicBool, Ordering},
    thread,
};
use tempfile::TempDir;
use tokio::runtime::{self, Runtime};

const CLIENTS: usize = 8;
const REQUESTS: usize = 10_000;

/// A service for a fleet in a file of its own.
struct World {
    runtime: Runtime,
    fleet: Fleet,
    lock: AnyLock,
    running: Running,
    _folder: TempDir,
}

impl World {
    fn new(limits: Limits) -> Self {
        Self::of(limits, |fleet| {
            let lock = fleet.designer.lock(&fleet.web, &fleet.scope, None);
            AnyLock::Mci(pollster::block_on(lock).unwrap())
        })
    }

    fn of(limits: Limits, lock: fn(&Fleet) -> AnyLock) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = format!("redb:{}", folder.path().join("fleet.redb").display());
        let mut builder = runtime::Builder::new_multi_thread();
        let runtime = builder.worker_threads(2).enable_all().build().unwrap();
        let fleet = runtime.block_on(fleet(&store)).unwrap();
        let (session, lock) = (fleet.launcher.clone(), lock(&fleet));
        let service = Service::new(session, fleet.scope.clone(), lock.clone(), limits);
        let address = "127.0.0.1:0".parse().unwrap();
        let running = runtime.block_on(Running::start(service, address)).unwrap();
        Self {
            runtime,
            fleet,
            lock,
            running,
            _folder: folder,
        }
    }

    fn client(&self) -> Client {
        Client::connect(self.running.address).unwrap()
    }
}

/// Asks so many times over one connection; tells how often something was launched.
fn drive(address: SocketAddr, client: usize, lock: &AnyLock) -> usize {
    let mut connection = Client::connect(address).unwrap();
    let mut launched = 0;
    for number in 0..REQUESTS / CLIENTS {
        let turn = number * CLIENTS + client;
        let region = REGIONS[turn % REGIONS.len()];
        match turn % 100 {
            0 => {
                let answer = connection.launch("mci", "web", "aws/af-south-1").unwrap();
                let code = answer.body["error"].as_str().unwrap();
                assert_eq!((answer.status, code), (404, "not-found"));
            }
            1 => {
                let answer = connection.launch("mci", "other", region).unwrap();
                let code = answer.body["error"].as_str().unwrap();
                assert_eq!((answer.status, code), (404, "not-locked"));
            }
            _ => {
                let answer = connection.launch("mci", "web", region).unwrap();
                assert_eq!(answer.status, 200, "{}", answer.body);
                let held = lock.resolve(&region.parse().unwrap()).unwrap();
                assert_eq!(answer.body["image"], held.image.as_str());
                let expected = serde_json::to_value(&held).unwrap();
                for (field, value) in expected.as_object().unwrap() {
                    assert_eq!(answer.body[field], *value, "{field}");
                }
                launched += 1;
            }
        }
    }
    launched
}

#[test]
fn r09_ten_thousand_requests_are_answered_from_the_lock_while_others_commit() {
    let world = World::new(Limits::default());
    let Fleet {
        designer,
        web,
        scope,
        ..
    } = &world.fleet;
    let lock = &world.lock;
    let ended = AtomicBool::new(false);
    let (launched, commits) = thread::scope(|threads| {
        // Revisions come, are promoted and revoked, for as long as anybody asks.
        let committing = threads.spawn(|| {
            let mut number = 2;
            while !ended.load(Ordering::Acquire) {
                pollster::block_on(async {
                    commit(designer, web, scope, number).await.unwrap();
                    let stable = &"stable".parse().unwrap();
                    let kind = LineageKind::Mci;
                    let moved = designer.assign_channel(stable, kind, web, scope);
                    moved.await.unwrap();
                    if number % 3 == 0 {
                        let revoked = designer.revoke_mci(web, scope, "bad", OnRevoke::RollBack);
                        revoked.await.unwrap();
                    }
                });
                number += 1;
            }
            number - 2
        });
        let address = world.running.address;
        let clients: Vec<_> = (0..CLIENTS)
            .map(|client| threads.spawn(move || drive(address, client, lock)))
            .collect();
        let launched: Vec<_> = clients
            .into_iter()
            .map(thread::ScopedJoinHandle::join)
            .collect();
        ended.store(true, Ordering::Release);
        let launched: usize = launched.into_iter().map(Result::unwrap).sum();
        (launched, committing.join().unwrap())
    });
    assert_eq!(launched, REQUESTS / 100 * 98);
    assert!(commits > 0, "somebody committed meanwhile");
    world.runtime.block_on(world.running.stop()).unwrap();
}

#[test]
fn r09_what_the_lock_holds_is_refused_once_it_is_revoked() {
    let world = World::new(Limits::default());
    let mut client = world.client();
    assert_eq!(client.launch("mci", "web", REGIONS[0]).unwrap().status, 200);
    let Fleet {
        designer, scope, ..
    } = &world.fleet;
    let first = "web@1".parse().unwrap();
    let revoked = designer.revoke_mci(&first, scope, "it leaks", OnRevoke::RollBack);
    pollster::block_on(revoked).unwrap();
    let answer = client.launch("mci", "web", REGIONS[0]).unwrap();
    assert_eq!(answer.status, 409);
    let message = answer.body["message"].as_str().unwrap();
    assert!(message.contains("it leaks"), "{message}");
}

#[test]
fn r09_a_locked_template_stays_while_its_channel_moves_on() {
    let world = World::of(Limits::default(), |fleet| fleet.lock.clone());
    let mut client = world.client();
    let ask = format!(r#"{{"template": "front", "location": "{}"}}"#, REGIONS[0]);
    let before = client.ask("POST", "/launch", ask.as_bytes()).unwrap();
    assert_eq!(before.status, 200, "{}", before.body);
    let Fleet {
        designer,
        web,
        scope,
        ..
    } = &world.fleet;
    pollster::block_on(async {
        commit(designer, web, scope, 2).await.unwrap();
        let (stable, kind) = ("stable".parse().unwrap(), LineageKind::Mci);
        let moved = designer.assign_channel(&stable, kind, web, scope);
        assert_eq!(moved.await.unwrap().current().get(), 2);
    });
    let after = client.ask("POST", "/launch", ask.as_bytes()).unwrap();
    assert_eq!((after.status, after.body), (200, before.body));
    // What the template links is not what the fleet is launched from.
    let other = client.launch("mci", "web", REGIONS[0]).unwrap();
    assert_eq!(
        (other.status, &other.body["error"]),
        (404, &"not-locked".into())
    );
}

#[test]
fn what_nobody_can_answer_is_refused_in_words() {
    let world = World::new(Limits {
        body: 200,
        ..Limits::default()
    });
    let mut client = world.client();
    let mut refused = |method, path, body: &[u8]| {
        let answer = client.ask(method, path, body).unwrap();
        let code = answer.body["error"].as_str().unwrap().to_owned();
        (answer.status, code)
    };
    let of = |status: u16, code: &str| (status, code.to_owned());
    assert_eq!(refused("POST", "/launch", b"{"), of(422, "invalid"));
    let unknown = br#"{"mci": "web", "location": "aws/us-east-1", "force": true}"#;
    assert_eq!(refused("POST", "/launch", unknown), of(422, "invalid"));
    let nowhere = br#"{"mci": "web", "location": "moon"}"#;
    assert_eq!(refused("POST", "/launch", nowhere), of(422, "invalid"));
    assert_eq!(refused("GET", "/launch", b""), of(404, "no-route"));
    assert_eq!(refused("POST", "/", b""), of(404, "no-route"));
    // After a body that is too long the connection may be closed.
    let long = world.client().ask("POST", "/launch", &[b' '; 201]).unwrap();
    assert_eq!(long.status, 413);
    assert_eq!(
        world.client().ask("GET", "/healthz", b"").unwrap().status,
        200
    );
}

#[test]
fn who_comes_when_all_slots_are_taken_is_told_to_come_again() {
    let world = World::new(Limits {
        at_once: 0,
        ..Limits::default()
    });
    let mut client = world.client();
    let answer = client.launch("mci", "web", REGIONS[0]).unwrap();
    assert_eq!(
        (answer.status, &answer.body["error"]),
        (503, &"busy".into())
    );
    assert_eq!(client.ask("GET", "/healthz", b"").unwrap().status, 200);
}

#[test]
fn a_request_that_was_begun_is_answered_before_the_service_stops() {
    let world = World::new(Limits::default());
    let mut client = world.client();
    let body = format!(r#"{{"mci": "web", "location": "{}"}}"#, REGIONS[0]);
    let head = head("POST", "/launch", body.len(), "expect: 100-continue\r\n");
    client.send(head.as_bytes()).unwrap();
    // The service has begun to read the request once it asks for the body.
    assert!(client.lines().unwrap()[0].contains("100 continue"));
    let address = world.running.address;
    let stopping = world.runtime.spawn(world.running.stop());
    client.send(body.as_bytes()).unwrap();
    assert_eq!(client.answer().unwrap().status, 200);
    world.runtime.block_on(stopping).unwrap().unwrap();
    assert!(Client::connect(address).is_err(), "nobody listens any more");
}
