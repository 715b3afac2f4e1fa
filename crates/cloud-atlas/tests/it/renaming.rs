//! Scopes and principals get other names.

use crate::support::{World, ask, committed, image, most, p, run};
use cloud_atlas::{
    BundleImage, Error, ErrorKind, EventQuery, Session,
    image::{CloudServer, LaunchPermission, OsFacts, ServerState},
    scope::{RenamePrincipalError, RenameScopeError, Role, Scope},
    store::FeedPosition,
};

const EAST: &str = "aws/us-east-1";

/// What the trail of a scope says of the renames in it, newest first.
async fn renames(who: &Session, at: &str) -> Vec<(String, Option<String>, Option<String>)> {
    let events = who.events(&p(at), &most()).await.unwrap().items;
    let both = |event: &cloud_atlas::AuditEvent| event.before.is_some() && event.after.is_some();
    events
        .into_iter()
        .filter(both)
        .map(|event| (event.subject, event.before, event.after))
        .collect()
}

#[test]
fn s14_an_account_gets_another_name_and_keeps_number_and_grants() {
    let world = World::new();
    let (admin, dana) = (world.admin(), world.who("dana"));
    run(async {
        // Accounts that were here before: each name has a trail that is not the next one's.
        let old = admin.add_scope(&p("/gamma")).await.unwrap();
        let until = Some(p("2026-09-01T00:00:00Z"));
        let (carl, gamma) = (p("carl"), p::<Scope>("/gamma"));
        admin.add_principal(&carl).await.unwrap();
        admin
            .grant(&carl, &Role::OBSERVER, &gamma, until)
            .await
            .unwrap();
        let other = p::<Scope>("/delta");
        admin.add_scope(&other).await.unwrap();
        admin
            .grant(&carl, &Role::ACTOR, &other, None)
            .await
            .unwrap();
        admin.remove_scope(&other).await.unwrap();
        // Something of another account is open to the number of this one.
        let made = dana.register_image(image("/acme", EAST, 7)).await.unwrap();
        let (id, number) = (made.record.id(), old.account_number.unwrap());
        let to = [LaunchPermission::Account(number)];
        admin
            .add_launch_permissions(id, &to, &p("/acme"))
            .await
            .unwrap();
        let carls = world.who("carl");
        carls.image(id, &gamma).await.unwrap();

        world.clock.advance_secs(60);
        let renamed = admin.rename_scope(&gamma, &other).await.unwrap();
        assert_eq!(renamed.account_number, old.account_number);
        assert_eq!(renamed.created, old.created);
        // The grants moved along, with their ends; nothing is left under the old name.
        let grants = admin.grants(Some(&carl), &most()).await.unwrap().items;
        assert_eq!(grants.len(), 1);
        assert_eq!((&grants[0].scope, grants[0].expires), (&other, until));
        carls.image(id, &other).await.unwrap();
        assert!(carls.image(id, &gamma).await.is_err());
        let scopes = admin.scopes(&most()).await.unwrap().items;
        assert!(scopes.contains(&renamed));
        assert!(scopes.iter().all(|one| one.scope != gamma));
        // Both names tell of it, at the scope above.
        let told = |subject: &str| {
            let (before, after) = (Some("/gamma".to_owned()), Some("/delta".to_owned()));
            (subject.to_owned(), before, after)
        };
        let mut found = renames(&admin, "/").await;
        found.sort();
        assert_eq!(found, [told("/delta"), told("/gamma")]);
        // What happened under the new name before is of another account: in lists and followed.
        let trail = EventQuery::new(other.clone());
        let list = admin.find_events(&trail, &most()).await.unwrap();
        assert_eq!(list.items, []);
        let followed = admin.events_after(&trail, FeedPosition::START);
        assert_eq!(followed.await.unwrap().0, []);
        committed(&admin, "/delta", "web", 1).await;
        assert_eq!(admin.events(&other, &most()).await.unwrap().items.len(), 3);
        // The old name is free, and whoever takes it gets nothing of what was.
        admin.add_scope(&gamma).await.unwrap();
        assert!(carls.mcis(&gamma, &most()).await.is_err());
        let report = world.atlas.check().await.unwrap();
        assert_eq!(report.findings, Vec::<String>::new());
    });
}

#[test]
fn s14_a_scope_that_holds_anything_keeps_its_name() {
    let world = World::new();
    let admin = world.admin();
    run(async {
        admin.add_scope(&p("/gamma")).await.unwrap();
        let refused = async |from: &str, to: &str| {
            let error = admin.rename_scope(&p(from), &p(to)).await.unwrap_err();
            match &error {
                Error::RenameScope(RenameScopeError::NotEmpty { contents, .. }) => {
                    assert_eq!(error.kind(), ErrorKind::Conflict);
                    contents.to_string()
                }
                other => panic!("{other}"),
            }
        };
        assert_eq!(refused("/beta", "/bet").await, "credential: 1, scope: 1");
        committed(&admin, "/beta/prod", "web", 1).await;
        let held = refused("/beta/prod", "/beta/live").await;
        assert_eq!(held, "MultiCloud Image: 1");
        // Groups know their accounts by name.
        let (acme, gamma) = (p::<Scope>("/acme"), p::<Scope>("/gamma"));
        let group = admin.make_group(&acme, &p("partners")).await.unwrap();
        let group = cloud_atlas::GroupRef::Id(group.id);
        let code = admin.invite(&group, &acme).await.unwrap().code;
        admin.accept_invitation(code, &gamma).await.unwrap();
        let held = refused("/gamma", "/delta").await;
        assert_eq!(held, "membership of an account group: 1");
        admin.leave_group(&group, &gamma).await.unwrap();
        let own = admin.make_group(&gamma, &p("own")).await.unwrap();
        let held = refused("/gamma", "/delta").await;
        assert_eq!(held, "account group: 1");
        let own = cloud_atlas::GroupRef::Id(own.id);
        admin.delete_group(&own, &gamma).await.unwrap();
        // A host that works for a scope reports to it.
        let dev = p::<Scope>("/acme/dev");
        let mut bundle = BundleImage::new(dev.clone(), p(EAST), p("i-1"));
        bundle.os = Some(OsFacts::parse("debian", "12", "12.5").unwrap());
        let server = CloudServer::new(p(EAST), p("i-1"), ServerState::Operational);
        let order = admin.bundle(bundle, Some(server)).await.unwrap().order.id;
        let held = refused("/acme/dev", "/acme/lab").await;
        assert_eq!(held, "open work order: 1");
        let held = admin.remove_scope(&dev).await.unwrap_err().to_string();
        assert!(held.contains("open work order: 1"), "{held}");
        admin.cancel_work(order, &dev, None).await.unwrap();
        admin.rename_scope(&dev, &p("/acme/lab")).await.unwrap();
        // Names that are taken, elsewhere, or of nothing.
        let error = async |from: &str, to: &str| {
            let told = admin.rename_scope(&p(from), &p(to)).await.unwrap_err();
            (told.kind(), told.to_string())
        };
        for (from, to, kind, text) in [
            ("/gamma", "/acme", ErrorKind::Conflict, "is there already"),
            ("/gamma", "/gamma", ErrorKind::Conflict, "is there already"),
            ("/gamma", "/acme/gamma", ErrorKind::Invalid, "stays where"),
            ("/none", "/some", ErrorKind::NotFound, "there is no scope"),
            ("/", "/some", ErrorKind::Conflict, "cannot be renamed"),
        ] {
            let told = error(from, to).await;
            assert!(told.0 == kind && told.1.contains(text), "{told:?}");
        }
        // Whoever may not add a scope there may not rename it.
        let dana = world.who("dana");
        let denied = dana.rename_scope(&gamma, &p("/delta")).await.unwrap_err();
        assert!(matches!(denied, Error::Denied(_)), "{denied}");
        admin.rename_scope(&gamma, &p("/delta")).await.unwrap();
    });
}

#[test]
fn s14_a_principal_gets_another_name_and_keeps_what_she_may() {
    let world = World::new();
    let (admin, dana) = (world.admin(), world.who("dana"));
    run(async {
        committed(&admin, "/acme", "web", 1).await;
        let scopes = ["/", "/acme", "/beta/prod"];
        for scope in scopes {
            admin
                .grant(&p("dana"), &Role::OBSERVER, &p(scope), None)
                .await
                .unwrap();
        }
        let before = admin.grants(Some(&p("dana")), &most()).await.unwrap().items;
        let asked = ask("web", EAST, "/acme");
        dana.resolve(&asked).await.unwrap();
        let made = dana.register_image(image("/acme", EAST, 1)).await.unwrap();

        let (old, new) = (p("dana"), p("dana.doe"));
        let renamed = admin.rename_principal(&old, &new).await.unwrap();
        assert_eq!(renamed.principal, new);
        let after = admin.grants(Some(&p("dana.doe")), &most()).await.unwrap();
        let moved: Vec<_> = after
            .items
            .iter()
            .map(|one| (&one.role, &one.scope))
            .collect();
        let wanted: Vec<_> = before.iter().map(|one| (&one.role, &one.scope)).collect();
        assert_eq!(moved, wanted);
        assert_eq!(wanted.len(), 4);
        // The old name may nothing any more, not even what it resolved a moment ago.
        let refused = dana.resolve(&asked).await.unwrap_err();
        assert!(matches!(refused, Error::Denied(_)), "{refused}");
        let doe = world.who("dana.doe");
        doe.resolve(&asked).await.unwrap();
        doe.register_image(image("/acme/prod", EAST, 2))
            .await
            .unwrap();
        // What she did stays under the old name.
        let record = doe.image(made.record.id(), &p("/acme")).await.unwrap();
        assert_eq!(*record.created_by(), p("dana"));
        let told = |subject: &str| {
            let (before, after) = (Some("dana".to_owned()), Some("dana.doe".to_owned()));
            (subject.to_owned(), before, after)
        };
        let mut found = renames(&admin, "/").await;
        found.sort();
        assert_eq!(found, [told("dana"), told("dana.doe")]);
        // Whoever gets the old name later begins with nothing.
        admin.add_principal(&p("dana")).await.unwrap();
        let none = admin.grants(Some(&p("dana")), &most()).await.unwrap();
        assert_eq!(none.items, []);
        // Names that are taken, or of nobody; and who may not.
        let error = async |who: &Session, from: &str, to: &str| {
            let told = who.rename_principal(&p(from), &p(to)).await.unwrap_err();
            (told.kind(), told)
        };
        for to in ["dana", "dana.doe"] {
            let (kind, told) = error(&admin, "dana.doe", to).await;
            let taken = RenamePrincipalError::Taken { principal: p(to) };
            assert_eq!(
                (kind, told.to_string()),
                (ErrorKind::Conflict, taken.to_string())
            );
        }
        let (kind, told) = error(&admin, "nobody", "somebody").await;
        assert_eq!(kind, ErrorKind::NotFound, "{told}");
        let (_, told) = error(&doe, "olga", "olga2").await;
        assert!(matches!(told, Error::Denied(_)), "{told}");
    });
}

#[test]
fn s14_the_last_administrator_keeps_administering_under_another_name() {
    let world = World::new();
    let admin = world.admin();
    run(async {
        admin
            .rename_principal(&p("admin"), &p("root"))
            .await
            .unwrap();
        // The old name is nobody's.
        let denied = admin.add_scope(&p("/gamma")).await.unwrap_err();
        assert!(matches!(denied, Error::Denied(_)), "{denied}");
        let root = world.who("root");
        root.add_scope(&p("/gamma")).await.unwrap();
        root.grant(&p("eve"), &Role::ACTOR, &p("/gamma"), None)
            .await
            .unwrap();
        let error = root.remove_principal(&p("root")).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Conflict, "{error}");
        root.rename_principal(&p("root"), &p("admin"))
            .await
            .unwrap();
        let report = world.atlas.check().await.unwrap();
        assert_eq!(report.findings, Vec::<String>::new());
    });
}
