//! What holds for every document.

use crate::support::{DATA, World, document, import, import_with, options, p, run, texts};
use atlas_testkit::streams as strategies;
use cloud_atlas::{
    ImportOptions, Session,
    image_id::Cloud,
    streams::{Release, StreamDocument, StreamImage},
    template::{Reference, Selector},
};
use proptest::prelude::*;
use std::path::Path;

/// A document as an import keeps it: of one release, with a time, without the name of its
/// generator, without families and without empty architectures.
fn one_release(document: &StreamDocument, release: &Release) -> StreamDocument {
    let time = document.last_modified().or(Some(p("2026-01-01T00:00:00Z")));
    let mut kept = StreamDocument::new(document.stream().clone()).with_last_modified(time);
    for (architecture, location, image) in document.images() {
        let image = StreamImage::new(image.id().clone(), release.clone());
        let insert = kept.insert(architecture.clone(), location.clone(), image);
        insert.unwrap();
    }
    kept
}

/// Every architecture has an instance type.
fn typed() -> ImportOptions {
    let mut options = options(true);
    for cloud in [Cloud::Aws, Cloud::Gcp] {
        options.instance_types = options.instance_types.with(cloud, None, p("any.large"));
    }
    options
}

/// What an import of a document made, as a document again.
fn exported(who: &Session, document: &StreamDocument) -> StreamDocument {
    let report = run(import_with(who, std::slice::from_ref(document), typed())).unwrap();
    let references: Vec<_> = report
        .releases
        .iter()
        .map(|release| {
            let reference = Reference::lineage(release.lineage);
            reference.at(Selector::Number(release.revision.unwrap()))
        })
        .collect();
    run(who.export_stream(&references, &p("/acme"))).unwrap()
}

#[test]
fn real_documents_come_out_as_they_went_in() {
    let world = World::new();
    for (_, text) in texts(Path::new(DATA)) {
        let document = document(&text);
        let kept = one_release(&document, document.release().unwrap());
        assert_eq!(exported(&world.who("dana"), &document), kept);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(cases()) })]

    #[test]
    fn what_is_exported_is_what_was_imported(
        document in strategies::document(),
        release in strategies::release(),
    ) {
        let world = World::new();
        let document = one_release(&document, &release);
        prop_assume!(document.images().count() > 0);
        let dana = world.who("dana");
        prop_assert_eq!(&exported(&dana, &document), &document);
        // And is not another release when it comes back.
        let again = run(import_with(&dana, &[document], typed())).unwrap();
        prop_assert!(again.releases.iter().all(|release| release.unchanged));
        prop_assert_eq!(again.registered, 0);
    }

    #[test]
    fn the_order_of_documents_does_not_matter(
        documents in prop::collection::vec((strategies::document(), 1..9_u32), 1..4).prop_shuffle()
    ) {
        let mut kept: Vec<_> = documents
            .iter()
            .enumerate()
            .map(|(at, (document, time))| {
                let release = p::<Release>(&format!("{at}.0"));
                let time = p(&format!("2026-01-0{time}T00:00:0{at}Z"));
                one_release(document, &release).with_last_modified(Some(time))
            })
            .collect();
        let mut contents = Vec::new();
        for _ in 0..2 {
            kept.reverse();
            let world = World::new();
            let dana = world.who("dana");
            let imported = run(import_with(&dana, &kept, typed()));
            // One image under two architectures is two records of one key: refused either way.
            let Ok(report) = imported else {
                contents.push(Vec::new());
                continue;
            };
            let mut found = Vec::new();
            for release in &report.releases {
                let at = Reference::lineage(release.lineage);
                let at = at.at(Selector::Number(release.revision.unwrap()));
                let view = run(dana.mci(&at, &p("/acme"))).unwrap();
                found.push((view.name, view.revision.unwrap().number(), view.content));
            }
            contents.push(found);
        }
        prop_assert_eq!(&contents[0], &contents[1]);
    }
}

/// Few, unless more are asked for.
fn cases() -> u32 {
    let asked = std::env::var("PROPTEST_CASES").ok();
    asked.and_then(|text| text.parse().ok()).unwrap_or(24)
}

#[test]
fn an_export_needs_what_an_import_sets() {
    use cloud_atlas::{Error, ExportError};
    let world = World::new();
    let dana = world.who("dana");
    run(async {
        crate::support::committed(&dana, "/acme", "web", 1).await;
        let scope = p("/acme");
        let error = dana.export_stream(&[p("web")], &scope).await.unwrap_err();
        assert!(
            matches!(error, Error::Export(ExportError::NoTag { .. })),
            "{error}"
        );
        let error = dana.export_stream(&[], &scope).await.unwrap_err();
        assert!(
            matches!(error, Error::Export(ExportError::Nothing)),
            "{error}"
        );
        let documents = crate::support::documents();
        import(&dana, &documents, true).await.unwrap();
        let two = [p("fcos-x86_64@stable"), p("fcos-x86_64@next")];
        let error = dana.export_stream(&two, &scope).await.unwrap_err();
        assert!(
            matches!(error, Error::Export(ExportError::Streams { .. })),
            "{error}"
        );
    });
}
