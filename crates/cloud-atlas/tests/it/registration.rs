//! Credentials, images, scopes and people.

use crate::support::{World, add_credential, ami, image, most, p, run};
use cloud_atlas::{
    Error, ErrorKind, RegisterImage,
    image::{AlreadyRegistered, RegisterError, Via, Warning},
    image_id::{Cloud, ImageId},
    scope::{GrantError, RemovePrincipalError, RemoveScopeError, RevokeError, Role, Scope},
};

const EAST: &str = "aws/us-east-1";

#[test]
fn c02_an_image_is_registered_at_or_below_its_credential() {
    let world = World::new();
    let admin = world.admin();
    run(async {
        for scope in ["/acme", "/acme/prod"] {
            let registered = admin.register_image(image(scope, EAST, 1)).await;
            assert!(registered.is_ok() == (scope == "/acme"), "I05 below");
        }
        let refused = admin.register_image(image("/", EAST, 1)).await.unwrap_err();
        // From `/` nobody looks into accounts; from an account one sees its environments.
        match &refused {
            Error::Register(RegisterError::NoCredential {
                scope, location, ..
            }) => {
                assert_eq!((scope, location), (&p("/"), &p(EAST)));
            }
            error => panic!("{error}"),
        }
        add_credential(&admin, "/acme/dev", Cloud::Azure)
            .await
            .unwrap();
        let urn = ImageId::parse(Cloud::Azure, "Canonical:ubuntu:server:24.04.1").unwrap();
        let mut ask = RegisterImage::new(p("/acme"), p("azure"), urn, Via::Form);
        ask.os = image("/acme", EAST, 1).os;
        match admin.register_image(ask.clone()).await.unwrap_err() {
            Error::Register(RegisterError::NoCredential { possible, .. }) => {
                assert_eq!(possible, [p::<Scope>("/acme/dev")]);
            }
            error => panic!("{error}"),
        }
        ask.scope = p("/acme/prod");
        let sibling = admin.register_image(ask.clone()).await.unwrap_err();
        match &sibling {
            Error::Register(RegisterError::NoCredential { possible, .. }) => {
                assert!(
                    possible.is_empty(),
                    "S02: a sibling's credential is not told of"
                );
            }
            error => panic!("{error}"),
        }
        ask.scope = p("/acme/dev");
        let record = admin.register_image(ask).await.unwrap().record;
        assert_eq!(record.location(), &p("azure"));
    });
}

#[test]
fn i05_the_same_image_is_registered_once_on_a_branch_from_above() {
    let world = World::new();
    let admin = world.admin();
    run(async {
        // Two environments may both hold it, and then the account may too.
        let dev = admin
            .register_image(image("/acme/dev", EAST, 1))
            .await
            .unwrap();
        let prod = admin
            .register_image(image("/acme/prod", EAST, 1))
            .await
            .unwrap();
        assert_eq!((dev.warnings, prod.warnings), (vec![], vec![]));
        let above = admin.register_image(image("/acme", EAST, 1)).await.unwrap();
        assert_eq!(
            above.warnings,
            [Warning::ShadowedBelow {
                scopes: vec![p("/acme/dev"), p("/acme/prod")]
            }]
        );
        let refused = async |ask: RegisterImage| match admin.register_image(ask).await {
            Err(Error::Register(RegisterError::AlreadyRegistered(already))) => {
                let AlreadyRegistered { holder, .. } = *already;
                holder
            }
            other => panic!("{other:?}"),
        };
        // In the same scope, and below it, in every spelling of the id.
        let id = above.record.id();
        for scope in ["/acme", "/acme/dev"] {
            let holder = refused(image(scope, EAST, 1)).await;
            assert!(holder.is_some());
        }
        let other = image("/acme", "aws/us-west-2", 1);
        admin.register_image(other).await.unwrap();
        assert_eq!(
            refused(image("/acme", EAST, 1)).await,
            Some((id, p("/acme")))
        );
        // A holder that cannot be seen is not named.
        let mut hidden = image("/acme", EAST, 2);
        hidden.shared = Some(false);
        admin.register_image(hidden).await.unwrap();
        assert_eq!(refused(image("/acme/prod", EAST, 2)).await, None);
        // Another account is another world.
        admin.register_image(image("/beta", EAST, 1)).await.unwrap();
    });
}

#[test]
fn i05_who_registers_at_the_top_is_told_of_what_accounts_hold() {
    let world = World::new();
    let admin = world.admin();
    run(async {
        add_credential(&admin, "/", Cloud::Aws).await.unwrap();
        for scope in ["/acme/prod", "/beta"] {
            let mut ask = image(scope, EAST, 1);
            ask.credential = Some(p("aws-main"));
            admin.register_image(ask).await.unwrap();
        }
        let mut ask = image("/", EAST, 1);
        ask.credential = Some(p("aws-main"));
        let warnings = admin.register_image(ask).await.unwrap().warnings;
        let scopes = vec![p("/acme/prod"), p("/beta")];
        assert_eq!(warnings, [Warning::ShadowedBelow { scopes }]);
    });
}

#[test]
fn i05_canonical_forms_are_compared() {
    let world = World::new();
    let admin = world.admin();
    run(async {
        add_credential(&admin, "/acme", Cloud::Azure).await.unwrap();
        let ask = |text: &str, location: &str| {
            let id = ImageId::parse(Cloud::Azure, text).unwrap();
            let mut ask = RegisterImage::new(p("/acme"), p(location), id, Via::Form);
            ask.os = image("/acme", EAST, 1).os;
            ask
        };
        let first = ask("Canonical:ubuntu:server:24.04.1", "azure");
        admin.register_image(first).await.unwrap();
        let again = ask("canonical:Ubuntu:SERVER:24.04.1", "azure/westeurope");
        let error = admin.register_image(again).await.unwrap_err();
        assert!(
            matches!(error, Error::Register(RegisterError::AlreadyRegistered(_))),
            "{error}"
        );
        assert_eq!(error.kind(), ErrorKind::Conflict);
        // The ARN of an AMI says no more than the place and the AMI.
        let made = admin.register_image(image("/acme", EAST, 1)).await;
        let made = made.unwrap().record;
        for account in ["", "123456789012"] {
            let text = format!("arn:aws:ec2:us-east-1:{account}:image/{}", ami(1));
            let mut again = image("/acme/prod", EAST, 1);
            again.image_id = ImageId::parse(Cloud::Aws, &text).unwrap();
            let (id, acme) = (again.image_id.clone(), p("/acme"));
            let found = admin.find_images(&[id], &acme).await.unwrap();
            assert_eq!(found[0].record, made);
            let error = admin.register_image(again).await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Conflict, "{error}");
        }
        let other = ImageId::parse(
            Cloud::Aws,
            &format!("arn:aws:ec2:us-east-2::image/{}", ami(1)),
        );
        let found = admin.find_images(&[other.unwrap()], &p("/acme")).await;
        assert_eq!(found.unwrap(), []);
    });
}

#[test]
fn c03_a_credential_in_use_stays() {
    let world = World::new();
    let admin = world.admin();
    run(async {
        add_credential(&admin, "/", Cloud::OpenStack).await.unwrap();
        let id = "6c8f6e0e-1111-4222-8333-9f2b1a2c3d4e";
        for (scope, region) in [
            ("/acme", "openstack/RegionOne"),
            ("/beta/prod", "openstack/RegionOne"),
        ] {
            let mut ask = image(scope, EAST, 1);
            ask.location = p(region);
            ask.image_id = ImageId::parse(Cloud::OpenStack, id).unwrap();
            admin.register_image(ask).await.unwrap();
        }
        let error = admin
            .remove_credential(&p("/"), &p("openstack-main"))
            .await
            .unwrap_err();
        assert!(error.to_string().contains('2'), "{error}");
        assert_eq!(error.kind(), ErrorKind::Conflict);
        admin
            .remove_credential(&p("/acme"), &p("gcp-main"))
            .await
            .unwrap();
        let error = admin
            .remove_credential(&p("/acme"), &p("gcp-main"))
            .await
            .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NotFound);
        let left = admin
            .credentials(&p("/acme/prod"), &most())
            .await
            .unwrap()
            .items;
        let left: Vec<_> = left
            .iter()
            .map(|one| (one.scope().as_str(), one.name().as_str()))
            .collect();
        assert_eq!(left, [("/acme", "aws-main"), ("/", "openstack-main")]);
        let error = add_credential(&admin, "/acme", Cloud::Aws)
            .await
            .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Conflict, "{error}");
        let error = add_credential(&admin, "/nowhere", Cloud::Aws)
            .await
            .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NotFound, "{error}");
    });
}

#[test]
fn i02_a_location_that_the_cloud_does_not_use_is_dropped_and_found_again() {
    let world = World::new();
    let admin = world.admin();
    run(async {
        let mut ask = image("/acme", EAST, 1);
        ask.location = p("gcp/us-central1");
        ask.image_id = ImageId::parse(Cloud::Gcp, "projects/p-one/global/images/x").unwrap();
        let registered = admin.register_image(ask.clone()).await.unwrap();
        assert_eq!(registered.record.location(), &p("gcp"));
        assert_eq!(
            registered
                .warnings
                .iter()
                .map(Warning::code)
                .collect::<Vec<_>>(),
            ["location-ignored"]
        );
        let again = admin.register_image(ask).await.unwrap_err();
        assert!(
            matches!(again, Error::Register(RegisterError::AlreadyRegistered(_))),
            "{again}"
        );
    });
}

#[test]
fn s14_scopes_and_principals_come_and_go() {
    let world = World::new();
    let admin = world.admin();
    run(async {
        let full = admin.remove_scope(&p("/acme")).await.unwrap_err();
        assert!(
            matches!(full, Error::RemoveScope(RemoveScopeError::NotEmpty { .. })),
            "{full}"
        );
        assert!(admin.remove_scope(&p("/")).await.is_err());
        admin.remove_scope(&p("/beta/prod")).await.unwrap();
        // With a scope go the grants on it, and they do not come back with its name.
        admin
            .grant(&p("eve"), &p("observer"), &p("/acme/dev"), None)
            .await
            .unwrap();
        admin.remove_scope(&p("/acme/dev")).await.unwrap();
        admin.add_scope(&p("/acme/dev")).await.unwrap();
        let eve = world.who("eve");
        assert!(eve.mcis(&p("/acme/dev"), &most()).await.is_err());
        assert!(
            admin
                .grants(Some(&p("eve")), &most())
                .await
                .unwrap()
                .items
                .is_empty()
        );
        // A principal goes with her grants.
        admin.remove_principal(&p("olga")).await.unwrap();
        admin.add_principal(&p("olga")).await.unwrap();
        assert!(
            world
                .who("olga")
                .mcis(&p("/acme/prod"), &most())
                .await
                .is_err()
        );
        let again = admin.add_principal(&p("olga")).await.unwrap_err();
        assert_eq!(again.kind(), ErrorKind::Conflict, "{again}");
        let again = admin.add_scope(&p("/acme")).await.unwrap_err();
        assert_eq!(again.kind(), ErrorKind::Conflict, "{again}");
        // The last administrator stays.
        let error = admin.remove_principal(&p("admin")).await.unwrap_err();
        assert!(matches!(
            error,
            Error::RemovePrincipal(RemovePrincipalError::LastAdmin { .. })
        ));
        let error = admin
            .revoke(&p("admin"), &Role::ADMIN, &p("/"))
            .await
            .unwrap_err();
        assert!(matches!(
            error,
            Error::Revoke(RevokeError::LastAdmin { .. })
        ));
        let soon = Some(p("2026-08-02T00:00:00Z"));
        let error = admin
            .grant(&p("admin"), &Role::ADMIN, &p("/"), soon)
            .await
            .unwrap_err();
        assert!(
            matches!(error, Error::Grant(GrantError::LastAdmin { .. })),
            "{error}"
        );
        admin
            .grant(&p("dana"), &Role::ADMIN, &p("/"), None)
            .await
            .unwrap();
        admin
            .revoke(&p("admin"), &Role::ADMIN, &p("/"))
            .await
            .unwrap();
        assert!(admin.add_scope(&p("/late")).await.is_err());
        // Every account has a number of its own.
        let scopes = world.who("dana").scopes(&most()).await.unwrap().items;
        let numbers: std::collections::BTreeSet<_> = scopes
            .iter()
            .filter_map(|record| record.account_number)
            .collect();
        assert_eq!(numbers.len(), 2);
    });
}

#[test]
fn nothing_is_made_where_there_is_no_scope() {
    let world = World::new();
    let admin = world.admin();
    let nowhere = p::<Scope>("/acme/nowhere");
    run(async {
        let errors = [
            admin.create_mci(&nowhere, p("web")).await.unwrap_err(),
            admin
                .register_image(image("/acme/nowhere", EAST, 1))
                .await
                .unwrap_err(),
            add_credential(&admin, "/acme/nowhere", Cloud::Aws)
                .await
                .unwrap_err(),
            admin.remove_scope(&nowhere).await.unwrap_err(),
        ];
        for error in errors {
            assert_eq!(error.kind(), ErrorKind::NotFound, "{error}");
        }
        let error = admin.grant(&p("eve"), &p("observer"), &nowhere, None).await;
        assert!(matches!(
            error,
            Err(Error::Grant(GrantError::UnknownScope { .. }))
        ));
        let error = admin.add_scope(&p("/void/prod")).await.unwrap_err();
        assert!(matches!(error, Error::AddScope(_)), "{error}");
    });
}

#[test]
fn many_are_registered_together_or_not_at_all() {
    let world = World::new();
    let dana = world.who("dana");
    run(async {
        let many: Vec<_> = (1..=3).map(|number| image("/acme", EAST, number)).collect();
        let registered = dana.register_images(many.clone()).await.unwrap();
        assert_eq!(registered.len(), 3);
        let before = world.atlas.count().await.unwrap();

        // The second of these is the first of those.
        let again = vec![image("/acme", EAST, 9), many[0].clone()];
        let refused = dana.register_images(again).await.unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::Conflict);
        let Error::OneOfMany { number: 2, source } = refused else {
            panic!("{refused:?}");
        };
        let alone = dana.register_image(many[0].clone()).await.unwrap_err();
        assert_eq!(source.to_string(), alone.to_string());

        // One of them twice, and one where she may not.
        let twice = vec![image("/acme", EAST, 8), image("/acme", EAST, 8)];
        let refused = dana.register_images(twice).await.unwrap_err();
        assert!(matches!(refused, Error::OneOfMany { number: 2, .. }));
        let elsewhere = vec![image("/acme", EAST, 7), image("/beta", EAST, 7)];
        let refused = dana.register_images(elsewhere).await.unwrap_err();
        assert!(matches!(refused, Error::OneOfMany { number: 2, .. }));
        assert_eq!(refused.kind(), ErrorKind::Denied);
        assert_eq!(world.atlas.count().await.unwrap(), before);
    });
}
