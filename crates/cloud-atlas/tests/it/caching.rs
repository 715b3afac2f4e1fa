//! What is remembered never outlives its truth.

use crate::support::{World, ami, ask, beside, committed, image, import, p, run, set, small};
use atlas_store_conformance::{Layer, Layered};
use atlas_testkit::facade::ManualClock;
use cloud_atlas::{
    Atlas, CommitTemplate, Error, LaunchBase, LaunchRequest, LaunchSubject, LineageKind, Session,
    TemplateChange,
    scope::{Role, Scope},
    store::{
        Entry, FeedPage, FeedPosition, Fut, Key, KeyRange, Page, Partition, Slice, Snapshot, Store,
    },
    store_redb::RedbStore,
    template::{MatrixRow, Reference},
};
use core::{
    pin::pin,
    sync::atomic::{AtomicBool, AtomicUsize, Ordering},
    task::{Context, Poll, Waker},
};
use std::sync::Arc;

const EAST: &str = "aws/us-east-1";

/// Everything that is asked while the store changes.
fn asked() -> Vec<LaunchRequest> {
    let references = [
        "web",
        "web@head",
        "web@1",
        "web@stable",
        "web@^1",
        "/acme:web",
    ];
    let scopes = ["/acme", "/acme/prod", "/beta", "/"];
    let locations = [EAST, "aws/eu-west-1"];
    let mut asked = Vec::new();
    for reference in references {
        for scope in scopes {
            asked.extend(locations.map(|location| ask(reference, location, scope)));
        }
    }
    // What wins over the links of a template may be of another account.
    for mci in ["web", "/acme:web", "/acme:web@stable"] {
        let base = LaunchBase::Template {
            template: p("front"),
            mci: Some(p(mci)),
        };
        let subject = LaunchSubject::new(base, p("/beta"));
        asked.push(subject.at(p(EAST)));
    }
    asked
}

/// A template that links an image of its own account.
async fn template_of_beta(admin: &Session) {
    committed(admin, "/beta", "own", 9).await;
    let (front, beta) = (p::<Reference>("front"), p::<Scope>("/beta"));
    admin.create_template(&beta, p("front")).await.unwrap();
    let link = vec![TemplateChange::Link(p("own"))];
    admin
        .edit_template(&front, &beta, link, None)
        .await
        .unwrap();
    let commit = CommitTemplate::new(front, beta, p("first"));
    admin.commit_template(&commit).await.unwrap();
}

/// What a session answers, as text: a plan, or why there is none.
fn answer(who: &Session, asked: &LaunchRequest) -> String {
    match run(who.resolve(asked)) {
        Ok(plan) => format!("{plan:?}"),
        Err(error) => error.to_string(),
    }
}

/// Every session answers like one that remembers nothing.
#[track_caller]
fn none_is_stale(warm: &[Atlas], store: &Arc<dyn Store>, clock: &Arc<ManualClock>, after: &str) {
    for name in ["admin", "dana", "olga", "bert", "eve"] {
        let fresh = beside(Arc::clone(store), clock, 99).act_as(&p(name));
        for asked in asked() {
            let expected = answer(&fresh, &asked);
            for atlas in warm {
                let who = atlas.act_as(&p(name));
                assert_eq!(
                    answer(&who, &asked),
                    expected,
                    "{name} {asked:?} after {after}"
                );
                assert_eq!(answer(&who, &asked), expected, "a second time");
            }
        }
    }
}

/// A write that waits to be done.
type Write = Box<dyn Fn()>;

/// Every kind of write, with its name.
fn writes(by: &Atlas) -> Vec<(&'static str, Write)> {
    let admin = by.act_as(&p("admin"));
    let (web, acme) = (p::<Reference>("/acme:web"), p::<Scope>("/acme"));
    macro_rules! write {
        ($name:literal, $work:expr) => {{
            let (admin, web, acme) = (admin.clone(), web.clone(), acme.clone());
            let work = move || run(($work)(admin.clone(), web.clone(), acme.clone()));
            ($name, Box::new(work) as Write)
        }};
    }
    vec![
        write!("create", |admin: Session, _, acme: Scope| async move {
            admin.create_mci(&acme, p("web")).await.unwrap();
        }),
        write!(
            "edit",
            |admin: Session, web: Reference, acme: Scope| async move {
                admin
                    .edit_mci(&web, &acme, vec![set(EAST, 1)], None)
                    .await
                    .unwrap();
            }
        ),
        write!(
            "commit",
            |admin: Session, web: Reference, acme: Scope| async move {
                admin.commit_mci(&web, &acme, p("one"), None).await.unwrap();
            }
        ),
        write!(
            "channel",
            |admin: Session, web: Reference, acme: Scope| async move {
                admin
                    .assign_channel(&p("stable"), LineageKind::Mci, &web, &acme)
                    .await
                    .unwrap();
            }
        ),
        write!(
            "release",
            |admin: Session, web: Reference, acme: Scope| async move {
                let version = semver::Version::new(1, 0, 0);
                admin
                    .release(LineageKind::Mci, &web, &acme, &version)
                    .await
                    .unwrap();
            }
        ),
        write!("register", |admin: Session, _, _| async move {
            admin.register_image(image("/acme", EAST, 1)).await.unwrap();
        }),
        write!("import", |admin: Session, _, _| async move {
            let one = small(
                "stable",
                "1.0",
                "2026-01-01T00:00:00Z",
                &[("x86_64", EAST, 40)],
            );
            import(&admin, &[one], true).await.unwrap();
        }),
        write!("register above", |admin: Session, _, _| async move {
            crate::support::add_credential(&admin, "/", cloud_atlas::image_id::Cloud::Aws)
                .await
                .unwrap();
            let mut ask = image("/", EAST, 1);
            ask.credential = Some(p("aws-main"));
            admin.register_image(ask).await.unwrap();
        }),
        write!("edit again", |admin: Session,
                              web: Reference,
                              acme: Scope| async move {
            let edits = vec![set(EAST, 2), set("aws/eu-west-1", 3)];
            admin.edit_mci(&web, &acme, edits, None).await.unwrap();
        }),
        write!(
            "commit again",
            |admin: Session, web: Reference, acme: Scope| async move {
                admin.commit_mci(&web, &acme, p("two"), None).await.unwrap();
            }
        ),
        write!(
            "channel moves",
            |admin: Session, web: Reference, acme: Scope| async move {
                admin
                    .assign_channel(&p("stable"), LineageKind::Mci, &web, &acme)
                    .await
                    .unwrap();
            }
        ),
        write!(
            "release of the second",
            |admin: Session, web: Reference, acme: Scope| async move {
                let version = semver::Version::new(1, 1, 0);
                admin
                    .release(LineageKind::Mci, &web, &acme, &version)
                    .await
                    .unwrap();
            }
        ),
        write!("grant", |admin: Session, _, acme: Scope| async move {
            admin
                .grant(&p("eve"), &Role::OBSERVER, &acme, None)
                .await
                .unwrap();
        }),
        write!("policy", |admin: Session, _, acme: Scope| async move {
            let rules = r#"{"name":"soak","mode":"audit","min_soak_hours":1}"#;
            let policy = serde_json::from_str(rules).unwrap();
            admin.set_policy(&acme, policy).await.unwrap();
        }),
        write!("policy above", |admin: Session, _, _| async move {
            let rules = r#"{"name":"skip","skip_images":["ami-00000000000000002"]}"#;
            let policy = serde_json::from_str(rules).unwrap();
            admin.set_policy(&p("/"), policy).await.unwrap();
        }),
        write!("no policy above", |admin: Session, _, _| async move {
            admin.remove_policy(&p("/"), &p("skip")).await.unwrap();
        }),
        write!("a nearer one", |admin: Session, _, _| async move {
            committed(&admin, "/acme/prod", "web", 7).await;
        }),
        write!("one at the root", |admin: Session, _, _| async move {
            committed(&admin, "/", "web", 8).await;
        }),
        write!(
            "rename",
            |admin: Session, web: Reference, acme: Scope| async move {
                let name = cloud_atlas::mci::HeadEdit::SetNickname(p("old web"));
                admin.edit_mci(&web, &acme, vec![name], None).await.unwrap();
            }
        ),
        write!("revoke", |admin: Session, _, acme: Scope| async move {
            admin
                .revoke(&p("eve"), &Role::OBSERVER, &acme)
                .await
                .unwrap();
            admin
                .revoke(&p("dana"), &Role::DESIGNER, &acme)
                .await
                .unwrap();
        }),
        write!("remove", |admin: Session, _, _| async move {
            admin.remove_principal(&p("olga")).await.unwrap();
        }),
    ]
}

/// All locations at once answer like each alone.
#[track_caller]
fn all_agree(who: &Session, asked: &LaunchRequest, after: &str) {
    let Ok(all) = run(who.resolve_all(&asked.subject)) else {
        assert!(run(who.explain_all(&asked.subject)).is_err());
        return;
    };
    let fresh = run(who.explain_all(&asked.subject)).unwrap();
    let rows = fresh.into_iter();
    let rows = rows.map(|it| MatrixRow::new(it.location, it.outcome));
    assert_eq!(*all, rows.collect(), "{asked:?} after {after}");
}

#[test]
fn a_write_leaves_answers_warm_that_do_not_depend_on_it() {
    // Where others may write, every write of theirs counts: see the feed.
    let world = World::in_memory();
    let (admin, dana) = (world.admin(), world.who("dana"));
    run(async {
        let acme = p::<Scope>("/acme");
        committed(&dana, "/acme", "web", 1).await;
        committed(&dana, "/acme", "db", 2).await;
        dana.register_image(image("/acme", EAST, 1)).await.unwrap();
        let asked = ask("web", EAST, "/acme/prod");
        let first = dana.resolve(&asked).await.unwrap();
        let all = dana.resolve_all(&asked.subject).await.unwrap();
        let is_warm = async || {
            let launch = dana.resolve(&asked).await.unwrap();
            let matrix = dana.resolve_all(&asked.subject).await.unwrap();
            let warm = Arc::ptr_eq(&first, &launch);
            assert_eq!(warm, Arc::ptr_eq(&all, &matrix));
            warm
        };
        assert!(is_warm().await);
        // Other lineages, images, people, accounts.
        let edits = vec![set(EAST, 3)];
        dana.edit_mci(&p("db"), &acme, edits, None).await.unwrap();
        let message = p("second");
        dana.commit_mci(&p("db"), &acme, message, None)
            .await
            .unwrap();
        dana.assign_channel(&p("stable"), LineageKind::Mci, &p("db"), &acme)
            .await
            .unwrap();
        committed(&world.who("bert"), "/beta", "web", 4).await;
        let other = dana.register_image(image("/acme", EAST, 5)).await.unwrap();
        dana.disable_image(other.record.id(), &acme, None)
            .await
            .unwrap();
        admin
            .grant(&p("eve"), &Role::OBSERVER, &acme, None)
            .await
            .unwrap();
        assert!(is_warm().await);
        // A write that is refused touches nothing.
        dana.disable_image(other.record.id(), &acme, None)
            .await
            .unwrap_err();
        assert!(is_warm().await);
        // What was read and not there is a thing to depend on.
        committed(&dana, "/acme/dev", "web", 6).await;
        assert!(is_warm().await);
        committed(&admin, "/acme/prod", "web", 7).await;
        assert!(!is_warm().await);
    });
}

#[test]
fn no_write_leaves_a_stale_answer() {
    // Alone at the store: what the engine itself writes is all that can change.
    let world = World::new();
    // Answers are warm before each write, and the store is taken only for the comparison.
    for (name, write) in writes(&world.atlas) {
        let warm: Vec<_> = asked()
            .iter()
            .map(|asked| answer(&world.who("dana"), asked))
            .collect();
        write();
        let after: Vec<_> = asked()
            .iter()
            .map(|asked| {
                let fresh = match run(world.who("dana").explain(asked)) {
                    Ok(explained) => match explained.outcome {
                        Ok(plan) => format!("{plan:?}"),
                        Err(error) => error.to_string(),
                    },
                    Err(error) => error.to_string(),
                };
                assert_eq!(answer(&world.who("dana"), asked), fresh, "after {name}");
                all_agree(&world.who("dana"), asked, name);
                fresh
            })
            .collect();
        if name == "edit again" || name == "channel moves" {
            assert_ne!(warm, after, "{name} changes something");
        }
    }
}

#[test]
fn a_write_through_one_engine_is_seen_by_the_other() {
    let store: Arc<dyn Store> = Arc::new(crate::support::memory());
    let world = World::over(Arc::clone(&store));
    let other = beside(Arc::clone(&store), &world.clock, 2);
    let both = [world.atlas.clone(), other.clone()];
    run(template_of_beta(&world.who("admin")));
    none_is_stale(&both, &store, &world.clock, "nothing");
    for (at, (name, write)) in writes(&world.atlas).into_iter().enumerate() {
        // In turns by the one and by the other.
        if at % 2 == 0 {
            write();
        } else {
            writes(&other)[at].1();
        }
        none_is_stale(&both, &store, &world.clock, name);
    }
}

#[test]
fn whoever_takes_the_store_may_write_to_it() {
    let world = World::new();
    let dana = world.who("dana");
    run(async {
        committed(&dana, "/acme", "web", 1).await;
        let head = ask("web@head", EAST, "/acme");
        assert_eq!(dana.resolve(&head).await.unwrap().plan.image, ami(1));
        let other = beside(world.atlas.store(), &world.clock, 2);
        let edits = vec![set(EAST, 2)];
        let (web, scope) = (p("web"), p("/acme"));
        other
            .act_as(&p("dana"))
            .edit_mci(&web, &scope, edits, None)
            .await
            .unwrap();
        assert_eq!(dana.resolve(&head).await.unwrap().plan.image, ami(2));
    });
}

#[test]
fn s14_a_grant_that_ends_ends_what_it_allowed() {
    let world = World::new();
    let (admin, eve) = (world.admin(), world.who("eve"));
    run(async {
        committed(&admin, "/acme", "web", 1).await;
        let until = Some(p("2026-08-01T12:10:00Z"));
        admin
            .grant(&p("eve"), &Role::OBSERVER, &p("/acme"), until)
            .await
            .unwrap();
        let asked = ask("web", EAST, "/acme");
        for _ in 0..2 {
            eve.resolve(&asked).await.unwrap();
            world.clock.advance_secs(299);
        }
        world.clock.advance_secs(2);
        let refused = eve.resolve(&asked).await.unwrap_err();
        assert!(matches!(refused, Error::Denied(_)), "{refused}");
        // Where another grant still holds, the end of the nearer one refuses nothing.
        let later = Some(p("2026-08-01T13:00:00Z"));
        admin
            .grant(&p("eve"), &Role::OBSERVER, &p("/acme"), later)
            .await
            .unwrap();
        admin
            .grant(&p("eve"), &Role::OBSERVER, &p("/"), None)
            .await
            .unwrap();
        eve.resolve(&asked).await.unwrap();
        world.clock.set(p("2026-08-01T14:00:00Z"));
        eve.resolve(&asked).await.unwrap();
    });
}

/// Polls a future some times at most; whether it was ready.
fn poll_at_most(work: impl Future, times: usize) -> bool {
    let mut work = pin!(work);
    let mut context = Context::from_waker(Waker::noop());
    (0..times).any(|_| matches!(work.as_mut().poll(&mut context), Poll::Ready(_)))
}

#[test]
fn a_dropped_write_leaves_no_stale_answer() {
    const TRIES: u32 = 100_000;
    let folder = tempfile::tempdir().unwrap();
    let url = format!("redb:{}", folder.path().join("atlas.redb").display());
    let atlas = run(Atlas::init(&url)).unwrap();
    let admin = atlas.act_as(&p("admin"));
    run(admin.add_scope(&p("/acme"))).unwrap();
    run(committed(&admin, "/acme", "web", 1));
    let (web, scope) = (p::<Reference>("web"), p::<Scope>("/acme"));
    let head = ask("web@head", EAST, "/acme");
    for round in 0..30 {
        run(admin.resolve(&head)).unwrap();
        let edit = admin.edit_mci(&web, &scope, vec![set(EAST, 100 + round)], None);
        // Once polled, the commit may be on its way, and nobody waits for it any more.
        poll_at_most(edit, usize::try_from(round % 3).unwrap());
        let mut tries = 0;
        while tries < TRIES {
            let warm = run(admin.resolve(&head)).unwrap().plan.image.clone();
            let fresh = run(admin.explain(&head))
                .unwrap()
                .outcome
                .unwrap()
                .plan
                .image;
            // What is read later may only be newer.
            assert!(warm == fresh || run(admin.resolve(&head)).unwrap().plan.image == fresh);
            if fresh == ami(100 + round) || round % 3 == 0 {
                break;
            }
            tries += 1;
            std::thread::yield_now();
        }
        assert!(tries < TRIES, "a commit that was asked for does not come");
    }
}

/// A store that counts what is asked of another.
#[derive(Debug, Default)]
struct Counts {
    snapshots: AtomicUsize,
    reads: AtomicUsize,
    feeds: AtomicUsize,
}

impl Counts {
    fn take(&self) -> [usize; 3] {
        [&self.snapshots, &self.reads, &self.feeds].map(|count| count.swap(0, Ordering::SeqCst))
    }
}

#[derive(Debug, Clone)]
struct Counting(Arc<dyn Store>, Arc<Counts>);

impl Layer for Counting {
    fn store(&self) -> &dyn Store {
        &*self.0
    }

    fn snapshot(&self) -> Fut<'_, Box<dyn Snapshot>> {
        self.1.snapshots.fetch_add(1, Ordering::SeqCst);
        self.0.snapshot()
    }

    fn feed<'a>(&'a self, of: &'a Partition, after: FeedPosition, max: usize) -> Fut<'a, FeedPage> {
        assert_eq!(max, 0, "a resolve asks for the head alone");
        self.1.feeds.fetch_add(1, Ordering::SeqCst);
        self.0.feed(of, after, max)
    }

    fn get<'a>(&'a self, behind: &'a dyn Snapshot, keys: &'a [Key]) -> Fut<'a, Vec<Option<Entry>>> {
        self.1.reads.fetch_add(1, Ordering::SeqCst);
        behind.get(keys)
    }

    fn range<'a>(
        &'a self,
        behind: &'a dyn Snapshot,
        range: &'a KeyRange,
        page: Page,
    ) -> Fut<'a, Slice> {
        self.1.reads.fetch_add(1, Ordering::SeqCst);
        behind.range(range, page)
    }
}

#[test]
fn a_warm_resolve_reads_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let redb = RedbStore::create(folder.path().join("atlas.redb")).unwrap();
    let counts = Arc::new(Counts::default());
    let world = World::over(Arc::new(Layered(Counting(
        Arc::new(redb),
        Arc::clone(&counts),
    ))));
    let dana = world.who("dana");
    run(committed(&dana, "/acme", "web", 1));
    let (account, prod) = (
        ask("web", EAST, "/acme"),
        ask("web@head", EAST, "/acme/prod"),
    );
    counts.take();
    run(dana.resolve(&account)).unwrap();
    run(dana.resolve(&prod)).unwrap();
    let [snapshots, reads, _] = counts.take();
    assert!(
        snapshots == 2 && reads > 4,
        "{snapshots} snapshots, {reads} reads"
    );
    for _ in 0..10 {
        run(dana.resolve(&account)).unwrap();
        // A later session of the same principal is as warm.
        run(world.who("dana").resolve(&prod)).unwrap();
    }
    // Where others may write, the heads of two feeds are all that is asked for.
    assert_eq!(counts.take(), [0, 0, 40]);
    // Another principal has an answer of her own.
    run(world.who("olga").resolve(&prod)).unwrap();
    assert_eq!(counts.take()[0], 1);
    // A write into another account is none of ours.
    run(committed(&world.who("bert"), "/beta", "web", 2));
    counts.take();
    run(dana.resolve(&account)).unwrap();
    assert_eq!(counts.take(), [0, 0, 2]);
}

#[test]
fn an_answer_that_was_derived_beside_a_write_is_not_kept() {
    // Alone at the store. Whoever has committed gets what she committed, although others ask for it
    // all the time.
    let world = World::new();
    let (dana, web, acme) = (
        world.who("dana"),
        p::<Reference>("web"),
        p::<Scope>("/acme"),
    );
    run(committed(&dana, "/acme", "web", 1));
    let asked = ask("web@head", EAST, "/acme");
    let is_done = AtomicBool::new(false);
    std::thread::scope(|threads| {
        threads.spawn(|| {
            while !is_done.load(Ordering::Relaxed) {
                run(dana.resolve(&asked)).unwrap();
            }
        });
        for number in 2..600 {
            let edits = vec![set(EAST, number)];
            run(dana.edit_mci(&web, &acme, edits, None)).unwrap();
            let launch = run(dana.resolve(&asked)).unwrap();
            if launch.plan.image != ami(number) {
                is_done.store(true, Ordering::Relaxed);
                panic!("{number}: {}", launch.plan.image);
            }
        }
        is_done.store(true, Ordering::Relaxed);
    });
}
