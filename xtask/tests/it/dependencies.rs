//! docs/dependencies.md gives the reason for every crate that we chose.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::tree;

#[test]
fn every_direct_dependency_has_its_reason() {
    let mut declared = BTreeSet::new();
    for manifest in ["Cargo.toml", "fuzz/Cargo.toml"] {
        if !tree::root().join(manifest).exists() {
            continue; // no fuzz target has been written yet
        }
        for package in tree::packages(manifest) {
            let dependencies = package["dependencies"].as_array().unwrap();
            let outside = dependencies
                .iter()
                .filter(|dependency| dependency["path"] == Value::Null);
            declared.extend(outside.map(|found| found["name"].as_str().unwrap().to_owned()));
        }
    }
    let document = tree::read("docs/dependencies.md");
    let rows = tree::rows(&document, |first| first.starts_with('`'));
    let explained: BTreeSet<String> = rows
        .iter()
        .map(|row| row[0].trim_matches('`').to_owned())
        .collect();
    assert_eq!(
        rows.len(),
        explained.len(),
        "docs/dependencies.md has a crate twice"
    );
    let missing = declared
        .difference(&explained)
        .map(|name| format!("no reason for {name}"));
    let stale = explained
        .difference(&declared)
        .map(|name| format!("nobody uses {name}"));
    let complaints: Vec<String> = missing.chain(stale).collect();
    tree::assert_none(
        &complaints,
        "docs/dependencies.md and the manifests disagree:",
    );
}

#[test]
fn the_lock_file_stays_below_its_cap() {
    let document = tree::read("docs/dependencies.md");
    let cap = document
        .lines()
        .find_map(|line| line.strip_prefix("Cap: "))
        .unwrap();
    let cap: usize = cap.split_whitespace().next().unwrap().parse().unwrap();
    let locked = tree::read("Cargo.lock").matches("\n[[package]]\n").count();
    assert!(
        locked <= cap,
        "Cargo.lock holds {locked} packages, docs/dependencies.md allows {cap}"
    );
}
