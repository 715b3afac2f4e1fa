//! L07: one image in the place of another, everywhere.

use super::{
    Crossed, EAST, WEST, clean, events, keys, moved, nothing_is_written, registered, replacing,
    used,
};
use crate::{
    elsewhere::role,
    market::{import, market, publish_mci, revised},
    support::{World, acme, ami, committed, most, p, run, set, web},
};
use cloud_atlas::{
    Error, ErrorKind, PlanRefusal, Session,
    history::UndoCause,
    image::{ImageRecordId, LaunchPermission, LifecycleState, PartError},
    scope::Scope,
    template::{
        DeprecateOld, Overrides, Reference, ReplaceChange, ReplaceError, ReplaceFate, ReplaceImage,
        ReplaceKey, ReplacePlan, ReplaceStays, ReplacedSince, ServerEdit,
    },
};
use std::collections::BTreeSet;

fn prod() -> Scope {
    p("/acme/prod")
}

/// The old image with users of each kind at both scopes, and the new one.
async fn scene(world: &World) -> [ImageRecordId; 2] {
    let (dana, admin) = (world.who("dana"), world.admin());
    let old = registered(&dana, "/acme", EAST, 1).await;
    let new = registered(&dana, "/acme", EAST, 2).await;
    used(&dana, old, 1).await;
    committed(&dana, "/acme/prod", "shop", 1).await;
    let lock = dana.lock(&web(), &acme(), None).await.unwrap().into();
    dana.register_lock(&lock, &p("live"), &acme())
        .await
        .unwrap();
    let server = crate::servers::adding("/acme", "web-1");
    admin.add_server(server).await.unwrap();
    [old, new]
}

fn everywhere(old: ImageRecordId, new: ImageRecordId) -> ReplaceImage {
    let mut ask = replacing(old, new, &acme());
    ask.scopes.insert(prod());
    ask
}

/// The images of HEADs, role map and server.
async fn images(world: &World) -> Vec<String> {
    let admin = world.admin();
    let mut found = Vec::new();
    for (name, scope) in [("web", acme()), ("shop", prod())] {
        let view = admin.mci(&p(name), &scope).await.unwrap();
        let setting = &view.content.settings()[&p(EAST)];
        found.push(setting.image().to_string());
    }
    let map = admin.role_map(&p("front"), &acme()).await.unwrap();
    for image in map.images().values() {
        let record = admin.image(*image, &acme()).await.unwrap();
        found.push(record.image_id().to_string());
    }
    let server = admin.server(&p("web-1"), &acme()).await.unwrap();
    let plan = server.definition.plan().unwrap();
    found.push(plan.setting.image().to_string());
    found
}

fn amis(numbers: [u64; 4]) -> Vec<String> {
    numbers.map(|number| ami(number).to_string()).to_vec()
}

fn changes(plan: &ReplacePlan) -> BTreeSet<ReplaceKey> {
    plan.changes().map(|item| item.key).collect()
}

pub(super) fn stays(plan: &ReplacePlan) -> Vec<(&str, ReplaceStays)> {
    let items = plan.items().iter();
    let stays = items.filter_map(|item| match &item.fate {
        ReplaceFate::Stay { because } => Some((item.name.as_str(), because.clone())),
        _ => None,
    });
    stays.collect()
}

#[test]
fn l07_what_is_planned_is_done_and_nothing_else() {
    let world = World::new();
    let admin = world.admin();
    run(async {
        let [old, new] = scene(&world).await;
        let mut ask = everywhere(old, new);
        let reason = Some(p("old base"));
        ask.deprecate = Some(DeprecateOld { reason });
        let acme = acme();
        let planned = admin.plan_replace(&ask, &acme);
        let plan = nothing_is_written(&world, planned).await.unwrap();
        insta::assert_snapshot!(plan, @r#"
        plan of 2026-08-01T12:00:00Z by admin: replace img-00000000000000000000000000000015 by img-00000000000000000000000000000017 at /acme, /acme/prod, and deprecate it: old base
        KEY                                     KIND          NAME           SCOPE       WHERE          FATE       UNDO         SAYS
        lin-00000000000000000000000000000019    MCI HEAD      web@head       /acme       aws/us-east-1  replace    set-back
        map-0000000000000000000000000000001d    role map      front          /acme       aws/us-east-1  replace    put-back
        srv-00000000000000000000000000000028    server        default:web-1  /acme       aws/us-east-1  replace    inherit
        img-00000000000000000000000000000015    image         an image       /acme       aws/us-east-1  deprecate  undeprecate
        lin-00000000000000000000000000000019@1  MCI revision  web@1          /acme                      stay       -            committed: commit HEAD with the new image
        lck-00000000000000000000000000000024    lock          live           /acme                      stay       -            locked: lock again
        lin-00000000000000000000000000000020    MCI HEAD      shop@head      /acme/prod  aws/us-east-1  replace    set-back
        lin-00000000000000000000000000000020@1  MCI revision  shop@1         /acme/prod                 stay       -            committed: commit HEAD with the new image
        4 of 7 users get the new image
        "#);
        assert_eq!(images(&world).await, amis([1, 1, 1, 1]));
        let applied = admin.apply_replace(&plan, &acme).await.unwrap();
        let done: BTreeSet<_> = applied.changes.iter().map(ReplaceChange::key).collect();
        assert_eq!(done, changes(&plan));
        assert_eq!(images(&world).await, amis([2, 2, 2, 2]));
        // What is committed and locked stays.
        let first = admin.mci(&p("web@1"), &acme).await.unwrap();
        assert_eq!(*first.content.settings()[&p(EAST)].image(), ami(1));
        let record = admin.image(old, &acme).await.unwrap();
        assert_eq!(record.lifecycle().state(), LifecycleState::Deprecated);
        // Each has an event, and HEAD what it was before.
        let told = events(&admin, "/acme", 4).await;
        let actions: BTreeSet<_> = told.iter().filter_map(|it| it.split(' ').next()).collect();
        let expected = [
            "image.deprecate",
            "mci.edit",
            "role-map.edit",
            "server.manage",
        ];
        assert_eq!(actions, BTreeSet::from(expected));
        let points = admin.mci_undo_points(&web(), &acme).await.unwrap();
        assert!(matches!(&points[..], [point] if point.cause == UndoCause::Replace));
        let page = admin.applied_plans(&acme, &most()).await.unwrap();
        assert_eq!(
            (page.items[0].image, page.items[0].by_image),
            (old, Some(new))
        );
        assert_eq!(page.items[0].changes, 5);
        // Again there is nothing to do.
        let plan = admin.plan_replace(&everywhere(old, new), &acme).await;
        assert_eq!(plan.unwrap().changes().count(), 0);
    });
    clean(&world);
}

#[test]
fn l07_a_world_that_moved_is_refused_with_what_moved_and_nothing_is_written() {
    let world = World::new();
    let admin = world.admin();
    run(async {
        let [old, new] = scene(&world).await;
        let plan = admin.plan_replace(&everywhere(old, new), &acme()).await;
        let plan = plan.unwrap();
        // Another comes to use it, and one uses it no more.
        committed(&admin, "/acme", "late", 1).await;
        let edits = vec![set(EAST, 9)];
        admin.edit_mci(&web(), &acme(), edits, None).await.unwrap();
        let refused = nothing_is_written(&world, admin.apply_replace(&plan, &acme())).await;
        assert_eq!(refused.as_ref().unwrap_err().kind(), ErrorKind::Conflict);
        let id = async |name: &str| {
            let view = admin.mci(&p(name), &acme()).await.unwrap();
            view.lineage.to_string()
        };
        let moved = keys(&moved(refused));
        let expected = [vec![], vec![id("late").await], vec![id("web").await]];
        assert_eq!(moved, expected);
        // What HEAD holds elsewhere moves nothing.
        let plan = admin.plan_replace(&everywhere(old, new), &acme()).await;
        let plan = plan.unwrap();
        let edits = vec![set(WEST, 9)];
        admin
            .edit_mci(&p("late"), &acme(), edits, None)
            .await
            .unwrap();
        admin.apply_replace(&plan, &acme()).await.unwrap();
        let late = admin.mci(&p("late"), &acme()).await.unwrap();
        let settings = late.content.settings();
        assert_eq!(*settings[&p(EAST)].image(), ami(2));
        assert_eq!(*settings[&p(WEST)].image(), ami(9));
    });
    clean(&world);
}

#[test]
fn l07_a_lower_scope_needs_those_above_it() {
    let world = World::new();
    let admin = world.admin();
    run(async {
        let [old, new] = scene(&world).await;
        let refused = admin
            .plan_replace(&replacing(old, new, &prod()), &acme())
            .await;
        let error = refused.unwrap_err();
        assert!(
            matches!(
                error,
                Error::Plan(PlanRefusal::Replace(ReplaceError::HigherMissing { .. }))
            ),
            "{error}"
        );
        assert_eq!(error.kind(), ErrorKind::Invalid);
        // What is not chosen stays.
        let plan = admin
            .plan_replace(&replacing(old, new, &acme()), &acme())
            .await;
        let plan = plan.unwrap();
        assert!(stays(&plan).contains(&("shop@head", ReplaceStays::ScopeNotChosen)));
        admin.apply_replace(&plan, &acme()).await.unwrap();
        assert_eq!(images(&world).await, amis([2, 1, 2, 2]));
    });
    clean(&world);
}

#[test]
fn l07_a_part_of_a_plan_is_done_and_no_more() {
    let world = World::new();
    let admin = world.admin();
    run(async {
        let [old, new] = scene(&world).await;
        let plan = admin.plan_replace(&everywhere(old, new), &acme()).await;
        let plan = plan.unwrap();
        let key = |name: &str| {
            let mut items = plan.items().iter();
            items.find(|item| item.name == name).unwrap().key
        };
        let error = plan
            .select(&BTreeSet::from([key("shop@head")]))
            .unwrap_err();
        assert!(matches!(error, PartError::WithoutHigher { .. }), "{error}");
        let part = BTreeSet::from([key("web@head"), key("default:web-1")]);
        let part = plan.select(&part).unwrap();
        // What comes beside a part is no matter.
        committed(&admin, "/acme", "late", 1).await;
        let applied = admin.apply_replace(&part, &acme()).await.unwrap();
        assert_eq!(applied.changes.len(), 2);
        assert_eq!(images(&world).await, amis([2, 1, 1, 2]));
    });
    clean(&world);
}

#[test]
fn l07_undoing_takes_back_what_is_as_it_was_left_and_tells_of_the_rest() {
    let world = World::new();
    let admin = world.admin();
    run(async {
        let [old, new] = scene(&world).await;
        let mut ask = everywhere(old, new);
        ask.deprecate = Some(DeprecateOld::default());
        let plan = admin.plan_replace(&ask, &acme()).await.unwrap();
        let id = admin.apply_replace(&plan, &acme()).await.unwrap().plan;
        let id = id.unwrap();
        // Somebody has edited the one, and beside the other.
        let edits = vec![set(EAST, 9)];
        admin
            .edit_mci(&p("shop"), &prod(), edits, None)
            .await
            .unwrap();
        let edits = vec![set(WEST, 9)];
        admin.edit_mci(&web(), &acme(), edits, None).await.unwrap();
        let undone = admin.undo_replacement(id, &acme()).await.unwrap();
        assert_eq!(undone.back.len(), 4);
        assert!(
            matches!(&undone.left[..], [left] if left.since == ReplacedSince::Changed
                && left.to_string().contains("was changed since then")),
            "{undone:?}"
        );
        assert_eq!(images(&world).await, amis([1, 9, 1, 1]));
        let view = admin.mci(&web(), &acme()).await.unwrap();
        assert_eq!(*view.content.settings()[&p(WEST)].image(), ami(9));
        let server = admin.server(&p("web-1"), &acme()).await.unwrap();
        assert!(server.definition.overrides().image.is_none());
        let record = admin.image(old, &acme()).await.unwrap();
        assert_eq!(record.lifecycle().state(), LifecycleState::Active);
        let points = admin.mci_undo_points(&web(), &acme()).await.unwrap();
        assert_eq!(points.len(), 2);
        let page = admin.applied_plans(&acme(), &most()).await.unwrap();
        assert!(page.items[0].undone.is_some());
        let again = nothing_is_written(&world, admin.undo_replacement(id, &acme())).await;
        assert_eq!(again.unwrap().back, []);
    });
    clean(&world);
}

#[test]
fn l07_an_image_that_is_gone_comes_back_nowhere() {
    let world = World::new();
    let admin = world.admin();
    run(async {
        let old = registered(&admin, "/acme", EAST, 1).await;
        let new = registered(&admin, "/acme", EAST, 2).await;
        admin.make_role_map(role("/acme", "front")).await.unwrap();
        let set = admin.set_role_image(&p("front"), &acme(), old).await;
        set.unwrap();
        let plan = admin
            .plan_replace(&replacing(old, new, &acme()), &acme())
            .await;
        let plan = plan.unwrap();
        let id = admin.apply_replace(&plan, &acme()).await.unwrap().plan;
        let keep = cloud_atlas::Retention::default();
        let gone = admin.delete_image(old, &acme(), None, keep, false).await;
        gone.unwrap();
        for purged in [false, true] {
            if purged {
                admin.purge(old, &acme(), true).await.unwrap();
            }
            let acme = acme();
            let undone = admin.undo_replacement(id.unwrap(), &acme);
            let undone = nothing_is_written(&world, undone).await.unwrap();
            assert!(
                matches!(&undone.left[..], [left]
                    if matches!(left.since, ReplacedSince::Unfit { .. })),
                "{undone:?}"
            );
        }
    });
    clean(&world);
}

#[test]
fn l07_what_the_caller_may_not_edit_and_other_accounts_stay() {
    let world = World::new();
    let (admin, dana, bert) = (world.admin(), world.who("dana"), world.who("bert"));
    run(async {
        let [old, new] = scene(&world).await;
        // A designer changes no servers.
        let plan = dana.plan_replace(&everywhere(old, new), &acme()).await;
        let plan = plan.unwrap();
        let kept = ("default:web-1", ReplaceStays::NotAllowed);
        assert!(stays(&plan).contains(&kept), "{plan}");
        let to = [LaunchPermission::Everybody];
        let opened = admin.add_launch_permissions(old, &to, &acme()).await;
        opened.unwrap();
        committed(&bert, "/beta", "theirs", 1).await;
        // S13: what another account does is counted for who may delete.
        let plan = dana.plan_replace(&everywhere(old, new), &acme()).await;
        let plan = plan.unwrap();
        assert_eq!(plan.hidden().unwrap().elsewhere, 2);
        dana.apply_replace(&plan, &acme()).await.unwrap();
        assert_eq!(images(&world).await, amis([2, 2, 2, 1]));
        let theirs = bert.mci(&p("theirs"), &p("/beta")).await.unwrap();
        assert_eq!(*theirs.content.settings()[&p(EAST)].image(), ami(1));
        // Who sees both sees that it stays.
        let plan = admin.plan_replace(&everywhere(old, new), &acme()).await;
        let plan = plan.unwrap();
        let kept = ("theirs@head", ReplaceStays::Elsewhere);
        assert!(stays(&plan).contains(&kept), "{plan}");
        // Who only looks gets a plan of nothing, and no number.
        let (olga, at) = (world.who("olga"), prod());
        let asked = everywhere(old, new);
        let plan = olga.plan_replace(&asked, &at).await.unwrap();
        assert_eq!((plan.changes().count(), plan.hidden()), (0, None));
        let refused = bert.plan_replace(&asked, &p("/beta/prod")).await;
        assert_eq!(refused.unwrap_err().kind(), ErrorKind::NotFound);
    });
    clean(&world);
}

#[test]
fn l07_edited_heads_are_found_too_and_the_record_that_counts_there_decides() {
    let world = World::new();
    let admin = world.admin();
    run(async {
        // At the lower scope another record of the image is the nearest.
        registered(&admin, "/acme/prod", EAST, 1).await;
        let old = registered(&admin, "/acme", EAST, 1).await;
        let new = registered(&admin, "/acme", EAST, 2).await;
        let making = async |who: &Session, name: &str, at: &Scope| {
            who.create_mci(at, p(name)).await.unwrap();
            let edits = vec![set(EAST, 1)];
            let edited = who.edit_mci(&p::<Reference>(name), at, edits, None).await;
            edited.unwrap();
        };
        making(&admin, "draft", &acme()).await;
        making(&admin, "lower", &prod()).await;
        let plan = admin.plan_replace(&everywhere(old, new), &acme()).await;
        let plan = plan.unwrap();
        let names: Vec<_> = plan.items().iter().map(|item| &item.name).collect();
        assert_eq!(names, ["draft@head"]);
        admin.apply_replace(&plan, &acme()).await.unwrap();
    });
    clean(&world);
}

#[test]
fn l07_an_override_comes_back_as_it_was() {
    let world = World::new();
    let admin = world.admin();
    run(async {
        let [old, new] = scene(&world).await;
        let over = Overrides {
            image: Some(ami(1)),
            ..Overrides::default()
        };
        let edits = vec![ServerEdit::Overlay(Box::new(over))];
        let edited = admin.edit_server(&p("web-1"), &acme(), edits).await;
        edited.unwrap();
        let plan = admin.plan_replace(&everywhere(old, new), &acme()).await;
        let id = admin.apply_replace(&plan.unwrap(), &acme()).await.unwrap();
        admin
            .undo_replacement(id.plan.unwrap(), &acme())
            .await
            .unwrap();
        let server = admin.server(&p("web-1"), &acme()).await.unwrap();
        assert_eq!(server.definition.overrides().image, Some(ami(1)));
    });
    clean(&world);
}

#[test]
fn l07_what_comes_between_reading_and_writing_moves_the_plan() {
    let crossed = Crossed::new();
    let world = &crossed.world;
    let admin = world.admin();
    let [old, new] = run(scene(world));
    let plan = run(admin.plan_replace(&everywhere(old, new), &acme())).unwrap();
    crossed.before_the_next_commit(async |admin| {
        let edits = vec![set(EAST, 9)];
        admin.edit_mci(&web(), &acme(), edits, None).await.unwrap();
    });
    let refused = run(admin.apply_replace(&plan, &acme()));
    assert_eq!(keys(&moved(refused))[2].len(), 1);
    assert_eq!(run(images(world)), amis([9, 1, 1, 1]));
    // The other way round: whoever edits a HEAD that she looked at is told of the plan.
    let plan = run(admin.plan_replace(&everywhere(old, new), &acme())).unwrap();
    let seen = run(admin.mci(&p("shop"), &prod())).unwrap().generation;
    run(admin.apply_replace(&plan, &acme())).unwrap();
    let (shop, prod, edits) = (p("shop"), prod(), vec![set(WEST, 9)]);
    let edit = admin.edit_mci(&shop, &prod, edits, Some(seen));
    let error = run(edit).unwrap_err();
    assert!(matches!(error, Error::Stale(_)), "{error}");
    clean(world);
}

#[test]
fn l07_what_was_imported_is_told_once_and_stays() {
    let world = market();
    let admin = world.admin();
    run(async {
        let old = registered(&admin, "/acme", EAST, 1).await;
        let new = registered(&admin, "/acme", EAST, 2).await;
        let to = [LaunchPermission::Everybody];
        let opened = admin.add_launch_permissions(old, &to, &acme()).await;
        opened.unwrap();
        revised(&admin, "/acme", "web", &[1]).await;
        let published = publish_mci(&world, "web", &[]).await;
        let publication = published.publication.reference();
        import(&world, publication, "/beta").await.unwrap();
        let plan = admin.plan_replace(&everywhere(old, new), &acme()).await;
        let plan = plan.unwrap();
        let told: Vec<_> = plan.items().iter().map(|item| item.name.as_str()).collect();
        assert_eq!(told, ["web@head", "web@1"]);
        assert!(plan.items().iter().all(|item| item.scope == acme()));
        // Who does not see the import is told that there is one.
        let dana = world.who("dana");
        let plan = dana.plan_replace(&everywhere(old, new), &acme()).await;
        let plan = plan.unwrap();
        assert_eq!(plan.hidden().unwrap().elsewhere, 1);
        // HEAD is that of the account that made it, and back again.
        let applied = dana.apply_replace(&plan, &acme()).await.unwrap();
        let id = applied.plan.unwrap();
        let undone = admin.undo_replacement(id, &acme()).await.unwrap();
        assert_eq!((undone.back.len(), undone.left.len()), (1, 0));
        let view = admin.mci(&web(), &acme()).await.unwrap();
        assert_eq!(*view.content.settings()[&p(EAST)].image(), ami(1));
    });
}
