//! Deployments, servers and their launches, on the command line.

use crate::program::{Program, stable};
use regex::Regex;

/// A store with two revisions of `web` in two places, the second with another image in the first.
pub(crate) fn furnished() -> Program {
    let program = Program::new();
    let run = |args: &[&str]| program.ok(&[&["--scope", "/acme"], args].concat());
    run(&["mci", "new", "web"]);
    for (location, image) in [
        ("aws/us-east-1", "ami-0123456789abcdef0"),
        ("aws/eu-west-1", "ami-0fedcba9876543210"),
    ] {
        run(&[
            "mci",
            "set",
            "web",
            location,
            image,
            "--instance-type",
            "m7i.large",
        ]);
    }
    run(&["mci", "commit", "web", "-m", "first"]);
    program
}

/// The second revision.
pub(crate) fn move_on(program: &Program) {
    let run = |args: &[&str]| program.ok(&[&["--scope", "/acme"], args].concat());
    let image = "ami-00000000000000002";
    let place = "aws/us-east-1";
    run(&[
        "mci",
        "set",
        "web",
        place,
        image,
        "--instance-type",
        "m7i.large",
    ]);
    run(&["mci", "commit", "web", "-m", "second"]);
}

/// What commands at `/acme` say, with ids that are the same each time.
fn said(program: &Program, commands: &[&[&str]]) -> String {
    let mut text = String::new();
    for args in commands {
        let ran = program.run(&[&["--scope", "/acme"], *args].concat());
        let code = match ran.code {
            0 => String::new(),
            code => format!("[{code}]\n"),
        };
        text = format!(
            "{text}$ atlas {}\n{}{}{code}\n",
            args.join(" "),
            ran.out,
            ran.err
        );
    }
    let id = Regex::new("(lin|dep|srv|lnc)-[0-9a-f]{32}").unwrap();
    let same = format!("${{1}}-{}", "0".repeat(32));
    id.replace_all(&text, same).into_owned()
}

#[test]
fn r11_r12_servers_are_added_edited_and_inherit_again() {
    let program = furnished();
    let mut text = said(
        &program,
        &[
            &["deployment", "list"],
            &["server", "add", "aws/us-east-1", "web", "web-1"],
            &["server", "add", "gcp", "web", "web-2"],
            &[
                "deployment",
                "make",
                "front",
                "--description",
                "what faces people",
            ],
            &[
                "server",
                "add",
                "aws/eu-west-1",
                "web@1",
                "front:web-1",
                "--instance-type",
                "m7i.xlarge",
            ],
            &["server", "add", "aws/eu-west-1", "web@1", "front:web-1"],
            &["deployment", "list"],
            &["deployment", "delete", "front"],
            &["server", "list"],
            &["server", "list", "-d", "front"],
        ],
    );
    move_on(&program);
    text += &said(
        &program,
        &[
            &["server", "next", "web-1"],
            &[
                "server",
                "edit",
                "web-1",
                "--instance-type",
                "m7i.2xlarge",
                "--rename",
                "web-0",
            ],
            &["server", "reinherit", "web-0", "--dry-run"],
            &["server", "reinherit", "web-0"],
            &["server", "reinherit", "web-0"],
            &["server", "next", "web-0"],
            &["server", "edit", "web-0", "--inherit", "instance-type"],
            &["server", "reinherit", "web-0", "--to", "1"],
            &["server", "edit", "web-0"],
            &["server", "edit", "web-0", "--kernel", "ami-1"],
            &["mci", "revoke", "web@1", "--reason", "leaked"],
            &["server", "reinherit", "front:web-1", "--to", "1"],
            &["server", "list", "--mci", "web"],
            &["deployment", "rename", "front", "back"],
            &["server", "show", "back:web-1"],
            &["server", "remove", "back:web-1"],
            &["deployment", "delete", "back"],
            &["deployment", "delete", "default"],
            &["server", "show", "back:web-1"],
        ],
    );
    insta::assert_snapshot!(stable(&text));
}

#[test]
fn r14_networks_are_those_of_the_compute_resource() {
    let program = Program::new();
    let run = |args: &[&str]| program.ok(&[&["--scope", "/acme"], args].concat());
    run(&[
        "credential",
        "add",
        "vc",
        "--cloud",
        "vmware",
        "--secret",
        "vault:vc",
    ]);
    run(&["mci", "new", "db"]);
    run(&["mci", "set", "db", "vmware/DC1", "vm-42"]);
    run(&["mci", "commit", "db", "-m", "first"]);
    let text = r#"{"version": 1, "locations": {"vmware/DC1/cluster-a":
        {"networks": [{"name": "backend"}, {"name": "VM Network"}]}}}"#;
    let file = program.file("inventory.json", text);
    let cluster = "vmware/DC1/cluster-a";
    let add = ["server", "add", cluster, "db"];
    let with = |args: &[&str]| {
        let args = [args, &["--inventory", "inventory.json"]].concat();
        let ran = program.run(&[&["--scope", "/acme"], &args[..]].concat());
        format!("$ atlas {}\n{}{}", args.join(" "), ran.out, ran.err)
    };
    assert!(file.ends_with("inventory.json"));
    let mut told = with(&["server", "networks", cluster]);
    told += &with(&["server", "networks", "vmware/DC2"]);
    told += &with(&[&add[..], &["db-1", "--network", "backend"]].concat());
    told += &with(&[&add[..], &["db-2", "--network", "frontend"]].concat());
    told += &with(&[
        "server",
        "edit",
        "db-1",
        "--network",
        "VM Network",
        "--network",
        "backend",
    ]);
    told += &with(&["server", "edit", "db-1", "--network", "other"]);
    let unasked = program.run(&[
        "--scope",
        "/acme",
        "server",
        "edit",
        "db-1",
        "--network",
        "other",
    ]);
    told += &unasked.err;
    insta::assert_snapshot!(stable(&told));
}

#[test]
fn r16_launches_are_reported_by_hosts() {
    let program = furnished();
    let id = "lnc-00000000000000000000000000000001";
    let text = said(
        &program,
        &[
            &["server", "add", "aws/us-east-1", "web", "web-1"],
            &["server", "report", "web-1", "booted"],
            &[
                "server",
                "report",
                "web-1",
                "requested",
                "--at",
                "2026-08-01T12:00:00Z",
                "--launch",
                id,
            ],
            &[
                "server",
                "report",
                "web-1",
                "booted",
                "--at",
                "2026-08-01T12:00:40Z",
            ],
            &[
                "server",
                "report",
                "web-1",
                "scripts-done",
                "--at",
                "2026-08-01T12:00:30Z",
            ],
            &[
                "server",
                "report",
                "web-1",
                "scripts-done",
                "--at",
                "2026-08-01T12:01:10Z",
            ],
            &["server", "report", "web-1", "ended"],
            &["server", "launches", "web-1"],
        ],
    );
    insta::assert_snapshot!(text);
}
