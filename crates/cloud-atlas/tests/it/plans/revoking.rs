//! L08: revocation flows to what was made from an image.

use super::{
    Crossed, DUBLIN, EAST, WEST, clean, copied, events, keys, moved, nothing_is_written,
    registered, revoking, used,
};
use crate::{
    elsewhere::role,
    support::{World, acme, ami, image, most, p, run, web},
};
use cloud_atlas::{
    Atlas, Error, ErrorKind, LineageKind, NotFound, PlanId, PlanRefusal, Session,
    image::{
        CopyImage, Ec2Facts, ImageRecord, ImageRecordId, LaunchPermission, Lifecycle,
        LifecycleState, PartError, RevokeError, RevokeFate, RevokePlan, RevokedSince,
    },
    scope::{Permission, Role, RoleTable, Scope},
};
use std::{collections::BTreeSet, sync::Barrier, thread};

/// An image, a copy of it and a copy of that; the second is used.
async fn family(who: &Session) -> [ImageRecordId; 3] {
    let root = registered(who, "/acme", EAST, 1).await;
    let second = copied(who, root, WEST, 2).await;
    let third = copied(who, second, DUBLIN, 3).await;
    [root, second, third]
}

async fn states(who: &Session, ids: &[ImageRecordId]) -> Vec<LifecycleState> {
    let mut states = Vec::new();
    for id in ids {
        let record = who.image(*id, &acme()).await.unwrap();
        states.push(record.lifecycle().state());
    }
    states
}

async fn planned(who: &Session, root: ImageRecordId) -> RevokePlan {
    who.plan_revoke(&revoking(root), &acme()).await.unwrap()
}

fn fates(plan: &RevokePlan) -> Vec<(ImageRecordId, RevokeFate)> {
    let items = plan.items().iter();
    items.map(|item| (item.record, item.fate)).collect()
}

const ALL: [LifecycleState; 3] = [LifecycleState::Disabled; 3];

#[test]
fn l08_what_is_planned_is_done_and_nothing_else() {
    let world = World::new();
    let dana = world.who("dana");
    run(async {
        let ids @ [root, second, third] = family(&dana).await;
        used(&dana, root, 1).await;
        let stable = p("stable");
        let assigned = dana
            .assign_channel(&stable, LineageKind::Mci, &web(), &acme())
            .await;
        assigned.unwrap();
        let lock = dana.lock(&web(), &acme(), None).await.unwrap().into();
        dana.register_lock(&lock, &p("live"), &acme())
            .await
            .unwrap();
        let server = crate::servers::adding("/acme", "web-1");
        world.admin().add_server(server).await.unwrap();
        // It has nothing to do with them.
        let beside = registered(&dana, "/acme", EAST, 9).await;
        let plan = nothing_is_written(&world, planned(&dana, root)).await;
        insta::assert_snapshot!(plan, @r#"
        plan of 2026-08-01T12:00:00Z by dana: revoke img-00000000000000000000000000000015, CVE-2026-1
        RECORD                                    STATE   FATE     HOW     SCOPE  IMAGE                                   HITS
        img-00000000000000000000000000000015      active  disable  itself  /acme  ami-00000000000000001 at aws/us-east-1  1 MCI HEAD, 1 MCI revision, 1 channel, 1 role map, 1 server, 1 lock
          img-00000000000000000000000000000017    active  disable  copied  /acme  ami-00000000000000002 at aws/us-west-2  nobody
            img-00000000000000000000000000000019  active  disable  copied  /acme  ami-00000000000000003 at aws/eu-west-1  nobody
        3 of 3 images are to be disabled, which hits 1 MCI HEAD, 1 MCI revision, 1 channel, 1 role map, 1 server, 1 lock
        "#);
        let applied = dana.apply_revoke(&plan, &acme()).await.unwrap();
        let done: Vec<_> = applied.disabled.iter().map(ImageRecord::id).collect();
        assert_eq!(done, ids);
        assert_eq!(applied.closed, []);
        assert_eq!(states(&dana, &ids).await, ALL);
        assert_eq!(states(&dana, &[beside]).await, [LifecycleState::Active]);
        for record in &applied.disabled {
            let kept = dana.image(record.id(), &acme()).await.unwrap();
            assert_eq!(kept, *record);
            let Lifecycle::Disabled {
                reason,
                inherited_from,
                ..
            } = kept.lifecycle()
            else {
                panic!("{kept:?}");
            };
            assert_eq!(reason.as_ref().unwrap().as_str(), "CVE-2026-1");
            let from = (kept.id() != root).then_some(root);
            assert_eq!(*inherited_from, from);
        }
        // Each record has its event.
        let told: BTreeSet<_> = events(&dana, "/acme", 3).await.into_iter().collect();
        let expected = [root, second, third].map(|id| format!("image.disable {id}"));
        assert_eq!(told, BTreeSet::from(expected));
        let page = dana.applied_plans(&acme(), &most()).await.unwrap();
        let [applied_plan] = &page.items[..] else {
            panic!("{page:?}");
        };
        assert_eq!(Some(applied_plan.id), applied.plan);
        assert_eq!((applied_plan.image, applied_plan.changes), (root, 3));
    });
    clean(&world);
}

#[test]
fn l08_what_a_cloud_says_was_made_from_it_goes_with_it() {
    let world = World::new();
    let dana = world.who("dana");
    run(async {
        registered(&dana, "/acme/prod", EAST, 1).await;
        let root = registered(&dana, "/acme", EAST, 1).await;
        let mut facts = Ec2Facts::default();
        facts.source_image = Some(p(ami(1).as_str()));
        let mut ask = image("/acme/dev", EAST, 2);
        ask.ec2 = Box::new(facts);
        let made = dana.register_image(ask.clone()).await.unwrap().record.id();
        let plan = planned(&dana, root).await;
        let both = [(root, RevokeFate::Disable), (made, RevokeFate::Disable)];
        assert_eq!(fates(&plan), both);
        // Where another record is the one that is meant, it is none of its descendants.
        ask.scope = p("/acme/prod");
        dana.register_image(ask).await.unwrap();
        assert_eq!(fates(&planned(&dana, root).await), both);
    });
}

#[test]
fn l08_a_world_that_moved_is_refused_with_what_moved_and_nothing_is_written() {
    let world = World::new();
    let dana = world.who("dana");
    run(async {
        let [root, second, third] = family(&dana).await;
        let plan = planned(&dana, root).await;
        // Somebody comes to use one of them.
        dana.make_role_map(role("/acme", "front")).await.unwrap();
        let set = dana.set_role_image(&p("front"), &acme(), second).await;
        set.unwrap();
        let refused = nothing_is_written(&world, dana.apply_revoke(&plan, &acme())).await;
        let text = refused.as_ref().unwrap_err().to_string();
        let expected = format!("since the plan was made `{second}` changed: make the plan again\n");
        assert!(text.starts_with(&expected), "{text}");
        assert!(text.ends_with("1 role map"), "{text}");
        assert_eq!(refused.as_ref().unwrap_err().kind(), ErrorKind::Conflict);
        assert_eq!(
            keys(&moved(refused)),
            [vec![second.to_string()], vec![], vec![]]
        );
        // A name moves nothing.
        let plan = planned(&dana, root).await;
        let mut edit = cloud_atlas::image::EditImage::default();
        edit.add_tags = BTreeSet::from([p("team:owner=web")]);
        dana.edit_image(third, &acme(), edit).await.unwrap();
        // One more is made from the last.
        let fourth = copied(&dana, third, "aws/eu-west-2", 4).await;
        let refused = nothing_is_written(&world, dana.apply_revoke(&plan, &acme())).await;
        assert_eq!(
            keys(&moved(refused)),
            [vec![], vec![fourth.to_string()], vec![]]
        );
        let plan = planned(&dana, root).await;
        assert_eq!(plan.changes().count(), 4);
        dana.apply_revoke(&plan, &acme()).await.unwrap();
        // What was done is not done twice.
        let refused = nothing_is_written(&world, dana.apply_revoke(&plan, &acme())).await;
        assert_eq!(keys(&moved(refused))[0].len(), 4);
    });
    clean(&world);
}

#[test]
fn l08_a_part_of_a_plan_is_done_and_no_more() {
    let world = World::new();
    let dana = world.who("dana");
    run(async {
        let ids @ [root, second, third] = family(&dana).await;
        let plan = planned(&dana, root).await;
        let error = plan.select(&BTreeSet::from([second])).unwrap_err();
        assert_eq!(error, PartError::WithoutRoot { root });
        let part = plan.select(&BTreeSet::from([root, third])).unwrap();
        // What comes beside a part is no matter.
        copied(&dana, second, "aws/eu-west-2", 4).await;
        let applied = dana.apply_revoke(&part, &acme()).await.unwrap();
        assert_eq!(applied.disabled.len(), 2);
        let (off, on) = (LifecycleState::Disabled, LifecycleState::Active);
        assert_eq!(states(&dana, &ids).await, [off, on, off]);
        // The rest can follow: the root is revoked already.
        let rest = planned(&dana, root).await;
        let rest = rest.select(&BTreeSet::from([second])).unwrap();
        dana.apply_revoke(&rest, &acme()).await.unwrap();
        assert_eq!(states(&dana, &ids).await, ALL);
        assert_eq!(
            dana.applied_plans(&acme(), &most())
                .await
                .unwrap()
                .items
                .len(),
            2
        );
    });
    clean(&world);
}

#[test]
fn l08_undoing_restores_what_is_as_it_was_left_and_tells_of_the_rest() {
    let world = World::new();
    let (dana, olga) = (world.who("dana"), world.who("olga"));
    run(async {
        let ids @ [root, second, third] = family(&dana).await;
        let before = dana.image(root, &acme()).await.unwrap();
        let plan = planned(&dana, root).await;
        let id = dana.apply_revoke(&plan, &acme()).await.unwrap().plan;
        let id = id.unwrap();
        // Somebody enables one of them, and it stays so.
        dana.enable_image(second, &acme()).await.unwrap();
        world.clock.advance_secs(60);
        let undone = dana.undo_revocation(id, &acme()).await.unwrap();
        let back: Vec<_> = undone.records.iter().map(ImageRecord::id).collect();
        assert_eq!(back, [root, third]);
        assert!(
            matches!(&undone.left[..], [left] if left.record == second
                && matches!(left.since, RevokedSince::Changed { .. })),
            "{undone:?}"
        );
        assert_eq!(states(&dana, &ids).await, [LifecycleState::Active; 3]);
        assert_eq!(dana.image(root, &acme()).await.unwrap(), before);
        let told: BTreeSet<_> = events(&dana, "/acme", 2).await.into_iter().collect();
        let expected = [root, third].map(|id| format!("image.disable {id}"));
        assert_eq!(told, BTreeSet::from(expected));
        let page = dana.applied_plans(&acme(), &most()).await.unwrap();
        assert_eq!(page.items[0].undone.as_ref().unwrap().by, p("dana"));
        // Again there is nothing left to do.
        let again = nothing_is_written(&world, dana.undo_revocation(id, &acme())).await;
        assert_eq!(again.unwrap().records, []);
        // Who may not enable changes nothing, and who sees nothing of the account finds nothing.
        let plan = planned(&dana, root).await;
        let id = dana
            .apply_revoke(&plan, &acme())
            .await
            .unwrap()
            .plan
            .unwrap();
        let absent = |error: Error| {
            assert!(matches!(error, Error::NotFound(_)), "{error}");
            error.to_string()
        };
        let (bert, beta) = (world.who("bert"), p::<Scope>("/beta"));
        let hidden = absent(bert.undo_revocation(id, &beta).await.unwrap_err());
        assert_eq!(
            hidden,
            format!("there is no applied plan `{id}` that can be seen from /beta")
        );
        let prod = p::<Scope>("/acme/prod");
        absent(olga.undo_revocation(id, &prod).await.unwrap_err());
        let unknown = PlanId::from_u128(77);
        let error = dana.undo_revocation(unknown, &acme()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NotFound);
        let admin = world.admin();
        let olgas = (p("olga"), Role::OBSERVER);
        admin
            .grant(&olgas.0, &olgas.1, &acme(), None)
            .await
            .unwrap();
        let left = olga.undo_revocation(id, &acme()).await.unwrap();
        assert_eq!((left.records.len(), left.left.len()), (0, 3));
        assert!(
            left.left
                .iter()
                .all(|left| left.since == RevokedSince::NotAllowed)
        );
        // It did something else.
        let error = dana.undo_replacement(id, &acme()).await.unwrap_err();
        assert_eq!(
            error.to_string(),
            "this is a plan to revoke an image, not to replace an image"
        );
    });
    clean(&world);
}

#[test]
fn l08_nothing_is_enabled_below_what_was_disabled_later() {
    let world = World::new();
    let dana = world.who("dana");
    run(async {
        let [root, second, third] = family(&dana).await;
        let plan = planned(&dana, second).await;
        let id = dana.apply_revoke(&plan, &acme()).await.unwrap().plan;
        world.clock.advance_secs(60);
        dana.disable_image(root, &acme(), None).await.unwrap();
        let undone = dana.undo_revocation(id.unwrap(), &acme()).await.unwrap();
        assert_eq!(undone.records, []);
        let below = RevokedSince::Below {
            ancestor: Some(root),
        };
        let left: Vec<_> = undone.left.iter().map(|left| left.record).collect();
        assert_eq!(left, [second, third]);
        assert!(undone.left.iter().all(|left| left.since == below));
    });
}

#[test]
fn l08_launch_permissions_go_as_they_do_when_an_image_is_disabled() {
    let world = World::new();
    let admin = world.admin();
    run(async {
        let [root, second, _] = family(&admin).await;
        let to = [LaunchPermission::Everybody];
        let opened = admin.add_launch_permissions(second, &to, &acme()).await;
        opened.unwrap();
        let beta = p::<Scope>("/beta");
        let bert = world.who("bert");
        bert.image(second, &beta).await.unwrap();
        let plan = planned(&admin, root).await;
        let applied = admin.apply_revoke(&plan, &acme()).await.unwrap();
        assert_eq!(applied.closed, [second]);
        let error = bert.image(second, &beta).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NotFound);
        let left = admin.launch_permissions(second, &acme()).await.unwrap();
        assert!(left.permissions.is_empty());
    });
    clean(&world);
}

/// Who may disable images and not delete them.
fn wardens() -> World {
    let warden: Role = p("warden");
    let roles = RoleTable::built_in().with(warden.clone(), [Permission::ImageDisable]);
    let world = World::unfurnished(roles);
    run(async {
        let admin = world.admin();
        for scope in ["/acme", "/acme/dev", "/acme/prod", "/beta"] {
            admin.add_scope(&p(scope)).await.unwrap();
        }
        for (who, role, scope) in [
            ("dana", &Role::DESIGNER, "/acme"),
            ("ward", &warden, "/acme"),
            ("bert", &Role::DESIGNER, "/beta"),
            ("deva", &Role::DESIGNER, "/acme/dev"),
        ] {
            admin.add_principal(&p(who)).await.unwrap();
            admin.grant(&p(who), role, &p(scope), None).await.unwrap();
        }
        for scope in ["/acme", "/beta"] {
            let cloud = cloud_atlas::image_id::Cloud::Aws;
            crate::support::add_credential(&admin, scope, cloud)
                .await
                .unwrap();
        }
    });
    world
}

#[test]
fn l08_other_accounts_stay_and_are_counted_for_who_may_delete_alone() {
    let world = wardens();
    let (dana, ward, bert) = (world.who("dana"), world.who("ward"), world.who("bert"));
    let admin = world.admin();
    run(async {
        let [root, ..] = family(&dana).await;
        let to = [LaunchPermission::Everybody];
        let opened = admin.add_launch_permissions(root, &to, &acme()).await;
        opened.unwrap();
        let beta = p::<Scope>("/beta");
        let mut ask = image("/beta", WEST, 7);
        ask.origin = cloud_atlas::image::Origin::Copied { from: root };
        let theirs = bert.register_image(ask).await.unwrap().record.id();
        crate::support::committed(&bert, "/beta", "web", 1).await;
        // Dana may delete: she is told how many there are.
        let plan = planned(&dana, root).await;
        assert_eq!(plan.items().len(), 3);
        assert_eq!(plan.hidden().unwrap().elsewhere, 1);
        assert_eq!(plan.items()[0].hidden.unwrap().elsewhere, 2);
        // Who may disable alone is not.
        let plan = planned(&ward, root).await;
        assert_eq!((plan.items().len(), plan.hidden()), (3, None));
        assert!(plan.items().iter().all(|item| item.hidden.is_none()));
        // Who sees both accounts sees it, and leaves it alone.
        let plan = planned(&admin, root).await;
        assert_eq!(plan.items()[3].fate, RevokeFate::Elsewhere);
        admin.apply_revoke(&plan, &acme()).await.unwrap();
        let record = bert.image(theirs, &beta).await.unwrap();
        assert_eq!(record.lifecycle().state(), LifecycleState::Active);
    });
    clean(&world);
}

#[test]
fn l08_what_the_caller_may_not_disable_is_told_and_stays() {
    let world = wardens();
    let (dana, deva, bert) = (world.who("dana"), world.who("deva"), world.who("bert"));
    run(async {
        let dev = p::<Scope>("/acme/dev");
        let root = registered(&deva, "/acme/dev", EAST, 1).await;
        let copy = deva
            .copy_image(root, &dev, CopyImage::new(p(WEST)), ami(2))
            .await;
        let copy = copy.unwrap().record.id();
        let promoted = dana.promote_image(copy, &dev, None).await;
        promoted.unwrap();
        // It is at the account now, where she sees it and may change nothing.
        let plan = deva.plan_revoke(&revoking(root), &dev).await.unwrap();
        let expected = [(root, RevokeFate::Disable), (copy, RevokeFate::NotAllowed)];
        assert_eq!(fates(&plan), expected);
        let applied = deva.apply_revoke(&plan, &dev).await.unwrap();
        assert_eq!(applied.disabled.len(), 1);
        assert_eq!(states(&dana, &[copy]).await, [LifecycleState::Active]);
        // Of an image that she sees and may not disable there is no plan, of another no word.
        let error = deva.plan_revoke(&revoking(copy), &dev).await.unwrap_err();
        assert!(matches!(error, Error::Denied(_)), "{error}");
        let beta = p::<Scope>("/beta");
        let hidden = bert.plan_revoke(&revoking(copy), &beta).await.unwrap_err();
        let absent = ImageRecordId::from_u128(999);
        let absent_error = bert.plan_revoke(&revoking(absent), &beta).await;
        let told =
            |error: &Error, id: ImageRecordId| error.to_string().replace(&id.to_string(), "");
        assert!(
            matches!(hidden, Error::NotFound(NotFound { .. })),
            "{hidden}"
        );
        assert_eq!(
            told(&hidden, copy),
            told(&absent_error.unwrap_err(), absent)
        );
        // What is deleted cannot be revoked.
        let keep = cloud_atlas::Retention::default();
        let gone = dana.delete_image(copy, &acme(), None, keep, false).await;
        gone.unwrap();
        let error = dana
            .plan_revoke(&revoking(copy), &acme())
            .await
            .unwrap_err();
        assert!(
            matches!(
                error,
                Error::Plan(PlanRefusal::Revoke(RevokeError::Life(_)))
            ),
            "{error}"
        );
    });
}

#[test]
fn l08_of_two_who_carry_a_plan_out_one_is_told_of_the_other() {
    for (atlas, _folder) in crate::concurrency::engines() {
        let admin = atlas.act_as(&p("admin"));
        let (ids, plan) = run(async {
            let ids = family(&admin).await;
            (ids, planned(&admin, ids[0]).await)
        });
        let start = Barrier::new(2);
        let outcomes = thread::scope(|threads| {
            let run_one = || {
                start.wait();
                run(admin.apply_revoke(&plan, &acme()))
            };
            let handles = [threads.spawn(run_one), threads.spawn(run_one)];
            handles.map(|handle| handle.join().unwrap())
        });
        let done = outcomes.iter().filter(|outcome| outcome.is_ok()).count();
        assert_eq!(done, 1, "{outcomes:?}");
        for outcome in outcomes {
            if outcome.is_err() {
                assert_eq!(keys(&moved(outcome))[0].len(), 3);
            }
        }
        assert_eq!(run(states(&admin, &ids)), ALL);
        assert_one(&atlas);
    }
}

fn assert_one(atlas: &Atlas) {
    let admin = atlas.act_as(&p("admin"));
    let plans = run(admin.applied_plans(&acme(), &most())).unwrap();
    assert_eq!(plans.items.len(), 1);
    assert!(run(atlas.check()).unwrap().findings.is_empty());
}

#[test]
fn l08_what_comes_between_reading_and_writing_moves_the_plan() {
    let crossed = Crossed::new();
    let dana = crossed.world.who("dana");
    let ids = run(family(&dana));
    let plan = run(planned(&dana, ids[0]));
    let second = ids[1];
    crossed.before_the_next_commit(async move |admin| {
        admin.make_role_map(role("/acme", "front")).await.unwrap();
        let set = admin.set_role_image(&p("front"), &acme(), second).await;
        set.unwrap();
    });
    let refused = run(dana.apply_revoke(&plan, &acme()));
    assert_eq!(keys(&moved(refused))[0], [second.to_string()]);
    assert_eq!(run(states(&dana, &ids)), [LifecycleState::Active; 3]);
    clean(&crossed.world);
}
