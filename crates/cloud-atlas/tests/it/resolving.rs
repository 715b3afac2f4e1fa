//! Real releases, resolved everywhere, against a table that is read without this program.

use crate::support::{DATA, World, ask, document, import, limited, most, p, run, texts};
use cloud_atlas::{
    Atlas, Session,
    image_id::CloudLocation,
    scope::Scope,
    streams::StreamDocument,
    template::{Reference, Selector},
};
use serde_json::Value;
use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
    sync::Arc,
};

/// Where the originals of the documents are, where they are at all.
const ORIGINALS: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../../../shared/streams/fedora-coreos"
);

/// (stream and release, architecture, location) → image.
type Answers = BTreeMap<(String, String, String), String>;

/// Reads one document by hand.
fn read(text: &str, answers: &mut Answers) {
    let json: Value = serde_json::from_str(text).unwrap();
    let stream = json["stream"].as_str().unwrap();
    for (architecture, described) in json["architectures"].as_object().unwrap() {
        let mut add = |location: &str, release: &Value, image: String| {
            let release = format!("{stream} {}", release.as_str().unwrap());
            let key = (release, architecture.clone(), location.to_owned());
            assert_eq!(answers.insert(key, image), None);
        };
        let images = &described["images"];
        for (region, image) in images["aws"]["regions"].as_object().into_iter().flatten() {
            let id = image["image"].as_str().unwrap().to_owned();
            add(&format!("aws/{region}"), &image["release"], id);
        }
        if let Some(gcp) = images["gcp"].as_object() {
            let (project, name) = (&gcp["project"], &gcp["name"]);
            let (project, name) = (project.as_str().unwrap(), name.as_str().unwrap());
            let id = format!("projects/{project}/global/images/{name}");
            add("gcp", &gcp["release"], id);
        }
    }
}

/// What every revision of both architectures gives at every location that any of them names.
async fn resolved(who: &Session, answers: &Answers) -> Answers {
    let mut found = Answers::new();
    let locations: BTreeSet<_> = answers.keys().map(|(_, _, location)| location).collect();
    for architecture in ["x86_64", "aarch64"] {
        let lane = p::<Reference>(&format!("fcos-{architecture}"));
        let log = who
            .mci_log(&lane, &p("/acme"), &most())
            .await
            .unwrap()
            .items;
        for entry in log {
            let release = entry.revision.message().to_string();
            let number = entry.revision.number();
            for &location in &locations {
                let reference = format!("fcos-{architecture}@{number}");
                let asked = ask(&reference, location, "/acme");
                let image = match who.resolve(&asked).await {
                    Ok(launch) => {
                        assert_eq!(launch.plan.location.as_str(), location);
                        assert_eq!(launch.plan.served_by.as_str(), location);
                        assert_eq!(launch.plan.revision, Some(number));
                        assert!(
                            launch.plan.record.is_some(),
                            "{location}: every image is registered"
                        );
                        assert_eq!(launch.plan.warnings, []);
                        launch.plan.image.to_string()
                    }
                    Err(cloud_atlas::Error::Launch(_)) => continue,
                    Err(error) => panic!("{error}"),
                };
                let explained = who.explain(&asked).await.unwrap().outcome.unwrap();
                assert_eq!(explained.plan.image.as_str(), image);
                let key = (release.clone(), architecture.to_owned(), location.clone());
                found.insert(key, image);
            }
        }
    }
    found
}

fn agree(atlas: &Atlas, texts: &[(String, String)]) {
    let documents: Vec<_> = texts.iter().map(|(_, text)| document(text)).collect();
    let mut answers = Answers::new();
    for (_, text) in texts {
        read(text, &mut answers);
    }
    assert!(answers.len() > 500, "{} images", answers.len());
    let admin = atlas.act_as(&p("admin"));
    let report = run(import(&admin, &documents, true)).unwrap();
    assert_eq!(report.registered, answers.len());
    assert_eq!(run(resolved(&admin, &answers)), answers);
    assert_eq!(run(atlas.check()).unwrap().findings, Vec::<String>::new());
}

#[test]
fn r01_every_answer_is_that_of_the_documents() {
    let texts = texts(Path::new(DATA));
    agree(&World::new().atlas, &texts);
    // An engine with limits holds a release as well.
    agree(&World::over(Arc::new(limited())).atlas, &texts);
}

#[test]
fn r01_every_answer_is_that_of_the_originals() {
    let originals = Path::new(ORIGINALS);
    if originals.is_dir() {
        agree(&World::new().atlas, &texts(originals));
    }
}

/// A copy of a document, as another release.
fn copied(document: &StreamDocument, release: &str) -> StreamDocument {
    let later = Some(p("2026-07-30T00:00:00Z"));
    let mut copy = StreamDocument::new(document.stream().clone()).with_last_modified(later);
    for (architecture, location, image) in document.images() {
        let image = cloud_atlas::streams::StreamImage::new(image.id().clone(), p(release));
        let insert = copy.insert(architecture.clone(), location.clone(), image);
        insert.unwrap();
    }
    copy
}

#[test]
fn d03_one_changed_image_and_one_lost_region_are_the_diff() {
    let world = World::new();
    let admin = world.admin();
    let text = &texts(Path::new(DATA)).pop().unwrap().1;
    let before = document(text);
    let mut after = copied(&before, "99.1");
    let changed = CloudLocation::parse("aws/eu-central-1").unwrap();
    let lost = CloudLocation::parse("aws/us-west-2").unwrap();
    let image = cloud_atlas::streams::StreamImage::new(crate::support::ami(7), p("99.1"));
    let old = after
        .insert(p("x86_64"), changed.clone(), image)
        .unwrap()
        .unwrap();
    after.remove(&p("x86_64"), &lost).unwrap();
    let (scope, lane) = (p::<Scope>("/acme"), p::<Reference>("fcos-x86_64"));
    run(async {
        import(&admin, &[before.clone(), after], true)
            .await
            .unwrap();
        let at = |number| lane.clone().at(Selector::Number(p(number)));
        let diff = admin.mci_diff(&at("1"), &at("2"), &scope).await.unwrap();
        assert_eq!(diff.report.coverage.lost, std::slice::from_ref(&lost));
        let diff = diff.diff;
        assert_eq!(diff.modified(), [&changed]);
        assert_eq!(diff.lost(), [&lost]);
        assert!(diff.gained().is_empty());
        let images: Vec<_> = diff
            .rows()
            .into_iter()
            .filter(|row| row.location.as_ref() == Some(&changed))
            .map(|row| (row.field, row.before.unwrap(), row.after.unwrap()))
            .collect();
        let new = crate::support::ami(7).to_string();
        assert_eq!(images, [("image", old.id().to_string(), new)]);
        // The other direction is its mirror, and a revision equals itself.
        let back = admin.mci_diff(&at("2"), &at("1"), &scope).await.unwrap();
        assert_eq!(back.diff, diff.inverse());
        let same = admin.mci_diff(&at("2"), &at("2"), &scope).await.unwrap();
        assert!(same.diff.is_empty());
        // The diff that is asked for by default is of the newest two.
        let (one, two) = admin.diff_pair(&lane, &scope).await.unwrap();
        assert_eq!(admin.mci_diff(&one, &two, &scope).await.unwrap().diff, diff);
        // The other architecture lost and changed nothing.
        let other = p::<Reference>("fcos-aarch64");
        let (one, two) = admin.diff_pair(&other, &scope).await.unwrap();
        let diff = admin.mci_diff(&one, &two, &scope).await.unwrap();
        assert!(diff.diff.settings.is_empty());

        let coverage = admin.coverage(&[lane, other], &scope).await.unwrap();
        let served: Vec<_> = coverage
            .rows()
            .into_iter()
            .filter(|row| row.served.contains(&Some(false)))
            .map(|row| (row.lane, row.locations, row.served))
            .collect();
        let half = vec![Some(true), Some(false)];
        assert_eq!(
            served,
            [("fcos-x86_64".to_owned(), vec![lost.clone()], half)]
        );

        let refused = admin
            .resolve(&ask("fcos-x86_64", lost.as_str(), "/acme"))
            .await;
        let refused = refused.unwrap_err().to_string();
        assert!(
            refused.contains("revision 2 has no image for aws/us-west-2"),
            "{refused}"
        );
    });
}
