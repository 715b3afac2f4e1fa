//! L09: which images are kept, and which may go.

use super::{EAST, nothing_is_written, registered, replacing, retaining, revoking, users::KINDS};
use crate::market::{import, market, publish_mci, revised};
use crate::support::{World, acme, committed, image, most, p, run, web};
use cloud_atlas::{
    Error, ErrorKind, LineageKind, PlanRefusal,
    image::{
        ImageRecordId, LaunchPermission, RetentionError, RetentionPlan, RetentionReason, RevokeFate,
    },
    scope::Scope,
};
use core::num::{NonZeroU16, NonZeroU32};
use std::collections::BTreeMap;

/// What is kept, by record.
fn kept(plan: &RetentionPlan) -> BTreeMap<ImageRecordId, bool> {
    let items = plan.items().iter();
    items
        .map(|item| {
            (
                item.record,
                !plan.changes().any(|it| it.record == item.record),
            )
        })
        .collect()
}

#[test]
fn l09_each_image_is_kept_or_may_go_with_the_reasons_and_nothing_is_written() {
    let world = World::new();
    let dana = world.who("dana");
    run(async {
        let mut ids = Vec::new();
        for number in 1..=4 {
            let mut ask = image("/acme", EAST, number);
            ask.name = Some(p(&format!("web-2026080{number}")));
            let made = dana.register_image(ask).await.unwrap();
            ids.push(made.record.id());
            world.clock.advance_secs(24 * 3600);
        }
        committed(&dana, "/acme", "web", 1).await;
        let stable = p("stable");
        let assigned = dana
            .assign_channel(&stable, LineageKind::Mci, &web(), &acme())
            .await;
        assigned.unwrap();
        dana.protect_image(ids[1], &acme(), false).await.unwrap();
        // Of another account, or in the bin.
        registered(&world.who("bert"), "/beta", EAST, 1).await;
        let gone = registered(&dana, "/acme", EAST, 9).await;
        let keep = cloud_atlas::Retention::default();
        let deleted = dana.delete_image(gone, &acme(), None, keep, false).await;
        deleted.unwrap();
        let mut ask = retaining(&acme());
        ask.policy.keep_last = NonZeroU32::new(1);
        let planned = dana.plan_retention(&ask);
        let plan = nothing_is_written(&world, planned).await.unwrap();
        insta::assert_snapshot!(plan, @r#"
        plan of 2026-08-05T12:00:00Z by dana: at /acme keep the last 1 by name, what is used, what channels point to
        RECORD                                FATE  SCOPE  LOCATION       GROUP  NAME          BECAUSE
        img-0000000000000000000000000000001b  keep  /acme  aws/us-east-1  web    web-20260804  1 of the last 1
        img-00000000000000000000000000000019  drop  /acme  aws/us-east-1  web    web-20260803  2, not among the last 1; used by nothing; no channel points to it
        img-00000000000000000000000000000017  keep  /acme  aws/us-east-1  web    web-20260802  protected
        img-00000000000000000000000000000015  keep  /acme  aws/us-east-1  web    web-20260801  used: MCI HEAD web@head at /acme, MCI revision web@1 at /acme, channel web@stable at /acme; channel target: channel web@stable at /acme
        1 of 4 images may go; nothing is deleted by this plan
        "#);
        let expected = [(0, true), (1, true), (2, false), (3, true)];
        let expected = expected.map(|(at, keeps): (usize, bool)| (ids[at], keeps));
        assert_eq!(kept(&plan), BTreeMap::from(expected));
        // Days, and nothing else.
        ask.policy.keep_last = None;
        (ask.policy.keep_referenced, ask.policy.keep_channel_targets) = (false, false);
        ask.policy.keep_days = NonZeroU16::new(3);
        let plan = dana.plan_retention(&ask).await.unwrap();
        let expected = [(0, false), (1, true), (2, true), (3, true)];
        let expected = expected.map(|(at, keeps): (usize, bool)| (ids[at], keeps));
        assert_eq!(kept(&plan), BTreeMap::from(expected));
    });
}

#[test]
fn l09_whatever_uses_an_image_keeps_it() {
    for kind in KINDS {
        let (world, used, unused) = kind.world();
        let plan = run(world.admin().plan_retention(&retaining(&acme())));
        let plan = plan.unwrap();
        let expected = BTreeMap::from([(used, true), (unused, false)]);
        assert_eq!(kept(&plan), expected, "{kind:?}");
        let item = plan.items().iter().find(|item| item.record == used);
        let reasons = &item.unwrap().reasons;
        let is_used = |reason: &RetentionReason| matches!(reason, RetentionReason::Used { .. });
        assert!(reasons.iter().any(is_used), "{kind:?}: {reasons:?}");
    }
}

#[test]
fn l09_what_was_imported_keeps_the_images_that_it_holds() {
    let world = market();
    run(async {
        let admin = world.admin();
        revised(&admin, "/acme", "web", &[1]).await;
        let published = publish_mci(&world, "web", &[]).await;
        let used = registered(&admin, "/beta", EAST, 1).await;
        let unused = registered(&admin, "/beta", EAST, 2).await;
        let publication = published.publication.reference();
        import(&world, publication, "/beta").await.unwrap();
        let plan = admin.plan_retention(&retaining(&p("/beta"))).await;
        let expected = BTreeMap::from([(used, true), (unused, false)]);
        assert_eq!(kept(&plan.unwrap()), expected);
    });
}

#[test]
fn l07_l08_whatever_uses_an_image_is_told() {
    for kind in KINDS {
        let (world, used, other) = kind.world();
        let admin = world.admin();
        let plan = run(admin.plan_revoke(&revoking(used), &acme())).unwrap();
        let [item] = plan.items() else {
            panic!("{plan}");
        };
        assert_eq!(item.fate, RevokeFate::Disable);
        assert!(!item.users.is_empty(), "{kind:?}");
        let ask = replacing(used, other, &acme());
        let plan = run(admin.plan_replace(&ask, &acme())).unwrap();
        assert!(!plan.items().is_empty(), "{kind:?}");
    }
}

#[test]
fn l09_other_accounts_keep_nothing_and_a_lower_scope_is_judged_alone() {
    let world = World::new();
    let (admin, bert) = (world.admin(), world.who("bert"));
    run(async {
        let upper = registered(&admin, "/acme", EAST, 1).await;
        let lower = registered(&admin, "/acme/prod", EAST, 2).await;
        let to = [LaunchPermission::Everybody];
        let opened = admin.add_launch_permissions(upper, &to, &acme()).await;
        opened.unwrap();
        committed(&bert, "/beta", "web", 1).await;
        let plan = admin.plan_retention(&retaining(&acme())).await.unwrap();
        let expected = BTreeMap::from([(upper, false), (lower, false)]);
        assert_eq!(kept(&plan), expected);
        let prod = p::<Scope>("/acme/prod");
        let plan = world.who("olga").plan_retention(&retaining(&prod)).await;
        assert_eq!(kept(&plan.unwrap()), BTreeMap::from([(lower, false)]));
        // From above all accounts, all are judged.
        let plan = admin.plan_retention(&retaining(&Scope::global())).await;
        assert_eq!(kept(&plan.unwrap()).len(), 2);
        assert_eq!(
            admin.applied_plans(&acme(), &most()).await.unwrap().items,
            []
        );
    });
}

#[test]
fn l09_a_policy_that_keeps_nothing_is_refused_and_who_sees_nothing_is_told_nothing() {
    let world = World::new();
    run(async {
        let mut ask = retaining(&acme());
        (ask.policy.keep_referenced, ask.policy.keep_channel_targets) = (false, false);
        let error = world.who("dana").plan_retention(&ask).await.unwrap_err();
        assert!(
            matches!(
                error,
                Error::Plan(PlanRefusal::Retention(RetentionError::KeepsNothing))
            ),
            "{error}"
        );
        assert_eq!(error.kind(), ErrorKind::Invalid);
        let error = world.who("bert").plan_retention(&retaining(&acme())).await;
        assert!(matches!(error, Err(Error::Denied(_))));
    });
}
