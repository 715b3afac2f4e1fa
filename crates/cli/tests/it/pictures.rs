//! What people look at: tables, diffs, the coverage picture.

use crate::program::{Program, releases};

#[test]
fn the_coverage_picture() {
    let program = Program::with_releases(&releases());
    let lanes = ["fedora-coreos-x86_64", "fedora-coreos-aarch64"];
    let ran = program.ok(&[&["mci", "coverage"], &lanes[..]].concat());
    assert!(ran.out.lines().all(|line| line.chars().count() <= 80));
    insta::assert_snapshot!(ran.shown());

    // What does not fit follows below.
    let mut narrow = program.command(&["mci", "coverage", lanes[0]]);
    let narrow = narrow.env("COLUMNS", "45").output().unwrap();
    insta::assert_snapshot!(String::from_utf8(narrow.stdout).unwrap());
}

#[test]
fn coverage_shows_what_was_gained_and_lost() {
    let program = Program::new();
    program.ok(&["mci", "new", "web"]);
    let steps: &[(&str, &str)] = &[
        ("us-east-1", "set"),
        ("eu-west-1", "set"),
        ("us-east-1", "unset"),
        ("us-east-1", "set"),
    ];
    for (at, (region, verb)) in steps.iter().enumerate() {
        let location = format!("aws/{region}");
        let mut args = vec!["mci", verb, "web", &location];
        if *verb == "set" {
            args.extend(["ami-0123456789abcdef0", "--instance-type", "m7i.large"]);
        }
        program.ok(&args);
        program.ok(&["mci", "commit", "web", "-m", &format!("step {at}")]);
    }
    insta::assert_snapshot!(program.ok(&["mci", "coverage", "web"]).shown());
}

#[test]
fn tables() {
    let two: Vec<_> = releases()
        .into_iter()
        .filter(|path| path.to_str().unwrap().contains("stable-44"))
        .take(2)
        .collect();
    let program = Program::with_releases(&two);
    insta::assert_snapshot!(program.import(&two).shown());
    insta::assert_snapshot!(program.ok(&["credential", "list"]).shown());
    insta::assert_snapshot!(program.ok(&["mci", "list"]).shown());
    insta::assert_snapshot!(first_lines(
        &program.ok(&["image", "list", "--cloud", "gcp"]).shown(),
        5
    ));
    insta::assert_snapshot!(first_lines(
        &program.ok(&["mci", "diff", "fedora-coreos-x86_64"]).shown(),
        12
    ));
    let resolved = program.ok(&[
        "resolve",
        "fedora-coreos-x86_64@stable",
        "aws/eu-central-1",
        "gcp/us-east1",
    ]);
    insta::assert_snapshot!(resolved.shown());
    insta::assert_snapshot!(
        program
            .run(&[
                "resolve",
                "fedora-coreos-aarch64@stable",
                "gcp/us-east1",
                "azure",
                "--explain"
            ])
            .shown()
    );
    insta::assert_snapshot!(program.ok(&["store", "stats"]).shown());
}

#[test]
fn an_empty_list_says_so_on_stderr() {
    let program = Program::new();
    let ran = program.ok(&["mci", "list"]);
    assert_eq!(
        (ran.out.as_str(), ran.err.as_str()),
        ("", "no MultiCloud Images\n")
    );
    let ran = program.ok(&["--output", "json", "mci", "list"]);
    assert_eq!((ran.out.as_str(), ran.err.as_str()), ("", ""));
}

#[test]
fn colours_are_for_terminals_only() {
    let program = Program::new();
    for args in [
        &["scope", "list"][..],
        &["resolve", "nothing", "gcp"],
        &["mci", "list"],
    ] {
        let ran = program.run(args);
        assert!(
            !ran.out.contains('\u{1b}') && !ran.err.contains('\u{1b}'),
            "{args:?}"
        );
    }
}

fn first_lines(text: &str, count: usize) -> String {
    text.lines().take(count).collect::<Vec<_>>().join("\n")
}
