//! Copies, promotions, role maps, and the way back from a cloud's id.

use crate::support::{World, add_credential, ami, every, image, most, p, run};
use cloud_atlas::{
    Error, ErrorKind, Session,
    image::{
        CopyError, CopyImage, ImageRecordId, MakeRoleMap, Origin, PromoteError, RegisterError,
        RoleMapError, RoleOs, Warning,
    },
    image_id::Cloud,
    scope::{Role, Scope},
};

const EAST: &str = "aws/us-east-1";
const WEST: &str = "aws/us-west-2";

pub(crate) fn role(scope: &str, name: &str) -> MakeRoleMap {
    let os = RoleOs {
        family: p("fedora-coreos"),
        generation: p("44"),
    };
    MakeRoleMap::new(p(scope), p(name), os)
}

/// What was done at a scope, newest first.
async fn done(who: &Session, scope: &str) -> Vec<String> {
    let events = every(1000, async |paging| {
        who.events(&p::<Scope>(scope), &paging).await
    });
    let events = events.await.into_iter();
    let told = |event: cloud_atlas::AuditEvent| format!("{} {}", event.action, event.subject);
    events.map(told).collect()
}

#[test]
fn l05_a_copy_is_kept_beside_its_source() {
    let world = World::new();
    let dana = world.who("dana");
    run(async {
        let source = dana.register_image(image("/acme/dev", EAST, 1)).await;
        let source = source.unwrap().record;
        let (id, dev) = (source.id(), p::<Scope>("/acme/dev"));
        assert_eq!(dana.check_copy(id, &dev, &p(WEST)).await.unwrap(), source);
        let to = CopyImage::new(p(WEST));
        let copied = dana.copy_image(id, &dev, to.clone(), ami(2)).await.unwrap();
        assert_eq!(copied.record.scope(), &dev);
        assert_eq!(copied.record.origin(), &Origin::Copied { from: id });
        let kept = dana.image(copied.record.id(), &dev).await.unwrap();
        assert_eq!(kept, copied.record);
        let event = format!("image.copy {}", copied.record.id());
        assert!(done(&dana, "/acme/dev").await.contains(&event));

        let error = dana.check_copy(id, &dev, &p(EAST)).await.unwrap_err();
        assert!(
            matches!(error, Error::Copy(CopyError::SameLocation { .. })),
            "{error}"
        );
        let again = dana.copy_image(id, &dev, to.clone(), ami(2)).await;
        assert_eq!(again.unwrap_err().kind(), ErrorKind::Conflict);
        // Who cannot see the source learns nothing of it, and who may not copy is told so.
        let bert = world.who("bert");
        let error = bert
            .check_copy(id, &p("/beta"), &p(WEST))
            .await
            .unwrap_err();
        let (nothing, beta) = (ImageRecordId::from_u128(1), p("/beta"));
        let absent = bert.check_copy(nothing, &beta, &p(WEST)).await;
        let absent = absent.unwrap_err().to_string();
        let none = ImageRecordId::from_u128(1).to_string();
        assert_eq!(error.to_string().replace(&id.to_string(), &none), absent);
        let account = dana.register_image(image("/acme", EAST, 3)).await.unwrap();
        let olga = world.who("olga");
        let prod = p("/acme/prod");
        let denied = olga
            .copy_image(account.record.id(), &prod, to, ami(4))
            .await;
        assert_eq!(denied.unwrap_err().kind(), ErrorKind::Denied);
    });
}

#[test]
fn l06_a_record_goes_up_level_by_level_with_its_id() {
    let world = World::new();
    let admin = world.admin();
    run(async {
        let mut ask = image("/acme/dev", EAST, 1);
        ask.shared = Some(false);
        let record = admin.register_image(ask).await.unwrap().record;
        let (id, dev) = (record.id(), p::<Scope>("/acme/dev"));
        // Dana writes in the account, and not above it.
        let dana = world.who("dana");
        let account = dana.promote_image(id, &dev, None).await.unwrap();
        assert_eq!((account.scope(), account.id()), (&p("/acme"), id));
        for scope in ["/acme", "/acme/dev", "/acme/prod"] {
            assert_eq!(dana.image(id, &p(scope)).await.unwrap(), account);
        }
        let denied = dana.promote_image(id, &dev, None).await.unwrap_err();
        assert_eq!(denied.kind(), ErrorKind::Denied, "{denied}");
        let above = admin.promote_image(id, &dev, None).await.unwrap_err();
        assert!(
            matches!(
                above,
                Error::Promote(PromoteError::Register(RegisterError::NoCredential { .. }))
            ),
            "{above}"
        );
        add_credential(&admin, "/", Cloud::Aws).await.unwrap();
        let global = admin.promote_image(id, &dev, None).await.unwrap();
        assert_eq!(global.scope(), &p("/"));
        let bert = world.who("bert");
        assert_eq!(bert.image(id, &p("/beta/prod")).await.unwrap(), global);
        // The key went with it.
        let taken = admin.register_image(image("/acme/dev", EAST, 1)).await;
        assert_eq!(taken.unwrap_err().kind(), ErrorKind::Conflict);
        let top = admin.promote_image(id, &dev, None).await.unwrap_err();
        assert!(matches!(top, Error::Promote(PromoteError::AtTheTop { .. })));
        let event = format!("image.edit {id}");
        for scope in ["/", "/acme"] {
            assert!(done(&admin, scope).await.contains(&event), "{scope}");
        }
        assert_eq!(world.atlas.check().await.unwrap().findings, [""; 0]);
    });
}

#[test]
fn l06_what_another_scope_holds_is_not_shadowed() {
    let world = World::new();
    let dana = world.who("dana");
    run(async {
        let mut records = Vec::new();
        for scope in ["/acme/dev", "/acme/prod"] {
            let registered = dana.register_image(image(scope, EAST, 1)).await.unwrap();
            records.push(registered.record.id());
        }
        let error = dana.promote_image(records[0], &p("/acme/dev"), None).await;
        let error = error.unwrap_err();
        assert!(
            matches!(error, Error::Promote(PromoteError::Shadowed { .. })),
            "{error}"
        );
        assert_eq!(error.kind(), ErrorKind::Conflict);
    });
}

#[test]
fn l06_what_another_account_holds_is_not_shadowed_from_the_top() {
    let world = World::new();
    let (admin, bert) = (world.admin(), world.who("bert"));
    run(async {
        add_credential(&admin, "/", Cloud::Aws).await.unwrap();
        let mine = admin.register_image(image("/acme", EAST, 1)).await;
        let mine = mine.unwrap().record.id();
        bert.register_image(image("/beta/prod", EAST, 1))
            .await
            .unwrap();
        let refused = admin.promote_image(mine, &p("/acme"), None).await;
        let refused = refused.unwrap_err();
        assert!(
            matches!(&refused, Error::Promote(PromoteError::Shadowed { scopes, .. })
                if *scopes == [p("/beta/prod")]),
            "{refused}"
        );
    });
}

#[test]
fn l10_a_role_map_is_made_filled_changed_and_removed() {
    let world = World::new();
    let dana = world.who("dana");
    run(async {
        let acme = p::<Scope>("/acme");
        let mut asked = role("/acme", "web");
        asked.needs.agent = true;
        let map = dana.make_role_map(asked.clone()).await.unwrap();
        let taken = dana.make_role_map(asked).await.unwrap_err();
        assert!(matches!(taken, Error::NameTaken { .. }), "{taken}");
        let mut ids = Vec::new();
        for (location, number) in [(EAST, 1), (WEST, 2), (EAST, 3)] {
            let record = dana.register_image(image("/acme", location, number)).await;
            ids.push(record.unwrap().record.id());
        }
        let name = p("web");
        for (place, replaced) in [(0, None), (1, None), (2, Some(ids[0]))] {
            let set = dana.set_role_image(&name, &acme, ids[place]).await.unwrap();
            assert_eq!(set.replaced, replaced);
        }
        let seen = dana.role_map(&name, &p("/acme/prod")).await.unwrap();
        assert_eq!((seen.id(), seen.images().len()), (map.id(), 2));
        assert_eq!(seen.images()[&p(EAST)], ids[2]);
        let mut other = image("/acme", WEST, 4);
        other.os = None;
        other.via = cloud_atlas::image::Via::Ec2;
        let other = dana.register_image(other).await.unwrap().record.id();
        let error = dana.set_role_image(&name, &acme, other).await.unwrap_err();
        assert!(
            matches!(error, Error::RoleMap(RoleMapError::OsUnknown { .. })),
            "{error}"
        );
        // An image that only one environment sees serves no map of the account.
        let own = dana
            .register_image(image("/acme/dev", WEST, 5))
            .await
            .unwrap();
        let error = dana
            .set_role_image(&name, &p("/acme/dev"), own.record.id())
            .await;
        assert_eq!(error.unwrap_err().kind(), ErrorKind::NotFound);
        let map = dana.unset_role_image(&name, &acme, &p(WEST)).await.unwrap();
        assert_eq!(map.images().len(), 1);
        let none = dana
            .unset_role_image(&name, &acme, &p(WEST))
            .await
            .unwrap_err();
        assert!(matches!(none, Error::RoleMap(RoleMapError::NoImage { .. })));
        // A scope that holds one is not empty.
        let own = dana.make_role_map(role("/acme/prod", "own")).await.unwrap();
        assert_eq!(own.scope(), &p("/acme/prod"));
        let full = world
            .admin()
            .remove_scope(&p("/acme/prod"))
            .await
            .unwrap_err();
        assert!(full.to_string().contains("role map"), "{full}");
        dana.remove_role_map(&name, &acme).await.unwrap();
        let gone = dana.role_map(&name, &acme).await.unwrap_err();
        assert_eq!(gone.kind(), ErrorKind::NotFound);
        // Each change is in the history.
        let event = format!("role-map.edit {}", map.id());
        let told = done(&dana, "/acme").await;
        assert_eq!(told.iter().filter(|one| **one == event).count(), 6);
    });
}

#[test]
fn l10_role_maps_that_cannot_be_seen_read_like_none() {
    let world = World::new();
    let admin = world.admin();
    run(async {
        let mut hidden = role("/acme", "secret");
        hidden.shared = Some(false);
        admin.make_role_map(hidden).await.unwrap();
        admin
            .make_role_map(role("/acme/dev", "near"))
            .await
            .unwrap();
        admin.make_role_map(role("/acme", "common")).await.unwrap();
        let olga = world.who("olga");
        let prod = p::<Scope>("/acme/prod");
        let names = |maps: &[cloud_atlas::image::RoleMap]| -> Vec<String> {
            maps.iter().map(|map| map.name().to_string()).collect()
        };
        let maps = olga.role_maps(&prod, &most()).await.unwrap().items;
        assert_eq!(names(&maps), ["common"]);
        let secret = olga.role_map(&p("secret"), &prod).await.unwrap_err();
        let absent = olga.role_map(&p("absent"), &prod).await.unwrap_err();
        let secret = secret.to_string().replace("secret", "absent");
        assert_eq!(secret, absent.to_string());
        let dev = admin
            .role_maps(&p("/acme/dev"), &most())
            .await
            .unwrap()
            .items;
        assert_eq!(names(&dev), ["near", "common"]);
        let denied = olga.remove_role_map(&p("common"), &prod).await.unwrap_err();
        assert_eq!(denied.kind(), ErrorKind::Denied);
        let denied = olga.make_role_map(role("/acme/prod", "own")).await;
        assert_eq!(denied.unwrap_err().kind(), ErrorKind::Denied);
        let bert = world
            .who("bert")
            .role_maps(&prod, &most())
            .await
            .unwrap_err();
        assert_eq!(bert.kind(), ErrorKind::Denied);
    });
}

#[test]
fn an_id_leads_to_its_records_and_to_what_holds_them() {
    let world = World::new();
    let admin = world.admin();
    run(async {
        let mut ids = Vec::new();
        for (scope, location, shared) in [
            ("/acme/prod", EAST, true),
            ("/acme", WEST, true),
            ("/acme", "aws/eu-west-1", false),
            ("/acme/dev", WEST, true),
            ("/beta", WEST, true),
        ] {
            // Below the account first: a higher scope may register what a lower one holds.
            let mut ask = image(scope, location, 1);
            ask.shared = Some(shared);
            match admin.register_image(ask).await {
                Ok(registered) => ids.push(registered.record.id()),
                Err(error) => assert_eq!((scope, error.kind()), ("/acme/dev", ErrorKind::Conflict)),
            }
        }
        admin.register_image(image("/acme", WEST, 2)).await.unwrap();
        admin.make_role_map(role("/acme", "web")).await.unwrap();
        admin
            .set_role_image(&p("web"), &p("/acme"), ids[1])
            .await
            .unwrap();
        let found = admin
            .find_images(&[ami(1)], &p("/acme/prod"))
            .await
            .unwrap();
        let told: Vec<_> = found
            .iter()
            .map(|found| (found.record.id(), found.referrers.len()))
            .collect();
        assert_eq!(told, [(ids[0], 0), (ids[1], 1)]);
        let none = admin
            .find_images(&[ami(9)], &p("/acme/prod"))
            .await
            .unwrap();
        assert!(none.is_empty());
        let eve = world.who("eve").find_images(&[ami(1)], &p("/acme")).await;
        assert_eq!(eve.unwrap_err().kind(), ErrorKind::Denied);
    });
}

#[test]
fn i03_each_of_many_stands_for_itself_where_that_is_asked_for() {
    let world = World::new();
    let admin = world.admin();
    run(async {
        admin
            .grant(&p("eve"), &Role::DESIGNER, &p("/acme/dev"), None)
            .await
            .unwrap();
        let eve = world.who("eve");
        let mut plain = image("/acme/dev", EAST, 3);
        plain.agent = Some(cloud_atlas::image::AgentFacts::Absent);
        let many = vec![
            image("/acme/dev", EAST, 1),
            image("/acme/dev", EAST, 1),
            image("/acme", EAST, 2),
            plain,
        ];
        let before = world.atlas.count().await.unwrap();
        match eve.register_images(many.clone()).await.unwrap_err() {
            Error::ManyRefused { all: 4, refused } => {
                let numbers: Vec<_> = refused.iter().map(|one| one.number).collect();
                assert_eq!(numbers, [2, 3]);
            }
            error => panic!("{error}"),
        }
        assert_eq!(world.atlas.count().await.unwrap(), before);
        let done = eve.register_each(many, &|_| {}).await.unwrap();
        let numbers: Vec<_> = done.registered.iter().map(|(number, _)| *number).collect();
        assert_eq!(numbers, [1, 4]);
        assert_eq!(done.registered[1].1.warnings, [Warning::AgentMissing]);
        let kinds: Vec<_> = done
            .refused
            .iter()
            .map(|one| (one.number, one.error.kind()))
            .collect();
        assert_eq!(kinds, [(2, ErrorKind::Conflict), (3, ErrorKind::Denied)]);
    });
}
