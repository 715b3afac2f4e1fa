//! The life of image records, from deprecated to purged.

use crate::{
    counting::Counting,
    support::{World, ask, committed, image, most, p, run, set},
};
use cloud_atlas::{
    Error, ErrorKind, ImageQuery, LineageKind, ReportWork, Retention, Session, TakeWork, WorkQuery,
    image::{
        EditImage, EditImageError, ImageRecord, ImageRecordId, LifeError, LifecycleState, OsFacts,
        Warning, WorkError, WorkReport,
    },
    scope::Scope,
    template::{LaunchRefusal, LaunchWarning, ResolveError},
};
use std::sync::Arc;

const EAST: &str = "aws/us-east-1";
const DAY: i64 = 86_400_000_000;

async fn registered(who: &Session, scope: &str, number: u64) -> ImageRecord {
    let registered = who.register_image(image(scope, EAST, number)).await;
    registered.unwrap().record
}

async fn deleted(who: &Session, record: &ImageRecord) -> Result<ImageRecord, Error> {
    let keep = Retention::default();
    let change = who.delete_image(record.id(), record.scope(), None, keep, false);
    change.await.map(|change| change.record)
}

/// The last events of a scope, newest first.
pub(crate) async fn trail(who: &Session, scope: &str, count: usize) -> Vec<String> {
    let page = who.events(&p(scope), &most()).await.unwrap();
    let text = |event: &cloud_atlas::AuditEvent| {
        let side = |text: &Option<String>| text.clone().unwrap_or_default();
        format!(
            "{} {} → {}",
            event.action,
            side(&event.before),
            side(&event.after)
        )
    };
    page.items.iter().take(count).map(text).collect()
}

#[test]
fn l01_deprecated_still_resolves_with_a_warning_and_disabled_does_not() {
    let world = World::new();
    let dana = world.who("dana");
    run(async {
        let (old, new) = (
            registered(&dana, "/acme", 1).await,
            registered(&dana, "/acme", 2).await,
        );
        committed(&dana, "/acme", "web", 1).await;
        let (acme, wanted) = (p::<Scope>("/acme"), ask("web", EAST, "/acme/prod"));
        let launch = dana.resolve(&wanted).await.unwrap();
        assert_eq!(
            (launch.plan.record, launch.plan.warnings.len()),
            (Some(old.id()), 0)
        );

        let later = p("2026-08-02T12:00:00Z");
        let reason = || Some(p("use v2"));
        dana.deprecate_image(old.id(), &acme, Some(later), reason(), Some(new.id()))
            .await
            .unwrap();
        assert!(
            dana.resolve(&wanted)
                .await
                .unwrap()
                .plan
                .warnings
                .is_empty()
        );
        // Another date is one change.
        let anew = p("2026-08-09T12:00:00Z");
        dana.deprecate_image_anew(old.id(), &acme, anew)
            .await
            .unwrap();
        let events = trail(&world.admin(), "/acme", 1).await;
        let both = |event: &String| event.contains("08-09T12") && event.contains("08-02T12");
        assert!(events.iter().all(both), "{events:?}");
        dana.deprecate_image_anew(old.id(), &acme, later)
            .await
            .unwrap();
        world.clock.set(later);
        let launch = dana.resolve(&wanted).await.unwrap();
        assert_eq!(
            launch.plan.warnings,
            [LaunchWarning::ImageDeprecated {
                record: old.id(),
                reason: Some("use v2".to_owned()),
                replacement: Some(new.id()),
            }]
        );
        let change = dana
            .disable_image(old.id(), &acme, Some(p("CVE-2026-1")))
            .await;
        assert_eq!(change.unwrap().warnings, [Warning::StillUsed { count: 2 }]);
        match dana.resolve(&wanted).await.unwrap_err() {
            Error::Launch(LaunchRefusal::Mci(ResolveError::ImageUnusable { state, .. })) => {
                assert_eq!(state, "disabled");
            }
            other => panic!("{other}"),
        }
        // Back to deprecated, back to active.
        dana.enable_image(old.id(), &acme).await.unwrap();
        assert_eq!(dana.resolve(&wanted).await.unwrap().plan.warnings.len(), 1);
        let back = dana.undeprecate_image(old.id(), &acme).await.unwrap();
        assert_eq!(back.record, old);
        assert!(
            dana.resolve(&wanted)
                .await
                .unwrap()
                .plan
                .warnings
                .is_empty()
        );
        let events = trail(&world.admin(), "/acme", 4).await.join("\n");
        insta::assert_snapshot!(events, @r#"
        image.deprecate {"lifecycle":{"from":"2026-08-02T12:00:00Z","reason":"use v2","replacement":"img-00000000000000000000000000000017","state":"deprecated"}} → {"lifecycle":{"state":"active"}}
        image.disable {"lifecycle":{"before":{"from":"2026-08-02T12:00:00Z","reason":"use v2","replacement":"img-00000000000000000000000000000017","state":"deprecated"},"reason":"CVE-2026-1","since":"2026-08-02T12:00:00Z","state":"disabled"}} → {"lifecycle":{"from":"2026-08-02T12:00:00Z","reason":"use v2","replacement":"img-00000000000000000000000000000017","state":"deprecated"}}
        image.disable {"lifecycle":{"from":"2026-08-02T12:00:00Z","reason":"use v2","replacement":"img-00000000000000000000000000000017","state":"deprecated"}} → {"lifecycle":{"before":{"from":"2026-08-02T12:00:00Z","reason":"use v2","replacement":"img-00000000000000000000000000000017","state":"deprecated"},"reason":"CVE-2026-1","since":"2026-08-02T12:00:00Z","state":"disabled"}}
        image.deprecate {"lifecycle":{"from":"2026-08-09T12:00:00Z","reason":"use v2","replacement":"img-00000000000000000000000000000017","state":"deprecated"}} → {"lifecycle":{"from":"2026-08-02T12:00:00Z","reason":"use v2","replacement":"img-00000000000000000000000000000017","state":"deprecated"}}
        "#);
    });
}

#[test]
fn l01_every_step_needs_its_permission_and_what_is_hidden_reads_like_what_is_absent() {
    let world = World::new();
    let admin = world.admin();
    let seen = run(registered(&admin, "/acme", 1));
    let mut hidden = image("/acme", EAST, 2);
    hidden.shared = Some(false);
    let hidden = run(admin.register_image(hidden)).unwrap().record;
    let absent = p::<ImageRecordId>("img-ffffffffffffffffffffffffffffffff");
    let (olga, prod) = (world.who("olga"), p::<Scope>("/acme/prod"));
    let every = |id: ImageRecordId| {
        let keep = Retention::default();
        let answers = [
            run(olga.deprecate_image(id, &prod, None, None, None)),
            run(olga.deprecate_image_anew(id, &prod, p("2026-09-01T00:00:00Z"))),
            run(olga.undeprecate_image(id, &prod)),
            run(olga.disable_image(id, &prod, None)),
            run(olga.enable_image(id, &prod)),
            run(olga.delete_image(id, &prod, None, keep, false)),
            run(olga.delete_image(id, &prod, None, keep, true)),
            run(olga.restore_image(id, &prod)),
            run(olga.protect_image(id, &prod, true)),
            run(olga.unprotect_image(id, &prod)),
            run(olga.edit_image(id, &prod, EditImage::default())),
            run(olga.share_image(id, &prod)),
            run(olga.unshare_image(id, &prod, true)),
        ];
        let mut errors: Vec<_> = answers.into_iter().map(Result::unwrap_err).collect();
        errors.push(run(olga.purge(id, &prod, true)).unwrap_err());
        errors
    };
    for error in every(seen.id()) {
        assert_eq!(error.kind(), ErrorKind::Denied, "{error}");
    }
    let said = |id: ImageRecordId, errors: Vec<Error>| -> Vec<_> {
        let said = errors.iter().map(ToString::to_string);
        said.map(|text| text.replace(&id.to_string(), "ID"))
            .collect()
    };
    let of_hidden = every(hidden.id());
    assert!(
        of_hidden
            .iter()
            .all(|error| error.kind() == ErrorKind::NotFound)
    );
    assert_eq!(said(hidden.id(), of_hidden), said(absent, every(absent)));
    let error = run(olga.empty_image_bin(&prod, false)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Denied);
}

#[test]
fn s13_what_is_hidden_costs_as_many_reads_as_what_is_absent() {
    let store = Counting::default();
    let reads = Arc::clone(&store.reads);
    let world = World::over(Arc::new(store));
    let dana = world.who("dana");
    run(async {
        let mut hidden = image("/acme", EAST, 2);
        hidden.shared = Some(false);
        let hidden = dana.register_image(hidden).await.unwrap().record;
        committed(&dana, "/acme", "web", 2).await;
        let absent = p::<ImageRecordId>("img-ffffffffffffffffffffffffffffffff");
        let (olga, prod) = (world.who("olga"), p::<Scope>("/acme/prod"));
        let cost = async |id: ImageRecordId| {
            reads.take();
            olga.image_referrers(id, &prod).await.unwrap_err();
            let keep = Retention::default();
            let refused = olga.delete_image(id, &prod, None, keep, true).await;
            refused.unwrap_err();
            olga.unshare_image(id, &prod, true).await.unwrap_err();
            reads.take()
        };
        assert_eq!(cost(hidden.id()).await, cost(absent).await);
        let mut map = crate::elsewhere::role("/acme", "front");
        map.shared = Some(false);
        world.admin().make_role_map(map).await.unwrap();
        let cost = async |name: &str| {
            reads.take();
            olga.role_map(&p(name), &prod).await.unwrap_err();
            reads.take()
        };
        assert_eq!(cost("front").await, cost("other").await);
    });
}

#[test]
fn l02_an_image_in_use_is_not_deleted_and_the_users_are_listed() {
    let world = World::new();
    let dana = world.who("dana");
    run(async {
        let record = registered(&dana, "/acme", 1).await;
        committed(&dana, "/acme", "web", 1).await;
        committed(&dana, "/acme/prod", "db", 1).await;
        dana.assign_channel(&p("stable"), LineageKind::Mci, &p("web"), &p("/acme"))
            .await
            .unwrap();
        // An uncommitted HEAD, and one that was edited since.
        dana.create_mci(&p("/acme"), p("cache")).await.unwrap();
        dana.edit_mci(&p("cache"), &p("/acme"), vec![set(EAST, 1)], None)
            .await
            .unwrap();
        dana.edit_mci(&p("web"), &p("/acme"), vec![set(EAST, 3)], None)
            .await
            .unwrap();
        // What uses another image, or a nearer record of the same, is none of them.
        committed(&dana, "/acme", "other", 2).await;
        let nearer = image("/acme/dev", EAST, 1);
        let nearer = world.admin().register_image(nearer).await;
        assert!(nearer.is_err(), "I05");
        committed(&world.who("bert"), "/beta", "web", 1).await;
        let refused = deleted(&dana, &record).await.unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::Conflict);
        let text = refused
            .to_string()
            .replace(&record.id().to_string(), "IMAGE");
        insta::assert_snapshot!(text, @"`IMAGE` is used at /acme by `cache@head`, `web@1`, channel `web@stable`, at /acme/prod by `db@head`, `db@1`: set other images there first; what is committed stays, so disable the image instead");
        let usage = dana
            .image_referrers(record.id(), &p("/acme"))
            .await
            .unwrap();
        assert_eq!(usage.referrers().len(), 5, "{usage:?}");
        // Nobody refers to a record that nobody uses.
        let unused = registered(&dana, "/acme", 9).await;
        let gone = deleted(&dana, &unused).await.unwrap();
        assert!(gone.lifecycle().is_deleted());
    });
}

#[test]
fn l02_images_of_large_contents_are_found_too() {
    let world = World::new();
    let dana = world.who("dana");
    run(async {
        let record = registered(&dana, "/acme", 1).await;
        dana.create_mci(&p("/acme"), p("web")).await.unwrap();
        let others = crate::support::places().take(70).zip(100..);
        let mut edits: Vec<_> = others.map(|(at, number)| set(&at, number)).collect();
        edits.push(set(EAST, 1));
        dana.edit_mci(&p("web"), &p("/acme"), edits, None)
            .await
            .unwrap();
        assert!(deleted(&dana, &record).await.is_err());
        dana.commit_mci(&p("web"), &p("/acme"), p("m"), None)
            .await
            .unwrap();
        let usage = dana
            .image_referrers(record.id(), &p("/acme"))
            .await
            .unwrap();
        let names: Vec<_> = usage.referrers().iter().map(|one| &one.name).collect();
        assert_eq!(names, ["web@head", "web@1"]);
    });
}

#[test]
fn l03_an_image_goes_from_its_cloud_when_the_host_says_so() {
    let world = World::new();
    let (dana, admin) = (world.who("dana"), world.admin());
    run(async {
        let acme = p::<Scope>("/acme");
        let record = registered(&dana, "/acme", 1).await;
        let other = registered(&world.who("bert"), "/beta", 1).await;
        let ask_for = || dana.delete_image(record.id(), &acme, None, Retention::default(), true);
        // Dana cannot see which it is, and may know that there is one.
        match ask_for().await.unwrap_err() {
            Error::Life(LifeError::SameImage { same, .. }) => {
                assert_eq!((same.seen.len(), same.hidden), (0, 1));
            }
            error => panic!("{error}"),
        }
        deleted(&admin, &other).await.unwrap();
        let pending = ask_for().await.unwrap().record;
        assert_eq!(pending.lifecycle().state(), LifecycleState::PendingDelete);
        // Its place is not free.
        assert!(dana.register_image(image("/acme", EAST, 1)).await.is_err());
        let now = async || dana.image(record.id(), &acme).await.unwrap();
        let lease = core::time::Duration::from_mins(1);
        let report = async |report| {
            let take = TakeWork::new(acme.clone(), lease);
            let taken = admin.take_work(&take).await.unwrap().unwrap();
            let attempt = taken.attempt;
            let report = ReportWork { attempt, report };
            admin.report_work(taken.id, &acme, report).await.unwrap();
            taken.id
        };
        let failed = || WorkReport::Failed {
            reason: p("a snapshot uses it"),
        };
        let order = report(failed()).await;
        assert_eq!(
            now().await.lifecycle().state(),
            LifecycleState::DeleteFailed
        );
        // Asked once more by the order, then anew: either way the host has one order.
        dana.retry_work(order, &acme).await.unwrap();
        let waiting = now().await;
        assert_eq!(waiting.lifecycle().state(), LifecycleState::PendingDelete);
        assert_eq!(report(failed()).await, order);
        let anew = ask_for().await.unwrap().order.unwrap();
        assert_ne!(anew.id, order);
        let old = dana.retry_work(order, &acme).await.unwrap_err();
        assert!(matches!(old, Error::Work(WorkError::AlreadyOrdered { .. })));
        // Nothing comes to refer to what is about to go.
        let edit = vec![set(EAST, 1)];
        dana.create_mci(&acme, p("web")).await.unwrap();
        let refused = dana.edit_mci(&p("web"), &acme, edit, None).await;
        let refused = refused.unwrap_err();
        assert!(
            matches!(refused, Error::Life(LifeError::Pending { .. })),
            "{refused}"
        );
        assert_eq!(report(WorkReport::NotFound).await, anew.id);
        assert!(now().await.lifecycle().is_deleted());
        let error = dana.restore_image(record.id(), &acme).await.unwrap_err();
        assert!(
            matches!(error, Error::Life(LifeError::Gone { .. })),
            "{error}"
        );
        assert!(dana.register_image(image("/acme", EAST, 1)).await.is_ok());
    });
}

#[test]
fn l03_a_deletion_is_called_off_with_its_order_unless_a_host_is_at_it() {
    let world = World::new();
    let (dana, admin, acme) = (world.who("dana"), world.admin(), p::<Scope>("/acme"));
    run(async {
        let record = registered(&dana, "/acme", 1).await;
        let keep = Retention::default();
        let ask_for = || dana.delete_image(record.id(), &acme, None, keep, true);
        let open = async || {
            let query = WorkQuery::new(acme.clone());
            dana.work_orders(&query, &most()).await.unwrap().items.len()
        };
        ask_for().await.unwrap();
        assert_eq!(open().await, 1);
        let back = dana.restore_image(record.id(), &acme).await.unwrap();
        assert_eq!((back.record, open().await), (record.clone(), 0));
        assert_eq!(back.order.unwrap().state.as_str(), "cancelled");
        ask_for().await.unwrap();
        let take = TakeWork::new(acme.clone(), core::time::Duration::from_mins(1));
        admin.take_work(&take).await.unwrap().unwrap();
        let held = dana.restore_image(record.id(), &acme).await.unwrap_err();
        assert!(
            matches!(held, Error::Work(WorkError::Held { .. })),
            "{held}"
        );
        world.clock.advance_secs(60);
        let back = dana.restore_image(record.id(), &acme).await.unwrap();
        assert_eq!(back.record, record);
    });
}

#[test]
fn l04_a_deleted_record_frees_its_place_and_is_restored_unless_it_was_taken() {
    let world = World::new();
    let (dana, acme) = (world.who("dana"), p::<Scope>("/acme"));
    run(async {
        let record = registered(&dana, "/acme", 1).await;
        deleted(&dana, &record).await.unwrap();
        let listed = async |change: fn(&mut ImageQuery)| {
            let mut query = ImageQuery::new(p("/acme"));
            change(&mut query);
            dana.images(&query, &most()).await.unwrap().items.len()
        };
        assert_eq!(listed(|_| {}).await, 0);
        assert_eq!(listed(|query| query.deleted = true).await, 1);
        let binned = listed(|query| query.state = Some(LifecycleState::Deleted));
        assert_eq!(binned.await, 1);
        let back = dana.restore_image(record.id(), &acme).await.unwrap();
        assert_eq!(back.record, record, "whole");
        deleted(&dana, &record).await.unwrap();
        let anew = registered(&dana, "/acme", 1).await;
        let error = dana.restore_image(record.id(), &acme).await.unwrap_err();
        match &error {
            Error::Life(LifeError::Taken { holder, .. }) => {
                assert_eq!(*holder, Some((anew.id(), p("/acme"))));
            }
            other => panic!("{other}"),
        }
        // A credential is in use by what can still be restored (C03).
        deleted(&dana, &anew).await.unwrap();
        let kept = dana.remove_credential(&acme, &p("aws-main")).await;
        assert_eq!(kept.unwrap_err().kind(), ErrorKind::Conflict);
    });
}

#[test]
fn l04_the_bin_is_emptied_when_its_time_is_over() {
    let world = World::new();
    let (dana, acme) = (world.who("dana"), p::<Scope>("/acme"));
    run(async {
        let mut records = Vec::new();
        for number in 0..23 {
            let mut ask = image("/acme", EAST, number);
            // As many as one commit of a small engine does not take ten records of.
            ask.tags = (0..12).map(|tag| p(&format!("tag{tag}"))).collect();
            let record = dana.register_image(ask).await.unwrap().record;
            let keep = Retention::days(if number < 21 { 1 } else { 9 }).unwrap();
            let change = dana.delete_image(record.id(), &acme, None, keep, false);
            change.await.unwrap();
            records.push(record.id());
        }
        assert_eq!(dana.empty_image_bin(&acme, false).await.unwrap(), 0);
        let error = dana.purge(records[22], &acme, false).await.unwrap_err();
        assert!(
            matches!(error, Error::Life(LifeError::Kept { .. })),
            "{error}"
        );
        let now = crate::support::noon().as_micros() + DAY;
        world
            .clock
            .set(cloud_atlas::base::Timestamp::from_micros(now).unwrap());
        let late = dana.restore_image(records[0], &acme).await.unwrap_err();
        assert!(
            matches!(late, Error::Life(LifeError::TooLate { .. })),
            "{late}"
        );
        assert_eq!(dana.empty_image_bin(&acme, false).await.unwrap(), 21);
        dana.purge(records[22], &acme, true).await.unwrap();
        assert_eq!(dana.empty_image_bin(&acme, true).await.unwrap(), 1);
        let gone = dana.image(records[0], &acme).await.unwrap_err();
        assert_eq!(gone.kind(), ErrorKind::NotFound);
        dana.remove_credential(&acme, &p("aws-main")).await.unwrap();
        assert!(run(world.atlas.check()).unwrap().findings.is_empty());
    });
}

#[test]
fn l04_protection_keeps_a_record_and_ends_a_day_later_if_it_cools_down() {
    let world = World::new();
    let (dana, acme) = (world.who("dana"), p::<Scope>("/acme"));
    run(async {
        let record = registered(&dana, "/acme", 1).await;
        dana.protect_image(record.id(), &acme, true).await.unwrap();
        dana.unprotect_image(record.id(), &acme).await.unwrap();
        let error = deleted(&dana, &record).await.unwrap_err();
        assert!(
            matches!(error, Error::Life(LifeError::Protected { .. })),
            "{error}"
        );
        let now = crate::support::noon().as_micros() + DAY;
        world
            .clock
            .set(cloud_atlas::base::Timestamp::from_micros(now).unwrap());
        deleted(&dana, &record).await.unwrap();
    });
}

#[test]
fn i06_edits_change_what_people_say_and_leave_what_the_image_is() {
    let world = World::new();
    let (dana, acme) = (world.who("dana"), p::<Scope>("/acme"));
    run(async {
        let record = registered(&dana, "/acme", 1).await;
        let mut edit = EditImage::default();
        edit.name = Some(Some(p("web base")));
        edit.add_tags.insert(p("team:owner=web"));
        let change = dana
            .edit_image(record.id(), &acme, edit.clone())
            .await
            .unwrap();
        assert_eq!(change.record.name(), "web base");
        let before = trail(&world.admin(), "/acme", 9).await;
        assert_eq!(
            before[0],
            r#"image.edit {"name":"an image"} → {"name":"web base","tags":["team:owner=web"]}"#
        );
        // The same again changes nothing, and leaves no event.
        dana.edit_image(record.id(), &acme, edit).await.unwrap();
        assert_eq!(trail(&world.admin(), "/acme", 9).await, before);
        let mut edit = EditImage::default();
        edit.os = Some(OsFacts::parse("debian", "12", "12.1").unwrap());
        let error = dana.edit_image(record.id(), &acme, edit).await.unwrap_err();
        assert!(
            matches!(error, Error::EditImage(EditImageError::OsKnown { .. })),
            "{error}"
        );
        assert_eq!(error.kind(), ErrorKind::Invalid);
    });
}

#[test]
fn s04_unsharing_is_refused_while_lower_scopes_refer_to_it_and_force_tells_who() {
    let world = World::new();
    let (dana, acme) = (world.who("dana"), p::<Scope>("/acme"));
    run(async {
        let record = registered(&dana, "/acme", 1).await;
        committed(&dana, "/acme", "own", 1).await;
        let free = dana.unshare_image(record.id(), &acme, false).await.unwrap();
        assert_eq!(free.lost, None);
        dana.share_image(record.id(), &acme).await.unwrap();
        committed(&dana, "/acme/prod", "web", 1).await;
        let refused = dana
            .unshare_image(record.id(), &acme, false)
            .await
            .unwrap_err();
        let Error::Unshare(cloud_atlas::image::UnshareError::InUse(listed)) = &refused else {
            panic!("{refused}")
        };
        let names: Vec<_> = listed.referrers.iter().map(|one| &one.name).collect();
        assert_eq!(names, ["web@head", "web@1"]);
        let forced = dana.unshare_image(record.id(), &acme, true).await.unwrap();
        assert_eq!(forced.lost.as_ref(), Some(&**listed));
        let launch = dana.resolve(&ask("web", EAST, "/acme/prod")).await.unwrap();
        assert_eq!(launch.plan.record, None, "it finds the record no more");
    });
}

#[test]
fn s13_who_may_not_delete_is_told_of_no_hidden_referrer() {
    let world = World::new();
    let admin = world.admin();
    run(async {
        crate::support::add_credential(&admin, "/", cloud_atlas::image_id::Cloud::Aws)
            .await
            .unwrap();
        let record = registered(&admin, "/", 1).await;
        let olga = world.who("olga");
        let prod = p::<Scope>("/acme/prod");
        let told = async || {
            let usage = olga.image_referrers(record.id(), &prod).await.unwrap();
            serde_json::to_string(&usage).unwrap()
        };
        let nothing = told().await;
        committed(&world.who("bert"), "/beta", "db", 1).await;
        committed(&world.who("dana"), "/acme/dev", "web", 1).await;
        assert_eq!(told().await, nothing, "hidden and absent are equal");
        committed(&world.who("dana"), "/acme/prod", "web", 1).await;
        assert!(told().await.contains("web@1"));
        assert!(!told().await.contains("/beta"));
        let usage = admin.image_referrers(record.id(), &p("/")).await.unwrap();
        assert_eq!(usage.referrers().len(), 6);
        assert_eq!(usage.hidden().map(|hidden| hidden.here), Some(0));
    });
}
