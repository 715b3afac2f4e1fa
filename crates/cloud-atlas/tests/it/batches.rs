//! Imports in batches: on a small store, stopped anywhere, gone on with by anybody.

use crate::{
    support::{
        World, beside, channels_of, documents, dump, import, most, options, p, places, run, small,
    },
    watched::{Stop, Watched},
};
use cloud_atlas::{
    Atlas, Error, ErrorKind, ImageQuery, ImportError, ImportOptions, ImportReport, JobKind, Paging,
    Session,
    scope::Permission,
    store::{MemoryStore, Store},
    streams::StreamDocument,
};
use std::{
    sync::{Arc, Barrier},
    thread,
};

/// Two releases of two architectures, each of so many images as take several batches.
fn two() -> [StreamDocument; 2] {
    let places: Vec<_> = places().take(30).collect();
    let release = |release: &str, month: u32| {
        let number = |at: usize| u64::from(month) * 1000 + u64::try_from(at).unwrap();
        let images: Vec<_> = places
            .iter()
            .enumerate()
            .flat_map(|(at, place)| {
                [
                    ("x86_64", place.as_str(), number(at)),
                    ("aarch64", place.as_str(), number(at + 500)),
                ]
            })
            .collect();
        let time = format!("2026-0{month}-01T00:00:00Z");
        small("stable", release, &time, &images)
    };
    [release("1.0", 1), release("2.0", 2)]
}

fn in_batches(commit: bool) -> ImportOptions {
    let mut options = options(commit);
    options.in_batches = true;
    options
}

fn resume(
    atlas: &Atlas,
    documents: &[StreamDocument],
    commit: bool,
) -> Result<ImportReport, Error> {
    let dana = atlas.act_as(&p("dana"));
    run(dana.import_streams(documents, &in_batches(commit), &|_| {}))
}

/// All that an import has made, without ids and what depends on them.
async fn made(atlas: &Atlas) -> Vec<String> {
    let (admin, acme) = (
        atlas.act_as(&p("admin")),
        p::<cloud_atlas::scope::Scope>("/acme"),
    );
    let mut told = Vec::new();
    let query = ImageQuery::new(acme.clone());
    for record in admin.images(&query, &most()).await.unwrap().items {
        told.push(format!(
            "{} {} {:?} {:?} {:?}",
            record.location(),
            record.image_id(),
            record.name(),
            record.os(),
            record.origin()
        ));
    }
    for mci in ["fcos-aarch64", "fcos-x86_64"].map(p) {
        let head = p(&format!("{mci}@head"));
        let head = admin.mci(&head, &acme).await.unwrap();
        told.push(format!("{:?} {}", head.content, head.edited));
        for entry in admin.mci_log(&mci, &acme, &most()).await.unwrap().items {
            let revision = entry.revision;
            told.push(format!(
                "{mci}@{} {} {:?} {}",
                revision.number(),
                revision.message(),
                revision.released_at(),
                revision.content()
            ));
        }
        for channel in channels_of(&admin, &mci, &acme).await {
            told.push(format!("{mci} {} {}", channel.name(), channel.current()));
        }
    }
    let mut counts = atlas.count().await.unwrap();
    counts.remove("event");
    told.push(format!("{counts:?}"));
    let report = atlas.check().await.unwrap();
    assert_eq!(report.findings, Vec::<String>::new());
    told
}

fn events(atlas: &Atlas) -> u64 {
    run(atlas.count()).unwrap()["event"]
}

#[test]
fn real_documents_come_in_batches_to_where_they_come_as_a_whole() {
    let documents = documents();
    let whole = World::over(Arc::new(MemoryStore::new()));
    run(import(&whole.who("dana"), &documents, true)).unwrap();
    let small = World::over(Arc::new(MemoryStore::limited()));
    let report = resume(&small.atlas, &documents, true).unwrap();
    assert_eq!((report.registered, report.resumed), (534, None));
    assert_eq!(report.releases.len(), 16);
    assert!(report.releases.iter().all(|release| !release.unchanged));
    run(async {
        // Two events more: the job has begun and is finished.
        let mut expected = made(&whole.atlas).await;
        let mut found = made(&small.atlas).await;
        let (counts, wanted) = (found.pop().unwrap(), expected.pop().unwrap());
        assert_eq!(found, expected);
        let events = |atlas: &Atlas| run(atlas.count()).unwrap()["event"];
        assert_eq!(
            events(&small.atlas),
            events(&whole.atlas) + 2,
            "{counts} {wanted}"
        );
        assert_eq!(small.admin().jobs(&p("/acme")).await.unwrap(), []);
        let told = small
            .admin()
            .events(&p("/acme"), &Paging::of(1))
            .await
            .unwrap()
            .items;
        assert_eq!(told[0].action, Permission::ImageRegister);
        assert_eq!(told[0].after.as_deref(), Some("finished"));
    });
    // A second time changes not one byte, in batches or not.
    let before = run(dump(&small.atlas));
    small.clock.advance_secs(60);
    let again = resume(&small.atlas, &documents, true).unwrap();
    assert!(again.releases.iter().all(|release| release.unchanged));
    assert_eq!((again.registered, again.releases.len()), (0, 16));
    run(small
        .who("dana")
        .import_streams(&documents, &options(true), &|_| {}))
    .unwrap();
    assert!(run(dump(&small.atlas)) == before);
}

#[test]
fn an_import_that_is_stopped_at_any_commit_ends_the_same() {
    for commit in [true, false] {
        let documents = two();
        let store = Watched::new(Arc::new(MemoryStore::limited()), Stop::Never);
        let world = World::over(Arc::new(store.clone()));
        let begin = store.seen().len();
        resume(&world.atlas, &documents, commit).unwrap();
        let commits = store.seen().len() - begin;
        assert!(commits > 6, "{commits} commits");
        let expected = (run(made(&world.atlas)), events(&world.atlas));
        for at in 0..commits {
            for stop in [Stop::Before(at), Stop::After(at)] {
                let store: Arc<dyn Store> = Arc::new(MemoryStore::limited());
                let world = World::over(Arc::clone(&store));
                let watched = Arc::new(Watched::new(Arc::clone(&store), stop));
                let stopped = beside(watched, &world.clock, 2);
                let error = resume(&stopped, &documents, commit).unwrap_err();
                assert!(matches!(error, Error::Store(_)), "{error}");
                // Somebody looks at a job, or there was none yet, or none is left.
                let jobs = run(world.admin().jobs(&p("/acme"))).unwrap();
                let last = stop == Stop::After(commits - 1);
                assert_eq!(jobs.len(), usize::from(stop != Stop::Before(0) && !last));
                world.clock.advance_secs(60);
                let admin = world.admin();
                let report = run(admin.import_streams(&documents, &in_batches(commit), &|_| {}));
                let report = report.unwrap();
                assert_eq!(report.releases.len(), 4, "{stop:?}");
                match (&jobs[..], report.resumed) {
                    ([job], Some(resumed)) => {
                        assert_eq!((job.by.as_str(), job.kind), ("dana", JobKind::Import));
                        assert_eq!(job.subject, "fcos");
                        assert_eq!(
                            (job.begun, &job.by, job.done),
                            (resumed.begun, &resumed.by, resumed.done)
                        );
                        assert_eq!(job.total, 122);
                    }
                    ([], None) => {}
                    other => panic!("{stop:?}: {other:?}"),
                }
                let found = (run(made(&world.atlas)), events(&world.atlas));
                assert!(found == expected, "{stop:?}: {} events", found.1);
            }
        }
    }
}

#[test]
fn an_open_job_is_in_the_way_of_no_other_import() {
    let store: Arc<dyn Store> = Arc::new(MemoryStore::limited());
    let world = World::over(Arc::clone(&store));
    let [one, two] = two();
    let stopped = Arc::new(Watched::new(store, Stop::Before(3)));
    let stopped = beside(stopped, &world.clock, 2);
    resume(&stopped, std::slice::from_ref(&one), true).unwrap_err();
    let jobs = run(world.admin().jobs(&p("/acme"))).unwrap();
    assert_eq!(jobs.len(), 1);
    // Another document, and the same one with other options.
    let other = resume(&world.atlas, &[two], true).unwrap();
    assert_eq!(other.resumed, None);
    let head = resume(&world.atlas, std::slice::from_ref(&one), false).unwrap();
    assert_eq!(head.resumed, None);
    assert_eq!(run(world.admin().jobs(&p("/acme"))).unwrap(), jobs);
    let error = run(world.admin().remove_scope(&p("/acme"))).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Conflict);
    let resumed = resume(&world.atlas, &[one], true).unwrap();
    assert_eq!(resumed.resumed.unwrap().done, jobs[0].done);
    assert_eq!(run(world.admin().jobs(&p("/acme"))).unwrap(), []);
}

#[test]
fn two_who_go_on_with_one_job_do_it_once() {
    let documents = two();
    let expected = {
        let world = World::over(Arc::new(MemoryStore::limited()));
        resume(&world.atlas, &documents, true).unwrap();
        (run(made(&world.atlas)), events(&world.atlas))
    };
    for at in [0, 1, 4] {
        let store: Arc<dyn Store> = Arc::new(MemoryStore::limited());
        let world = World::over(Arc::clone(&store));
        let stopped = Arc::new(Watched::new(Arc::clone(&store), Stop::Before(at)));
        let stopped = beside(stopped, &world.clock, 2);
        resume(&stopped, &documents, true).unwrap_err();
        let engines = [3, 4].map(|engine| beside(Arc::clone(&store), &world.clock, engine));
        let together = Barrier::new(2);
        let reports = thread::scope(|scope| {
            let threads = engines.each_ref().map(|engine| {
                scope.spawn(|| {
                    together.wait();
                    resume(engine, &documents, true).unwrap()
                })
            });
            threads.map(|thread| thread.join().unwrap())
        });
        assert!(reports.iter().all(|report| report.releases.len() == 4));
        assert!(run(made(&world.atlas)) == expected.0);
        // Of two who begin at once, one may finish before the other has begun, which finds all done
        // and says so; a job that is there is finished once.
        let events = events(&world.atlas);
        assert!(
            events == expected.1 || (at, events) == (0, expected.1 + 2),
            "{at}: {events}"
        );
    }
}

#[test]
fn a_large_engine_takes_each_release_in_one_batch() {
    let store = Watched::new(Arc::new(MemoryStore::new()), Stop::Never);
    let world = World::over(Arc::new(store.clone()));
    let begin = store.seen().len();
    let report = resume(&world.atlas, &two(), true).unwrap();
    assert_eq!(report.registered, 120);
    assert_eq!(store.seen().len() - begin, 3, "the job, and two releases");
}

/// Stops an import in the middle, and gives its job.
fn stopped(world: &World, store: &Arc<dyn Store>) -> cloud_atlas::Job {
    let stopped = Arc::new(Watched::new(Arc::clone(store), Stop::Before(3)));
    let stopped = beside(stopped, &world.clock, 2);
    resume(&stopped, &two(), true).unwrap_err();
    run(world.admin().jobs(&p("/acme"))).unwrap().remove(0)
}

#[test]
fn a_job_is_forgotten_by_who_may_do_its_work() {
    let store: Arc<dyn Store> = Arc::new(MemoryStore::limited());
    let world = World::over(Arc::clone(&store));
    let job = stopped(&world, &store);
    let forget = |who: &Session, from: &str| run(who.forget_job(job.id, &p(from)));
    // Whoever sees nothing there learns nothing of it; olga may look at `/acme/prod` alone.
    for (who, from, kind) in [
        ("eve", "/acme", ErrorKind::Denied),
        ("bert", "/acme", ErrorKind::Denied),
        ("bert", "/beta", ErrorKind::NotFound),
        ("olga", "/acme/prod", ErrorKind::NotFound),
        ("admin", "/acme/prod", ErrorKind::NotFound),
        ("admin", "/", ErrorKind::NotFound),
    ] {
        let error = forget(&world.who(who), from).unwrap_err();
        assert_eq!(error.kind(), kind, "{who} {from}: {error}");
    }
    run(async {
        let admin = world.admin();
        let olga = p("olga");
        let observer = cloud_atlas::scope::Role::OBSERVER;
        admin
            .grant(&olga, &observer, &p("/acme"), None)
            .await
            .unwrap();
        assert_eq!(world.who("olga").jobs(&p("/acme")).await.unwrap().len(), 1);
        assert!(world.who("eve").jobs(&p("/acme")).await.is_err());
    });
    let error = forget(&world.who("olga"), "/acme").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Denied, "{error}");
    world.clock.advance_secs(60);
    assert_eq!(forget(&world.who("dana"), "/acme").unwrap(), job);
    let events = run(world.admin().events(&p("/acme"), &Paging::of(1)))
        .unwrap()
        .items;
    let event = &events[0];
    assert_eq!(
        (&event.subject, event.by.as_str()),
        (&job.id.to_string(), "dana")
    );
    assert_eq!(event.after.as_deref(), Some("forgotten"));
    // What it did is there; the import begins anew.
    let report = resume(&world.atlas, &two(), true).unwrap();
    assert_eq!(report.resumed, None);
    assert!(report.registered < 120, "{}", report.registered);
}

#[test]
fn an_import_stops_when_its_job_is_forgotten() {
    let store: Arc<dyn Store> = Arc::new(MemoryStore::limited());
    let world = World::over(store);
    let dana = world.who("dana");
    let forget = |step: cloud_atlas::ImportProgress| {
        if step.done == 1 {
            let jobs = run(dana.jobs(&p("/acme"))).unwrap();
            for job in jobs {
                run(dana.forget_job(job.id, &p("/acme"))).unwrap();
            }
        }
    };
    let error = run(dana.import_streams(&two(), &in_batches(true), &forget)).unwrap_err();
    assert!(
        matches!(error, Error::Import(ImportError::JobGone { .. })),
        "{error}"
    );
    assert_eq!(error.kind(), ErrorKind::Conflict);
    let report = resume(&world.atlas, &two(), true).unwrap();
    assert_eq!(report.resumed, None);
    assert!(report.releases[0].unchanged && !report.releases[3].unchanged);
}

#[test]
fn permissions_are_asked_for_with_every_batch() {
    let store: Arc<dyn Store> = Arc::new(MemoryStore::limited());
    let world = World::over(Arc::clone(&store));
    stopped(&world, &store);
    let before = run(dump(&world.atlas));
    for who in ["olga", "bert", "eve"] {
        let who = world.who(who);
        let error = run(who.import_streams(&two(), &in_batches(true), &|_| {})).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Denied);
    }
    assert!(run(dump(&world.atlas)) == before);
    // And of her whose grant is taken away in the middle.
    let dana = world.who("dana");
    let revoke = |step: cloud_atlas::ImportProgress| {
        let role = cloud_atlas::scope::Role::DESIGNER;
        if step.done == 1 {
            drop(run(world.admin().revoke(&p("dana"), &role, &p("/acme"))));
        }
    };
    let error = run(dana.import_streams(&two(), &in_batches(true), &revoke)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Denied);
    assert_eq!(run(world.admin().jobs(&p("/acme"))).unwrap().len(), 1);
}
