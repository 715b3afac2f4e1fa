//! Lists, page by page, and the audit trail.

use crate::support::{World, add_credential, committed, every, image, most, p, run};
use cloud_atlas::{
    Error, ImageQuery, LineageKind, Paging,
    image_id::Cloud,
    scope::{Permission, Scope},
};
use std::collections::BTreeSet;

#[test]
fn pages_of_every_size_give_the_same_records() {
    let world = World::new();
    let admin = world.admin();
    run(async {
        add_credential(&admin, "/", Cloud::Gcp).await.unwrap();
        for number in 0..6 {
            admin
                .register_image(image("/acme", "aws/us-east-1", number))
                .await
                .unwrap();
            admin
                .register_image(image("/acme/dev", "aws/us-west-2", number))
                .await
                .unwrap();
        }
        admin
            .remove_credential(&p("/acme"), &p("gcp-main"))
            .await
            .unwrap();
        let globals = (0..4).map(|number| {
            let id = format!("projects/p-one/global/images/x{number}");
            let mut ask = image("/", "aws/us-east-1", 0);
            ask.location = p("gcp");
            ask.image_id = cloud_atlas::image_id::ImageId::parse(Cloud::Gcp, &id).unwrap();
            ask
        });
        for ask in globals {
            admin.register_image(ask).await.unwrap();
        }
        for (from, count) in [
            ("/acme", 10),
            ("/acme/dev", 16),
            ("/acme/prod", 10),
            ("/", 4),
            ("/beta", 4),
        ] {
            let query = ImageQuery::new(p(from));
            let all = admin.images(&query, &most()).await.unwrap();
            assert_eq!((all.items.len(), all.next), (count, None), "{from}");
            let pages = async |limit| {
                let records = every(limit, async |page| admin.images(&query, &page).await).await;
                let ids = records.iter().map(|record| record.image_id().to_string());
                ids.collect::<Vec<_>>()
            };
            let all = pages(count).await;
            assert_eq!(
                all.iter().collect::<BTreeSet<_>>().len() + usize::from(from == "/acme/dev") * 6,
                count
            );
            for limit in 1..=count + 1 {
                assert_eq!(pages(limit).await, all, "{limit} from {from}");
            }
        }
        let mut query = ImageQuery::new(p("/acme/dev"));
        query.cloud = Some(Cloud::Gcp);
        let google = every(3, async |page| admin.images(&query, &page).await).await;
        assert_eq!(google.len(), 4);
        query.cloud = None;
        query.location = Some(p("aws/us-west-2"));
        let west = every(6, async |page| admin.images(&query, &page).await).await;
        assert_eq!(west.len(), 6);
    });
}

#[test]
fn i08_every_change_leaves_an_event_in_its_own_transaction() {
    let world = World::new();
    let dana = world.who("dana");
    let scope = p::<Scope>("/acme");
    run(async {
        let before = dana.events(&scope, &most()).await.unwrap().items.len();
        committed(&dana, "/acme", "web", 1).await;
        dana.assign_channel(&p("stable"), LineageKind::Mci, &p("web"), &scope)
            .await
            .unwrap();
        dana.release(
            LineageKind::Mci,
            &p("web"),
            &scope,
            &semver::Version::new(1, 0, 0),
        )
        .await
        .unwrap();
        dana.register_image(image("/acme", "aws/us-east-1", 1))
            .await
            .unwrap();
        // Refusals leave none.
        assert!(dana.create_mci(&scope, p("web")).await.is_err());
        assert!(
            dana.assign_channel(&p("stable"), LineageKind::Mci, &p("web"), &scope)
                .await
                .is_err()
        );
        let events = dana.events(&scope, &most()).await.unwrap().items;
        let after: Vec<_> = events[..events.len() - before]
            .iter()
            .map(|event| event.action)
            .collect();
        assert_eq!(
            after.iter().copied().collect::<BTreeSet<_>>(),
            BTreeSet::from([
                Permission::ImageRegister,
                Permission::ReleaseAssign,
                Permission::ChannelAssign,
                Permission::MciCommit,
                Permission::MciEdit,
                Permission::MciCreate,
            ])
        );
        assert_eq!(after.len(), 6);
        assert!(
            events[..6]
                .iter()
                .all(|event| event.by == p("dana") && event.scope == scope)
        );
        assert_eq!(
            dana.events(&scope, &Paging::of(2)).await.unwrap().items,
            events[..2]
        );
    });
}

#[test]
fn events_are_seen_at_their_scope_and_at_its_account() {
    let world = World::new();
    let admin = world.admin();
    run(async {
        for (seconds, scope) in [(1, "/acme/prod"), (2, "/beta"), (3, "/acme"), (4, "/")] {
            world.clock.advance_secs(seconds);
            committed(&admin, scope, "web", 1).await;
        }
        let of = async |who: &str, scope: &str| -> Result<Vec<String>, Error> {
            let events = world.who(who).events(&p(scope), &most()).await?.items;
            let commits = events
                .iter()
                .filter(|event| event.action == Permission::MciCommit);
            Ok(commits.map(|event| event.scope.to_string()).collect())
        };
        // What belongs to no account; each account with its environments; an environment.
        assert_eq!(of("admin", "/").await.unwrap(), ["/"]);
        assert_eq!(of("dana", "/acme").await.unwrap(), ["/acme", "/acme/prod"]);
        assert_eq!(of("bert", "/beta").await.unwrap(), ["/beta"]);
        assert_eq!(of("olga", "/acme/prod").await.unwrap(), ["/acme/prod"]);
        for (who, scope) in [
            ("olga", "/acme"),
            ("dana", "/"),
            ("bert", "/acme"),
            ("eve", "/"),
        ] {
            assert!(
                matches!(of(who, scope).await, Err(Error::Denied(_))),
                "{who} at {scope}"
            );
        }
        assert_eq!(
            admin
                .events(&p("/"), &Paging::of(3))
                .await
                .unwrap()
                .items
                .len(),
            3
        );
        // A scope that comes again does not bring its old trail along.
        world.clock.advance_secs(1);
        admin.add_scope(&p("/acme/brief")).await.unwrap();
        admin
            .grant(&p("eve"), &p("observer"), &p("/acme/brief"), None)
            .await
            .unwrap();
        assert_eq!(
            admin
                .events(&p("/acme/brief"), &most())
                .await
                .unwrap()
                .items
                .len(),
            1
        );
        admin.remove_scope(&p("/acme/brief")).await.unwrap();
        world.clock.advance_secs(1);
        admin.add_scope(&p("/acme/brief")).await.unwrap();
        assert!(
            admin
                .events(&p("/acme/brief"), &most())
                .await
                .unwrap()
                .items
                .is_empty()
        );
    });
}
