//! The catalogue: what an account is shown, and what not.

use super::{asked, import, linking, market, publish_mci, revised};
use crate::{
    care::{everything, put, raw},
    support::{every, most, p, run},
};
use cloud_atlas::{
    LineageKind, Session,
    market::{CatalogueQuery, Listing},
    store::{Key, Write},
};
use std::sync::Arc;

async fn listed(who: &Session, from: &str) -> Vec<Listing> {
    let query = CatalogueQuery::default();
    let page = who.catalogue(&query, &p(from), &most()).await.unwrap();
    page.items
}

#[test]
fn p08_the_newest_active_publication_is_the_one_that_is_seen() {
    let world = market();
    run(async {
        let paula = world.who("paula");
        revised(&world.who("dana"), "/acme", "web", &[1, 2, 3]).await;
        for (reference, to) in [("web@1", &[][..]), ("web@3", &["partners"]), ("web@2", &[])] {
            publish_mci(&world, reference, to).await;
        }
        let seen = async |from: &str| {
            let listed = listed(&paula, from).await;
            assert_eq!(listed.len(), 1, "{listed:?}");
            listed[0].revision.get()
        };
        assert_eq!([seen("/beta").await, seen("/gamma").await], [3, 2]);
        let publication = listed(&paula, "/beta").await[0].publication;
        let at = |number: u32| p(&format!("{publication}@{number}"));
        let acme = p("/acme");
        paula
            .deprecate_publication(&at(3), &acme, &p("old"))
            .await
            .unwrap();
        assert_eq!([seen("/beta").await, seen("/gamma").await], [2, 2]);
        paula
            .deprecate_publication(&at(2), &acme, &p("old"))
            .await
            .unwrap();
        assert_eq!([seen("/beta").await, seen("/gamma").await], [1, 1]);
        paula
            .deprecate_publication(&at(1), &acme, &p("old"))
            .await
            .unwrap();
        assert!(listed(&paula, "/gamma").await.is_empty());
        paula.reactivate_publication(&at(3), &acme).await.unwrap();
        assert_eq!(seen("/beta").await, 3);
        assert!(listed(&paula, "/gamma").await.is_empty());
    });
}

#[test]
fn p09_a_lineage_is_listed_under_its_newest_published_name() {
    let world = market();
    run(async {
        let dana = world.who("dana");
        revised(&dana, "/acme", "web", &[1]).await;
        publish_mci(&world, "web", &[]).await;
        let rename = vec![cloud_atlas::mci::HeadEdit::SetNickname(p("web-base"))];
        dana.edit_mci(&p("web"), &p("/acme"), rename, None)
            .await
            .unwrap();
        dana.commit_mci(&p("web-base"), &p("/acme"), p("renamed"), None)
            .await
            .unwrap();
        let listed_as = async || listed(&dana, "/acme").await[0].name.to_string();
        assert_eq!(listed_as().await, "web");
        let made = publish_mci(&world, "web-base", &[]).await.publication;
        assert_eq!(listed_as().await, "web-base");
        assert_ne!(made.lineage.to_string(), made.source.to_string());
    });
}

#[test]
fn p09_pages_of_the_catalogue_hold_each_lineage_once() {
    let world = market();
    run(async {
        let dana = world.who("dana");
        for number in 0..7 {
            let name = format!("web-{number}");
            revised(&dana, "/acme", &name, &[1, 2]).await;
            publish_mci(&world, &format!("{name}@1"), &["partners"]).await;
            publish_mci(&world, &format!("{name}@2"), &[]).await;
        }
        let lars = world.who("lars");
        for limit in 1..9 {
            let query = CatalogueQuery::default();
            let found = every(limit, async |paging| {
                lars.catalogue(&query, &p("/beta"), &paging).await
            });
            let names: Vec<_> = found.await.iter().map(|it| it.name.to_string()).collect();
            assert_eq!(names.len(), 7, "{names:?}");
        }
        let mut query = CatalogueQuery::default();
        query.name = Some("WEB-3".to_owned());
        let found = lars.catalogue(&query, &p("/beta"), &most()).await.unwrap();
        assert_eq!(found.items.len(), 1);
    });
}

#[test]
fn p05_a_publisher_is_told_who_imported_as_far_as_it_may_know() {
    let world = market();
    run(async {
        revised(&world.who("dana"), "/acme", "web", &[1]).await;
        let made = publish_mci(&world, "web", &[]).await.publication;
        import(&world, made.reference(), "/beta").await.unwrap();
        import(&world, made.reference(), "/gamma").await.unwrap();
        let choice = made.lineage.into();
        let told = world
            .who("paula")
            .importers(&choice, &p("/acme"))
            .await
            .unwrap();
        let told = serde_json::to_string(&told).unwrap();
        insta::assert_snapshot!(told, @r#"{"revisions":{"1":{"accounts":["/beta"],"others":1}}}"#);
        // Nobody else is told anything.
        assert!(
            world
                .who("paula")
                .importers(&choice, &p("/beta"))
                .await
                .is_err()
        );
    });
}

#[test]
fn p08_what_is_shown_to_more_hides_nothing_when_it_is_deprecated() {
    let world = market();
    run(async {
        let (dana, paula) = (world.who("dana"), world.who("paula"));
        revised(&dana, "/acme", "web", &[1, 2]).await;
        publish_mci(&world, "web@1", &[]).await;
        let newer = publish_mci(&world, "web@2", &["partners"]).await;
        linking(&dana, "/acme", "front", &["web@2"]).await;
        let mut ask = asked(LineageKind::Template, "front", &[]);
        ask.admit.widen = true;
        assert_eq!(paula.publish(&ask).await.unwrap().widened.len(), 1);
        let newer = newer.publication.reference();
        paula
            .deprecate_publication(&newer.into(), &p("/acme"), &p("old"))
            .await
            .unwrap();
        let seen = async |from: &str| {
            let mut listed = listed(&paula, from).await;
            listed.retain(|it| it.kind == LineageKind::Mci);
            let revisions = listed.iter().map(|it| it.revision.get());
            revisions.collect::<Vec<_>>()
        };
        assert_eq!([seen("/beta").await, seen("/gamma").await], [[1], [1]]);
        let report = world.atlas.check().await.unwrap();
        assert!(report.findings.is_empty(), "{:?}", report.findings);
    });
}

#[test]
fn p08_a_check_finds_what_is_listed_and_not_offered() {
    let world = market();
    run(async {
        revised(&world.who("dana"), "/acme", "web", &[1]).await;
        publish_mci(&world, "web", &["partners"]).await;
    });
    let store = world.atlas.store();
    let all = everything(&*store);
    let row = all
        .iter()
        .find(|(key, _)| key.as_str().starts_with("/ listing "));
    let (key, value) = row.unwrap();
    let found = || run(world.atlas.check()).unwrap().findings.join("\n");
    assert_eq!(found(), "");
    // The publication is deprecated, and what lists it is left.
    run(async {
        let paula = world.who("paula");
        let made = paula.publications(&p("/acme"), &most()).await.unwrap();
        let choice = made.items[0].publication.into();
        paula
            .deprecate_publication(&choice, &p("/acme"), &p("old"))
            .await
            .unwrap();
    });
    raw(&*store, put(key.as_str(), Arc::clone(value)));
    let stale = found();
    assert!(stale.contains("and is not offered to them"), "{stale}");
    let row = |(key, _): &&(Key, _)| key.as_str().starts_with("/ publication ");
    let (publication, _) = all.iter().find(row).unwrap();
    let key = publication.clone();
    raw(&*store, Write::Delete { key });
    let missing = found();
    assert!(missing.contains("and is missing"), "{missing}");
}

#[test]
fn p08_a_publisher_means_the_newest_that_it_offers_to_whomever() {
    let world = market();
    run(async {
        let paula = world.who("paula");
        revised(&world.who("dana"), "/acme", "web", &[1, 2, 3]).await;
        let lineage = publish_mci(&world, "web@1", &[]).await.publication.lineage;
        publish_mci(&world, "web@2", &["partners"]).await;
        publish_mci(&world, "web@3", &["partners"]).await;
        let acme = p("/acme");
        let meant = async |choice: &str| {
            let seen = paula.publication(&p(choice), &acme).await.unwrap();
            seen.publication.revision.get()
        };
        assert_eq!(meant("/acme:web").await, 3);
        assert_eq!(meant(&lineage.to_string()).await, 3);
        for left in [2, 1, 3] {
            // What is named without a revision is the newest that is active, else the newest.
            let choice = lineage.into();
            paula
                .deprecate_publication(&choice, &acme, &p("old"))
                .await
                .unwrap();
            assert_eq!(meant("/acme:web").await, left);
        }
    });
}
