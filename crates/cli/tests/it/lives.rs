//! The life of image records, as people see it.

use crate::program::Program;
use regex::Regex;
use std::fmt::Write as _;

const EAST: &str = "aws/us-east-1";

/// What commands answer, with the ids of records replaced by their names.
struct Transcript {
    program: Program,
    records: Vec<(String, &'static str)>,
    text: String,
}

impl Transcript {
    fn new() -> Self {
        let program = Program::new();
        program.ok(&["scope", "add", "/acme/prod"]);
        let args = ["credential", "add", "aws", "--cloud", "aws"];
        let secret = ["--secret", "vault:acme/aws", "--scope", "/acme"];
        program.ok(&[&args[..], &secret[..]].concat());
        Self {
            program,
            records: Vec::new(),
            text: String::new(),
        }
    }

    fn register(&mut self, name: &'static str, ami: &str) {
        let args = ["image", "register", EAST, ami, "--os", "ubuntu/24/24.04"];
        let args = [&args[..], &["--name", name, "--scope", "/acme"]].concat();
        let record = self.program.json(&args).remove(0);
        let id = record["id"].as_str().unwrap().to_owned();
        self.records.push((id, name));
    }

    /// Runs a command at `/acme`, where `%NAME` stands for a record, and keeps what it said.
    fn run(&mut self, line: &str) {
        let mut said = line.to_owned();
        for (id, name) in &self.records {
            said = said.replace(&format!("%{name}"), id);
        }
        let mut args: Vec<_> = said.split(' ').collect();
        args.extend(["--scope", "/acme"]);
        let ran = self.program.run(&args);
        let mut answer = format!("$ atlas {line}\n{}{}", ran.out, ran.err);
        for (id, name) in &self.records {
            answer = answer.replace(id, &format!("%{name}"));
        }
        let moments = Regex::new("[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+Z").unwrap();
        let answer = moments.replace_all(&answer, "MOMENT");
        // A column is as wide as its moments, which leave zeros at their ends out.
        let width = Regex::new("KEPT UNTIL +").unwrap();
        let answer = width.replace_all(&answer, "KEPT UNTIL  ");
        let rule = Regex::new("─+").unwrap();
        let answer = rule.replace_all(&answer, "───");
        let random = Regex::new("((lin|cred|dep)-[0-9a-f]{32}|revision 1 [0-9a-f]{12})").unwrap();
        self.text.push_str(&random.replace_all(&answer, "ID"));
        if ran.code != 0 {
            writeln!(self.text, "[{}]", ran.code).unwrap();
        }
        self.text.push('\n');
    }
}

#[test]
fn l01_a_record_from_registration_to_retirement() {
    let mut said = Transcript::new();
    said.register("old", "ami-00000000000000001");
    said.register("new", "ami-00000000000000002");
    for line in [
        "image deprecate %old --replacement %new --reason outdated",
        "image deprecate %old",
        "image deprecate %old --undo",
        "image disable %old --reason CVE-2026-1",
        "image list",
        "image enable %old",
        "image enable %old",
        "image protect %old",
        "image delete %old",
        "image unprotect %old",
        "image delete %old --reason outdated --keep 400",
        "image delete %old --reason outdated --keep 7",
        "image list",
        "image list --deleted",
        "image show %old",
        "image bin list",
        "image restore %old",
        "image bin list",
        "image delete %old --keep forever",
        "image bin empty",
        "image bin empty --early",
        "image restore %old",
    ] {
        said.run(line);
    }
    insta::assert_snapshot!(said.text);
}

#[test]
fn l02_what_is_in_use_is_listed() {
    let mut said = Transcript::new();
    said.register("base", "ami-00000000000000001");
    let set = format!("mci set web {EAST} ami-00000000000000001 --instance-type t3.micro");
    for line in [
        "mci new web",
        &set,
        "mci commit web --message first",
        "image referrers %base",
        "image delete %base",
        "image disable %base",
        "image unshare %base",
        "image share %base",
        "image edit %base --name base --tag team:owner=web --clear size",
        "image edit %base --os debian/12/12.1",
        "image edit %base --name other --clear name",
        "image show %base --output json",
    ] {
        said.run(line);
    }
    let prod = ["--scope", "/acme/prod"];
    said.program
        .ok(&[&["mci", "new", "db"], &prod[..]].concat());
    let args = [
        "mci",
        "set",
        "db",
        EAST,
        "ami-00000000000000001",
        "--instance-type",
        "t3.micro",
    ];
    said.program.ok(&[&args[..], &prod[..]].concat());
    said.run("image unshare %base");
    said.run("image unshare %base --force");
    insta::assert_snapshot!(said.text);
}

#[test]
fn m21_lineages_and_deployments_are_hidden_and_shown() {
    let mut said = Transcript::new();
    let prod = ["--scope", "/acme/prod"];
    let set = format!("mci set web {EAST} ami-00000000000000001 --instance-type t3.micro");
    for line in [
        "mci new kept --shared false",
        "mci show kept",
        "template new kept --shared false --with-mci both",
        "template show kept",
        "mci new web",
        &set,
        "mci commit web --message first",
        "mci clone web own --shared false",
        "mci unshare web@1",
        "mci unshare web",
        "mci unshare web",
        "mci share web",
    ] {
        said.run(line);
    }
    for line in [
        "template new front",
        "template link front web",
        "server add aws/us-east-1 web db",
    ] {
        let args: Vec<_> = line.split(' ').chain(prod).collect();
        said.program.ok(&args);
    }
    for line in [
        "mci unshare web",
        "mci unshare web --force",
        "mci unshare kept --output json",
        "template share kept",
        "template unshare kept",
        "deployment make pool",
        "deployment unshare pool",
        "deployment show pool",
        "deployment share pool",
    ] {
        said.run(line);
    }
    insta::assert_snapshot!(said.text);
}
