//! `atlas serve ec2` under many clients that read and write at once: none is refused, nothing that was
//! acknowledged is lost, and what was never answered is there wholly or not at all.

mod actor;
mod client;

use self::{
    actor::{Actor, Shared},
    client::Client,
};
use crate::serving::Serving;
use std::{sync::mpsc, thread};

/// How many clients there are.
const CLIENTS: usize = 64;
/// How many of them write to one image.
const BESIDE: usize = 16;

/// Has all clients at work at once, each as it is told.
fn all(actors: &mut [Actor], work: impl Fn(&mut Actor) + Sync) {
    thread::scope(|scope| {
        for actor in actors {
            scope.spawn(|| work(actor));
        }
    });
}

/// Clients, each with images of its own, and images that many of them write to.
fn actors(serving: &Serving) -> Vec<Actor> {
    let mut client = Client::new(serving.address());
    let shared: Vec<_> = (0..CLIENTS / BESIDE)
        .map(|number| client.register(&format!("shared-{number}"), &[]).unwrap())
        .collect();
    let actor = |number: usize| {
        let shared = Shared::new(&shared[number / BESIDE], number);
        Actor::new(number, Client::new(serving.address()), shared)
    };
    (0..CLIENTS).map(actor).collect()
}

/// Whether there is all that the clients know of, and nothing else.
fn verify(serving: &Serving, actors: &mut [Actor]) {
    all(actors, Actor::verify);
    let known: usize = actors.iter().map(Actor::count).sum();
    let found = Client::new(serving.address()).count().unwrap();
    assert_eq!(found, known + CLIENTS / BESIDE);
}

#[test]
fn many_clients_are_served_at_once_and_no_write_is_lost() {
    let mut serving = Serving::started(&[]);
    let mut actors = actors(&serving);
    all(&mut actors, |actor| {
        for _ in 0..60 {
            actor.act().unwrap();
        }
    });
    verify(&serving, &mut actors);

    assert_eq!(serving.stop("TERM"), Some(0));
    assert_eq!(serving.log(), "");
    serving.program.ok(&["store", "check"]);
    serving.start(&[]);
    for actor in &mut actors {
        actor.reach(serving.address());
    }
    verify(&serving, &mut actors);
}

#[test]
fn what_was_acknowledged_outlives_a_server_that_ends_under_load() {
    let mut serving = Serving::started(&[]);
    let mut actors = actors(&serving);
    for (signal, code) in [("KILL", None), ("TERM", Some(0))] {
        let (acknowledged, told) = mpsc::channel();
        thread::scope(|scope| {
            for actor in &mut actors {
                let acknowledged = acknowledged.clone();
                scope.spawn(move || {
                    while actor.act().is_ok() {
                        let _ = acknowledged.send(());
                    }
                });
            }
            // All of them are at work by then.
            assert_eq!(told.iter().take(8 * CLIENTS).count(), 8 * CLIENTS);
            assert_eq!(serving.stop(signal), code);
        });
        assert_eq!(serving.log(), "");
        serving.start(&[]);
        for actor in &mut actors {
            actor.reach(serving.address());
        }
        all(&mut actors, Actor::settle);
        verify(&serving, &mut actors);
    }
    assert_eq!(serving.stop("TERM"), Some(0));
    serving.program.ok(&["store", "check"]);
}
