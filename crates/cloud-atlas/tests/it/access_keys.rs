//! Access keys: who may make them, what they stand for, and when they are refused.

use crate::support::{World, most, p, run};
use cloud_atlas::{
    Error, ErrorKind, Paging, Session,
    scope::{
        AccessKey, AccessKeyError, AccessKeyId, AddAccessKey, Permission, Role, RoleTable, Scope,
        SealedSecret,
    },
};

pub(crate) fn new_key(of: &str, scope: &str, id: &str) -> AddAccessKey {
    AddAccessKey {
        principal: p(of),
        scope: p(scope),
        id: p(id),
        until: None,
    }
}

pub(crate) fn sealed(text: &str) -> SealedSecret {
    p(text)
}

async fn add(who: &Session, of: &str, scope: &str, id: &str) -> Result<AccessKey, Error> {
    who.add_access_key(&new_key(of, scope, id), &sealed("secret"))
        .await
}

/// The principal and the project that a key stands for now.
async fn known(world: &World, id: &str) -> Option<(String, String)> {
    let found = world.atlas.known_access_key(&p(id)).await.unwrap()?;
    let key = found.record.key;
    Some((key.principal.to_string(), key.scope.to_string()))
}

async fn ids(who: &Session) -> Vec<String> {
    let found = who.access_keys(None, &most()).await.unwrap();
    found.items.iter().map(|key| key.id.to_string()).collect()
}

#[test]
fn e04_a_key_stands_for_its_principal_and_its_project_until_it_is_taken_away() {
    let world = World::new();
    let (admin, dana) = (world.admin(), world.who("dana"));
    run(async {
        assert_eq!(known(&world, "AKIDDANA").await, None);
        let made = add(&dana, "dana", "/acme", "AKIDDANA").await.unwrap();
        assert_eq!(made.created_by, p("dana"));
        let stands = Some(("dana".to_owned(), "/acme".to_owned()));
        assert_eq!(known(&world, "AKIDDANA").await, stands);
        let found = world.atlas.known_access_key(&made.id).await.unwrap();
        let found = found.unwrap();
        assert_eq!(found.record.secret, sealed("secret"));
        let scopes = admin.scopes(&most()).await.unwrap().items;
        let acme = scopes.iter().find(|one| one.scope == made.scope).unwrap();
        assert_eq!(Some(found.account), acme.account_number);

        dana.disable_access_key(&made.id).await.unwrap();
        assert_eq!(known(&world, "AKIDDANA").await, None);
        dana.enable_access_key(&made.id).await.unwrap();
        assert_eq!(known(&world, "AKIDDANA").await, stands);
        dana.remove_access_key(&made.id).await.unwrap();
        assert_eq!(known(&world, "AKIDDANA").await, None);
        let gone = dana.remove_access_key(&made.id).await.unwrap_err();
        assert_eq!(gone.kind(), ErrorKind::NotFound);
        assert_eq!(
            gone.to_string(),
            "there is no access key `AKIDDANA` that can be seen from /"
        );
    });
}

#[test]
fn s14_a_key_of_somebody_else_is_made_by_who_may_act_as_anybody() {
    // Whoever had a key of the administrator would be one.
    let roles = RoleTable::built_in();
    let managers: Role = p("managers");
    let roles = roles.with(managers.clone(), [Permission::PrincipalManage]);
    let keepers: Role = p("keepers");
    let roles = roles.with(keepers.clone(), [Permission::AccessKeyManage]);
    let world = World::unfurnished(roles);
    let (admin, dana, eve) = (world.admin(), world.who("dana"), world.who("eve"));
    run(async {
        let (root, acme) = (Scope::global(), p::<Scope>("/acme"));
        admin.add_scope(&acme).await.unwrap();
        admin.add_scope(&p("/beta")).await.unwrap();
        for who in ["dana", "eve"] {
            admin.add_principal(&p(who)).await.unwrap();
        }
        // All of an account, and the people of the whole store, are not enough.
        admin
            .grant(&p("dana"), &Role::ADMIN, &acme, None)
            .await
            .unwrap();
        admin
            .grant(&p("dana"), &managers, &root, None)
            .await
            .unwrap();
        for of in ["admin", "eve"] {
            let denied = add(&dana, of, "/acme", "AKIDX").await.unwrap_err();
            assert_eq!(denied.kind(), ErrorKind::Denied, "{denied}");
            let Error::Denied(denied) = denied else {
                panic!("{denied}")
            };
            assert!(
                denied.to_string().contains("`access-key.manage`"),
                "{denied}"
            );
        }
        // Her own are for a project that she sees.
        add(&dana, "dana", "/acme", "AKIDDANA").await.unwrap();
        let unseen = add(&eve, "eve", "/acme", "AKIDEVE").await.unwrap_err();
        assert_eq!(unseen.kind(), ErrorKind::Denied, "{unseen}");
        // Whoever sees that a key is there may not change it for that; others do not see it.
        let id: AccessKeyId = p("AKIDROOT");
        add(&admin, "admin", "/acme", "AKIDROOT").await.unwrap();
        for (who, kind) in [(&dana, ErrorKind::Denied), (&eve, ErrorKind::NotFound)] {
            let until = p("2027-01-01T00:00:00Z");
            let (next, secret) = (p("AKIDNEXT"), sealed("mine"));
            let rotated = who.rotate_access_key(&id, &next, &secret, until).await;
            assert_eq!(rotated.unwrap_err().kind(), kind);
            assert_eq!(who.disable_access_key(&id).await.unwrap_err().kind(), kind);
            assert_eq!(who.enable_access_key(&id).await.unwrap_err().kind(), kind);
            assert_eq!(who.remove_access_key(&id).await.unwrap_err().kind(), kind);
            let seen = admin.sealed_access_keys(&most()).await.unwrap().items;
            let resealed = who.reseal_access_key(&seen[0], &secret).await;
            assert_eq!(resealed.unwrap_err().kind(), ErrorKind::Denied);
            let all = who.sealed_access_keys(&most()).await;
            assert_eq!(all.unwrap_err().kind(), ErrorKind::Denied);
        }
        assert_eq!(ids(&admin).await, ["AKIDDANA", "AKIDROOT"]);
        // A role at `/` lets one look, as all do.
        assert_eq!(ids(&dana).await, ["AKIDDANA", "AKIDROOT"]);
        assert_eq!(ids(&eve).await, [""; 0]);
        let others = eve.access_keys(Some(&p("dana")), &most()).await;
        assert_eq!(others.unwrap_err().kind(), ErrorKind::Denied);
        admin.grant(&p("eve"), &keepers, &root, None).await.unwrap();
        add(&eve, "dana", "/beta", "AKIDBETA").await.unwrap();
        eve.remove_access_key(&id).await.unwrap();
        assert_eq!(known(&world, "AKIDROOT").await, None);
    });
}

#[test]
fn e04_a_key_that_is_rotated_goes_on_until_its_grace_is_over() {
    let world = World::new();
    let dana = world.who("dana");
    run(async {
        let one = add(&dana, "dana", "/acme", "AKIDONE").await.unwrap();
        world.clock.advance_secs(60);
        let until = p("2026-08-01T12:10:00Z");
        let (id, secret) = (p("AKIDTWO"), sealed("other"));
        let two = dana.rotate_access_key(&one.id, &id, &secret, until).await;
        let two = two.unwrap();
        assert_eq!((&two.principal, &two.scope), (&one.principal, &one.scope));
        assert_eq!((two.until, two.disabled), (None, None));
        assert!(known(&world, "AKIDONE").await.is_some());
        assert!(known(&world, "AKIDTWO").await.is_some());
        // There is room for one that takes the other's place, and no more.
        let full = add(&dana, "dana", "/acme", "AKIDMORE").await.unwrap_err();
        assert_eq!(full.kind(), ErrorKind::Conflict);
        let next = p("AKIDTHREE");
        let full = dana.rotate_access_key(&two.id, &next, &secret, until).await;
        assert!(matches!(
            full,
            Err(Error::AccessKey(AccessKeyError::TooMany { .. }))
        ));
        add(&dana, "dana", "/acme/prod", "AKIDPROD").await.unwrap();

        world.clock.advance_secs(3600);
        assert_eq!(known(&world, "AKIDONE").await, None);
        assert!(known(&world, "AKIDTWO").await.is_some());
        assert_eq!(ids(&dana).await, ["AKIDONE", "AKIDPROD", "AKIDTWO"]);
        let ended = dana.enable_access_key(&one.id).await.unwrap_err();
        assert_eq!(ended.kind(), ErrorKind::Conflict);
        // What has ended goes when another key comes. A moment that is over means now.
        let three = dana.rotate_access_key(&two.id, &next, &secret, until).await;
        let three = three.unwrap();
        assert_eq!(known(&world, "AKIDTWO").await, None);
        assert_eq!(ids(&dana).await, ["AKIDPROD", "AKIDTHREE", "AKIDTWO"]);
        assert!(known(&world, three.id.as_str()).await.is_some());
    });
}

#[test]
fn s14_keys_move_and_go_with_their_principal_and_their_project() {
    let world = World::new();
    let admin = world.admin();
    run(async {
        let (gamma, delta) = (p::<Scope>("/gamma"), p::<Scope>("/delta"));
        admin.add_scope(&gamma).await.unwrap();
        admin.add_principal(&p("carl")).await.unwrap();
        add(&admin, "carl", "/gamma", "AKIDCARL").await.unwrap();
        add(&admin, "dana", "/gamma", "AKIDDANA").await.unwrap();
        admin.rename_scope(&gamma, &delta).await.unwrap();
        admin.rename_principal(&p("carl"), &p("ivy")).await.unwrap();
        let ivys = Some(("ivy".to_owned(), "/delta".to_owned()));
        assert_eq!(known(&world, "AKIDCARL").await, ivys);
        let of_ivy = admin.access_keys(Some(&p("ivy")), &most()).await.unwrap();
        assert_eq!(of_ivy.items.len(), 1);
        // Whoever gets the name of one who went starts with nothing.
        admin.remove_principal(&p("ivy")).await.unwrap();
        assert_eq!(known(&world, "AKIDCARL").await, None);
        assert!(known(&world, "AKIDDANA").await.is_some());
        admin.remove_scope(&delta).await.unwrap();
        assert_eq!(known(&world, "AKIDDANA").await, None);
        assert_eq!(ids(&admin).await, [""; 0]);
        assert_eq!(world.atlas.check().await.unwrap().findings, [""; 0]);
    });
}

#[test]
fn a_secret_is_sealed_anew_where_it_is_what_was_seen() {
    let world = World::new();
    let admin = world.admin();
    run(async {
        add(&admin, "dana", "/acme", "AKIDDANA").await.unwrap();
        let seen = admin.sealed_access_keys(&most()).await.unwrap().items;
        let seen = &seen[0];
        assert!(
            admin
                .reseal_access_key(seen, &sealed("anew"))
                .await
                .unwrap()
        );
        assert!(
            !admin
                .reseal_access_key(seen, &sealed("late"))
                .await
                .unwrap()
        );
        let found = world.atlas.known_access_key(&seen.key.id).await.unwrap();
        assert_eq!(found.unwrap().record.secret, sealed("anew"));
        // What is listed, and what the trail tells, has none of it.
        let listed = admin.access_keys(None, &Paging::default()).await.unwrap();
        let events = admin.events(&p("/acme"), &most()).await.unwrap();
        for text in [
            serde_json::to_string(&listed.items).unwrap(),
            serde_json::to_string(&events.items).unwrap(),
        ] {
            assert!(text.contains("AKIDDANA"), "{text}");
            assert!(
                !text.contains("secret") && !text.contains(r#""anew""#),
                "{text}"
            );
        }
        assert!(!format!("{seen:?}").contains(r#""secret""#), "{seen:?}");
    });
}
