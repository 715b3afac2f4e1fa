//! Importing: exactly what was published, once, for ever.

use super::{EAST, import, linking, market, publish, publish_mci, revised};
use crate::support::{ami, ask, image, most, p, run, set};
use cloud_atlas::{
    CloneMci, Error, ErrorKind, ImportPublication, LineageKind, MarketRefusal, OfferHead,
    PublishTo, TemplateChange,
    history::NotEditable,
    image::{AgentFacts, Architecture, LaunchPermission, OsFacts},
    market::{DeleteImportError, ImportError},
    scope::Scope,
    template::{Phase, Reference, TemplateEdit},
};

#[test]
fn p05_an_import_is_that_revision_digest_for_digest_and_a_second_changes_nothing() {
    let world = market();
    run(async {
        let dana = world.who("dana");
        revised(&dana, "/acme", "web", &[1, 2, 3]).await;
        let made = publish_mci(&world, "web@3", &["partners"])
            .await
            .publication;
        let ask = ImportPublication {
            publication: made.reference().into(),
            account: p("/beta"),
        };
        let outcome = world.who("bert").import_publication(&ask).await;
        assert!(matches!(outcome, Err(Error::Denied(_))), "{outcome:?}");
        let imported = import(&world, made.reference(), "/beta").await.unwrap();
        assert_eq!(imported.imported.len(), 1);
        let again = import(&world, made.reference(), "/beta").await.unwrap();
        assert!(again.imported.is_empty());
        assert_eq!(again.there.len(), 1);

        let bert = world.who("bert");
        let view = bert.mci(&p("web"), &p("/beta")).await.unwrap();
        let source = dana.mci(&p("web@3"), &p("/acme")).await.unwrap();
        assert_eq!(view.lineage, source.lineage);
        assert_eq!(view.revision, source.revision);
        assert_eq!(view.content, source.content);
        // Revision 3 does not bring 1 and 2, and there is no HEAD.
        let older = bert.mci(&p("web@2"), &p("/beta")).await;
        assert!(matches!(older, Err(Error::NoRevision { .. })), "{older:?}");
        let head = bert.mci(&p("web@head"), &p("/beta")).await;
        assert!(matches!(
            head,
            Err(Error::Market(MarketRefusal::NoHead { .. }))
        ));
        let log = bert.mci_log(&p("web"), &p("/beta"), &most()).await.unwrap();
        assert_eq!(log.items.len(), 1);
        // What is above a gap comes later.
        let first = publish_mci(&world, "web@1", &["partners"])
            .await
            .publication;
        import(&world, first.reference(), "/beta").await.unwrap();
        let view = bert.mci(&p("web"), &p("/beta")).await.unwrap();
        assert_eq!(view.revision, source.revision);
        let report = world.atlas.check().await.unwrap();
        assert!(report.findings.is_empty(), "{:?}", report.findings);
    });
}

#[test]
fn p05_a_template_brings_what_it_links() {
    let world = market();
    run(async {
        let dana = world.who("dana");
        revised(&dana, "/acme", "web", &[1]).await;
        revised(&dana, "/acme", "db", &[2]).await;
        linking(&dana, "/acme", "front", &["web", "db"]).await;
        let made = publish(&world, LineageKind::Template, "front", &[])
            .await
            .unwrap();
        let imported = import(&world, made.publication.reference(), "/gamma")
            .await
            .unwrap();
        assert_eq!(imported.imported.len(), 3);
        assert_eq!(imported.imported[2].kind, LineageKind::Template);
        // It launches where it came.
        let request = cloud_atlas::LaunchSubject::new(
            cloud_atlas::LaunchBase::new(LineageKind::Template, p("front")),
            p("/gamma"),
        );
        let launch = world
            .who("desi")
            .resolve(&request.at(p(EAST)))
            .await
            .unwrap();
        assert_eq!(launch.plan.mci.as_str(), "web");
        let report = world.atlas.check().await.unwrap();
        assert!(report.findings.is_empty(), "{:?}", report.findings);
    });
}

#[test]
fn p05_what_is_not_for_an_account_reads_as_if_it_was_not_there() {
    let world = market();
    run(async {
        revised(&world.who("dana"), "/acme", "web", &[1]).await;
        let made = publish_mci(&world, "web", &["partners"]).await.publication;
        let hidden = import(&world, made.reference(), "/gamma")
            .await
            .unwrap_err();
        let mut absent = made.reference();
        absent.revision = p("9");
        let absent = import(&world, absent, "/gamma").await.unwrap_err();
        let told = |error: &Error| error.to_string().replace("@9", "@1");
        assert_eq!(told(&hidden), told(&absent));
        assert_eq!(hidden.kind(), ErrorKind::NotFound);
        // By name too.
        let named = import(&world, "/acme:web", "/gamma").await.unwrap_err();
        assert_eq!(named.kind(), ErrorKind::NotFound);
        assert!(import(&world, "/acme:web", "/beta").await.is_ok());
    });
}

#[test]
fn k03_what_was_imported_is_edited_by_cloning_it() {
    let world = market();
    run(async {
        revised(&world.who("dana"), "/acme", "web", &[1]).await;
        let made = publish_mci(&world, "web", &[]).await.publication;
        import(&world, made.reference(), "/beta").await.unwrap();
        let bert = world.who("bert");
        let (at, beta) = (p::<Reference>("web"), p("/beta"));
        let refused = bert.edit_mci(&at, &beta, vec![set(EAST, 9)], None).await;
        assert!(matches!(
            refused,
            Err(Error::NotEditable(NotEditable::Imported { .. }))
        ));
        let refused = bert.commit_mci(&at, &beta, p("mine"), None).await;
        assert!(matches!(refused, Err(Error::NotEditable(_))), "{refused:?}");
        let clone = CloneMci::new(at, beta.clone());
        let clone = bert.clone_mci(&clone).await.unwrap();
        let own: Reference = Reference::lineage(clone.mci.lineage);
        bert.edit_mci(&own, &beta, vec![set(EAST, 9)], None)
            .await
            .unwrap();
        bert.commit_mci(&own, &beta, p("mine"), None).await.unwrap();
    });
}

#[test]
fn p06_an_import_is_never_taken_back() {
    let world = market();
    run(async {
        let admin = world.admin();
        revised(&world.who("dana"), "/acme", "web", &[1]).await;
        let made = publish_mci(&world, "web", &["partners"]).await.publication;
        import(&world, made.reference(), "/beta").await.unwrap();
        let before = world.who("bert").mci(&p("web"), &p("/beta")).await.unwrap();
        admin
            .deprecate_publication(&made.reference().into(), &p("/acme"), &p("old"))
            .await
            .unwrap();
        crate::support::revoke(&world.who("dana"), &p("web@1"), &p("/acme"), "broken")
            .await
            .unwrap();
        admin
            .remove_member(&p("partners"), &p("/beta"), &p("/acme"))
            .await
            .unwrap();
        // What was for the group alone is told.
        admin.make_group(&p("/acme"), &p("others")).await.unwrap();
        revised(&world.who("dana"), "/acme", "data", &[1, 2, 3]).await;
        publish_mci(&world, "data@1", &["partners", "others"]).await;
        publish_mci(&world, "data@2", &[]).await;
        publish_mci(&world, "data@3", &["partners"]).await;
        let offer = |name: &str, groups: &[&str]| OfferHead {
            kind: LineageKind::Mci,
            reference: p(name),
            scope: p("/acme"),
            to: PublishTo::Groups(groups.iter().map(|group| p(group)).collect()),
        };
        let paula = world.who("paula");
        let both = offer("data", &["partners", "others"]);
        paula.offer_head(&both).await.unwrap();
        paula
            .offer_head(&offer("web", &["partners"]))
            .await
            .unwrap();
        let deleted = admin
            .delete_group(&p("partners"), &p("/acme"))
            .await
            .unwrap();
        assert_eq!((deleted.publications, deleted.heads), (1, 1));
        // A group that is deleted already is for nobody.
        let deleted = admin.delete_group(&p("others"), &p("/acme")).await.unwrap();
        assert_eq!((deleted.publications, deleted.heads), (1, 1));
        let after = world.who("bert").mci(&p("web"), &p("/beta")).await.unwrap();
        assert_eq!(after, before);
        let launch = world.who("bert").resolve(&ask("web", EAST, "/beta")).await;
        assert!(launch.is_ok(), "{launch:?}");
    });
}

#[test]
fn p08_a_deprecated_publication_comes_only_as_a_dependency() {
    let world = market();
    run(async {
        let dana = world.who("dana");
        let paula = world.who("paula");
        revised(&dana, "/acme", "web", &[1]).await;
        linking(&dana, "/acme", "front", &["web"]).await;
        let web = publish_mci(&world, "web", &[]).await.publication;
        let front = publish(&world, LineageKind::Template, "front", &[])
            .await
            .unwrap();
        let front = front.publication.reference();
        let choice = web.reference().into();
        paula
            .deprecate_publication(&choice, &p("/acme"), &p("old"))
            .await
            .unwrap();
        let refused = import(&world, web.reference(), "/gamma").await;
        assert!(
            matches!(
                &refused,
                Err(Error::Market(MarketRefusal::Import(
                    ImportError::Deprecated { .. }
                )))
            ),
            "{refused:?}"
        );
        assert_eq!(
            import(&world, front, "/gamma")
                .await
                .unwrap()
                .imported
                .len(),
            2
        );
        // What is there is not refused.
        assert!(import(&world, web.reference(), "/gamma").await.is_ok());
        paula
            .reactivate_publication(&choice, &p("/acme"))
            .await
            .unwrap();
        assert!(import(&world, web.reference(), "/beta").await.is_ok());
        // What is published is not deleted.
        let kept = dana
            .delete_template(&p("front"), &p("/acme"))
            .await
            .unwrap_err();
        assert!(kept.to_string().contains("publication `front`"), "{kept}");
        revised(&dana, "/acme", "db", &[1]).await;
        publish_mci(&world, "db", &[]).await;
        let kept = dana.delete_mci(&p("db"), &p("/acme")).await.unwrap_err();
        assert!(kept.to_string().contains("publication `db`"), "{kept}");
    });
}

#[test]
fn p11_an_import_takes_no_name_and_is_deleted_when_nothing_refers_to_it() {
    let world = market();
    run(async {
        revised(&world.who("dana"), "/acme", "web", &[1, 2]).await;
        revised(&world.who("bert"), "/beta", "web", &[5]).await;
        let own = world.who("bert").mci(&p("web"), &p("/beta")).await.unwrap();
        let first = publish_mci(&world, "web@1", &[]).await.publication;
        let imported = import(&world, first.reference(), "/beta").await.unwrap();
        assert_eq!(imported.imported[0].name.as_str(), "acme/web");
        let found = world.who("bert").mci(&p("web"), &p("/beta")).await.unwrap();
        assert_eq!(found.lineage, own.lineage);
        let second = publish_mci(&world, "web@2", &[]).await.publication;
        import(&world, second.reference(), "/beta").await.unwrap();

        let desi = world.who("desi");
        linking(&desi, "/beta", "front", &["acme/web@1"]).await;
        let lars = world.who("lars");
        let delete = async |what: &str| {
            let kind = LineageKind::Mci;
            lars.delete_import(kind, &p(what), &p("/beta")).await
        };
        let refused = delete("acme/web").await;
        assert!(
            matches!(
                &refused,
                Err(Error::Market(MarketRefusal::DeleteImport(
                    DeleteImportError::InUse(_)
                )))
            ),
            "{refused:?}"
        );
        assert!(!delete("acme/web@2").await.unwrap().is_whole);
        let left = desi.mci(&p("acme/web"), &p("/beta")).await.unwrap();
        assert_eq!(left.last, Some(p("1")));
        // A designer does not delete it as one of the account's own, nor its own as an import.
        assert!(desi.delete_mci(&p("acme/web"), &p("/beta")).await.is_err());
        assert!(delete("web").await.is_err());
        desi.delete_template(&p("front"), &p("/beta"))
            .await
            .unwrap();
        assert!(delete("acme/web").await.unwrap().is_whole);
        let report = world.atlas.check().await.unwrap();
        assert!(report.findings.is_empty(), "{:?}", report.findings);
        // It leaves nothing, and may come again.
        assert_eq!(
            import(&world, first.reference(), "/beta")
                .await
                .unwrap()
                .imported
                .len(),
            1
        );
    });
}

#[test]
fn l02_an_import_refers_to_the_images_that_it_holds() {
    let world = market();
    run(async {
        revised(&world.who("dana"), "/acme", "web", &[1]).await;
        let made = publish_mci(&world, "web", &[]).await.publication;
        import(&world, made.reference(), "/beta").await.unwrap();
        let bert = world.who("bert");
        let record = bert
            .register_image(image("/beta", EAST, 1))
            .await
            .unwrap()
            .record;
        let usage = bert
            .image_referrers(record.id(), &p("/beta"))
            .await
            .unwrap();
        let names: Vec<_> = usage
            .referrers()
            .iter()
            .map(|it| it.name.as_str())
            .collect();
        assert_eq!(names, ["web@1"]);
    });
}

#[test]
fn p11_an_import_brings_what_is_inside_its_images_and_no_record() {
    let world = market();
    run(async {
        let (dana, desi) = (world.who("dana"), world.who("desi"));
        let mut bare = image("/acme", EAST, 1);
        bare.agent = Some(AgentFacts::Absent);
        dana.register_image(bare).await.unwrap();
        revised(&dana, "/acme", "web", &[1]).await;
        let made = publish_mci(&world, "web", &[]).await.publication;
        import(&world, made.reference(), "/beta").await.unwrap();
        let beta = p::<Scope>("/beta");
        // What is inside is known where it is checked, and no record came.
        let found = desi.find_images(&[ami(1)], &beta).await.unwrap();
        assert_eq!(found, []);
        linking(&desi, "/beta", "front", &["web"]).await;
        let script = p("setup");
        let scripts = vec![TemplateChange::Edit(TemplateEdit::AddScript {
            phase: Phase::Boot,
            script,
            place: None,
        })];
        let refused = desi.edit_template(&p("front"), &beta, scripts, None).await;
        let refused = refused.unwrap_err().to_string();
        assert!(refused.contains("agent"), "{refused}");
        // A record of one's own counts before.
        let mut own = image("/beta", EAST, 1);
        own.agent = Some(AgentFacts::installed());
        desi.register_image(own).await.unwrap();
        let script = p("setup");
        let scripts = vec![TemplateChange::Edit(TemplateEdit::AddScript {
            phase: Phase::Boot,
            script,
            place: None,
        })];
        desi.edit_template(&p("front"), &beta, scripts, None)
            .await
            .unwrap();
    });
}

#[test]
fn p11_what_publishers_tell_of_images_stands_in_for_records() {
    const WEST: &str = "aws/us-west-2";
    let world = market();
    run(async {
        let (dana, desi) = (world.who("dana"), world.who("desi"));
        let like = |scope: &str, at: &str, ami: u64, os: &str| {
            let mut new = image(scope, at, ami);
            new.os = Some(OsFacts::parse("fedora-coreos", "44", os).unwrap());
            new.architecture = Some(Architecture::X86_64);
            new.agent = Some(AgentFacts::Absent);
            new
        };
        let old = dana.register_image(like("/acme", EAST, 1, "44.1")).await;
        old.unwrap();
        revised(&dana, "/acme", "web", &[1]).await;
        let first = publish_mci(&world, "web@1", &[]).await.publication;
        import(&world, first.reference(), "/beta").await.unwrap();
        let beta = p::<Scope>("/beta");
        let own = desi.register_image(like("/beta", WEST, 5, "44.1")).await;
        own.unwrap();
        let fitting = async || {
            let suggested = desi.mci_suggest(&p("web"), &beta, &p(WEST)).await;
            let fitting = suggested.unwrap().fitting.into_iter();
            fitting.map(|it| it.image_id().clone()).collect::<Vec<_>>()
        };
        assert_eq!(fitting().await, [ami(5)]);
        // It is no record for all that.
        let seen = desi.mci(&p("web"), &beta).await.unwrap();
        assert_eq!(seen.unregistered, [p(EAST)]);
    });
}

#[test]
fn l07_an_import_elsewhere_is_no_second_user_of_an_image() {
    let world = market();
    run(async {
        let dana = world.who("dana");
        let [old, new] = [1, 2].map(|number| image("/acme", EAST, number));
        let old = dana.register_image(old).await.unwrap().record.id();
        let new = dana.register_image(new).await.unwrap().record.id();
        revised(&dana, "/acme", "web", &[1]).await;
        let publication = publish_mci(&world, "web", &[]).await.publication;
        let permission = [LaunchPermission::Everybody];
        let admin = world.admin();
        admin
            .add_launch_permissions(old, &permission, &p("/acme"))
            .await
            .unwrap();
        import(&world, publication.reference(), "/beta")
            .await
            .unwrap();
        // Who sees both accounts is told of the HEAD and of the revision, each once.
        let ask = crate::plans::replacing(old, new, &p("/acme"));
        let plan = admin.plan_replace(&ask, &p("/acme")).await.unwrap();
        let places: Vec<_> = plan.items().iter().map(|it| it.scope.as_str()).collect();
        assert_eq!(places, ["/acme", "/acme"]);
        admin.apply_replace(&plan, &p("/acme")).await.unwrap();
        let web = dana.mci(&p("web@head"), &p("/acme")).await.unwrap();
        let east = &web.content.settings()[&p(EAST)];
        assert!(east.image().as_str().ends_with('2'));
        let imported = admin.mci(&p("web@1"), &p("/beta")).await.unwrap();
        let east = &imported.content.settings()[&p(EAST)];
        assert!(east.image().as_str().ends_with('1'));
    });
}

#[test]
fn m21_environments_see_an_import_as_it_is_shared() {
    let world = market();
    run(async {
        let (admin, bert) = (world.admin(), world.who("bert"));
        let dana = world.who("dana");
        revised(&dana, "/acme", "web", &[1]).await;
        linking(&dana, "/acme", "front", &["web"]).await;
        let made = publish(&world, LineageKind::Template, "front", &[]).await;
        import(&world, made.unwrap().publication.reference(), "/beta")
            .await
            .unwrap();
        let (beta, prod) = (p("/beta"), p("/beta/prod"));
        let seen = async || {
            let mci = bert.mci(&p("web"), &prod).await.is_ok();
            [mci, bert.template(&p("front"), &prod).await.is_ok()]
        };
        assert_eq!(seen().await, [true, true]);
        bert.unshare_template(&p("front"), &beta, false)
            .await
            .unwrap();
        bert.unshare_mci(&p("web"), &beta, false).await.unwrap();
        assert_eq!(seen().await, [false, false]);
        assert!(world.who("lars").share_mci(&p("web"), &beta).await.is_err());
        admin.share_mci(&p("web"), &beta).await.unwrap();
        admin.share_template(&p("front"), &beta).await.unwrap();
        assert_eq!(seen().await, [true, true]);
    });
}

#[test]
fn p11_an_imported_template_is_shown_by_the_name_that_it_has_here() {
    let world = market();
    run(async {
        let (dana, bert) = (world.who("dana"), world.who("bert"));
        revised(&dana, "/acme", "web", &[1]).await;
        linking(&dana, "/acme", "front", &["web"]).await;
        let made = publish(&world, LineageKind::Template, "front", &[]).await;
        bert.create_template(&p("/beta"), p("front")).await.unwrap();
        import(&world, made.unwrap().publication.reference(), "/beta")
            .await
            .unwrap();
        let seen = bert.template(&p("acme/front"), &p("/beta")).await.unwrap();
        assert_eq!(seen.name.as_str(), "acme/front");
        assert_eq!(seen.links[0].name, Some(p("web")));
    });
}

#[test]
fn l02_what_an_import_links_is_told_by_its_revisions_alone() {
    let world = market();
    run(async {
        let dana = world.who("dana");
        revised(&dana, "/acme", "web", &[1]).await;
        linking(&dana, "/acme", "front", &["web"]).await;
        let made = publish(&world, LineageKind::Template, "front", &[]).await;
        import(&world, made.unwrap().publication.reference(), "/beta")
            .await
            .unwrap();
        let (lars, bert) = (world.who("lars"), world.who("bert"));
        let refusal = lars
            .delete_import(LineageKind::Mci, &p("web"), &p("/beta"))
            .await;
        let refusal = refusal.unwrap_err().to_string();
        assert!(!refusal.contains("HEAD"), "{refusal}");
        let prod = bert.unshare_mci(&p("web"), &p("/beta"), false).await;
        prod.unwrap();
    });
}
