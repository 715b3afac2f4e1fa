//! docs/ARCHITECTURE.md draws every edge between the crates; cargo must see the same ones.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
};

use crate::tree;

/// Crate → the crates of this workspace that it depends on.
type Edges = BTreeMap<String, BTreeSet<String>>;

const FOR_TESTS_ONLY: [&str; 3] = ["testkit", "store-conformance", "test-servers"];

#[test]
fn edges_are_those_that_the_architecture_draws() {
    assert_drawn("edges", &declared(false));
}

#[test]
fn edges_for_tests_are_those_that_the_architecture_draws() {
    assert_drawn("test-edges", &declared(true));
}

#[test]
fn crates_for_tests_are_never_built_into_anything() {
    for (from, to) in declared(false) {
        // the benches, the examples and the glue are no part of what anybody ships
        if ["benches", "examples", "xtask"].contains(&from.as_str()) {
            continue;
        }
        for name in FOR_TESTS_ONLY {
            let ours = FOR_TESTS_ONLY.contains(&from.as_str());
            assert!(
                ours || !to.contains(name),
                "{from} depends on {name} outside its tests"
            );
        }
    }
}

#[test]
fn the_code_map_has_a_line_for_every_crate() {
    let document = tree::read("docs/ARCHITECTURE.md");
    let map: BTreeSet<String> = tree::rows(&document, |first| first.starts_with('`'))
        .into_iter()
        .map(|row| row[0].trim_matches('`').to_owned())
        .collect();
    for name in declared(false).into_keys() {
        assert!(
            map.contains(&name),
            "the code map of docs/ARCHITECTURE.md lacks `{name}`"
        );
    }
}

/// What is built apart, since it needs a program that nothing else needs.
const APART: [&str; 1] = ["crates/store-etcd"];

#[test]
fn every_crate_but_those_built_apart_is_a_default_member() {
    let members = |field: &str| -> BTreeSet<String> {
        let folders = tree::metadata("Cargo.toml")[field]
            .as_array()
            .unwrap()
            .clone();
        folders
            .iter()
            .map(|member| member.as_str().unwrap().to_owned())
            .collect()
    };
    let (all, default) = (
        members("workspace_members"),
        members("workspace_default_members"),
    );
    let apart: Vec<&String> = all.difference(&default).collect();
    assert_eq!(apart.len(), APART.len(), "no default members: {apart:?}");
    for folder in APART {
        let is_it = |member: &&&String| member.contains(&format!("/{folder}#"));
        assert!(apart.iter().any(|member| is_it(&member)), "{apart:?}");
    }
}

#[track_caller]
fn assert_drawn(block: &str, declared: &Edges) {
    let document = tree::read("docs/ARCHITECTURE.md");
    let mut drawn = Edges::new();
    for line in tree::fenced(&document, block) {
        let (from, to) = line
            .split_once(':')
            .unwrap_or_else(|| panic!("no `:` in {line:?}"));
        let to = to.split_whitespace().map(str::to_owned).collect();
        assert!(
            drawn.insert(from.to_owned(), to).is_none(),
            "{from} stands there twice"
        );
    }
    let mut should = String::new();
    for (from, to) in declared {
        let names: Vec<&str> = to.iter().map(String::as_str).collect();
        writeln!(
            should,
            "{}",
            format!("{from}: {}", names.join(" ")).trim_end()
        )
        .unwrap();
    }
    let complaints: Vec<String> = differences(&drawn, declared);
    assert!(
        complaints.is_empty(),
        "the block `{block}` of docs/ARCHITECTURE.md and the manifests disagree \
         (a new edge needs a line in docs/decisions/):\n  {}\n\nthe manifests say:\n{should}",
        complaints.join("\n  ")
    );
}

fn differences(drawn: &Edges, declared: &Edges) -> Vec<String> {
    let pairs = |edges: &Edges| -> BTreeSet<String> {
        let edge = |from: &String, to: &String| format!("{from} → {to}");
        let alone = edges.keys().map(|from| format!("crate {from}"));
        let all = edges
            .iter()
            .flat_map(|(from, to)| to.iter().map(move |to| edge(from, to)));
        all.chain(alone).collect()
    };
    let (drawn, declared) = (pairs(drawn), pairs(declared));
    let undrawn = declared
        .difference(&drawn)
        .map(|edge| format!("not drawn: {edge}"));
    let undeclared = drawn
        .difference(&declared)
        .map(|edge| format!("drawn, not there: {edge}"));
    undrawn.chain(undeclared).collect()
}

/// The edges of the manifests; those of tests alone, or those of everything that ships.
fn declared(for_tests: bool) -> Edges {
    let mut edges = Edges::new();
    for package in tree::packages("Cargo.toml") {
        let to = edges
            .entry(short(package["name"].as_str().unwrap()))
            .or_default();
        for dependency in package["dependencies"].as_array().unwrap() {
            let inside = dependency["path"].is_string();
            let is_dev = dependency["kind"] == "dev";
            if inside && is_dev == for_tests {
                to.insert(short(dependency["name"].as_str().unwrap()));
            }
        }
    }
    if for_tests {
        edges.retain(|_, to| !to.is_empty());
    }
    edges
}

/// `atlas-image-id` is drawn as its folder is called, `image-id`.
fn short(package: &str) -> String {
    package.strip_prefix("atlas-").unwrap_or(package).to_owned()
}
