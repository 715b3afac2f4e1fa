//! `atlas mci check`, `commit --deny`, `require`, `match`, `rematch`, `suggest`, as people see them.

use crate::program::{Program, told};

const AMI: &str = "ami-0000000000000000";
const EAST: &str = "aws/us-east-1";
const OHIO: &str = "aws/us-east-2";
const WEST: &str = "aws/us-west-2";

/// A store with a credential, three records in the east and west, and `web` of two of them.
fn furnished() -> Program {
    let program = Program::new();
    let secret = ["--cloud", "aws", "--secret", "vault:x"];
    program.ok(&[&["credential", "add", "main"], &secret[..]].concat());
    for (location, number, version, arch) in [
        (EAST, 1, "24.04.1", "x86_64"),
        (WEST, 2, "24.04.2", "x86_64"),
        (EAST, 3, "24.04.3", "x86_64"),
        (EAST, 4, "24.04.1", "arm64"),
    ] {
        let (image, os) = (format!("{AMI}{number}"), format!("ubuntu/24.04/{version}"));
        let name = format!("ubuntu {version}");
        let said = ["--os", &os, "--architecture", arch, "--name", &name];
        program.ok(&[&["image", "register", location, &image], &said[..]].concat());
    }
    program.ok(&["mci", "new", "web"]);
    set(&program, EAST, 1);
    set(&program, WEST, 2);
    program
}

fn set(program: &Program, location: &str, number: u64) {
    let image = format!("{AMI}{number}");
    let setting = [
        "mci",
        "set",
        "web",
        location,
        &image,
        "--instance-type",
        "m5.large",
    ];
    program.ok(&setting);
}

#[test]
fn m12_findings_are_listed_and_denied() {
    let program = furnished();
    set(&program, OHIO, 9);
    insta::assert_snapshot!(told(
        &program,
        &[
            &["mci", "check", "web"],
            &[
                "mci",
                "check",
                "web",
                "--deny",
                "newer-image,mixed-os",
                "--output",
                "json"
            ],
            &["mci", "check", "web", "--deny", "mixed-os"],
            &[
                "mci",
                "commit",
                "web",
                "-m",
                "first",
                "--deny",
                "image-unregistered"
            ],
            &["mci", "commit", "web", "-m", "first", "--deny", "mixed-os"],
            &["mci", "check", "web", "--deny", "mixed"],
        ],
    ));
}

#[test]
fn m05_m06_an_edit_warns_of_what_is_unregistered_and_refuses_what_does_not_fit() {
    let program = furnished();
    let (four, nine) = (format!("{AMI}4"), format!("{AMI}9"));
    let typed = ["--instance-type", "m5.large"];
    insta::assert_snapshot!(told(
        &program,
        &[
            &[&["mci", "set", "web", EAST, &four], &typed[..]].concat(),
            &[&["mci", "set", "web", OHIO, &nine], &typed[..]].concat(),
            &["mci", "show", "web"],
            &["resolve", "web@head", EAST, "--explain"],
        ],
    ));
}

#[test]
fn m13_required_locations_hold_a_commit_back() {
    let program = furnished();
    insta::assert_snapshot!(told(
        &program,
        &[
            &["mci", "require", "web"],
            &["mci", "commit", "web", "-m", "first"],
            &["mci", "require", "web", EAST, WEST, OHIO],
            &["mci", "unset", "web", WEST],
            &["mci", "commit", "web", "-m", "second"],
            &["mci", "require", "web", WEST, OHIO, "--remove"],
            &["mci", "commit", "web", "-m", "second"],
            &["mci", "show", "web"],
            &["mci", "require", "web", WEST, "--remove"],
        ],
    ));
}

#[test]
fn m14_m19_matching_follows_the_inventory() {
    let program = furnished();
    let image = |number: u64, more: &str| format!(r#"{{"id": "{AMI}{number}"{more}}}"#);
    let (a1, b2) = (r#", "checksum": "a1""#, r#", "checksum": "b2""#);
    let places = format!(
        r#""{EAST}": {{"images": [{}, {}]}}, "{OHIO}": {{"images": [{}]}},
           "{WEST}": {{"images": [{}]}}, "aws/eu-west-3": {{"images": [{}, {}]}}"#,
        image(1, a1),
        image(8, r#", "closed": true"#),
        image(5, a1),
        image(2, b2),
        image(6, a1),
        image(7, a1),
    );
    let text = format!(r#"{{"version": 1, "locations": {{{places}}}}}"#);
    let file = program.file("inventory.json", text.clone());
    let later = text.replace(&image(5, a1), &image(5, b2));
    let later = program.file("later.json", later.replace(&image(6, a1), &image(6, b2)));
    let folder = file.trim_end_matches("inventory.json").to_owned();
    let typed = ["--instance-type", "m5.large"];
    let (nine, closed) = (format!("{AMI}9"), format!("{AMI}8"));
    let from = ["--inventory", file.as_str()];
    let shown = told(
        &program,
        &[
            &[&["mci", "set", "web", EAST, &nine], &typed[..], &from].concat(),
            &[&["mci", "set", "web", EAST, &closed], &typed[..], &from].concat(),
            &["mci", "match", "web"],
            &[&["mci", "match", "web", EAST], &from[..]].concat(),
            &["mci", "match", "web"],
            &["mci", "rematch", "web", "--inventory", &later],
            &["mci", "match", "web", EAST],
            &["mci", "unmatch", "web", EAST],
            &["mci", "rematch", "web", "--inventory", &later],
        ],
    );
    insta::assert_snapshot!(shown.replace(&folder, ""));
}

#[test]
fn m18_suggests_what_could_stand_at_a_free_location() {
    let program = furnished();
    program.ok(&["mci", "unset", "web", WEST]);
    let two = format!("{AMI}2");
    insta::assert_snapshot!(told(
        &program,
        &[
            &["mci", "suggest", "web"],
            &["mci", "suggest", "web", WEST],
            &["image", "find", &two],
            &["mci", "suggest", "web", "gcp"],
        ],
    ));
    let image = format!("{AMI}5");
    let said = [
        "--os",
        "ubuntu/24.04/24.04.1",
        "--architecture",
        "x86_64",
        "--name",
        "for the west",
    ];
    program.ok(&[&["image", "register", WEST, &image], &said[..]].concat());
    insta::assert_snapshot!(told(&program, &[&["mci", "suggest", "web", WEST]]));
}
