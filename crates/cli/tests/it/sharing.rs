//! Sharing between accounts, who may what, and the audit trail, as the program tells it.

use crate::program::{Program, stable};
use std::{
    io::{BufRead as _, BufReader},
    process::Stdio,
};

/// `/acme` with an image at `/acme/prod`, and `/beta`; bert designs in `/beta`, dana observes
/// `/acme`. The record's id.
fn furnished() -> (Program, String) {
    let program = Program::new();
    let credential = ["credential", "add", "aws", "--cloud", "aws"];
    program.ok(&[&credential[..], &["--secret", "vault:acme/aws"]].concat());
    program.ok(&["scope", "add", "/acme/prod"]);
    program.ok(&["scope", "add", "/beta"]);
    for (who, role, at) in [("bert", "designer", "/beta"), ("dana", "observer", "/acme")] {
        program.ok(&["principal", "add", who]);
        program.ok(&["--scope", at, "grant", "add", role, who]);
    }
    let ami = "ami-0ae8605ed708e3c3e";
    let os = "ubuntu/22.04/22.04.4";
    let record = program.json(&[
        "--scope",
        "/acme/prod",
        "image",
        "register",
        "aws/us-east-1",
        ami,
        "--os",
        os,
    ]);
    let id = record[0]["id"].as_str().unwrap().to_owned();
    (program, id)
}

/// What several commands say, one after the other.
fn said(program: &Program, commands: &[&[&str]]) -> String {
    let mut text = String::new();
    for args in commands {
        let words = stable(&args.join(" "));
        text = format!("{text}$ atlas {words}\n{}\n", program.run(args).shown());
    }
    text
}

#[test]
fn s10_launch_permissions_as_the_program_tells_them() {
    let (program, id) = furnished();
    let id = id.as_str();
    let prod = ["--scope", "/acme/prod", "image", "permission"];
    let bert = ["--as", "bert", "--scope", "/beta", "image"];
    let with = |first: &[&'static str], rest: &[&str]| -> Vec<String> {
        let all = first.iter().chain(rest);
        all.map(|word| (*word).to_owned()).collect()
    };
    let commands = [
        with(&prod, &["list", id]),
        with(&prod, &["add", id, "all", "123456789012"]),
        with(&prod, &["add", id, "all"]),
        with(&prod, &["list", id]),
        with(&bert, &["show", id]),
        with(&bert, &["list"]),
        with(&bert, &["find", "ami-0ae8605ed708e3c3e"]),
        with(&bert, &["permission", "list", id]),
        with(&bert, &["permission", "reset", id]),
        with(&prod, &["add", id, "12345"]),
        with(&prod, &["add", id, "grp-00000000000000000000000000000001"]),
        with(
            &prod,
            &["add", id, "arn:aws:organizations::12:organization/o-a"],
        ),
        with(&prod, &["remove", id, "all", "123456789012"]),
        with(&bert, &["show", id]),
        with(&prod, &["reset", id]),
    ];
    let commands: Vec<Vec<&str>> = commands
        .iter()
        .map(|words| words.iter().map(String::as_str).collect())
        .collect();
    let commands: Vec<&[&str]> = commands.iter().map(Vec::as_slice).collect();
    insta::assert_snapshot!(said(&program, &commands));
}

#[test]
fn s11_account_groups_as_the_program_tells_them() {
    let (program, _) = furnished();
    let first = said(
        &program,
        &[
            &["group", "list"],
            &["group", "make", "partners"],
            &["group", "make", "partners"],
            &["--scope", "/acme/prod", "group", "make", "partners"],
            &["group", "show", "strangers"],
            &["group", "invite", "partners"],
        ],
    );
    let invited = program.json(&["group", "invite", "partners"]).remove(0);
    let code = invited["code"].as_str().unwrap();
    let second = said(
        &program,
        &[
            &["group", "cancel", "partners", "1"],
            &["group", "cancel", "partners", "1"],
            &["--as", "bert", "--scope", "/beta", "group", "accept", code],
            &["group", "accept", code],
            &["--scope", "/beta", "group", "accept", code],
            &["--scope", "/beta", "group", "accept", code],
            &["group", "list"],
            &["--as", "bert", "--scope", "/beta", "group", "list"],
            &["group", "show", "partners"],
            &["group", "delete", "partners"],
            &["scope", "remove", "/beta"],
            &["--as", "dana", "group", "remove", "partners", "/beta"],
            &["group", "remove", "partners", "/beta"],
            &["group", "remove", "partners", "/beta"],
            &["group", "delete", "partners"],
            &["group", "delete", "partners"],
        ],
    );
    insta::assert_snapshot!(format!("{first}{second}"));
}

#[test]
fn s09_can_tells_the_grant_or_what_is_missing_and_who_could_give_it() {
    let (program, _) = furnished();
    let shown = said(
        &program,
        &[
            &["can", "image.register", "/acme/prod"],
            &["--as", "bert", "can", "image register", "/beta"],
            &["--as", "dana", "can", "RegisterImage", "/acme/prod"],
            &["--as", "bert", "can", "RegisterImage", "/acme/prod"],
            &["can", "image.bake", "/acme"],
        ],
    );
    insta::assert_snapshot!(shown);
}

#[test]
fn i08_events_are_found_by_record_person_and_time() {
    let (program, id) = furnished();
    program.ok(&[
        "--scope",
        "/acme/prod",
        "image",
        "permission",
        "add",
        &id,
        "all",
    ]);
    let count = |args: &[&str]| program.json(&[&["events"], args].concat()).len();
    assert_eq!(count(&["--record", &id]), 2);
    assert_eq!(count(&["--scope", "/acme/prod", "--record", &id]), 2);
    assert_eq!(count(&["--record", &id, "--by", "bert"]), 0);
    assert_eq!(
        count(&["--record", "img-00000000000000000000000000000000"]),
        0
    );
    let events = program.json(&["events"]);
    assert_eq!(count(&["--by", "admin"]), events.len());
    assert_eq!(count(&["--by", "dana"]), 0);
    let first = events.last().unwrap()["at"].as_str().unwrap();
    assert_eq!(count(&["--since", first]), events.len());
    assert_eq!(count(&["--until", first]), 0);
    assert_eq!(count(&["--since", "2100-01-01T00:00:00Z"]), 0);
}

#[test]
fn i08_follow_prints_what_comes_while_others_write() {
    let (program, id) = furnished();
    let mut follower = program
        .command(&["--output", "json", "events", "--follow", "--record", &id])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(follower.stdout.take().unwrap()).lines();
    let mut next = || {
        let line = lines.next().unwrap().unwrap();
        let event: serde_json::Value = serde_json::from_str(&line).unwrap();
        event["action"].as_str().unwrap().to_owned()
    };
    assert_eq!(next(), "image.register");
    // Others write to the same file meanwhile; what is about something else is passed over.
    program.ok(&["scope", "add", "/acme/dev"]);
    let permission = ["--scope", "/acme/prod", "image", "permission"];
    program.ok(&[&permission[..], &["add", &id, "all"]].concat());
    assert_eq!(next(), "image.launch-permission");
    program.ok(&[&permission[..], &["reset", &id]].concat());
    assert_eq!(next(), "image.launch-permission");
    follower.kill().unwrap();
    follower.wait().unwrap();
}
