//! Policies of launches, and what they make of the newest revision.

use crate::{
    retiring::trail,
    support::{World, ami, ask, committed, image, most, p, run, set},
};
use cloud_atlas::{
    CommitTemplate, Error, ErrorKind, LaunchSubject, LineageKind, PolicyView, Session,
    TemplateChange,
    image::AgentFacts,
    scope::{Permission, Role, Scope},
    template::{LaunchRefusal, LaunchStep, Policy},
};
use serde_json::{Value, json};

const EAST: &str = "aws/us-east-1";

/// A policy from its JSON, called `house`.
fn policy(rules: Value) -> Policy {
    named("house", rules)
}

fn named(name: &str, mut rules: Value) -> Policy {
    rules["name"] = json!(name);
    serde_json::from_value(rules).unwrap()
}

async fn keep(world: &World, scope: &str, policy: Policy) -> PolicyView {
    world.admin().set_policy(&p(scope), policy).await.unwrap()
}

async fn revision(who: &Session, number: u64) {
    let (web, acme) = (p("web"), p::<Scope>("/acme"));
    who.edit_mci(&web, &acme, vec![set(EAST, number)], None)
        .await
        .unwrap();
    who.commit_mci(&web, &acme, p("next"), None).await.unwrap();
}

#[test]
fn r10_policies_hold_at_their_scope_and_below_and_only_add() {
    let world = World::new();
    let (admin, dana) = (world.admin(), world.who("dana"));
    run(async {
        committed(&dana, "/acme", "web", 1).await;
        let asked = ask("web", EAST, "/acme/prod");
        dana.resolve(&asked).await.unwrap();
        keep(
            &world,
            "/",
            named("tags", json!({ "required_tags": ["approved"] })),
        )
        .await;
        let refused = dana.resolve(&asked).await.unwrap_err();
        assert!(matches!(
            refused,
            Error::Launch(LaunchRefusal::Policy { .. })
        ));
        insta::assert_snapshot!(refused, @"the image `ami-00000000000000001` at aws/us-east-1 is not launched: the policy `tags` refuses: neither the image nor its MultiCloud Image has the tag `approved`");
        // A lower one of the same name takes nothing away.
        keep(&world, "/acme/prod", named("tags", json!({}))).await;
        assert!(dana.resolve(&asked).await.is_err());
        let tag = cloud_atlas::mci::HeadEdit::AddTag(p("approved"));
        dana.edit_mci(&p("web"), &p("/acme"), vec![tag], None)
            .await
            .unwrap();
        dana.commit_mci(&p("web"), &p("/acme"), p("tag"), None)
            .await
            .unwrap();
        dana.resolve(&asked).await.unwrap();
        keep(
            &world,
            "/acme/prod",
            named("owners", json!({ "allowed_owners": ["self"] })),
        )
        .await;
        assert!(dana.resolve(&asked).await.is_err());
        // It holds where it is, and not beside it or above.
        dana.resolve(&ask("web", EAST, "/acme")).await.unwrap();
        dana.register_image(image("/acme", EAST, 1)).await.unwrap();
        dana.resolve(&asked).await.unwrap();
        let explained = dana.explain(&asked).await.unwrap();
        insta::assert_snapshot!(explained.trace, @"
        1. from `web` revision 2, content 5921e02d2378
        2. aws/us-east-1 has a setting of its own
        3. its record is img-0000000000000000000000000000001e at /acme
        4. policy `tags`: allowed
        5. policy `owners`: allowed
        6. policy `tags`: allowed
        7. launch `ami-00000000000000001`
        ");
        let held = dana
            .policies(&p("/acme/prod"), &most())
            .await
            .unwrap()
            .items;
        let held: Vec<_> = held
            .iter()
            .map(|it| format!("{} {}", it.scope, it.policy.name))
            .collect();
        assert_eq!(held, ["/acme/prod owners", "/acme/prod tags", "/ tags"]);
        let nearest = dana.policy(&p("tags"), &p("/acme/prod")).await.unwrap();
        assert_eq!(nearest.scope, p("/acme/prod"));
        admin.remove_policy(&p("/"), &p("tags")).await.unwrap();
        let gone = admin.remove_policy(&p("/"), &p("tags")).await.unwrap_err();
        assert_eq!(gone.to_string(), "there is no policy `tags` at / itself");
        // A scope that has one is not empty.
        let refused = admin
            .remove_scope(&p("/acme/prod"))
            .await
            .unwrap_err()
            .to_string();
        assert!(refused.contains("policy: 2"), "{refused}");
        insta::assert_snapshot!(trail(&admin, "/acme/prod", 3).await.join("\n"), @r#"
        policy.manage  → {"allowed_owners":["self"],"mode":"enforce","name":"owners"}
        policy.manage  → {"mode":"enforce","name":"tags"}
        grant.manage  → observer
        "#);
    });
}

#[test]
fn r10_policies_need_the_right_to_change_them() {
    let world = World::new();
    let (dana, eve) = (world.who("dana"), world.who("eve"));
    run(async {
        let acme = p::<Scope>("/acme");
        keep(&world, "/acme", policy(json!({}))).await;
        for refused in [
            dana.set_policy(&acme, policy(json!({}))).await.map(drop),
            dana.remove_policy(&acme, &p("house")).await,
        ] {
            let Err(Error::Denied(denied)) = refused else {
                panic!("{refused:?}");
            };
            assert_eq!(denied.permission, Permission::PolicyManage);
        }
        assert_eq!(dana.policies(&acme, &most()).await.unwrap().items.len(), 1);
        let hidden = eve.policies(&acme, &most()).await.unwrap_err();
        assert_eq!(hidden.kind(), ErrorKind::Denied);
        // Whoever resolves is told which policy refuses, all the same.
        world
            .admin()
            .grant(&p("eve"), &Role::ADMIN, &p("/acme/dev"), None)
            .await
            .unwrap();
        let above = eve.set_policy(&acme, policy(json!({}))).await.unwrap_err();
        assert_eq!(above.kind(), ErrorKind::Denied);
        eve.set_policy(&p("/acme/dev"), policy(json!({})))
            .await
            .unwrap();
    });
}

#[test]
fn r10_audit_tells_and_refuses_nothing() {
    let world = World::new();
    let dana = world.who("dana");
    run(async {
        committed(&dana, "/acme", "web", 1).await;
        let rules = json!({ "mode": "audit", "min_soak_hours": 24, "allowed_owners": ["amazon"] });
        keep(&world, "/acme", policy(rules)).await;
        let asked = ask("web", EAST, "/acme");
        let launch = dana.resolve(&asked).await.unwrap();
        insta::assert_snapshot!(launch.warning_texts().join("\n"), @"
        no record of `ami-00000000000000001` is visible from here: register it
        the policy `house` would refuse: nobody knows who owns the image; the revision has been committed for 0 hours, it must be 24
        ");
        // What it says of time is never older than an hour.
        for _ in 0..3 {
            world.clock.advance_secs(3600);
            let fresh = dana.explain(&asked).await.unwrap().outcome.unwrap();
            assert_eq!(*dana.resolve(&asked).await.unwrap(), fresh);
        }
        insta::assert_snapshot!(dana.explain(&asked).await.unwrap().trace, @"
        1. from `web` revision 1, content cf414658f790
        2. aws/us-east-1 has a setting of its own
        3. no record of `ami-00000000000000001` is visible from /acme; the id is used as it stands
        4. policy `house` would refuse:
          owner: nobody knows who owns the image
          soak: the revision has been committed for 3 hours, it must be 24
        5. warning: no record of `ami-00000000000000001` is visible from here: register it
        6. launch `ami-00000000000000001`
        ");
    });
}

#[test]
fn r10_the_newest_revision_is_the_newest_that_soaked_and_is_not_skipped() {
    let world = World::new();
    let dana = world.who("dana");
    run(async {
        committed(&dana, "/acme", "web", 1).await;
        world.clock.advance_secs(20 * 3600);
        revision(&dana, 2).await;
        let version = semver::Version::new(1, 0, 0);
        dana.release(LineageKind::Mci, &p("web@1"), &p("/acme"), &version)
            .await
            .unwrap();
        let version = semver::Version::new(1, 1, 0);
        dana.release(LineageKind::Mci, &p("web@2"), &p("/acme"), &version)
            .await
            .unwrap();
        let soak = policy(json!({ "min_soak_hours": 24 }));
        keep(&world, "/acme", soak).await;
        let asked = |reference: &str| ask(reference, EAST, "/acme");
        let launched = async |reference: &str| {
            let asked = asked(reference);
            let launch = dana
                .resolve(&asked)
                .await
                .map_err(|error| error.to_string())?;
            let again = dana.resolve(&asked).await.unwrap();
            assert_eq!(launch, again);
            let fresh = dana.explain(&asked).await.unwrap().outcome.unwrap();
            assert_eq!(*launch, fresh);
            Ok::<_, String>(launch.plan.image.clone())
        };
        // None has soaked: the policy refuses what is meant without it.
        insta::assert_snapshot!(launched("web").await.unwrap_err(), @"the image `ami-00000000000000002` at aws/us-east-1 is not launched: the policy `house` refuses: the revision has been committed for 0 hours, it must be 24");
        world.clock.advance_secs(10 * 3600);
        for reference in ["web", "web@latest", "web@^1", "web@1"] {
            assert_eq!(launched(reference).await, Ok(ami(1)), "{reference}");
        }
        assert!(launched("web@2").await.is_err() && launched("web@head").await.is_err());
        insta::assert_snapshot!(dana.explain(&asked("web")).await.unwrap().trace, @"
        1. `web` revision 2 is passed over by policy `house`: the revision has been committed for 10 hours, it must be 24
        2. from `web` revision 1, content cf414658f790
        3. aws/us-east-1 has a setting of its own
        4. no record of `ami-00000000000000001` is visible from /acme; the id is used as it stands
        5. policy `house`: allowed
        6. warning: no record of `ami-00000000000000001` is visible from here: register it
        7. launch `ami-00000000000000001`
        ");
        // A warm answer ends with the soak of the next revision.
        world.clock.advance_secs(14 * 3600 - 1);
        assert_eq!(launched("web").await, Ok(ami(1)));
        world.clock.advance_secs(1);
        for reference in ["web", "web@latest", "web@^1", "web@2"] {
            assert_eq!(launched(reference).await, Ok(ami(2)), "{reference}");
        }
        // A link to the newest revision means what it does without a link.
        let acme = p::<Scope>("/acme");
        dana.create_template(&acme, p("front")).await.unwrap();
        let link = vec![TemplateChange::Link(p("web@latest"))];
        dana.edit_template(&p("front"), &acme, link, None)
            .await
            .unwrap();
        let commit = CommitTemplate::new(p("front"), acme.clone(), p("first"));
        dana.commit_template(&commit).await.unwrap();
        let lineage = dana.mci(&p("web"), &acme).await.unwrap().lineage;
        let skip = json!([format!("{lineage}@2")]);
        keep(
            &world,
            "/",
            named("skips", json!({ "skip_revisions": skip })),
        )
        .await;
        for reference in ["web", "web@latest", "web@^1"] {
            assert_eq!(launched(reference).await, Ok(ami(1)), "{reference}");
        }
        let front = LaunchSubject::template(p("front"), acme).at(p(EAST));
        let launch = dana.resolve(&front).await.unwrap();
        assert_eq!(launch.plan.image, ami(1));
        let explained = dana.explain(&front).await.unwrap();
        let passed = |step: &LaunchStep| matches!(step, LaunchStep::PassedOver { .. });
        assert!(explained.trace.steps().iter().any(passed));
        insta::assert_snapshot!(launched("web@2").await.unwrap_err(), @"the image `ami-00000000000000002` at aws/us-east-1 is not launched: the policy `skips` refuses: revision 2 is passed over");
    });
}

#[test]
fn r10_age_system_and_ancestry_are_those_of_the_records() {
    let world = World::new();
    let dana = world.who("dana");
    run(async {
        committed(&dana, "/acme", "web", 1).await;
        let base = dana
            .register_image(image("/acme", "aws/eu-west-1", 5))
            .await
            .unwrap();
        let base = base.record.id();
        let copy = |from: cloud_atlas::image::ImageRecordId, number: u64, to: &str| {
            let mut ask = image("/acme", to, number);
            ask.origin = cloud_atlas::image::Origin::Copied { from };
            ask
        };
        let middle = dana
            .register_image(copy(base, 4, "aws/eu-west-2"))
            .await
            .unwrap();
        let child = copy(middle.record.id(), 1, EAST);
        dana.register_image(child).await.unwrap();
        let asked = ask("web", EAST, "/acme");
        let with = async |rules: Value| {
            keep(&world, "/acme", policy(rules)).await;
            let refused = dana.resolve(&asked).await.map(drop);
            refused.map_err(|error| error.to_string())
        };
        let within = |steps: u32| json!({ "ancestor": { "approved": [base], "within": steps } });
        insta::assert_snapshot!(with(within(1)).await.unwrap_err(), @"the image `ami-00000000000000001` at aws/us-east-1 is not launched: the policy `house` refuses: the image was not made from an approved one within 1 step");
        assert_eq!(with(within(2)).await, Ok(()));
        insta::assert_snapshot!(with(json!({ "os_families": ["ubuntu"] })).await.unwrap_err(), @"the image `ami-00000000000000001` at aws/us-east-1 is not launched: the policy `house` refuses: the operating system is `fedora-coreos`, allowed are `ubuntu`");
        let mine = json!({ "os_families": ["fedora-coreos"], "allowed_owners": ["self"] });
        assert_eq!(with(mine).await, Ok(()));
        assert_eq!(with(json!({ "max_age_days": 2 })).await, Ok(()));
        // A warm answer ends with the last day.
        world.clock.advance_secs(3 * 24 * 3600 - 1);
        dana.resolve(&asked).await.unwrap();
        world.clock.advance_secs(1);
        insta::assert_snapshot!(dana.resolve(&asked).await.unwrap_err(), @"the image `ami-00000000000000001` at aws/us-east-1 is not launched: the policy `house` refuses: the image is 3 days old, at most 2 are allowed");
    });
}

#[test]
fn r08_versions_of_agents_are_compared_as_releases_are() {
    let world = World::new();
    let dana = world.who("dana");
    run(async {
        for (number, version) in [(1, "v5.8"), (2, "v5.10"), (3, "v6.0")] {
            let mut image = image("/acme", EAST, number);
            let kind = p("right_link");
            image.agent = Some(AgentFacts::installed_as(kind, Some(p(version))));
            dana.register_image(image).await.unwrap();
        }
        committed(&dana, "/acme", "web", 1).await;
        revision(&dana, 2).await;
        revision(&dana, 3).await;
        // 5.10 comes after 5.8, and 6 is another line.
        keep(
            &world,
            "/acme",
            policy(json!({ "agent": "right_link >=5.9, <6" })),
        )
        .await;
        let launched = async |reference: &str| {
            let launched = dana.resolve(&ask(reference, EAST, "/acme")).await;
            launched.map_err(|error| error.to_string())
        };
        insta::assert_snapshot!(launched("web@1").await.unwrap_err(), @"the image `ami-00000000000000001` at aws/us-east-1 is not launched: the policy `house` refuses: the agent is right_link v5.8, needed is right_link >=5.9, <6");
        assert_eq!(launched("web@2").await.unwrap().plan.image, ami(2));
        insta::assert_snapshot!(launched("web@3").await.unwrap_err(), @"the image `ami-00000000000000003` at aws/us-east-1 is not launched: the policy `house` refuses: the agent is right_link v6.0, needed is right_link >=5.9, <6");
    });
}

#[test]
fn r10_a_policy_about_something_else_changes_nothing_of_what_is_newest() {
    let world = World::new();
    let dana = world.who("dana");
    run(async {
        committed(&dana, "/acme", "web", 1).await;
        let (web, acme) = (p("web"), p::<Scope>("/acme"));
        let edits = vec![set(EAST, 2)];
        dana.edit_mci(&web, &acme, edits, None).await.unwrap();
        dana.commit_mci(&web, &acme, p("second"), None)
            .await
            .unwrap();
        dana.deprecate_mci(&p("web@2"), &acme, "old").await.unwrap();
        let asked = ask("web", EAST, "/acme");
        let before = dana.resolve(&asked).await.unwrap();
        assert_eq!(before.plan.image, ami(2));
        let other = json!({ "skip_revisions": ["lin-0000000000000000000000000000beef@1"] });
        keep(&world, "/", named("skips", other)).await;
        assert_eq!(dana.resolve(&asked).await.unwrap(), before);
        let none = json!({ "min_soak_hours": 0 });
        keep(&world, "/", named("soak", none)).await;
        assert_eq!(dana.resolve(&asked).await.unwrap(), before);
    });
}
