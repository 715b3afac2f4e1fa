//! Publishing: what is needed, what comes along, who may launch it.

use super::{asked, linking, market, publish, publish_mci, refused, revised};
use crate::support::{image, most, p, run};
use cloud_atlas::{
    Error, LineageKind, OfferHead, PublishTo,
    image::LaunchPermission,
    market::{AccessReason, Admit, Answer, CatalogueQuery, PublishError, Visibility},
    scope::{Role, Scope},
};

const MCI: LineageKind = LineageKind::Mci;
const TEMPLATE: LineageKind = LineageKind::Template;

#[test]
fn p01_only_publishers_publish_and_each_revision_once() {
    let world = market();
    run(async {
        let dana = world.who("dana");
        revised(&dana, "/acme", "web", &[1, 2]).await;
        for who in ["dana", "lars", "bert"] {
            let outcome = world.who(who).publish(&asked(MCI, "web", &[])).await;
            assert!(
                matches!(&outcome, Err(Error::Denied(_) | Error::NotFound(_))),
                "{who}: {outcome:?}"
            );
        }
        let first = publish_mci(&world, "web@1", &[]).await.publication;
        assert_eq!(first.visibility, Visibility::Public);
        let again = refused(publish(&world, MCI, "web@1", &[]).await);
        assert!(matches!(again, PublishError::AlreadyPublished { .. }));
        // The newest revision is meant where none is named; the publication lineage is the same.
        let second = publish_mci(&world, "web", &[]).await.publication;
        assert_eq!(second.revision, p("2"));
        assert_eq!(second.lineage, first.lineage);
        let head = refused(publish(&world, MCI, "web@head", &[]).await);
        assert!(matches!(head, PublishError::Head { .. }));
        dana.create_mci(&p("/acme"), p("empty")).await.unwrap();
        let empty = refused(publish(&world, MCI, "empty", &[]).await);
        assert!(matches!(empty, PublishError::NotCommitted { .. }));
    });
}

#[test]
fn p01_what_was_imported_is_not_published() {
    let world = market();
    run(async {
        revised(&world.who("dana"), "/acme", "web", &[1]).await;
        let publication = publish_mci(&world, "web", &[]).await.publication;
        super::import(&world, publication.reference(), "/beta")
            .await
            .unwrap();
        let mut ask = asked(MCI, "web", &[]);
        ask.scope = p("/beta");
        let refusal = refused(world.who("paula").publish(&ask).await);
        assert!(
            matches!(refusal, PublishError::Imported { .. }),
            "{refusal}"
        );
        ask.reference = p("web@head");
        let refusal = refused(world.who("paula").publish(&ask).await);
        assert!(
            matches!(refusal, PublishError::Imported { .. }),
            "{refusal}"
        );
    });
}

#[test]
fn p02_a_publication_has_texts_and_is_for_groups_or_for_all() {
    let world = market();
    run(async {
        revised(&world.who("dana"), "/acme", "web", &[1]).await;
        let mut ask = asked(MCI, "web", &["partners"]);
        ask.long = Some(p("lines\nof text"));
        let made = world.who("paula").publish(&ask).await.unwrap().publication;
        assert_eq!(made.short.as_str(), "for the web");
        assert_eq!(made.long, Some(p("lines\nof text")));
        // Notes start from the commit message.
        assert_eq!(made.notes, Some(p("image 1")));
        assert!(matches!(made.visibility, Visibility::Groups(_)));
        revised(&world.who("dana"), "/acme", "web", &[2]).await;
        let mut ask = asked(MCI, "web", &[]);
        ask.to = PublishTo::Groups(vec![p("strangers")]);
        let outcome = world.who("paula").publish(&ask).await;
        assert!(matches!(outcome, Err(Error::NotFound(_))), "{outcome:?}");
    });
}

#[test]
fn p03_a_template_takes_its_images_along_or_nothing_is_published() {
    let world = market();
    run(async {
        let dana = world.who("dana");
        revised(&dana, "/acme", "web", &[1]).await;
        revised(&dana, "/acme", "db", &[2]).await;
        linking(&dana, "/acme", "front", &["web", "db@head"]).await;
        let refusal = refused(publish(&world, TEMPLATE, "front", &[]).await);
        assert!(
            matches!(refusal, PublishError::MovingLinks { .. }),
            "{refusal}"
        );
        assert!(
            world
                .who("paula")
                .publications(&p("/acme"), &most())
                .await
                .unwrap()
                .items
                .is_empty()
        );

        // The HEADs are committed where that is asked for, by who may.
        let mut ask = asked(TEMPLATE, "front", &[]);
        ask.commit_heads = Some(p("for publication"));
        ask.reference = p("front@1");
        let refusal = refused(world.admin().publish(&ask).await);
        assert!(
            matches!(refusal, PublishError::CommitsHead { .. }),
            "{refusal}"
        );
        ask.reference = p("front");
        let outcome = world.who("paula").publish(&ask).await;
        assert!(matches!(&outcome, Err(Error::Denied(_))), "{outcome:?}");
        let made = world.admin().publish(&ask).await.unwrap();
        assert_eq!(made.publication.revision, p("2"));
        assert_eq!(made.dependencies.len(), 2);
        let all = world
            .who("paula")
            .publications(&p("/acme"), &most())
            .await
            .unwrap();
        assert_eq!(all.items.len(), 3);
    });
}

#[test]
fn p03_what_is_published_less_visibly_is_widened_on_request_alone() {
    let world = market();
    run(async {
        let dana = world.who("dana");
        revised(&dana, "/acme", "web", &[1]).await;
        linking(&dana, "/acme", "front", &["web"]).await;
        publish_mci(&world, "web", &["partners"]).await;
        let refusal = refused(publish(&world, TEMPLATE, "front", &[]).await);
        assert!(matches!(refusal, PublishError::Narrow { .. }), "{refusal}");
        let mut ask = asked(TEMPLATE, "front", &[]);
        ask.admit.widen = true;
        let made = world.who("paula").publish(&ask).await.unwrap();
        assert_eq!(made.widened.len(), 1);
        // An account outside the group finds both now.
        let gamma = world
            .who("lars")
            .catalogue(&CatalogueQuery::default(), &p("/gamma"), &most())
            .await;
        assert_eq!(gamma.unwrap().items.len(), 2);
    });
}

#[test]
fn p04_each_private_image_is_checked_for_each_account() {
    let world = market();
    run(async {
        let dana = world.who("dana");
        let record = dana
            .register_image(image("/acme", super::EAST, 1))
            .await
            .unwrap();
        revised(&dana, "/acme", "web", &[1]).await;
        let mut ask = asked(MCI, "web", &["partners"]);
        ask.admit = Admit::default();
        let paula = world.who("paula");
        let refusal = refused(paula.publish(&ask).await);
        let PublishError::Access(told) = &refusal else {
            panic!("{refusal}");
        };
        assert_eq!(told.check.count(Answer::No), 1);
        // A look shows the same and publishes nothing.
        let preview = paula.publish_preview(&ask).await.unwrap();
        assert_eq!(preview.check, told.check);
        assert!(
            paula
                .publications(&p("/acme"), &most())
                .await
                .unwrap()
                .items
                .is_empty()
        );
        // What the check proposes opens it.
        let open: Vec<LaunchPermission> =
            preview.check.images[0].open_with.iter().cloned().collect();
        let id = record.record.id();
        world
            .admin()
            .add_launch_permissions(id, &open, &p("/acme"))
            .await
            .unwrap();
        let made = paula.publish(&ask).await.unwrap();
        assert_eq!(made.check.count(Answer::Yes), 1);
        // What has no record is not known.
        revised(&dana, "/acme", "web", &[7]).await;
        let refusal = refused(paula.publish(&ask).await);
        assert!(
            matches!(&refusal, PublishError::Access(it) if it.check.count(Answer::Unknown) == 1)
        );
    });
}

/// peter publishes at `/acme/dev` alone.
async fn peter(world: &crate::support::World) -> cloud_atlas::Session {
    let admin = world.admin();
    admin.add_principal(&p("peter")).await.unwrap();
    for role in [Role::PUBLISHER, Role::DESIGNER] {
        admin
            .grant(&p("peter"), &role, &p("/acme/dev"), None)
            .await
            .unwrap();
    }
    world.who("peter")
}

#[test]
fn p03_who_publishes_below_takes_nothing_along_that_is_held_above() {
    let world = market();
    run(async {
        let (dana, peter) = (world.who("dana"), peter(&world).await);
        revised(&dana, "/acme", "web", &[1, 2]).await;
        dana.share_mci(&p("web"), &p("/acme")).await.unwrap();
        linking(&dana, "/acme/dev", "front", &["web@1"]).await;
        let mut ask = asked(TEMPLATE, "front", &[]);
        ask.scope = p("/acme/dev");
        let outcome = peter.publish(&ask).await;
        assert!(matches!(&outcome, Err(Error::Denied(_))), "{outcome:?}");
        let outcome = peter.publish_preview(&ask).await;
        assert!(matches!(&outcome, Err(Error::Denied(_))), "{outcome:?}");
        // Nor does it show to more what is published above.
        publish_mci(&world, "web@1", &["partners"]).await;
        ask.admit.widen = true;
        let outcome = peter.publish(&ask).await;
        assert!(matches!(&outcome, Err(Error::Denied(_))), "{outcome:?}");
        let made = world.who("paula").publish(&ask).await.unwrap();
        assert_eq!(made.widened.len(), 1);
        // What is public already is linked by whoever publishes below.
        linking(&dana, "/acme/dev", "back", &["web@1"]).await;
        ask.reference = p("back");
        peter.publish(&ask).await.unwrap();
    });
}

#[test]
fn s05_p08_who_publishes_at_a_scope_takes_that_back_there() {
    let world = market();
    run(async {
        let (dana, peter) = (world.who("dana"), peter(&world).await);
        let (acme, dev): (Scope, Scope) = (p("/acme"), p("/acme/dev"));
        revised(&dana, "/acme", "web", &[1]).await;
        revised(&dana, "/acme/dev", "data", &[2]).await;
        let above = publish_mci(&world, "web", &[]).await.publication;
        let mut ask = asked(MCI, "data", &[]);
        ask.scope = dev.clone();
        let below = peter.publish(&ask).await.unwrap().publication;
        let offer = |name: &str, scope: &str| OfferHead {
            kind: MCI,
            reference: p(name),
            scope: p(scope),
            to: PublishTo::Groups(vec![p("partners")]),
        };
        let head = peter.offer_head(&offer("data", "/acme/dev")).await.unwrap();
        let old = p("old");
        for choice in [above.reference().into(), above.lineage.into()] {
            let outcome = peter.deprecate_publication(&choice, &dev, &old).await;
            assert!(matches!(&outcome, Err(Error::Denied(_))), "{outcome:?}");
        }
        let choice = below.reference().into();
        peter
            .deprecate_publication(&choice, &dev, &old)
            .await
            .unwrap();
        peter.reactivate_publication(&choice, &dev).await.unwrap();
        peter.withdraw_head(head.lineage, &dev).await.unwrap();
        // Who may at the account may below it, and nobody elsewhere.
        let paula = world.who("paula");
        let outcome = paula
            .deprecate_publication(&choice, &p("/beta"), &old)
            .await;
        assert!(matches!(&outcome, Err(Error::NotFound(_))), "{outcome:?}");
        paula
            .deprecate_publication(&choice, &acme, &old)
            .await
            .unwrap();
        let head = paula.offer_head(&offer("web", "/acme")).await.unwrap();
        let outcome = peter.withdraw_head(head.lineage, &dev).await;
        assert!(matches!(&outcome, Err(Error::NotFound(_))), "{outcome:?}");
    });
}

#[test]
fn p04_nobody_is_told_to_whom_another_account_opened_its_image() {
    let world = market();
    run(async {
        let (admin, dana) = (world.admin(), world.who("dana"));
        let scopes = admin.scopes(&most()).await.unwrap().items;
        let acme = scopes.iter().find(|it| it.scope == p("/acme")).unwrap();
        let bert = world.who("bert");
        let theirs = bert.register_image(image("/beta", super::EAST, 9));
        let record = theirs.await.unwrap().record.id();
        let to = [LaunchPermission::Account(acme.account_number.unwrap())];
        admin
            .add_launch_permissions(record, &to, &p("/beta"))
            .await
            .unwrap();
        revised(&dana, "/acme", "web", &[9]).await;
        admin.make_group(&p("/acme"), &p("others")).await.unwrap();
        super::join(&admin, "others", "/gamma").await;
        let check = async || {
            let ask = asked(MCI, "web", &["partners", "others"]);
            world
                .who("paula")
                .publish_preview(&ask)
                .await
                .unwrap()
                .check
        };
        let told = check().await;
        assert_eq!(told.count(Answer::Unknown), 2);
        let image = &told.images[0];
        assert_eq!(image.accounts[0].why, AccessReason::Foreign);
        assert!(image.open_with.is_empty() && image.order.is_none());
        // What it opens to others changes nothing that the publisher is told.
        let group = admin.make_group(&p("/beta"), &p("theirs")).await.unwrap();
        let invited = admin.invite(&p("theirs"), &p("/beta")).await.unwrap();
        admin
            .accept_invitation(invited.code, &p("/gamma"))
            .await
            .unwrap();
        let to = [LaunchPermission::Group(group.id)];
        admin
            .add_launch_permissions(record, &to, &p("/beta"))
            .await
            .unwrap();
        assert_eq!(check().await, told);
        let everybody = [LaunchPermission::Everybody];
        admin
            .add_launch_permissions(record, &everybody, &p("/beta"))
            .await
            .unwrap();
        let open = check().await;
        assert_eq!((open.images.len(), open.open), (0, 1));
    });
}
