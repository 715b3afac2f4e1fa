//! The published documents, against a second derivation that knows nothing of ours. Where the
//! originals are not at hand, the reduced documents stand in for them.

use crate::support::{examples, name, originals, parse};
use serde_json::Value;
use std::{collections::BTreeSet, fs, path::PathBuf};

fn documents() -> Vec<PathBuf> {
    let originals = originals();
    if originals.is_empty() {
        examples()
    } else {
        originals
    }
}

/// Lines `architecture location image release`, straight from the JSON.
fn derive(document: &Value) -> BTreeSet<String> {
    let mut lines = BTreeSet::new();
    if let Some(amis) = document["amis"].as_object() {
        let build = document["buildid"].as_str().unwrap();
        for (region, entry) in amis {
            let ami = entry["hvm"].as_str().unwrap();
            lines.insert(format!("x86_64 aws/{region} {ami} {build}"));
        }
        return lines;
    }
    for (architecture, entry) in document["architectures"].as_object().unwrap() {
        for (region, entry) in entry["images"]["aws"]["regions"]
            .as_object()
            .into_iter()
            .flatten()
        {
            let (ami, release) = (entry["image"].as_str(), entry["release"].as_str());
            let (ami, release) = (ami.unwrap(), release.unwrap());
            lines.insert(format!("{architecture} aws/{region} {ami} {release}"));
        }
        let gcp = &entry["images"]["gcp"];
        if let (Some(project), Some(name)) = (gcp["project"].as_str(), gcp["name"].as_str()) {
            let release = gcp["release"].as_str().unwrap();
            let id = format!("projects/{project}/global/images/{name}");
            lines.insert(format!("{architecture} gcp {id} {release}"));
        }
    }
    lines
}

#[test]
fn every_image_of_the_published_documents_is_read_and_nothing_else() {
    let documents = documents();
    assert_eq!(documents.len(), 12);
    for path in documents {
        let text = fs::read(&path).unwrap();
        let parsed = parse(&text).unwrap();
        let ours: BTreeSet<_> = parsed
            .document
            .images()
            .map(|(architecture, location, image)| {
                format!(
                    "{architecture} {location} {} {}",
                    image.id(),
                    image.release()
                )
            })
            .collect();
        let theirs = derive(&serde_json::from_slice(&text).unwrap());
        assert!(ours.len() > 14, "{}", name(&path));
        assert_eq!(ours, theirs, "{}", name(&path));
    }
}

#[test]
fn the_published_documents_in_one_table() {
    let paths = originals();
    if paths.is_empty() {
        return; // the reduced documents hold no files and cause no warnings
    }
    let mut table = String::new();
    for path in paths {
        let parsed = parse(fs::read(&path).unwrap()).unwrap();
        let document = &parsed.document;
        let date = document.last_modified().unwrap();
        table += &format!("{}: {} of {date}, ", name(&path), document.stream());
        table += &format!("{}, {} files\n", parsed.format, parsed.files);
        for (architecture, images) in document.architectures() {
            table += &format!("  {architecture}: {}\n", images.by_location().len());
        }
        for warning in &parsed.warnings {
            table += &format!("  {}: {warning}\n", warning.code());
        }
    }
    insta::assert_snapshot!(table);
}
