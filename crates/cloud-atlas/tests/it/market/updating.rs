//! What is newer than imports and clones.

use super::{EAST, import, linking, market, publish, publish_mci, revised};
use crate::support::{most, p, run, set};
use cloud_atlas::{
    CloneMci, CommitTemplate, Error, ErrorKind, LineageKind, MarketDiff, MergeMci,
    market::{Following, PublicationRef},
    scope::Scope,
};

#[test]
fn p07_newer_publications_are_listed_and_imported_beside_what_is_there() {
    let world = market();
    run(async {
        let (dana, lars) = (world.who("dana"), world.who("lars"));
        revised(&dana, "/acme", "web", &[1, 2, 3]).await;
        let first = publish_mci(&world, "web@1", &[]).await.publication;
        import(&world, first.reference(), "/beta").await.unwrap();
        let beta = p("/beta");
        assert!(lars.market_updates(&beta).await.unwrap().is_empty());
        publish_mci(&world, "web@3", &[]).await;
        publish_mci(&world, "web@2", &["partners"]).await;
        let updates = lars.market_updates(&beta).await.unwrap();
        assert_eq!(updates.len(), 1);
        assert_eq!(updates[0].update.available, [p("2"), p("3")]);
        assert_eq!(updates[0].update.have, p("1"));
        let done = lars.import_updates(&beta, None).await.unwrap();
        assert_eq!(done.imported.len(), 1);
        assert!(lars.market_updates(&beta).await.unwrap().is_empty());
        let log = lars.mci_log(&p("web"), &beta, &most()).await.unwrap();
        assert_eq!(log.items.len(), 2);
    });
}

#[test]
fn p07_an_update_tells_what_it_changes() {
    let world = market();
    run(async {
        let (dana, lars, bert) = (world.who("dana"), world.who("lars"), world.who("bert"));
        let beta = p::<Scope>("/beta");
        revised(&dana, "/acme", "web", &[1, 2, 3]).await;
        linking(&dana, "/acme", "front", &["web@1"]).await;
        let first = publish(&world, LineageKind::Template, "front", &["partners"]).await;
        import(&world, first.unwrap().publication.reference(), "/beta")
            .await
            .unwrap();
        let mut clone = CloneMci::new(p("web@1"), beta.clone());
        clone.name = Some(p("mine"));
        bert.clone_mci(&clone).await.unwrap();
        publish_mci(&world, "web@3", &["partners"]).await;
        dana.update_template(&p("front"), &p("/acme"), None, None)
            .await
            .unwrap();
        let commit = CommitTemplate::new(p("front"), p("/acme"), p("newer"));
        dana.commit_template(&commit).await.unwrap();
        let second = publish(&world, LineageKind::Template, "front", &["partners"]).await;
        second.unwrap();

        let updates = lars.market_updates(&beta).await.unwrap();
        assert_eq!(updates.len(), 3);
        for update in &updates {
            let newest = PublicationRef {
                lineage: update.update.publication,
                revision: update.update.newest,
            };
            let have = update.update.have;
            let diff = lars
                .market_diff(have, newest, &beta)
                .await
                .unwrap()
                .unwrap();
            match (diff, update.here.as_str()) {
                (MarketDiff::Mci(diff), "web" | "mine") => {
                    let sides = [diff.before.as_str(), &diff.after];
                    assert_eq!(sides, ["/acme:web@1", "/acme:web@3"]);
                    // From the image of the first revision to that of the third, past the second.
                    let rows: Vec<_> = diff.report.rows.iter().collect();
                    assert_eq!(rows.len(), 1, "{rows:?}");
                    assert!(rows[0].before.as_ref().unwrap().ends_with('1'));
                    assert!(rows[0].after.as_ref().unwrap().ends_with('3'));
                }
                (MarketDiff::Template(diff), "front") => {
                    assert_eq!(diff.rows.len(), 1, "{:?}", diff.rows);
                    assert_eq!(diff.names.len(), 1);
                }
                (diff, here) => panic!("{here}: {diff:?}"),
            }
            // Who is not meant sees no more of it than of what is not there.
            let outside = lars.market_diff(have, newest, &p("/gamma")).await;
            assert_eq!(outside.unwrap_err().kind(), ErrorKind::NotFound);
        }

        // What was imported may be gone: the diff is then from what is published of it still.
        let update = updates.iter().find(|it| it.here.as_str() == "mine");
        let update = &update.unwrap().update;
        for (kind, name) in [(LineageKind::Template, "front"), (LineageKind::Mci, "web")] {
            lars.delete_import(kind, &p(name), &beta).await.unwrap();
        }
        let newest = PublicationRef {
            lineage: update.publication,
            revision: update.newest,
        };
        let diff = lars.market_diff(update.have, newest, &beta).await.unwrap();
        assert!(matches!(diff, Some(MarketDiff::Mci(_))), "{diff:?}");
        let unpublished = lars.market_diff(p("2"), newest, &beta).await.unwrap();
        assert_eq!(unpublished, None);
    });
}

#[test]
fn p10_clones_are_told_when_their_upstream_moved_and_merge_it() {
    let world = market();
    run(async {
        let (dana, lars, bert) = (world.who("dana"), world.who("lars"), world.who("bert"));
        revised(&dana, "/acme", "web", &[1, 2, 3]).await;
        let first = publish_mci(&world, "web@1", &[]).await.publication;
        import(&world, first.reference(), "/beta").await.unwrap();
        let beta = p::<Scope>("/beta");
        let mut clone = CloneMci::new(p("web@1"), beta.clone());
        clone.name = Some(p("mine"));
        bert.clone_mci(&clone).await.unwrap();
        let other = vec![set("aws/eu-west-1", 8)];
        bert.edit_mci(&p("mine"), &beta, other, None).await.unwrap();
        bert.commit_mci(&p("mine"), &beta, p("ours"), None)
            .await
            .unwrap();
        publish_mci(&world, "web@3", &[]).await;
        let updates = lars.market_updates(&beta).await.unwrap();
        let whats: Vec<_> = updates.iter().map(|it| it.update.what).collect();
        assert_eq!(whats, [Following::Import, Following::Clone]);
        let done = lars.import_updates(&beta, None).await.unwrap();
        assert_eq!(done.to_merge.len(), 1);

        // The base is the revision that was cloned, across the gap.
        let merge = MergeMci::new(p("mine"), p("web@3"), beta.clone());
        let merged = bert.merge_mci(&merge).await.unwrap();
        assert!(merged.conflicts.is_empty(), "{:?}", merged.conflicts);
        assert_eq!(merged.base.ancestors[0].revision.revision.number, p("1"));
        bert.commit_mci(&p("mine"), &beta, p("with upstream"), None)
            .await
            .unwrap();
        let held = bert.mci(&p("mine"), &beta).await.unwrap().content;
        assert_eq!(held.settings().len(), 2);
        let east = &held.settings()[&p(EAST)];
        assert!(east.image().as_str().ends_with('3'));
        assert!(lars.market_updates(&beta).await.unwrap().is_empty());
    });
}

#[test]
fn t09_an_update_of_a_template_imports_what_is_newer_with_its_publisher() {
    let world = market();
    run(async {
        let (dana, desi) = (world.who("dana"), world.who("desi"));
        revised(&dana, "/acme", "web", &[1, 2]).await;
        let first = publish_mci(&world, "web@1", &[]).await.publication;
        import(&world, first.reference(), "/beta").await.unwrap();
        linking(&desi, "/beta", "front", &["web"]).await;
        let (front, beta) = (p("front"), p::<Scope>("/beta"));
        assert_eq!(
            desi.template_updates(&front, &beta).await.unwrap().steps,
            []
        );
        let made = publish_mci(&world, "web@2", &["partners"])
            .await
            .publication;
        let updates = desi.template_updates(&front, &beta).await.unwrap();
        let told: Vec<_> = updates
            .steps
            .iter()
            .map(|it| it.update.to_string())
            .collect();
        assert_eq!(told, ["`web` 1 → 2, the default, imported first"]);
        assert!(!updates.steps[0].diff.rows.is_empty());
        // Whoever may edit the template and not import moves nothing.
        let refused = world
            .who("bert")
            .update_template(&front, &beta, None, None)
            .await;
        assert!(matches!(refused, Err(Error::Denied(_))), "{refused:?}");
        let admin = world.admin();
        let done = admin.update_template(&front, &beta, None, None).await;
        assert_eq!(done.unwrap().moved.len(), 1);
        let imports = desi.imports(&beta, &most()).await.unwrap().items;
        assert_eq!(imports.len(), 2);
        assert_eq!(imports[1].publication, made.reference());
        let linked = desi.template(&front, &beta).await.unwrap();
        assert_eq!(
            linked.content.links().next().unwrap().target.to_string(),
            "2"
        );
    });
}
