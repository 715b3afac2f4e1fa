//! Histories of images, MultiCloud Images, channels, ServerTemplates, servers and locks: what is
//! launched after them, and what no step may change.
//!
//! A launch is a function of what it read: it is the same on every engine, the same when all is gone
//! that its trace does not mention, and another trace when something is changed that it names.

mod player;
mod steps;

use self::{
    player::{Player, mci, request, template},
    steps::{Base, MCIS, PLACES, State, Step, TEMPLATES, bases, history},
};
use crate::support::{World, acme, dump, image, p, run};
use atlas_testkit::facade::SequentialIds;
use cloud_atlas::{
    Atlas, Clock, Explained, ImageQuery, LaunchRequest, Retention, ServerQuery, ServerRef, Session,
    history::LineageId,
};
use proptest::{prelude::*, strategy::ValueTree as _, test_runner::TestRunner};
use std::sync::Arc;

/// Asks for more histories than the few that are played each day.
const HISTORIES: &str = "ATLAS_LAUNCH_HISTORIES";
const FEW: usize = 12;
/// How many launches of each history are looked at closely.
const CLOSELY: usize = 4;

fn histories() -> usize {
    let asked = std::env::var(HISTORIES).ok();
    asked.map_or(FEW, |asked| asked.parse().unwrap())
}

/// Everything that can be asked for.
fn requests() -> Vec<LaunchRequest> {
    let states = [State::Newest, State::Head, State::Channel, State::Latest];
    let mut requests = Vec::new();
    for place in 0..PLACES.len() {
        for state in states {
            requests.extend((0..MCIS).map(|number| request(Base::Mci(number, state), place)));
            for number in 0..TEMPLATES {
                let choices = [None].into_iter().chain((0..MCIS).map(Some));
                let bases = choices.map(|choice| Base::Template(number, state, choice));
                requests.extend(bases.map(|base| request(base, place)));
            }
        }
    }
    requests
}

/// What comes of a request, with its reasons, in words that are the same on every engine.
async fn told(who: &Session, request: &LaunchRequest) -> String {
    match who.explain(request).await {
        Ok(explained) => format!("{explained:?}"),
        Err(error) => format!("error: {error}"),
    }
}

/// The same where it was asked for before and is remembered.
async fn remembered(who: &Session, request: &LaunchRequest) {
    let explained = who.explain(request).await;
    for _ in 0..2 {
        let resolved = who.resolve(request).await;
        match (&explained, resolved) {
            (
                Ok(Explained {
                    outcome: Ok(launch),
                    ..
                }),
                Ok(resolved),
            ) => {
                assert_eq!(*resolved, *launch);
            }
            (
                Ok(Explained {
                    outcome: Err(refusal),
                    ..
                }),
                Err(error),
            ) => {
                assert_eq!(error.to_string(), refusal.to_string());
            }
            (Err(refused), Err(error)) => assert_eq!(error.to_string(), refused.to_string()),
            (explained, resolved) => panic!("{explained:?} and {resolved:?}"),
        }
    }
}

async fn play(world: World, steps: &[Step]) -> Player {
    let mut player = Player::new(world).await;
    for step in steps {
        player.step(step).await;
    }
    player
}

/// A world that holds what another does.
async fn copied(player: &Player) -> Session {
    let text = dump(&player.world.atlas).await;
    let builder = Atlas::builder()
        .clock(Arc::clone(&player.world.clock) as Arc<dyn Clock>)
        .ids(Arc::new(SequentialIds::starting_at(1 << 100)));
    let copy = builder.init("memory:").await.unwrap();
    let lines = || Ok(text.iter().cloned().map(Ok));
    copy.load(lines, &|_| {}).await.unwrap();
    copy.act_as(&p("admin"))
}

/// Takes everything away that a launch does not speak of.
async fn alone(who: &Session, said: &str) {
    let scope = acme();
    let query = ServerQuery::new(scope.clone());
    let servers = who.servers(&query, &crate::support::most()).await.unwrap();
    for server in servers.items {
        let id = ServerRef::Id(server.definition.id());
        who.remove_server(&id, &scope).await.unwrap();
    }
    let is_named = |lineage: LineageId| said.contains(&format!("{lineage:?}"));
    for number in 0..TEMPLATES {
        if let Ok(view) = who.template(&template(number), &scope).await
            && !is_named(view.lineage)
        {
            who.delete_template(&template(number), &scope)
                .await
                .unwrap();
        }
    }
    for number in 0..MCIS {
        if let Ok(view) = who.mci(&mci(number), &scope).await
            && !is_named(view.lineage)
        {
            // What a template links that is spoken of is refused, and stays.
            drop(who.delete_mci(&mci(number), &scope).await);
        }
    }
    let query = ImageQuery::new(scope.clone());
    let records = who.images(&query, &crate::support::most()).await.unwrap();
    for record in records.items {
        if !said.contains(record.image_id().as_str()) {
            // What a revision refers to is refused, and stays.
            let keep = Retention::default();
            let gone = who.delete_image(record.id(), &scope, None, keep, false);
            drop(gone.await);
        }
    }
}

/// Changes something that a launch speaks of; whether there was anything.
async fn changed(who: &Session, explained: &Explained) -> bool {
    let Ok(launch) = &explained.outcome else {
        return false;
    };
    let place = launch.plan.served_by.clone();
    let query = ImageQuery::new(acme());
    let records = who.images(&query, &crate::support::most()).await.unwrap();
    let mut records = records.items.iter();
    let held = records
        .find(|record| *record.location() == place && *record.image_id() == launch.plan.image);
    match held {
        Some(record) => {
            let disabled = who.disable_image(record.id(), &acme(), None).await;
            disabled.unwrap();
        }
        None => {
            let number = launch.plan.image.as_str().trim_start_matches("ami-");
            let number = u64::from_str_radix(number, 16).unwrap();
            let request = image("/acme", place.as_str(), number);
            return who.register_image(request).await.is_ok();
        }
    }
    true
}

#[test]
fn r01_r06_a_launch_is_a_function_of_what_it_read() {
    let mut runner = TestRunner::deterministic();
    let (mut launched, mut refused, mut others) = (0, 0, 0);
    for _ in 0..histories() {
        let steps = history().new_tree(&mut runner).unwrap().current();
        run(async {
            let here = play(World::new(), &steps).await;
            // This program runs on each engine; here the same happens in memory.
            let memory = play(World::in_memory(), &steps).await;
            assert_eq!(here.told, memory.told, "{steps:?}");
            let (who, twin) = (here.world.admin(), memory.world.admin());
            for request in requests() {
                let said = told(&who, &request).await;
                assert_eq!(said, told(&twin, &request).await, "{request:?}");
                remembered(&who, &request).await;
                match who.resolve(&request).await {
                    Ok(_) => launched += 1,
                    Err(_) => refused += 1,
                }
            }
            for _ in 0..CLOSELY {
                let base = bases().new_tree(&mut runner).unwrap().current();
                let place = (0..PLACES.len()).new_tree(&mut runner).unwrap().current();
                let request = request(base, place);
                let Ok(explained) = who.explain(&request).await else {
                    continue;
                };
                let said = format!("{explained:?}");
                let copy = copied(&here).await;
                assert_eq!(told(&copy, &request).await, said);
                alone(&copy, &said).await;
                assert_eq!(told(&copy, &request).await, said, "{steps:?}");
                if changed(&copy, &explained).await {
                    assert_ne!(told(&copy, &request).await, said, "{steps:?}");
                    others += 1;
                }
            }
            let found = here.world.atlas.check().await.unwrap().findings;
            assert!(found.is_empty(), "{found:?}");
        });
    }
    assert!(launched > 100 && refused > 100, "{launched} {refused}");
    assert!(others > 5, "{others}");
}
