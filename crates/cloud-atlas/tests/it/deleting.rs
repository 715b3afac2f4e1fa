//! Deletes of whole lineages: what stands in their way, what goes, and what stays.

use crate::{
    support::{
        Raw, World, acme, add_credential, ask, beside, committed, dump, image, most, p, run, set,
        small, web,
    },
    watched::{Stop, Watched},
};
use atlas_testkit::facade::SequentialIds;
use cloud_atlas::{
    Atlas, Clock, CloneMci, CommitTemplate, Error, ErrorKind, IdSource, JobKind, LineageKind,
    LockRef, Retention, Session, TemplateChange, XrefSubject,
    base::Timestamp,
    history::LineageId,
    image_id::Cloud,
    scope::{Role, Scope},
    store::{MemoryStore, Partition, RetryPolicy, Store, StoreError, Table, Tx, transact},
    template::{LockState, Reference, Selector, XrefWay},
};
use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

const EAST: &str = "aws/us-east-1";

/// Commits another AMI, so many times.
async fn committed_more(who: &Session, times: u64) {
    for number in 0..times {
        let edits = vec![set(EAST, 2 + number)];
        who.edit_mci(&web(), &acme(), edits, None).await.unwrap();
        let committed = who.commit_mci(&web(), &acme(), p("next"), None).await;
        committed.unwrap();
    }
}

/// How many records of each table name a lineage, tombstones and the trail apart.
async fn left(atlas: &Atlas, lineage: LineageId) -> BTreeMap<String, usize> {
    let mut found = BTreeMap::new();
    let lineage = lineage.to_string();
    for line in dump(atlas).await {
        let space = line.split(' ').nth(1).unwrap_or_default().to_owned();
        let key = line.split("\",\"v\"").next().unwrap_or_default();
        let is_of_it = key.contains(&lineage) && !space.starts_with("event");
        if is_of_it && space != "tombstone" {
            *found.entry(space).or_default() += 1;
        }
    }
    found
}

/// A template at a scope with a revision that links a MultiCloud Image, and a HEAD that does.
async fn linking(who: &Session, at: &str, name: &str, target: &str) {
    let (template, from) = (p::<Reference>(name), p::<Scope>(at));
    who.create_template(&from, p(name)).await.unwrap();
    let link = vec![TemplateChange::Link(p(target))];
    who.edit_template(&template, &from, link, None)
        .await
        .unwrap();
    let commit = CommitTemplate::new(template, from, p("first"));
    who.commit_template(&commit).await.unwrap();
}

#[test]
fn t05_a_delete_takes_head_revisions_and_all_beside_them() {
    let world = World::new();
    let dana = world.who("dana");
    run(async {
        committed(&dana, "/acme", "web", 1).await;
        committed_more(&dana, 3).await;
        dana.assign_channel(&p("stable"), LineageKind::Mci, &web(), &acme())
            .await
            .unwrap();
        dana.restore_mci(&p("web@1"), &acme(), None).await.unwrap();
        let lineage = dana.mci(&web(), &acme()).await.unwrap().lineage;
        committed(&dana, "/acme", "other", 9).await;
        let before = left(&world.atlas, lineage).await;
        for space in ["mci", "revision", "channel", "undo", "use"] {
            assert!(before.contains_key(space), "{before:?}");
        }
        let deleted = dana.delete_mci(&web(), &acme()).await.unwrap();
        assert_eq!(deleted.kind, LineageKind::Mci);
        assert_eq!((deleted.lineage, deleted.revisions), (lineage, 4));
        assert_eq!(left(&world.atlas, lineage).await, BTreeMap::new());
        let findings = world.atlas.check().await.unwrap().findings;
        assert_eq!(findings, Vec::<String>::new());
        // By its name, by its id and by each of its states it is as if it had never been.
        let by_id = Reference::lineage(lineage);
        let state = by_id.clone().at(Selector::Number(p("1")));
        for reference in [web(), by_id.clone(), state] {
            let error = dana.mci(&reference, &acme()).await.unwrap_err();
            assert!(matches!(error, Error::NotFound(_)), "{error}");
            let error = dana.delete_mci(&reference, &acme()).await.unwrap_err();
            assert!(matches!(error, Error::NotFound(_)), "{error}");
        }
        let never = Reference::lineage(LineageId::from_u128(7));
        let [gone, never] = [by_id, never].map(|reference| {
            let error = run(dana.mci(&reference, &acme())).unwrap_err();
            error.to_string().replace(&reference.to_string(), "REF")
        });
        assert_eq!(gone, never);
        // The other one is what it was, and the name is free.
        dana.resolve(&ask("other", EAST, "/acme")).await.unwrap();
        committed(&dana, "/acme", "web", 5).await;
        let again = dana.mci(&web(), &acme()).await.unwrap();
        assert_ne!(again.lineage, lineage);
        let events = dana.events(&acme(), &most()).await.unwrap().items;
        let told = events
            .iter()
            .find(|event| event.subject == lineage.to_string());
        let told = told.unwrap();
        assert_eq!(told.action.as_str(), "mci.delete");
        assert_eq!(told.before.as_deref(), Some("web"));
    });
}

#[test]
fn t05_what_templates_link_stays_in_the_products_own_words() {
    let world = World::new();
    let (admin, dana) = (world.admin(), world.who("dana"));
    run(async {
        committed(&dana, "/acme", "web", 1).await;
        committed_more(&dana, 1).await;
        dana.assign_channel(&p("stable"), LineageKind::Mci, &p("web@1"), &acme())
            .await
            .unwrap();
        linking(&dana, "/acme", "front", "web@1").await;
        linking(&dana, "/acme/prod", "back", "web@stable").await;
        linking(&dana, "/acme", "side", "web@head").await;
        let refused = dana.delete_mci(&web(), &acme()).await.unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::Conflict);
        insta::assert_snapshot!(refused);
        // Links of HEADs and those of committed revisions stand in the way, each by itself.
        let unlink = |name: &str, from: &str| {
            let (dana, name, from) = (dana.clone(), p::<Reference>(name), p::<Scope>(from));
            async move {
                committed(&dana, from.as_str(), &format!("{name}-own"), 7).await;
                let own = p::<Reference>(&format!("{name}-own"));
                let changes = vec![
                    TemplateChange::Link(own.clone()),
                    TemplateChange::MakeDefault(own),
                    TemplateChange::Unlink(p("/acme:web")),
                ];
                dana.edit_template(&name, &from, changes, None)
                    .await
                    .unwrap();
            }
        };
        unlink("front", "/acme").await;
        unlink("side", "/acme").await;
        unlink("back", "/acme/prod").await;
        let refused = dana.delete_mci(&web(), &acme()).await.unwrap_err();
        insta::assert_snapshot!(refused);
        for (name, from) in [
            ("front", "/acme"),
            ("side", "/acme"),
            ("back", "/acme/prod"),
        ] {
            dana.delete_template(&p(name), &p(from)).await.unwrap();
        }
        let deleted = dana.delete_mci(&web(), &acme()).await.unwrap();
        assert_eq!(deleted.linked_elsewhere, 0);
        // What is shared at `/` is kept by the templates of every account.
        committed(&admin, "/", "base", 1).await;
        linking(&world.who("bert"), "/beta", "site", "base@1").await;
        let refused = admin.delete_mci(&p("base"), &Scope::global()).await;
        let refused = refused.unwrap_err().to_string();
        assert!(refused.contains("`site` HEAD at /beta"), "{refused}");
        let findings = world.atlas.check().await.unwrap().findings;
        assert_eq!(findings, Vec::<String>::new());
    });
}

#[test]
fn t10_only_whole_lineages_go_by_those_who_may() {
    let world = World::new();
    let (admin, dana, olga) = (world.admin(), world.who("dana"), world.who("olga"));
    run(async {
        committed(&dana, "/acme", "web", 1).await;
        committed_more(&dana, 1).await;
        dana.assign_channel(&p("stable"), LineageKind::Mci, &web(), &acme())
            .await
            .unwrap();
        let mut said = Vec::new();
        for reference in ["web@1", "web@stable", "web@head", "web@9"] {
            let refused = dana.delete_mci(&p(reference), &acme()).await.unwrap_err();
            said.push(format!("{:?} {refused}", refused.kind()));
        }
        insta::assert_snapshot!(said.join("\n"));
        let denied = olga.delete_mci(&web(), &p("/acme/prod")).await.unwrap_err();
        assert_eq!(denied.kind(), ErrorKind::Denied);
        admin
            .grant(&p("olga"), &Role::ACTOR, &acme(), None)
            .await
            .unwrap();
        let denied = olga.delete_mci(&web(), &acme()).await.unwrap_err();
        assert_eq!(denied.kind(), ErrorKind::Denied);
        // Who sees nothing of it is told that there is nothing.
        let bert = world.who("bert");
        let hidden = bert.delete_mci(&p("/acme:web"), &p("/beta")).await;
        assert!(matches!(hidden, Err(Error::NotFound(_))));
        // Nothing went.
        dana.resolve(&ask("web@stable", EAST, "/acme"))
            .await
            .unwrap();
    });
}

#[test]
fn t10_registered_locks_keep_both_and_channels_keep_templates() {
    let world = World::new();
    let dana = world.who("dana");
    let prod = p::<Scope>("/acme/prod");
    run(async {
        committed(&dana, "/acme", "web", 1).await;
        let lock = dana.lock(&web(), &prod, None).await.unwrap().into();
        dana.register_lock(&lock, &p("live"), &prod).await.unwrap();
        // The channels of a MultiCloud Image go with it, its locks do not.
        dana.assign_channel(&p("stable"), LineageKind::Mci, &web(), &acme())
            .await
            .unwrap();
        let refused = dana.delete_mci(&web(), &acme()).await.unwrap_err();
        assert_eq!(
            refused.to_string(),
            "`web` cannot be deleted, it is held by the registered lock `live` at /acme/prod"
        );
        dana.unregister_lock(&LockRef::Name(p("live")), &prod)
            .await
            .unwrap();
        dana.delete_mci(&web(), &acme()).await.unwrap();
        // A ServerTemplate is kept by its channels.
        committed(&dana, "/acme", "base", 2).await;
        linking(&dana, "/acme", "front", "base@1").await;
        let front = p::<Reference>("front");
        let live = p("live");
        dana.assign_channel(&live, LineageKind::Template, &front, &acme())
            .await
            .unwrap();
        let refused = dana.delete_template(&front, &acme()).await.unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::Conflict);
        assert_eq!(
            refused.to_string(),
            "`front` cannot be deleted, it is held by channel `live`"
        );
        // A lock file that nobody registered says that it is gone, and what it held.
        let states = dana.verify_lock(&lock, &prod).await.unwrap();
        assert!(matches!(&states[..], [(_, LockState::Gone { .. })]));
        let held = dana.resolve_locked(&lock, &p(EAST), &prod).await.unwrap();
        assert_eq!(held.plan.image, crate::support::ami(1));
    });
}

#[test]
fn t05_clones_of_what_is_deleted_keep_their_origin() {
    let world = World::new();
    let dana = world.who("dana");
    run(async {
        committed(&dana, "/acme", "web", 1).await;
        let clone = CloneMci::new(web(), acme());
        let clone = dana.clone_mci(&clone).await.unwrap().mci;
        let lineage = dana.mci(&web(), &acme()).await.unwrap().lineage;
        dana.delete_mci(&web(), &acme()).await.unwrap();
        let by_id = Reference::lineage(clone.lineage);
        let after = dana.mci(&by_id, &acme()).await.unwrap();
        assert_eq!(after.origin, clone.origin);
        let words = after.cloned_from.unwrap();
        assert!(words.contains(&lineage.to_string()), "{words}");
        dana.commit_mci(&by_id, &acme(), p("own"), None)
            .await
            .unwrap();
        dana.mci_graph(&by_id, &acme(), cloud_atlas::GraphBounds::default())
            .await
            .unwrap();
        let findings = world.atlas.check().await.unwrap().findings;
        assert_eq!(findings, Vec::<String>::new());
    });
}

#[test]
fn l02_what_only_a_deleted_mci_used_can_be_deleted() {
    let world = World::new();
    let dana = world.who("dana");
    run(async {
        let made = dana.register_image(image("/acme", EAST, 1));
        let id = made.await.unwrap().record.id();
        committed(&dana, "/acme", "web", 1).await;
        let keep = Retention::default();
        let refused = dana.delete_image(id, &acme(), None, keep, false).await;
        refused.unwrap_err();
        dana.delete_mci(&web(), &acme()).await.unwrap();
        dana.delete_image(id, &acme(), None, keep, false)
            .await
            .unwrap();
    });
}

/// A MultiCloud Image of several revisions with something in each table, on a store.
async fn grown(dana: &Session) -> LineageId {
    committed(dana, "/acme", "web", 1).await;
    committed_more(dana, 40).await;
    for number in 1..20_u32 {
        let (channel, at) = (p(&format!("c{number}")), p(&format!("web@{number}")));
        dana.assign_channel(&channel, LineageKind::Mci, &at, &acme())
            .await
            .unwrap();
    }
    for number in 1..5_u32 {
        let at = p(&format!("web@{number}"));
        dana.restore_mci(&at, &acme(), None).await.unwrap();
    }
    let image = ("x86_64", EAST, 40);
    let one = small("stable", "1.0", "2026-01-01T00:00:00Z", &[image]);
    crate::support::import(dana, &[one], true).await.unwrap();
    dana.mci(&web(), &acme()).await.unwrap().lineage
}

#[test]
fn t05_a_delete_that_is_stopped_at_any_commit_is_gone_and_ends_the_same() {
    let store = Arc::new(Watched::new(Arc::new(MemoryStore::limited()), Stop::Never));
    let world = World::over(Arc::clone(&store) as _);
    let dana = world.who("dana");
    run(grown(&dana));
    let begin = store.seen().len();
    run(dana.delete_mci(&web(), &acme())).unwrap();
    let commits = store.seen().len() - begin;
    assert!(commits > 1, "{commits} commits");
    for at in 0..commits {
        for stop in [Stop::Before(at), Stop::After(at)] {
            let store: Arc<dyn Store> = Arc::new(MemoryStore::limited());
            let world = World::over(Arc::clone(&store));
            let dana = world.who("dana");
            let lineage = run(grown(&dana));
            let by_id = Reference::lineage(lineage);
            let watched = Arc::new(Watched::new(Arc::clone(&store), stop));
            let stopped = beside(watched, &world.clock, 2);
            let error = run(stopped.act_as(&p("dana")).delete_mci(&web(), &acme()));
            assert!(matches!(error, Err(Error::Store(_))), "{error:?}");
            let has_begun = stop != Stop::Before(0);
            // It is gone with the first commit, and nothing is wrong with what is left.
            let found = run(dana.mci(&web(), &acme()));
            assert_eq!(found.is_err(), has_begun);
            let findings = run(world.atlas.check()).unwrap().findings;
            assert_eq!(findings, Vec::<String>::new(), "{stop:?}");
            let jobs = run(dana.jobs(&acme())).unwrap();
            let is_done = stop == Stop::After(commits - 1);
            assert_eq!(jobs.len(), usize::from(has_begun && !is_done));
            for job in &jobs {
                assert_eq!(
                    (job.kind, job.subject.as_str()),
                    (JobKind::DeleteMci, "web")
                );
                assert!(job.done < job.total);
            }
            // Nobody else is told of it, and who may delete goes on.
            let bert = run(world.who("bert").delete_mci(&by_id, &p("/beta")));
            assert!(matches!(bert, Err(Error::NotFound(_))));
            let again = run(dana.delete_mci(&by_id, &acme()));
            assert_eq!(again.is_ok(), !is_done, "{again:?}");
            assert_eq!(run(left(&world.atlas, lineage)), BTreeMap::new());
            assert_eq!(run(dana.jobs(&acme())).unwrap(), []);
            let findings = run(world.atlas.check()).unwrap().findings;
            assert_eq!(findings, Vec::<String>::new(), "{stop:?}");
        }
    }
}

/// Gives one id at one draw, and others at all others.
#[derive(Debug)]
struct Again {
    id: u128,
    at: u64,
    drawn: AtomicU64,
    others: SequentialIds,
}

impl IdSource for Again {
    fn next(&self, now: Timestamp) -> u128 {
        let other = self.others.next(now);
        if self.drawn.fetch_add(1, Ordering::Relaxed) == self.at {
            self.id
        } else {
            other
        }
    }
}

/// Makes lineages where an id is drawn once more, at each draw in turn; tells their ids.
fn drawn_again(world: &World, store: &Arc<dyn Store>, id: u128, turn: u128) -> Vec<LineageId> {
    world.clock.advance_secs(60);
    let lineages = (0..8).map(|at| {
        let ids = Again {
            id,
            at,
            drawn: AtomicU64::new(0),
            others: SequentialIds::starting_at((turn << 120) + (u128::from(at) << 110)),
        };
        let builder = Atlas::builder()
            .clock(Arc::clone(&world.clock) as Arc<dyn Clock>)
            .ids(Arc::new(ids));
        let atlas = run(builder.with_store(Arc::clone(store))).unwrap();
        let name = p(&format!("new-{turn}-{at}"));
        let made = run(atlas.act_as(&p("dana")).create_mci(&acme(), name));
        made.unwrap().lineage
    });
    lineages.collect()
}

#[test]
fn t05_the_id_of_a_deleted_lineage_is_never_given_again() {
    let store: Arc<dyn Store> = Arc::new(MemoryStore::new());
    let world = World::over(Arc::clone(&store));
    let dana = world.who("dana");
    run(committed(&dana, "/acme", "web", 1));
    let lineage = run(dana.mci(&web(), &acme())).unwrap().lineage;
    let deleted = run(dana.delete_mci(&web(), &acme())).unwrap();
    assert_eq!(deleted.lineage, lineage);
    let bits = |lineage: LineageId| {
        let text = lineage.to_string();
        u128::from_str_radix(text.trim_start_matches("lin-"), 16).unwrap()
    };
    assert!(!drawn_again(&world, &store, bits(lineage), 1).contains(&lineage));
    // One that nobody had is given at one of the draws.
    let free = LineageId::from_u128(0xF00D);
    assert!(drawn_again(&world, &store, bits(free), 2).contains(&free));
    // A dump takes tombstones along.
    let lines = run(dump(&world.atlas));
    let other: Arc<dyn Store> = Arc::new(MemoryStore::new());
    let loaded = beside(Arc::clone(&other), &world.clock, 3);
    run(loaded.load(|| Ok(lines.iter().cloned().map(Ok)), &|_| {})).unwrap();
    assert!(!drawn_again(&world, &other, bits(lineage), 3).contains(&lineage));
    assert!(run(loaded.check()).unwrap().findings.is_empty());
}

#[test]
fn t05_a_check_finds_a_deleted_lineage_that_is_there_again() {
    const MCIS: Table<Raw> = Table::new("mci", &[]);
    let world = World::new();
    let dana = world.who("dana");
    let store = world.atlas.store();
    run(committed(&dana, "/acme", "web", 1));
    let lineage = run(dana.mci(&web(), &acme())).unwrap().lineage.to_string();
    let at = Partition::account("acme").unwrap();
    let tx = run(Tx::begin(&*store)).unwrap();
    let kept = run(MCIS.get(&tx, &at, lineage.as_str())).unwrap().unwrap();
    drop(tx);
    run(dana.delete_mci(&web(), &acme())).unwrap();
    let work = |tx: Tx| {
        let (at, lineage, kept) = (at.clone(), lineage.clone(), kept.clone());
        async move {
            let put = MCIS.put(&tx, &at, lineage.as_str(), &kept).await;
            put.map_err(|_| StoreError::Closed)
        }
    };
    run(transact(&*store, &RetryPolicy::new(u128::MAX), work)).unwrap();
    let findings = run(world.atlas.check()).unwrap().findings;
    let told = format!("{lineage}: the MultiCloud Image was deleted and is there again");
    assert!(findings.contains(&told), "{findings:?}");
}

/// Revisions of the lineage that the next test deletes, where nobody asks for more.
const REVISIONS: u64 = 300;

#[test]
fn t05_long_lineages_are_deleted_on_engines_with_and_without_limits() {
    let asked = std::env::var("ATLAS_DELETED_REVISIONS");
    let revisions = asked.map_or(REVISIONS, |asked| asked.parse().unwrap());
    for limited in [false, true] {
        let store = if limited {
            MemoryStore::limited()
        } else {
            MemoryStore::new()
        };
        let watched = Arc::new(Watched::new(Arc::new(store), Stop::Never));
        let world = World::over(Arc::clone(&watched) as _);
        let dana = world.who("dana");
        run(committed(&dana, "/acme", "web", 1));
        run(committed_more(&dana, revisions - 1));
        let lineage = run(dana.mci(&web(), &acme())).unwrap().lineage;
        let begin = watched.seen().len();
        let deleted = run(dana.delete_mci(&web(), &acme())).unwrap();
        assert_eq!(u64::from(deleted.revisions), revisions);
        assert_eq!(run(left(&world.atlas, lineage)), BTreeMap::new());
        let commits = watched.seen().len() - begin;
        // Where an engine has no limit, what is gone is gone at once.
        let is_one = commits == 1;
        assert!(is_one != limited || revisions > 10_000, "{commits} commits");
        assert!(run(world.atlas.check()).unwrap().findings.is_empty());
    }
}

#[test]
fn t05_xref_tells_who_uses_what_in_every_direction_and_only_what_is_seen() {
    let world = World::new();
    let (admin, dana) = (world.admin(), world.who("dana"));
    run(async {
        committed(&admin, "/", "web", 1).await;
        let global = Scope::global();
        linking(&dana, "/acme", "front", "/:web@1").await;
        linking(&world.who("bert"), "/beta", "site", "/:web@1").await;
        let lock = dana.lock(&p("/:web@1"), &acme(), None).await.unwrap();
        dana.register_lock(&lock.into(), &p("live"), &acme())
            .await
            .unwrap();
        let ask = async |who: &Session, kind, reference: &str, way| {
            let subject = XrefSubject::Lineage(kind, p(reference));
            let view = who.xref(&subject, &acme()).await.unwrap();
            let trees = view.roots.iter();
            let trees = trees.map(|root| view.xref.tree(root, way).to_string());
            trees.collect::<Vec<_>>().join("\n")
        };
        let mut told = Vec::new();
        told.push(ask(&dana, LineageKind::Mci, "/:web", XrefWay::Users).await);
        told.push(ask(&admin, LineageKind::Mci, "/:web@1", XrefWay::Users).await);
        told.push(ask(&dana, LineageKind::Mci, "/:web@1", XrefWay::Used).await);
        told.push(ask(&dana, LineageKind::Template, "front@1", XrefWay::Used).await);
        insta::assert_snapshot!(told.join("\n\n"));
        add_credential(&admin, "/", Cloud::Aws).await.unwrap();
        let made = admin.register_image(image("/", EAST, 1)).await;
        let subject = XrefSubject::Image(made.unwrap().record.id());
        let view = admin.xref(&subject, &global).await.unwrap();
        let tree = view.xref.tree(&view.roots[0], XrefWay::Users);
        insta::assert_snapshot!(tree);
        let (mermaid, dot) = (view.xref.mermaid(&view.roots), view.xref.dot(&view.roots));
        insta::assert_snapshot!(format!("{mermaid}{dot}"));
    });
}
