//! Plans before changes, as people see them.

use crate::program::{Program, stable};

const EAST: &str = "aws/us-east-1";

/// An image that a MultiCloud Image, a role map, a server and a copy come from, and another one.
pub(crate) fn furnished() -> (Program, [String; 2]) {
    let program = Program::new();
    let credential = ["credential", "add", "aws", "--cloud", "aws"];
    program.ok(&[&credential[..], &["--secret", "vault:acme/aws"]].concat());
    let register = |name: &str, ami: &str| {
        let args = ["image", "register", EAST, ami, "--name", name];
        let args = [&args[..], &["--os", "debian/12/12.5"]].concat();
        let record = program.json(&args).remove(0);
        record["id"].as_str().unwrap().to_owned()
    };
    let old = register("base-20260801", "ami-00000000000000001");
    let new = register("base-20260802", "ami-00000000000000002");
    let set = ["mci", "set", "web", EAST, "ami-00000000000000001"];
    let make = ["rolemap", "make", "front", "--os", "debian/12"];
    for args in [
        &["mci", "new", "web"][..],
        &[&set[..], &["--instance-type", "t3.micro"]].concat(),
        &["mci", "commit", "web", "--message", "first"],
        &["channel", "assign", "stable", "web@1"],
        &make,
        &["rolemap", "set", "front", &old],
        &["server", "add", EAST, "web", "web-1"],
        &[
            "image",
            "copy",
            &old,
            "aws/eu-west-1",
            "ami-00000000000000003",
        ],
    ] {
        program.ok(args);
    }
    (program, [old, new])
}

/// Runs each command, where `%old`, `%new` and `%plan` stand for ids, and gives what was said. The
/// plan is the newest one that was carried out.
fn said(program: &Program, [old, new]: &[String; 2], lines: &[&str]) -> String {
    let mut told = String::new();
    for line in lines {
        let mut words = line.replace("%old", old).replace("%new", new);
        if words.contains("%plan") {
            let plan = program.json(&["image", "plans"]).remove(0);
            words = words.replace("%plan", plan["id"].as_str().unwrap());
        }
        let ran = program.run(&words.split(' ').collect::<Vec<_>>());
        told = format!("{told}$ atlas {line}\n{}\n", ran.shown());
    }
    stable(&told)
}

#[test]
fn l08_an_image_is_revoked_by_a_plan_and_that_is_taken_back() {
    let (program, ids) = furnished();
    insta::assert_snapshot!(said(
        &program,
        &ids,
        &[
            "image revoke %old --reason CVE-2026-1",
            "image revoke %old --reason CVE-2026-1 --plan plan.json",
            "rolemap make late --os debian/12",
            "rolemap set late %old",
            "image revoke --apply plan.json",
            "image revoke %old --reason CVE-2026-1 --plan plan.json",
            "image revoke --apply plan.json --only %new",
            "image revoke --apply plan.json --only %old",
            "image revoke --apply plan.json",
            "image list",
            "image revoke --undo %plan",
            "image revoke --undo %plan",
            "image replace --undo %plan",
        ]
    ));
}

#[test]
fn l07_an_image_takes_the_place_of_another_by_a_plan() {
    let (program, ids) = furnished();
    program.ok(&["scope", "add", "/acme/prod"]);
    insta::assert_snapshot!(said(
        &program,
        &ids,
        &[
            "image replace %old %new --at /acme/prod",
            "image replace %old %new --deprecate --reason outdated --plan plan.json",
            "image revoke --apply plan.json",
            "image replace --apply plan.json",
            "mci undo web --list",
            "image replace --apply plan.json",
            "image replace %old %new",
            "image replace --undo %plan",
            "mci show web",
        ]
    ));
}

#[test]
fn l09_what_may_go_is_told_and_nothing_is_deleted() {
    let (program, ids) = furnished();
    insta::assert_snapshot!(said(
        &program,
        &ids,
        &[
            "image retention",
            "image retention --keep-last 1",
            "image retention --keep-last 1 --even-used --even-channel-targets --plan plan.json",
            "image retention --even-used --even-channel-targets",
            "image retention --group vendor",
            "image revoke --apply plan.json",
            "image list",
        ]
    ));
}

#[test]
fn l08_a_plan_on_stdout_is_what_stands_in_the_file() {
    let (program, [old, _]) = furnished();
    let args = ["image", "revoke", &old, "--plan"];
    let shown = program.ok(&[&args[..], &["-"]].concat());
    program.ok(&[&args[..], &["plan.json"]].concat());
    let kept = std::fs::read_to_string(program.path("plan.json")).unwrap();
    let read = |text: &str| {
        let mut plan: serde_json::Value = serde_json::from_str(text).unwrap();
        for of_this_moment in ["made", "digest"] {
            plan.as_object_mut()
                .unwrap()
                .remove(of_this_moment)
                .unwrap();
        }
        plan
    };
    assert_eq!(read(&shown.out), read(&kept));
    // A plan that somebody changed is none.
    for (was, is) in [
        ("\"fate\": \"disable\"", "\"fate\": \"elsewhere\""),
        ("\"ask\": {", "\"ask\": {\"reason\": \"another\","),
    ] {
        let forged = kept.replace(was, is);
        assert_ne!(forged, kept);
        program.file("plan.json", forged);
        let ran = program.run(&["image", "revoke", "--apply", "plan.json"]);
        let refused = ran.err.contains("the plan is not as it was written");
        assert!(ran.code == 1 && refused, "{}", ran.err);
    }
}

#[test]
fn l08_what_is_asked_wrongly_is_told() {
    let (program, ids) = furnished();
    program.file("nothing.json", "{}");
    insta::assert_snapshot!(said(
        &program,
        &ids,
        &[
            "image revoke",
            "image revoke %old --apply nothing.json",
            "image revoke %old --only %old",
            "image revoke --apply nothing.json --reason why",
            "image replace --undo plan-00000000000000000000000000000001 --at /acme",
            "image revoke --apply nothing.json",
            "image revoke --apply absent.json",
            "image revoke --apply nothing.json --only web",
            "image replace %old",
            "image replace %old %old",
            "image revoke --undo plan-00000000000000000000000000000001",
        ]
    ));
}
