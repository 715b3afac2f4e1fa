//! HEADs that private groups follow.

use super::{EAST, linking, market, revised};
use crate::support::{ask, most, p, run, set};
use cloud_atlas::{
    Error, LaunchBase, LaunchSubject, LineageKind, MarketRefusal, OfferHead, PublishTo,
    market::OfferHeadError, template::Reference,
};

fn offer(kind: LineageKind, reference: &str, to: PublishTo) -> OfferHead {
    OfferHead {
        kind,
        reference: p(reference),
        scope: p("/acme"),
        to,
    }
}

fn partners() -> PublishTo {
    PublishTo::Groups(vec![p("partners")])
}

#[test]
fn p01_head_is_for_private_groups_alone_and_is_followed_as_it_moves() {
    let world = market();
    run(async {
        let (dana, paula, lars, bert) = (
            world.who("dana"),
            world.who("paula"),
            world.who("lars"),
            world.who("bert"),
        );
        revised(&dana, "/acme", "web", &[1]).await;
        let to_all = offer(LineageKind::Mci, "web", PublishTo::Everybody);
        assert!(matches!(
            paula.offer_head(&to_all).await,
            Err(Error::Market(MarketRefusal::OfferHead(
                OfferHeadError::ToEverybody { .. }
            )))
        ));
        let to_some = offer(LineageKind::Mci, "web", partners());
        let lineage = paula.offer_head(&to_some).await.unwrap().lineage;
        assert!(lars.subscribe(lineage, &p("/gamma")).await.is_err());
        let followed = Reference::lineage(lineage);
        assert!(bert.mci(&followed, &p("/beta")).await.is_err());
        lars.subscribe(lineage, &p("/beta")).await.unwrap();
        assert_eq!(lars.subscriptions(&p("/beta")).await.unwrap().len(), 1);

        let launched = async || {
            let request = ask(&lineage.to_string(), EAST, "/beta");
            bert.resolve(&request)
                .await
                .map(|it| it.plan.image.to_string())
        };
        let first = launched().await.unwrap();
        let edit = vec![set(EAST, 2)];
        dana.edit_mci(&p("web"), &p("/acme"), edit, None)
            .await
            .unwrap();
        assert_ne!(launched().await.unwrap(), first);
        let seen = bert.mci(&followed, &p("/beta")).await.unwrap();
        assert_eq!(seen.last, None);
        // Nothing but HEAD is seen through it.
        let revision = p::<Reference>(&format!("{lineage}@1"));
        assert!(bert.mci(&revision, &p("/beta")).await.is_err());
        assert!(bert.mci_log(&followed, &p("/beta"), &most()).await.is_err());
        assert!(
            bert.edit_mci(&followed, &p("/beta"), vec![set(EAST, 3)], None)
                .await
                .is_err()
        );

        // What was imported has no HEAD; the one that is followed stands for it.
        let published = super::publish_mci(&world, "web@1", &["partners"]).await;
        let published = published.publication.reference();
        super::import(&world, published, "/beta").await.unwrap();
        let head = p::<Reference>(&format!("{lineage}@head"));
        let seen = bert.mci(&head, &p("/beta")).await.unwrap();
        assert_eq!(seen.revision, None);
        assert!(bert.mci(&revision, &p("/beta")).await.is_ok());
        assert!(bert.mci(&p("web@head"), &p("/beta")).await.is_err());
        lars.delete_import(LineageKind::Mci, &p("web"), &p("/beta"))
            .await
            .unwrap();

        // It ends with the offer, and with the membership.
        world
            .admin()
            .remove_member(&p("partners"), &p("/beta"), &p("/acme"))
            .await
            .unwrap();
        assert!(launched().await.is_err());
        assert!(bert.mci(&followed, &p("/beta")).await.is_err());
        super::join(&world.admin(), "partners", "/beta").await;
        assert!(launched().await.is_ok());
        paula.withdraw_head(lineage, &p("/acme")).await.unwrap();
        assert!(launched().await.is_err());
        let told = lars.subscriptions(&p("/beta")).await.unwrap();
        assert_eq!(told[0].name, None);
        lars.unsubscribe(lineage, &p("/beta")).await.unwrap();
    });
}

#[test]
fn p01_what_a_followed_template_links_is_seen_through_it_alone() {
    let world = market();
    run(async {
        let dana = world.who("dana");
        revised(&dana, "/acme", "web", &[1]).await;
        linking(&dana, "/acme", "front", &["web"]).await;
        let ask = offer(LineageKind::Template, "front", partners());
        let lineage = world.who("paula").offer_head(&ask).await.unwrap().lineage;
        world
            .who("lars")
            .subscribe(lineage, &p("/beta"))
            .await
            .unwrap();
        let base = LaunchBase::new(LineageKind::Template, Reference::lineage(lineage));
        let request = LaunchSubject::new(base, p("/beta")).at(p(EAST));
        let launch = world.who("bert").resolve(&request).await.unwrap();
        assert_eq!(launch.plan.mci.as_str(), "web");
        // Its links are told as far as they can be launched, and not what is newer of them.
        revised(&dana, "/acme", "web", &[2]).await;
        let followed = Reference::lineage(lineage);
        let seen = world.who("bert").template(&followed, &p("/beta")).await;
        let seen = seen.unwrap().links;
        assert_eq!(seen[0].name, Some(p("web")));
        assert_eq!(seen[0].covers, [p(EAST)]);
        assert_eq!((&seen[0].problem, seen[0].newer), (&None, None));
        let web = dana.mci(&p("web"), &p("/acme")).await.unwrap().lineage;
        let apart = world
            .who("bert")
            .mci(&Reference::lineage(web), &p("/beta"))
            .await;
        assert!(matches!(apart, Err(Error::NotFound(_))));
    });
}
