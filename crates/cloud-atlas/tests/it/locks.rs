//! Lock files: what they hold never moves, and what is registered is seen by deletes and
//! revocations.

use crate::support::{World, acme, committed, image, most, p, places, run, set, web};
use cloud_atlas::{
    CommitTemplate, Error, ErrorKind, LineageKind, LockRef, LockRefusal, Noun, Retention, Session,
    TemplateChange,
    image::{AgentFacts, LifeError, ReferrerKind},
    scope::{Permission, Role, Scope},
    template::{
        AnyLock, LockState, OnRevoke, Phase, Reference, RegisterLockError, RegisteredLock, Selector,
    },
};

const EAST: &str = "aws/us-east-1";
const WEST: &str = "aws/us-west-2";

/// Commits another AMI at the place that the tests launch at.
async fn moved(who: &Session, number: u64) {
    let edits = vec![set(EAST, number)];
    who.edit_mci(&web(), &acme(), edits, None).await.unwrap();
    let committed = who.commit_mci(&web(), &acme(), p("next"), None).await;
    committed.unwrap();
}

async fn locked(who: &Session, reference: &str, from: &str) -> AnyLock {
    let lock = who.lock(&p(reference), &p(from), None).await;
    lock.unwrap().into()
}

async fn registered(who: &Session, reference: &str, name: &str, at: &str) -> RegisteredLock {
    let lock = locked(who, reference, at).await;
    who.register_lock(&lock, &p(name), &p(at)).await.unwrap()
}

#[test]
fn r09_resolving_with_a_lock_never_moves() {
    let world = World::new();
    let dana = world.who("dana");
    run(async {
        committed(&dana, "/acme", "web", 1).await;
        let channel = p("production");
        dana.assign_channel(&channel, LineageKind::Mci, &web(), &acme())
            .await
            .unwrap();
        let lock = locked(&dana, "web@production", "/acme").await;
        let ask = async || dana.resolve_locked(&lock, &p(EAST), &acme()).await;
        let first = ask().await.unwrap();
        assert_eq!(first.state, LockState::Same);
        moved(&dana, 2).await;
        dana.assign_channel(&channel, LineageKind::Mci, &web(), &acme())
            .await
            .unwrap();
        // The channel has moved on, the lock has not.
        let plan = dana
            .resolve(&crate::support::ask("web@production", EAST, "/acme"))
            .await
            .unwrap();
        assert_ne!(plan.plan.image, first.plan.image);
        assert_eq!(ask().await.unwrap(), first);
        // Nor has it any other answer.
        let error = dana.resolve_locked(&lock, &p(WEST), &acme()).await;
        let error = error.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NotFound);
        assert_eq!(
            error.to_string(),
            "the lock file of `web` holds nothing for aws/us-west-2: lock that location, or ask \
             for aws/us-east-1"
        );
        // What is deprecated is told, what is revoked is refused as it is without a lock.
        let one = p::<Reference>("web@1");
        dana.deprecate_mci(&one, &acme(), "old").await.unwrap();
        let after = ask().await.unwrap();
        assert_eq!(after.plan, first.plan);
        assert!(matches!(after.state, LockState::Deprecated { .. }));
        dana.revoke_mci(&one, &acme(), "CVE-2026-1", OnRevoke::Stay)
            .await
            .unwrap();
        let refused = ask().await.unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::Conflict);
        assert_eq!(
            refused.to_string(),
            "what the lock file of `web` holds for aws/us-east-1 must not be launched any more: \
             `web` revision 1 was revoked by dana: CVE-2026-1"
        );
        dana.unmark_mci(&one, &acme()).await.unwrap();
        assert_eq!(ask().await.unwrap(), after);
        // Whoever does not see it launches what the file says all the same.
        let (bert, beta) = (world.who("bert"), p("/beta"));
        let elsewhere = bert.resolve_locked(&lock, &p(EAST), &beta).await.unwrap();
        assert_eq!(elsewhere.plan, first.plan);
        assert!(matches!(elsewhere.state, LockState::Gone { .. }));
    });
}

#[test]
fn r09_an_update_tells_what_would_change_and_writes_nothing() {
    let world = World::new();
    let dana = world.who("dana");
    run(async {
        committed(&dana, "/acme", "web", 1).await;
        let old = locked(&dana, "web", "/acme").await;
        let same = dana.update_lock(&old, None, &acme(), None).await.unwrap();
        assert!(same.diff.is_empty());
        assert_eq!(same.lock, old);
        moved(&dana, 2).await;
        let edits = vec![set(WEST, 3)];
        dana.edit_mci(&web(), &acme(), edits, None).await.unwrap();
        dana.commit_mci(&web(), &acme(), p("west"), None)
            .await
            .unwrap();
        // Its own locations, unless others are named.
        let next = dana.update_lock(&old, None, &acme(), None).await.unwrap();
        assert_eq!(next.diff.revision, (p("1"), p("3")));
        assert_eq!(next.lock.locations().len(), 1);
        assert_eq!(
            next.diff.to_string(),
            "revision 1 -> 3\n@@ aws/us-east-1 @@\n-image: ami-00000000000000001\n+image: \
             ami-00000000000000002"
        );
        let both = [p(EAST), p(WEST)];
        let wider = dana.update_lock(&old, None, &acme(), Some(&both)).await;
        assert_eq!(wider.unwrap().lock.locations().len(), 2);
        let two = Selector::Number(p("2"));
        let second = dana.update_lock(&old, Some(&two), &acme(), None).await;
        assert_eq!(second.unwrap().diff.revision, (p("1"), p("2")));
        let head = dana
            .update_lock(&old, Some(&Selector::Head), &acme(), None)
            .await;
        assert!(matches!(head, Err(Error::Lock(_))));
    });
}

/// A template at `/acme` whose revision links a revision of one MultiCloud Image by default, and
/// the channel of another.
async fn front(dana: &Session) {
    committed(dana, "/acme", "web", 1).await;
    committed(dana, "/acme", "db", 5).await;
    let db = p::<Reference>("db");
    let edits = vec![set(WEST, 6)];
    dana.edit_mci(&db, &acme(), edits, None).await.unwrap();
    dana.commit_mci(&db, &acme(), p("west"), None)
        .await
        .unwrap();
    let live = p("live");
    dana.assign_channel(&live, LineageKind::Mci, &db, &acme())
        .await
        .unwrap();
    let front = p::<Reference>("front");
    dana.create_template(&acme(), p("front")).await.unwrap();
    let links = ["web@1", "db@live"].map(|link| TemplateChange::Link(p(link)));
    dana.edit_template(&front, &acme(), links.into(), None)
        .await
        .unwrap();
    let commit = CommitTemplate::new(front, acme(), p("first"));
    dana.commit_template(&commit).await.unwrap();
}

#[test]
fn r09_a_template_is_locked_verified_registered_and_updated_like_any_other() {
    let world = World::new();
    let dana = world.who("dana");
    let (front_ref, db) = (p::<Reference>("front"), p::<Reference>("db"));
    run(async {
        front(&dana).await;
        let east = [p(EAST)];
        let lock = dana
            .lock_template(&front_ref, Some(&db), &acme(), Some(&east))
            .await;
        assert_eq!(lock.unwrap().locks().len(), 1);
        let lock = dana
            .lock_template(&front_ref, None, &acme(), Some(&east))
            .await;
        let lock = AnyLock::from(lock.unwrap());
        let text = lock.to_text().unwrap();
        assert_eq!(AnyLock::parse(&text).unwrap(), lock);
        let ask = async || dana.resolve_locked(&lock, &p(EAST), &acme()).await;
        let first = ask().await.unwrap();
        assert_eq!(first.plan.image, crate::support::ami(1));
        let states = async || dana.verify_lock(&lock, &acme()).await.unwrap();
        assert_eq!(states().await, [(p(EAST), LockState::Same)]);
        let held = dana.register_lock(&lock, &p("front"), &acme()).await;
        assert_eq!(held.unwrap().revisions().count(), 2);
        // Both are kept, and who revokes either is told.
        for refused in [
            dana.delete_template(&front_ref, &acme()).await,
            dana.delete_mci(&web(), &acme()).await,
        ] {
            assert!(matches!(refused, Err(Error::Delete(_))), "{refused:?}");
        }
        let one = p::<Reference>("front@1");
        let marked = dana.deprecate_template(&one, &acme(), "old").await;
        assert_eq!(marked.unwrap().locks.len(), 1);
        let after = ask().await.unwrap();
        assert_eq!(after.plan, first.plan);
        assert!(matches!(after.state, LockState::Deprecated { .. }));
        // The next one shows which MultiCloud Image is chosen, and at which revision.
        moved(&dana, 2).await;
        let change = vec![TemplateChange::Retarget(p("web@2"))];
        dana.edit_template(&front_ref, &acme(), change, None)
            .await
            .unwrap();
        let commit = CommitTemplate::new(front_ref.clone(), acme(), p("second"));
        dana.commit_template(&commit).await.unwrap();
        let next = dana.update_lock(&lock, None, &acme(), None).await.unwrap();
        insta::assert_snapshot!(next.diff, @"
        revision 1 -> 2
        @@ aws/us-east-1 @@
        -MultiCloud Image: web@1
        +MultiCloud Image: web@2
        -image: ami-00000000000000001
        +image: ami-00000000000000002
        ");
        let name = p("front");
        dana.register_lock(&next.lock, &name, &acme())
            .await
            .unwrap();
        let marked = dana
            .revoke_template(&one, &acme(), "bad", OnRevoke::Stay)
            .await;
        assert_eq!(marked.unwrap().marked.locks, []);
        let refused = ask().await.unwrap_err().to_string();
        assert!(
            refused.contains("`front` revision 1 was revoked by dana: bad"),
            "{refused}"
        );
        let moving = p::<Reference>("front@head");
        let refused = dana
            .lock_template(&moving, None, &acme(), Some(&east))
            .await;
        assert!(matches!(
            refused,
            Err(Error::Lock(LockRefusal::Template(_)))
        ));
    });
}

#[test]
fn r09_a_lock_of_another_revision_of_the_same_number_is_gone() {
    let worlds = ["one story", "another"].map(|message| (World::new(), message));
    let lock = run(async {
        let mut locks = Vec::new();
        for (world, message) in &worlds {
            let dana = world.who("dana");
            committed(&dana, "/acme", "web", 1).await;
            let template = p::<Reference>("front");
            dana.create_template(&acme(), p("front")).await.unwrap();
            let link = vec![TemplateChange::Link(p("web"))];
            let linked = dana.edit_template(&template, &acme(), link, None).await;
            linked.unwrap();
            let commit = CommitTemplate::new(template.clone(), acme(), p(message));
            dana.commit_template(&commit).await.unwrap();
            let lock = dana.lock_template(&template, None, &acme(), None).await;
            locks.push(AnyLock::from(lock.unwrap()));
        }
        locks.swap_remove(0)
    });
    // Both stores have the same ids: what differs is what was committed.
    for ((world, _), is_there) in worlds.iter().zip([true, false]) {
        let states = run(world.who("dana").verify_lock(&lock, &acme())).unwrap();
        let (_, state) = &states[0];
        match state {
            LockState::Same => assert!(is_there),
            LockState::Gone { reason } => {
                assert!(!is_there);
                assert_eq!(reason, "the store holds another revision under that number");
            }
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn r05_what_must_not_be_launched_is_not_launched_from_what_is_gone() {
    let world = World::new();
    let dana = world.who("dana");
    run(async {
        front(&dana).await;
        let front_ref = p::<Reference>("front");
        let east = p(EAST);
        let (here, at) = ([p(EAST)], acme());
        let template = dana.lock_template(&front_ref, None, &at, Some(&here));
        let template = AnyLock::from(template.await.unwrap());
        let alone = locked(&dana, "web", "/acme").await;
        let ask = async |lock: &AnyLock| dana.resolve_locked(lock, &east, &acme()).await;
        for lock in [&template, &alone] {
            assert_eq!(ask(lock).await.unwrap().state, LockState::Same);
        }
        // The template goes, and what its revision launches is revoked.
        let web = p::<Reference>("web@1");
        dana.revoke_mci(&web, &acme(), "CVE-2026-1", OnRevoke::Stay)
            .await
            .unwrap();
        dana.delete_template(&front_ref, &acme()).await.unwrap();
        let refused = ask(&template).await.unwrap_err().to_string();
        assert!(
            refused.contains("was revoked by dana: CVE-2026-1"),
            "{refused}"
        );
        dana.unmark_mci(&web, &acme()).await.unwrap();
        assert!(matches!(
            ask(&template).await.unwrap().state,
            LockState::Gone { .. }
        ));
        // The MultiCloud Image goes, and its image is disabled.
        dana.delete_mci(&p("web"), &acme()).await.unwrap();
        for lock in [&template, &alone] {
            assert!(matches!(
                ask(lock).await.unwrap().state,
                LockState::Gone { .. }
            ));
        }
        let record = dana.register_image(image("/acme", EAST, 1)).await;
        let record = record.unwrap().record.id();
        dana.disable_image(record, &acme(), Some(p("CVE-2026-2")))
            .await
            .unwrap();
        for lock in [&template, &alone] {
            let refused = ask(lock).await.unwrap_err().to_string();
            assert!(refused.contains("is disabled"), "{refused}");
            let states = dana.verify_lock(lock, &acme()).await.unwrap();
            let of_east = states.iter().find(|(place, _)| *place == east);
            assert!(matches!(of_east, Some((_, LockState::Revoked { .. }))));
        }
    });
}

#[test]
fn r15_a_lock_of_a_template_with_scripts_needs_the_agent() {
    let world = World::new();
    let dana = world.who("dana");
    run(async {
        committed(&dana, "/acme", "web", 1).await;
        let front = p::<Reference>("front");
        dana.create_template(&acme(), p("front")).await.unwrap();
        let changes = vec![
            TemplateChange::Link(p("web")),
            TemplateChange::script(Phase::Boot, p("git:setup@1")),
        ];
        dana.edit_template(&front, &acme(), changes, None)
            .await
            .unwrap();
        let commit = CommitTemplate::new(front.clone(), acme(), p("first"));
        dana.commit_template(&commit).await.unwrap();
        let lock = dana.lock_template(&front, None, &acme(), None).await;
        let lock = AnyLock::from(lock.unwrap());
        let ask = async || dana.resolve_locked(&lock, &p(EAST), &acme()).await;
        ask().await.unwrap();
        // It becomes known that the image has none.
        let mut bare = image("/acme", EAST, 1);
        bare.agent = Some(AgentFacts::Absent);
        dana.register_image(bare).await.unwrap();
        let refused = ask().await.unwrap_err().to_string();
        assert!(refused.contains("has scripts"), "{refused}");
    });
}

#[test]
fn r09_an_update_chooses_again_what_was_chosen() {
    let world = World::new();
    let dana = world.who("dana");
    run(async {
        front(&dana).await;
        let (front_ref, db) = (p::<Reference>("front"), p::<Reference>("db"));
        let east = [p(EAST)];
        let lock = dana
            .lock_template(&front_ref, Some(&db), &acme(), Some(&east))
            .await;
        let lock = AnyLock::from(lock.unwrap());
        let chosen = lock.resolve(&east[0]).unwrap();
        let next = dana.update_lock(&lock, None, &acme(), None).await.unwrap();
        assert!(next.diff.is_empty(), "{}", next.diff);
        assert_eq!(next.lock.resolve(&east[0]), Some(chosen));
        // Once the template links it no longer, its default takes its place.
        let unlink = vec![TemplateChange::Unlink(db)];
        dana.edit_template(&front_ref, &acme(), unlink, None)
            .await
            .unwrap();
        let commit = CommitTemplate::new(front_ref, acme(), p("second"));
        dana.commit_template(&commit).await.unwrap();
        let next = dana.update_lock(&lock, None, &acme(), None).await.unwrap();
        assert!(!next.diff.is_empty());
        let names = next
            .lock
            .locks()
            .into_iter()
            .map(|lock| lock.mci().as_str());
        assert_eq!(names.collect::<Vec<_>>(), ["web"]);
    });
}

#[test]
fn r10_what_policies_refuse_is_neither_locked_nor_launched_from_a_lock() {
    let world = World::new();
    let (admin, dana) = (world.admin(), world.who("dana"));
    run(async {
        committed(&dana, "/acme", "web", 1).await;
        let lock = locked(&dana, "web", "/acme").await;
        let rules = r#"{"name":"own","mode":"enforce","allowed_owners":["self"]}"#;
        let policy = serde_json::from_str(rules).unwrap();
        admin.set_policy(&acme(), policy).await.unwrap();
        let refused = dana.lock(&web(), &acme(), None).await;
        assert!(matches!(refused, Err(Error::Launch(_))), "{refused:?}");
        let refused = dana.resolve_locked(&lock, &p(EAST), &acme()).await;
        assert!(matches!(refused, Err(Error::Lock(LockRefusal::Locked(_)))));
    });
}

#[test]
fn r09_locks_are_registered_listed_and_forgotten() {
    let world = World::new();
    let dana = world.who("dana");
    run(async {
        committed(&dana, "/acme", "web", 1).await;
        let first = registered(&dana, "web", "prod", "/acme/prod").await;
        assert_eq!(first.revisions().count(), 1);
        let lock = locked(&dana, "web", "/acme/prod").await;
        let prod = p::<Scope>("/acme/prod");
        let again = dana.register_lock(&lock, &p("prod"), &prod).await;
        assert!(matches!(
            again,
            Err(Error::Lock(LockRefusal::Register(
                RegisterLockError::Already { .. }
            )))
        ));
        // The next lock of that name takes its place.
        moved(&dana, 2).await;
        let second = registered(&dana, "web", "prod", "/acme/prod").await;
        assert_eq!(second.id(), first.id());
        assert_ne!(second.lock(), first.lock());
        registered(&dana, "web@1", "other", "/acme").await;
        let listed = async |who: &Session, scope: &str| {
            let page = who.registered_locks(&p(scope), &most()).await?;
            let names = page.items.into_iter();
            Ok::<Vec<_>, Error>(names.map(|lock| lock.name().to_string()).collect())
        };
        assert_eq!(listed(&dana, "/acme").await.unwrap(), ["other", "prod"]);
        assert_eq!(listed(&dana, "/acme/prod").await.unwrap(), ["prod"]);
        let olga = world.who("olga");
        assert_eq!(listed(&olga, "/acme/prod").await.unwrap(), ["prod"]);
        assert!(matches!(
            listed(&olga, "/acme").await,
            Err(Error::Denied(_))
        ));
        // By its name where it is, by its id from above as well.
        let name = LockRef::Name(p("prod"));
        let id = LockRef::Id(second.id());
        assert_eq!(dana.registered_lock(&name, &prod).await.unwrap(), second);
        assert_eq!(dana.registered_lock(&id, &acme()).await.unwrap(), second);
        let absent = dana.registered_lock(&name, &acme()).await.unwrap_err();
        assert!(matches!(&absent, Error::NotFound(absent) if absent.noun() == Noun::Lock));
        // Who only looks forgets nothing; actors do.
        let denied = olga.unregister_lock(&name, &prod).await.unwrap_err();
        assert!(
            matches!(&denied, Error::Denied(denied) if denied.permission == Permission::LockRegister),
            "{denied}"
        );
        let admin = world.admin();
        admin
            .grant(&p("olga"), &Role::ACTOR, &prod, None)
            .await
            .unwrap();
        olga.unregister_lock(&name, &prod).await.unwrap();
        assert!(matches!(
            dana.registered_lock(&id, &acme()).await,
            Err(Error::NotFound(_))
        ));
        assert_eq!(listed(&dana, "/acme").await.unwrap(), ["other"]);
        // A scope that holds a lock is not empty.
        let refused = admin.remove_scope(&acme()).await.unwrap_err().to_string();
        assert!(refused.contains("registered lock: 1"), "{refused}");
        let findings = world.atlas.check().await.unwrap().findings;
        assert_eq!(findings, Vec::<String>::new());
    });
}

#[test]
fn r09_only_what_is_there_and_seen_from_the_scope_is_registered() {
    let world = World::new();
    let (dana, bert) = (world.who("dana"), world.who("bert"));
    run(async {
        committed(&dana, "/acme/prod", "web", 1).await;
        let lock = locked(&dana, "web", "/acme/prod").await;
        let hidden = bert.register_lock(&lock, &p("web"), &p("/beta")).await;
        // She sees it in the one environment, and the other does not.
        let beside = dana.register_lock(&lock, &p("web"), &p("/acme/dev")).await;
        for (answer, from) in [(hidden, "/beta"), (beside, "/acme/dev")] {
            let AnyLock::Mci(file) = &lock else {
                panic!("{lock:?}");
            };
            let expected = format!(
                "there is no MultiCloud Image `{}` that can be seen from {from}",
                file.lineage()
            );
            assert_eq!(answer.unwrap_err().to_string(), expected);
        }
        // What was locked in another store has another digest here, or no such revision.
        let other = World::new();
        let there = other.who("dana");
        committed(&there, "/acme/prod", "web", 7).await;
        let foreign = locked(&there, "web", "/acme/prod").await;
        let refused = dana
            .register_lock(&foreign, &p("web"), &p("/acme/prod"))
            .await;
        assert!(
            matches!(
                refused,
                Err(Error::Lock(LockRefusal::Register(
                    RegisterLockError::Foreign { .. }
                )))
            ),
            "{refused:?}"
        );
    });
}

/// A record at `/acme/prod` of the image of a MultiCloud Image at `/acme`, which finds none of its
/// own: only a lock at `/acme/prod` holds the record.
async fn record(who: &Session, number: u64) -> cloud_atlas::image::ImageRecordId {
    let made = who.register_image(image("/acme/prod", EAST, number)).await;
    made.unwrap().record.id()
}

#[test]
fn l02_a_registered_lock_keeps_the_records_of_its_images() {
    let world = World::new();
    let dana = world.who("dana");
    let prod = p::<Scope>("/acme/prod");
    let keep = Retention::default();
    run(async {
        committed(&dana, "/acme", "web", 1).await;
        let id = record(&dana, 1).await;
        let beside = dana.register_image(image("/acme/prod", WEST, 1)).await;
        let beside = beside.unwrap().record.id();
        registered(&dana, "web", "prod", "/acme/prod").await;
        let usage = dana.image_referrers(id, &prod).await.unwrap();
        let found: Vec<_> = usage.referrers().iter().map(|it| it.kind).collect();
        assert_eq!(found, [ReferrerKind::Lock]);
        let refused = dana.delete_image(id, &prod, None, keep, false).await;
        let refused = refused.unwrap_err();
        assert!(matches!(&refused, Error::Life(LifeError::InUse(_))));
        let told = refused.to_string();
        assert!(told.contains("at /acme/prod by lock `prod`"), "{told}");
        // The same id elsewhere is another image.
        dana.delete_image(beside, &prod, None, keep, false)
            .await
            .unwrap();
        let name = LockRef::Name(p("prod"));
        dana.unregister_lock(&name, &prod).await.unwrap();
        dana.delete_image(id, &prod, None, keep, false)
            .await
            .unwrap();
    });
}

#[test]
fn l04_nothing_in_the_bin_is_locked_and_what_is_restored_is() {
    let world = World::new();
    let dana = world.who("dana");
    let prod = p::<Scope>("/acme/prod");
    let keep = Retention::default();
    run(async {
        committed(&dana, "/acme", "web", 1).await;
        let id = record(&dana, 1).await;
        let lock = locked(&dana, "web", "/acme/prod").await;
        dana.delete_image(id, &prod, None, keep, false)
            .await
            .unwrap();
        let refused = dana.register_lock(&lock, &p("prod"), &prod).await;
        assert!(
            matches!(refused, Err(Error::Life(LifeError::Buried { .. }))),
            "{refused:?}"
        );
        dana.restore_image(id, &prod).await.unwrap();
        dana.register_lock(&lock, &p("prod"), &prod).await.unwrap();
        let refused = dana.delete_image(id, &prod, None, keep, false).await;
        assert!(matches!(refused, Err(Error::Life(LifeError::InUse(_)))));
    });
}

#[test]
fn l02_a_lock_of_very_many_images_keeps_each_of_them() {
    let world = World::new();
    let dana = world.who("dana");
    let prod = p::<Scope>("/acme/prod");
    run(async {
        dana.create_mci(&acme(), p("web")).await.unwrap();
        let edits: Vec<_> = places()
            .take(60)
            .zip(1..)
            .map(|(place, number)| set(&place, number))
            .collect();
        dana.edit_mci(&web(), &acme(), edits, None).await.unwrap();
        dana.commit_mci(&web(), &acme(), p("wide"), None)
            .await
            .unwrap();
        let mut ids = Vec::new();
        for (place, number) in places().take(60).zip(1..).step_by(29) {
            let made = dana
                .register_image(image("/acme/prod", &place, number))
                .await;
            ids.push(made.unwrap().record.id());
        }
        registered(&dana, "web", "wide", "/acme/prod").await;
        for id in ids {
            let usage = dana.image_referrers(id, &prod).await.unwrap();
            assert_eq!(usage.referrers().len(), 1);
        }
        let findings = world.atlas.check().await.unwrap().findings;
        assert_eq!(findings, Vec::<String>::new());
    });
}

#[test]
fn m20_who_revokes_a_revision_is_told_which_locks_hold_it() {
    let world = World::new();
    let (dana, admin) = (world.who("dana"), world.admin());
    run(async {
        committed(&admin, "/", "web", 1).await;
        registered(&dana, "web", "first", "/acme/prod").await;
        registered(&world.who("bert"), "web", "second", "/beta").await;
        let one = p::<Reference>("web@1");
        let revoked = admin
            .revoke_mci(&one, &Scope::global(), "bad", OnRevoke::Stay)
            .await;
        let held = revoked.unwrap().marked.locks;
        let held: Vec<_> = held.iter().map(ToString::to_string).collect();
        assert_eq!(held, ["`first` at /acme/prod", "`second` at /beta"]);
        let back = admin.unmark_mci(&one, &Scope::global()).await.unwrap();
        assert_eq!(back.locks, []);
        // Locks of another revision are none of this one's.
        let edits = vec![set(EAST, 2)];
        let global = Scope::global();
        admin.edit_mci(&web(), &global, edits, None).await.unwrap();
        admin
            .commit_mci(&web(), &global, p("next"), None)
            .await
            .unwrap();
        let two = p::<Reference>("web@2");
        let revoked = admin
            .revoke_mci(&two, &global, "bad", OnRevoke::Stay)
            .await
            .unwrap();
        assert_eq!(revoked.marked.locks, []);
    });
}
