//! L08: whom a revocation hits through templates, and what taking plans back leaves alone.

use super::{EAST, clean, registered, replacing, replacing::stays, revoking, used};
use crate::market::revised;
use crate::support::{World, acme, ami, committed, p, run, web};
use cloud_atlas::{
    CommitTemplate, Error, LineageKind, Session, TemplateChange,
    image::{ImageRecordId, LaunchPermission, Reason, ReferrerKind, RevokePlan},
    scope::Scope,
    template::ReplaceStays,
};

fn templates(plan: &RevokePlan) -> Vec<String> {
    let users = plan.items().iter().flat_map(|item| &item.users);
    let templates = users.filter(|user| user.kind == ReferrerKind::Template);
    templates.map(|user| user.name.clone()).collect()
}

async fn planned(who: &Session, image: ImageRecordId) -> RevokePlan {
    who.plan_revoke(&revoking(image), &acme()).await.unwrap()
}

#[test]
fn l08_templates_that_link_what_holds_the_image_are_hit() {
    let world = World::new();
    let dana = world.who("dana");
    run(async {
        let old = registered(&dana, "/acme", EAST, 1).await;
        let new = registered(&dana, "/acme", EAST, 2).await;
        revised(&dana, "/acme", "web", &[1, 2]).await;
        let stable = p("stable");
        let first = p("web@1");
        dana.assign_channel(&stable, LineageKind::Mci, &first, &acme())
            .await
            .unwrap();
        for (name, link) in [
            ("by-number", "web@1"),
            ("by-channel", "web@stable"),
            ("latest", "web@latest"),
            ("by-head", "web@head"),
        ] {
            named(&dana, name, link).await;
        }
        let commit = CommitTemplate::new(p("by-number"), acme(), p("first"));
        dana.commit_template(&commit).await.unwrap();
        let plan = planned(&dana, old).await;
        assert_eq!(
            templates(&plan),
            ["by-channel@head", "by-number@1", "by-number@head"]
        );
        let table = plan.to_string();
        assert!(
            table.contains("1 MCI revision, 1 channel, 3 templates"),
            "{table}"
        );
        assert_eq!(
            templates(&planned(&dana, new).await),
            ["by-head@head", "latest@head"]
        );
        // One that comes to link it moves the plan.
        named(&dana, "another", "web@1").await;
        let moved = dana.apply_revoke(&plan, &acme()).await.unwrap_err();
        assert!(moved.to_string().contains("4 templates"), "{moved}");
    });
    clean(&world);
}

async fn named(who: &Session, name: &str, link: &str) {
    who.create_template(&acme(), p(name)).await.unwrap();
    let links = vec![TemplateChange::Link(p(link))];
    who.edit_template(&p(name), &acme(), links, None)
        .await
        .unwrap();
}

#[test]
fn l07_a_second_time_takes_nothing_back_that_came_later() {
    let world = World::new();
    let dana = world.who("dana");
    run(async {
        let old = registered(&dana, "/acme", EAST, 1).await;
        let new = registered(&dana, "/acme", EAST, 2).await;
        used(&dana, old, 1).await;
        let replaced = async || {
            let ask = replacing(old, new, &acme());
            let plan = dana.plan_replace(&ask, &acme()).await.unwrap();
            let applied = dana.apply_replace(&plan, &acme()).await.unwrap();
            applied.plan.unwrap()
        };
        let first = replaced().await;
        let undone = dana.undo_replacement(first, &acme()).await.unwrap();
        assert_eq!((undone.back.len(), undone.left.len()), (2, 0));
        let second = replaced().await;
        let again = dana.undo_replacement(first, &acme()).await.unwrap();
        assert_eq!((again.back.len(), again.left.len()), (0, 0));
        let head = dana.mci(&web(), &acme()).await.unwrap().content;
        assert_eq!(*head.settings()[&p(EAST)].image(), ami(2));
        // What is disabled by then comes back nowhere.
        let reason: Reason = p("CVE-2026-1");
        let disabled = dana.disable_image(old, &acme(), Some(reason)).await;
        disabled.unwrap();
        let undone = dana.undo_replacement(second, &acme()).await.unwrap();
        assert_eq!((undone.back.len(), undone.left.len()), (0, 2));
        let head = dana.mci(&web(), &acme()).await.unwrap().content;
        assert_eq!(*head.settings()[&p(EAST)].image(), ami(2));
    });
    clean(&world);
}

#[test]
fn l07_scopes_are_there_and_the_nearest_record_counts() {
    let world = World::new();
    let dana = world.who("dana");
    run(async {
        let old = registered(&dana, "/acme", EAST, 1).await;
        registered(&dana, "/acme/prod", EAST, 2).await;
        let new = registered(&dana, "/acme", EAST, 2).await;
        committed(&dana, "/acme/prod", "shop", 1).await;
        let mut ask = replacing(old, new, &acme());
        ask.scopes.insert(p("/acme/nowhere"));
        let error = dana.plan_replace(&ask, &acme()).await.unwrap_err();
        assert!(matches!(error, Error::NotFound(_)), "{error}");
        ask.scopes.remove(&p::<Scope>("/acme/nowhere"));
        ask.scopes.insert(p("/acme/prod"));
        let plan = dana.plan_replace(&ask, &acme()).await.unwrap();
        assert_eq!(plan.changes().count(), 0);
        let stays = stays(&plan);
        let unfit = |stays: &ReplaceStays| matches!(stays, ReplaceStays::Unfit { .. });
        assert!(unfit(&stays.first().unwrap().1), "{stays:?}");
    });
}

#[test]
fn l08_launch_permissions_that_go_are_in_the_plan_and_told_when_it_is_taken_back() {
    let world = World::new();
    let admin = world.admin();
    run(async {
        let image = registered(&admin, "/acme", EAST, 1).await;
        let plan = planned(&admin, image).await;
        let to = [LaunchPermission::Everybody];
        admin
            .add_launch_permissions(image, &to, &acme())
            .await
            .unwrap();
        // Somebody opened it since.
        let moved = admin.apply_revoke(&plan, &acme()).await.unwrap_err();
        assert!(moved.to_string().contains("1 launch permission"), "{moved}");
        let plan = planned(&admin, image).await;
        assert_eq!(plan.items()[0].permissions, 1);
        let id = admin
            .apply_revoke(&plan, &acme())
            .await
            .unwrap()
            .plan
            .unwrap();
        let undone = admin.undo_revocation(id, &acme()).await.unwrap();
        assert_eq!(undone.closed, [image]);
        let again = admin.undo_revocation(id, &acme()).await.unwrap();
        assert_eq!((again.records.len(), again.left.len()), (0, 0));
    });
    clean(&world);
}
