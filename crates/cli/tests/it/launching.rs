//! `atlas resolve`, as people see it.

use crate::program::{Program, told};

const AMI: &str = "ami-0000000000000000";
const EAST: &str = "aws/us-east-1";
const WEST: &str = "aws/us-west-2";

/// A store with two records, and `web`, committed with them and with one that nobody registered.
fn furnished() -> Program {
    let program = Program::new();
    let secret = ["--cloud", "aws", "--secret", "vault:x"];
    program.ok(&[&["credential", "add", "main"], &secret[..]].concat());
    for (location, number, architecture) in [(EAST, 1, "x86_64"), (EAST, 2, "arm64")] {
        let image = format!("{AMI}{number}");
        let said = ["--os", "ubuntu/24.04/24.04.1", "--name", "ubuntu"];
        let of = ["--architecture", architecture];
        program.ok(&[&["image", "register", location, &image], &said[..], &of].concat());
    }
    program.ok(&["mci", "new", "web"]);
    for (location, number) in [(EAST, 1), (WEST, 3)] {
        let image = format!("{AMI}{number}");
        let setting = ["mci", "set", "web", location, &image, "--instance-type"];
        program.ok(&[&setting[..], &["m5.large"]].concat());
    }
    program.ok(&["mci", "set", "web", "--tag", "team:owner=web"]);
    program.ok(&["mci", "commit", "web", "-m", "first"]);
    program
}

#[test]
fn r04_overrides_win_and_are_marked() {
    let program = furnished();
    std::fs::write(program.path("boot.sh"), "#!/bin/sh\n").unwrap();
    let resolve = ["resolve", "web", EAST];
    let image = |number: u32| format!("--image={AMI}{number}");
    insta::assert_snapshot!(told(
        &program,
        &[
            &resolve,
            &["resolve", "web", EAST, &image(1)],
            &[
                &resolve[..],
                &["--instance-type", "m7i.large", "--user-data", "boot.sh"]
            ]
            .concat(),
            &["resolve", "web", EAST, &image(9), "--explain"],
            &[
                &resolve[..],
                &["--instance-type", "m7i.large", "--output", "json"]
            ]
            .concat(),
            // What does not fit is refused, and so is what cannot stand there.
            &["resolve", "web", EAST, &image(2)],
            &[
                "resolve",
                "web",
                EAST,
                "--image",
                "projects/x/global/images/y"
            ],
            &[
                "resolve",
                "web",
                EAST,
                "--kernel",
                "none",
                "--ramdisk",
                "ari-12345678"
            ],
            &["resolve", "web", "--all", &image(1)],
        ]
    ));
}

#[test]
fn r10_policies_are_set_listed_shown_and_removed() {
    let program = furnished();
    let set = ["policy", "set", "house"];
    let rules = ["--owner", "self", "--min-soak", "24", "--tag", "approved"];
    program.file("rules.json", r#"{"mode": "audit", "max_age_days": 90}"#);
    program.file("other.json", r#"{"max_age": 90}"#);
    program.ok(&["scope", "add", "/acme/prod"]);
    let prod = ["--scope", "/acme/prod"];
    insta::assert_snapshot!(told(
        &program,
        &[
            &["policy", "list"],
            &[&set[..], &rules, &["--audit"]].concat(),
            &["resolve", "web", EAST, "--explain"],
            &["resolve", "web", EAST],
            &[&set[..], &rules].concat(),
            &["resolve", "web", EAST],
            &["resolve", "web", "--all"],
            &["resolve", "web", EAST, "--output", "json", "--explain"],
            &[
                &prod[..],
                &["policy", "set", "ages", "--file", "rules.json"]
            ]
            .concat(),
            &["policy", "set", "ages", "--file", "other.json"],
            &["policy", "set", "ages", "--file", "rules.json", "--audit"],
            &["policy", "set", "ages", "--ancestor", "img-1"],
            &[&prod[..], &["policy", "list"]].concat(),
            &["policy", "show", "house"],
            &["policy", "show", "ages"],
            &["policy", "remove", "house"],
            &["policy", "remove", "house"],
            &["resolve", "web", EAST],
        ]
    ));
    // What is shown is what can be set.
    let json = ["policy", "show", "ages", "--output", "json"];
    let shown = program.ok(&[&prod[..], &json].concat()).out;
    program.file("shown.json", &shown);
    program.ok(&["policy", "set", "ages", "--file", "shown.json"]);
    let again = program.json(&["policy", "show", "ages"]).remove(0);
    assert_eq!(again["max_age_days"], 90);
    assert_eq!(again["scope"], "/acme");
}

#[test]
fn r03_a_template_launches_its_default_or_the_link_that_is_chosen() {
    let program = furnished();
    program.ok(&["mci", "new", "db"]);
    let image = format!("{AMI}4");
    let setting = ["mci", "set", "db", WEST, &image, "--instance-type"];
    program.ok(&[&setting[..], &["m5.large"]].concat());
    program.ok(&["mci", "commit", "db", "-m", "first"]);
    program.ok(&["template", "new", "front"]);
    program.ok(&["template", "link", "front", "web"]);
    program.ok(&["template", "link", "front", "db@head"]);
    program.ok(&["template", "commit", "front", "-m", "first"]);
    let front = ["resolve", "-t", "front"];
    insta::assert_snapshot!(told(
        &program,
        &[
            &[&front[..], &[EAST, "--explain"]].concat(),
            &[&front[..], &[WEST]].concat(),
            &[&front[..], &["gcp", "--mci", "db"]].concat(),
            &[&front[..], &["gcp", "--explain"]].concat(),
            &[&front[..], &[WEST, "--mci", "db"]].concat(),
            &[&front[..], &[WEST, "--mci", "db@1", "--explain"]].concat(),
            &[&front[..], &["--all"]].concat(),
            &[&front[..], &["--all", "--mci", "db"]].concat(),
            &["resolve", "web", EAST, "--mci", "db"],
            &["resolve", "-t", "web", EAST],
        ]
    ));
}

#[test]
fn r02_all_locations_at_once_and_one_that_refuses_is_a_row() {
    let program = furnished();
    program.ok(&[
        "image",
        "register",
        WEST,
        &format!("{AMI}3"),
        "--os",
        "ubuntu/24.04/24.04.1",
    ]);
    let id = program.json(&["image", "list", "--location", WEST])[0]["id"].clone();
    let id = id.as_str().unwrap();
    let before = program.ok(&["resolve", "web", "--all"]);
    insta::assert_snapshot!(before.shown());
    program.ok(&["image", "disable", id, "--reason", "CVE-2026-1"]);
    insta::assert_snapshot!(told(
        &program,
        &[
            &["resolve", "web", "--all"],
            &["resolve", "web", "--all", "--explain"],
            &["resolve", "web", "--all", "--instance-type", "m6g.large"],
            &["resolve", "web"],
        ]
    ));
}
