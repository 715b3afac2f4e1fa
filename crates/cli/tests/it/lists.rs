//! Lists: pages, how they go on, filters.

use crate::program::{Program, releases};
use serde_json::Value;
use std::collections::BTreeSet;

/// The items of a page, and what `--after` takes to go on.
fn page(program: &Program, args: &[&str]) -> (Vec<Value>, Option<String>) {
    let mut lines = program.json(args);
    let next = |line: &Value| Some(line.as_object()?.get("next")?.as_str()?.to_owned());
    let next = lines.last().and_then(next);
    if next.is_some() {
        lines.pop();
    }
    // It stands before the first item, and is none.
    lines.retain(|line| line.get("access").is_none_or(|access| access != "managed"));
    (lines, next)
}

/// A store with several items in every list.
fn furnished() -> Program {
    let program = Program::with_releases(&releases()[..2]);
    for number in 0..2 {
        program.ok(&["scope", "add", &format!("/acme/env-{number}")]);
        let who = format!("zoe-{number}");
        program.ok(&["principal", "add", &who]);
        program.ok(&["grant", "add", "observer", &who]);
        let version = format!("{}.0.0", number + 1);
        let reference = format!("fedora-coreos-x86_64@{}", number + 1);
        program.ok(&["release", "set", &version, &reference]);
        let channel = format!("ring-{number}");
        program.ok(&["channel", "assign", &channel, &reference]);
        program.ok(&["rolemap", "make", &channel, "--os", "ubuntu/24.04"]);
    }
    program
}

/// Every command that lists what the store keeps.
const LISTS: &[&[&str]] = &[
    &["channel", "list", "fedora-coreos-x86_64"],
    &["credential", "list"],
    &["events"],
    &["grant", "list"],
    &["image", "list"],
    &["mci", "list"],
    &["mci", "log", "fedora-coreos-x86_64"],
    &["principal", "list"],
    &["release", "list", "fedora-coreos-x86_64"],
    &["rolemap", "list"],
    &["scope", "list"],
];

#[test]
fn every_list_goes_on_where_the_page_before_ended() {
    let program = furnished();
    for list in LISTS {
        let (all, next) = page(&program, &[*list, &["--all"]].concat());
        assert_eq!(next, None, "{list:?}");
        assert!(all.len() > 1, "{list:?}");
        let (first, next) = page(&program, &[*list, &["--limit", "1"]].concat());
        assert_eq!(first, all[..1], "{list:?}");
        let after = next.unwrap();
        let (rest, next) = page(
            &program,
            &[*list, &["--limit", "1000", "--after", &after]].concat(),
        );
        assert_eq!((rest.as_slice(), next), (&all[1..], None), "{list:?}");
        let (rest, _) = page(&program, &[*list, &["--all", "--after", &after]].concat());
        assert_eq!(rest, all[1..], "{list:?}");
        // For people, the end of a table says how to go on.
        let table = program.ok(&[*list, &["--limit", "1"]].concat());
        assert_eq!(
            table.err,
            format!("there are more: add --all, or --after {after}\n")
        );
        let table = program.ok(&[*list, &["--all"]].concat());
        assert_eq!(table.err, "", "{list:?}");
    }
}

#[test]
fn what_has_no_value_has_no_field() {
    fn nulls(value: &Value) -> usize {
        match value {
            Value::Object(fields) => fields
                .values()
                .map(|field| nulls(field) + usize::from(field.is_null()))
                .sum(),
            Value::Array(items) => items.iter().map(nulls).sum(),
            _ => 0,
        }
    }
    let program = furnished();
    program.ok(&["mci", "new", "empty"]);
    let others: [&[&str]; 3] = [
        &["mci", "show", "empty"],
        &["resolve", "fedora-coreos-x86_64", "gcp", "--explain"],
        &["mci", "diff", "fedora-coreos-x86_64"],
    ];
    for command in LISTS.iter().copied().chain(others) {
        for line in program.json(command) {
            assert_eq!(nulls(&line), 0, "{command:?}: {line}");
        }
    }
}

#[test]
fn images_are_found_by_what_is_known_of_them() {
    let program = furnished();
    let register = |image: &str, os: &str, more: &[&str]| {
        let what = ["image", "register", "aws/us-east-1", image, "--os", os];
        program.ok(&[&what[..], more].concat());
    };
    register(
        "ami-0123456789abcdef0",
        "ubuntu/22.04/22.04.4",
        &["--name", "web 1", "--architecture", "aarch64"],
    );
    register(
        "ami-0123456789abcdef1",
        "ubuntu/24.04/24.04.1",
        &["--name", "db", "--tag", "team:owner=data"],
    );
    let found = |filters: &[&str]| -> BTreeSet<String> {
        let command = [&["image", "list", "--all"], filters].concat();
        let records = program.json(&command);
        let id = |record: &Value| record["image_id"].as_str().unwrap().to_owned();
        records.iter().map(id).collect()
    };
    let (web, db) = ("ami-0123456789abcdef0", "ami-0123456789abcdef1");
    let cases: &[(&[&str], &[&str])] = &[
        (&["--os", "ubuntu"], &[web, db]),
        (&["--os", "ubuntu/22.04"], &[web]),
        (&["--os", "ubuntu/24.04/24.04.1"], &[db]),
        (&["--os", "ubuntu/24.04/24.04.2"], &[]),
        (&["--name", "web"], &[web]),
        (&["--name", "eb"], &[]),
        (&["--name-contains", "b", "--os", "ubuntu"], &[web, db]),
        (&["--tag", "team:owner=data"], &[db]),
        (&["--tag", "team:owner=data", "--tag", "x"], &[]),
        (&["--arch", "arm64", "--os", "ubuntu"], &[web]),
        (&["--state", "deleted"], &[]),
        (&["--state", "active", "--name", "db"], &[db]),
        (&["--cloud", "azure"], &[]),
        (&["--cloud", "aws", "--name", "d"], &[db]),
        (
            &["--location", "aws/us-east-1", "--os", "ubuntu"],
            &[web, db],
        ),
        (&["--location", "aws/us-east-2", "--os", "ubuntu"], &[]),
    ];
    for (filters, expected) in cases {
        let expected = expected.iter().map(|id| (*id).to_owned()).collect();
        assert_eq!(found(filters), expected, "{filters:?}");
    }
    let coreos = found(&["--os", "fedora-coreos", "--cloud", "aws"]);
    assert!(coreos.len() > 30 && !coreos.contains(web));
}

#[test]
fn pages_of_a_table_stand_below_one_another() {
    let program = furnished();
    let all = program.ok(&["events", "--all", "--limit", "9"]).out;
    let header: Vec<_> = all
        .lines()
        .filter(|line| line.starts_with("WHEN"))
        .collect();
    assert_eq!(header.len(), 1);
    let rows = all.lines().count() - 2;
    assert_eq!(rows, program.json(&["events", "--all"]).len());
    assert!(rows > 90, "more than one page");
    // The columns begin at the same place all the way down.
    let column = header[0].find("DID").unwrap();
    for line in all.lines().skip(2) {
        let line = line.as_bytes();
        assert_eq!(line[column - 1], b' ');
        assert_ne!(line[column], b' ');
    }
}

#[test]
fn pages_and_filters_that_make_no_sense() {
    let program = furnished();
    let (_, next) = page(&program, &["mci", "list", "--limit", "1"]);
    let next = next.unwrap();
    let wrong: &[&[&str]] = &[
        &["mci", "list", "--limit", "0"],
        &["mci", "list", "--limit", "1001"],
        &["mci", "list", "--after", "web"],
        &["image", "list", "--after", &next],
        &["mci", "list", "--after", &next, "--as", "zoe-0"],
        &["image", "list", "--os", "ubuntu//22"],
        &["image", "list", "--state", "gone"],
        &["image", "list", "--arch", "vax"],
    ];
    let texts = wrong.iter().map(|args| {
        let ran = program.run(args);
        assert_eq!(ran.out, "", "{args:?}");
        format!("atlas {}\n{}", args.join(" "), ran.shown())
    });
    let text = texts
        .collect::<Vec<_>>()
        .join("\n")
        .replace(&next, "CURSOR");
    insta::assert_snapshot!(text);
}
