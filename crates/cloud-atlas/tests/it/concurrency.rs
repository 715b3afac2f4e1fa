//! Many at once.

use crate::support::{World, ami, ask, committed, image, most, p, run, set};
use cloud_atlas::{
    Atlas, Error, LaunchSubject, Session,
    history::CommitError,
    image::RegisterError,
    image_id::{Cloud, CloudLocation, ImageId},
    scope::Scope,
    store::StoreError,
    template::{MatrixOutcome, MatrixRow, Reference},
};
use std::{
    sync::{
        Arc, Barrier,
        atomic::{AtomicBool, Ordering},
    },
    thread,
};
use tempfile::TempDir;

const EAST: &str = "aws/us-east-1";
const THREADS: usize = 8;

/// The image of a row.
#[track_caller]
fn image_of(row: &MatrixRow) -> &ImageId {
    match &row.outcome {
        MatrixOutcome::Launch { image, .. } => image,
        MatrixOutcome::Refused { reason } => panic!("{reason}"),
    }
}

/// The same engines everywhere: alone in memory, one of several, and embedded.
pub(crate) fn engines() -> Vec<(Atlas, Option<TempDir>)> {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("redb:{}", folder.path().join("atlas.redb").display());
    let redb = run(Atlas::init(&url)).unwrap();
    let admin = redb.act_as(&p("admin"));
    run(admin.add_scope(&p("/acme"))).unwrap();
    run(crate::support::add_credential(&admin, "/acme", Cloud::Aws)).unwrap();
    let shared = World::over(Arc::new(crate::support::memory()));
    vec![
        (World::new().atlas, None),
        (shared.atlas, None),
        (redb, Some(folder)),
    ]
}

/// Calls until the store has room: attempts are bounded, and a busy machine can use them up.
pub(crate) fn again<T>(mut call: impl FnMut() -> Result<T, Error>) -> Result<T, Error> {
    loop {
        match call() {
            Err(Error::Store(StoreError::Conflict)) => {}
            other => return other,
        }
    }
}

/// Runs the same work in several threads that begin together.
fn together<T: Send>(who: &Session, work: impl Fn(Session, usize) -> T + Sync) -> Vec<T> {
    let barrier = Barrier::new(THREADS);
    thread::scope(|scope| {
        let threads: Vec<_> = (0..THREADS)
            .map(|number| {
                let (barrier, work, who) = (&barrier, &work, who.clone());
                scope.spawn(move || {
                    barrier.wait();
                    work(who, number)
                })
            })
            .collect();
        threads
            .into_iter()
            .map(|thread| thread.join().unwrap())
            .collect()
    })
}

#[test]
fn m11_of_commits_at_once_one_wins_and_the_others_are_told_why() {
    for (atlas, _folder) in engines() {
        let admin = atlas.act_as(&p("admin"));
        let (web, scope) = (p::<Reference>("web"), p::<Scope>("/acme"));
        run(committed(&admin, "/acme", "web", 1));
        for round in 0..5 {
            let edits = vec![set(EAST, 10 + round)];
            let view = run(admin.edit_mci(&web, &scope, edits, None)).unwrap();
            let seen = view.generation;
            // Those who say what they saw are told that it moved.
            let outcomes = together(&admin, |who, _| {
                run(who.commit_mci(&web, &scope, p("seen"), Some(seen)))
            });
            let stale = outcomes.iter().filter(|outcome| match outcome {
                Ok(_) => false,
                Err(Error::Commit(CommitError::Stale(stale)) | Error::Stale(stale)) => {
                    assert_eq!(stale.seen, seen);
                    assert_eq!(stale.found.get(), seen.get() + 1);
                    true
                }
                Err(error) => panic!("{error}"),
            });
            assert_eq!(stale.count(), THREADS - 1);
            // Those who do not are told that there is nothing left to commit.
            let edits = vec![set(EAST, 100 + round)];
            run(admin.edit_mci(&web, &scope, edits, None)).unwrap();
            let outcomes = together(&admin, |who, _| {
                run(who.commit_mci(&web, &scope, p("unseen"), None))
            });
            let nothing = outcomes.iter().filter(|outcome| {
                matches!(
                    outcome,
                    Err(Error::Commit(CommitError::NothingToCommit { .. }))
                )
            });
            assert_eq!(nothing.count(), THREADS - 1);
            assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1);
        }
        let log = run(admin.mci_log(&web, &scope, &most())).unwrap().items;
        let numbers: Vec<_> = log
            .iter()
            .rev()
            .map(|entry| entry.revision.number().get())
            .collect();
        assert_eq!(numbers, (1..=11).collect::<Vec<_>>());
        assert!(run(atlas.check()).unwrap().findings.is_empty());
    }
}

#[test]
fn edits_and_commits_at_once_lose_nothing() {
    for (atlas, _folder) in engines() {
        let admin = atlas.act_as(&p("admin"));
        let (web, scope) = (p::<Reference>("web"), p::<Scope>("/acme"));
        run(committed(&admin, "/acme", "web", 1));
        let regions = [
            "us-east-2",
            "us-west-1",
            "us-west-2",
            "eu-west-1",
            "eu-west-2",
            "eu-west-3",
            "eu-north-1",
            "eu-central-1",
        ];
        together(&admin, |who, number| {
            for round in 0..4 {
                let location = format!("aws/{}", regions[number]);
                let edits = vec![set(&location, round)];
                again(|| run(who.edit_mci(&web, &scope, edits.clone(), None))).unwrap();
                match again(|| run(who.commit_mci(&web, &scope, p("mine"), None))) {
                    // Somebody else has committed it with his own.
                    Ok(_) | Err(Error::Commit(CommitError::NothingToCommit { .. })) => {}
                    Err(error) => panic!("{error}"),
                }
            }
        });
        let view = run(admin.mci(&web, &scope)).unwrap();
        assert!(!view.edited);
        assert_eq!(view.content.settings().len(), 1 + THREADS);
        for region in regions {
            let location = CloudLocation::parse(&format!("aws/{region}")).unwrap();
            assert_eq!(view.content.settings()[&location].image(), &ami(3));
        }
        let last = u64::from(view.last.unwrap().get());
        let log = run(admin.mci_log(&web, &scope, &most())).unwrap().items;
        assert_eq!(u64::try_from(log.len()).unwrap(), last);
        // Every edit moved HEAD by one, every commit too.
        assert_eq!(view.generation.get(), 1 + 1 + 32 + last);
        assert!(run(atlas.check()).unwrap().findings.is_empty());
    }
}

#[test]
fn of_many_that_take_a_name_one_gets_it() {
    for (atlas, _folder) in engines() {
        let admin = atlas.act_as(&p("admin"));
        let scope = p::<Scope>("/acme");
        for round in 0..4 {
            let name = format!("web {round}");
            let outcomes = together(&admin, |who, _| run(who.create_mci(&scope, p(&name))));
            let taken = outcomes
                .iter()
                .filter(|outcome| matches!(outcome, Err(Error::NameTaken { .. })));
            assert_eq!(taken.count(), THREADS - 1);
            let outcomes = together(&admin, |who, _| {
                run(who.register_image(image("/acme", EAST, round)))
            });
            let taken = outcomes.iter().filter(|outcome| {
                matches!(
                    outcome,
                    Err(Error::Register(RegisterError::AlreadyRegistered(_)))
                )
            });
            assert_eq!(taken.count(), THREADS - 1, "I05");
            let at = p::<Scope>(&format!("/acme/e{round}"));
            let outcomes = together(&admin, |who, _| run(who.add_scope(&at)));
            assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1);
        }
        assert_eq!(run(admin.mcis(&scope, &most())).unwrap().items.len(), 4);
        assert!(run(atlas.check()).unwrap().findings.is_empty());
    }
}

#[test]
fn readers_see_whole_states_while_others_write() {
    for (atlas, _folder) in engines() {
        let admin = atlas.act_as(&p("admin"));
        let (web, scope) = (p::<Reference>("web"), p::<Scope>("/acme"));
        let both = |number| vec![set(EAST, number), set("aws/us-west-2", number)];
        run(async {
            admin.create_mci(&scope, p("web")).await.unwrap();
            admin.edit_mci(&web, &scope, both(0), None).await.unwrap();
            admin.commit_mci(&web, &scope, p("m"), None).await.unwrap();
        });
        let done = AtomicBool::new(false);
        thread::scope(|threads| {
            for _ in 0..3 {
                threads.spawn(|| {
                    let mut newest = 0;
                    while !done.load(Ordering::SeqCst) {
                        let head = LaunchSubject::mci(p("web@head"), scope.clone());
                        let matrix = run(admin.resolve_all(&head)).unwrap();
                        let [one, two] = matrix.rows() else {
                            panic!("two locations: {matrix}");
                        };
                        assert_eq!(image_of(one), image_of(two), "one state");
                        let view = run(admin.mci(&p("web@latest"), &scope)).unwrap();
                        let number = view.revision.unwrap().number().get();
                        assert!(number >= newest, "time runs backward");
                        newest = number;
                        // A warm answer is never older than what was committed before it.
                        let launch = run(admin.resolve(&ask("web", EAST, "/acme"))).unwrap();
                        assert!(
                            launch.plan.revision.unwrap().get() >= newest,
                            "time runs backward"
                        );
                        newest = newest.max(launch.plan.revision.unwrap().get());
                    }
                });
            }
            for number in 1..40 {
                run(async {
                    admin
                        .edit_mci(&web, &scope, both(number), None)
                        .await
                        .unwrap();
                    let revision = admin.commit_mci(&web, &scope, p("m"), None).await.unwrap();
                    let launch = admin.resolve(&ask("web", EAST, "/acme")).await.unwrap();
                    assert_eq!(
                        launch.plan.revision,
                        Some(revision.number()),
                        "what was just committed"
                    );
                });
            }
            done.store(true, Ordering::SeqCst);
        });
    }
}
