//! What a cloud says it holds, and what hosts do in it.

use crate::program::{Program, told};

const AMI: &str = "ami-0000000000000000";
const EAST: &str = "aws/us-east-1";

/// A store with a credential and an inventory beside it.
pub(crate) fn furnished() -> (Program, String) {
    let program = Program::new();
    program.ok(&[
        "credential",
        "add",
        "main",
        "--cloud",
        "aws",
        "--secret",
        "vault:x",
    ]);
    program.ok(&[
        "credential",
        "add",
        "vc",
        "--cloud",
        "vmware",
        "--secret",
        "vault:y",
    ]);
    let text = format!(
        r#"{{"version": 1, "locations": {{
          "{EAST}": {{
            "images": [
              {{"id": "{AMI}1", "name": "web-7", "architecture": "x86_64", "size_gb": 8}},
              {{"id": "{AMI}2"}}],
            "servers": [
              {{"id": "i-1", "state": "running", "image": "{AMI}1", "devices": [
                {{"name": "/dev/sda1", "kind": "root", "size_gb": 20}},
                {{"name": "/dev/sdb", "kind": "ephemeral", "size_gb": 40}}]}},
              {{"id": "i-2", "state": "stopped", "image": "{AMI}9"}}]}},
          "vmware/DC1": {{"images": [{{"id": "vm-42", "name": "rhel9"}}]}}}}}}"#
    );
    let file = program.file("inventory.json", text);
    (program, file)
}

fn register<'a>(location: &'a str, image: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    let first = ["image", "register", location, image];
    let os = ["--os", "ubuntu/22.04/22.04.4"];
    [&first[..], &os, more].concat()
}

#[test]
fn i10_candidates_are_listed_and_registered_from_an_inventory() {
    let (program, file) = furnished();
    let from = ["--inventory", file.as_str()];
    let (one, gone) = (format!("{AMI}1"), format!("{AMI}5"));
    let registered = register(EAST, &one, &from);
    let wrong = register(EAST, &gone, &from);
    let unlisted = register(
        "vmware/DC1",
        "vm-43",
        &["--name", "x", "--inventory", &file],
    );
    let unverified = [&unlisted[..], &["--unverified"]].concat();
    let picked = register("vmware/DC1", "vm-42", &from);
    let blind = register(EAST, &gone, &[]);
    let said = told(
        &program,
        &[
            &["image", "candidates", EAST],
            &["image", "candidates", "aws/eu-west-1", "--inventory", &file],
            &registered,
            &wrong,
            &blind,
            &unlisted,
            &unverified,
            &picked,
            &["image", "candidates", EAST, "--inventory", &file],
            &["discover", EAST, "--inventory", &file],
            &["discover", "vmware/DC1", "--inventory", &file],
        ],
    )
    .replace(&file, "inventory.json");
    insta::assert_snapshot!(said);
    // The variable stands for the option.
    let mut command = program.command(&["image", "candidates", EAST]);
    let ran = command.env("ATLAS_INVENTORY", &file).output().unwrap();
    assert!(ran.status.success());
}

#[test]
fn files_that_are_no_inventories() {
    let (program, _) = furnished();
    let mut said = Vec::new();
    for text in ["", "{}", r#"{"version": 1, "locations": {"aws": {}}}"#] {
        let file = program.file("other.json", text);
        let ran = program.run(&["discover", EAST, "--inventory", &file]);
        said.push(ran.shown().replace(&file, "other.json"));
    }
    let ran = program.run(&["discover", EAST, "--inventory", "nowhere.json"]);
    said.push(ran.shown());
    insta::assert_snapshot!(said.join("\n"));
}

#[test]
fn l11_a_host_takes_work_does_it_and_reports() {
    let (program, file) = furnished();
    let one = format!("{AMI}1");
    program.ok(&register(EAST, &one, &["--inventory", &file]));
    let bundle = ["image", "bundle", EAST, "i-1", "--inventory", &file];
    let bundle = [
        &bundle[..],
        &["--template", "web@4", "--cleaned-with", "right_link>=5.8"],
    ]
    .concat();
    let order = program.json(&bundle).remove(0);
    let id = order["id"].as_str().unwrap();
    let made = format!("{AMI}7");
    let said = told(
        &program,
        &[
            &bundle,
            &["image", "bundle", EAST, "i-2", "--inventory", &file],
            &["image", "bundle", EAST, "i-1"],
            &["work", "list"],
            &["work", "done", id, "--image", &made],
            &["work", "take", "--lease", "60"],
            &["work", "take"],
            &["work", "take", id],
            &["work", "done", id],
            &["work", "fail", id, "no room"],
            &["work", "retry", id],
            &["work", "take", id, "--lease", "0"],
            &["work", "take", id],
            &["work", "done", id, "--image", &made, "--attempt", "1"],
            &["work", "done", id, "--image", &made],
            &["work", "done", id, "--image", &made],
            &["work", "cancel", id],
            &["work", "list"],
            &["work", "list", "--ended", "--kind", "bundle"],
            &["image", "list"],
        ],
    )
    .replace(&file, "inventory.json");
    insta::assert_snapshot!(said);
}

#[test]
fn i15_clean_up_lists_print_as_commands() {
    let program = Program::bare();
    insta::assert_snapshot!(told(
        &program,
        &[
            &[
                "image",
                "cleanup",
                "--agent",
                "RightLink",
                "--version",
                "v5.8"
            ],
            &[
                "image",
                "cleanup",
                "--agent",
                "RightLink",
                "--version",
                "new"
            ],
        ]
    ));
}
