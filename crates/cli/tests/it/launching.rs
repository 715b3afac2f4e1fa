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
