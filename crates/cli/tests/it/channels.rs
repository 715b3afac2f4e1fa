//! Channels, as people see them.

use crate::program::{Program, told};
use regex::Regex;

const EAST: &str = "aws/us-east-1";

/// A store with a MultiCloud Image `web` of three revisions.
fn program() -> Program {
    let program = Program::new();
    program.ok(&["mci", "new", "web"]);
    for number in 1..=3 {
        let image = format!("ami-0000000000000000{number}");
        let set = [
            "mci",
            "set",
            "web",
            EAST,
            &image,
            "--instance-type",
            "m7i.large",
        ];
        program.ok(&set);
        program.ok(&["mci", "commit", "web", "-m", "next"]);
    }
    program
}

/// Runs each line, its words parted by blanks, and gives what people see of all of them.
fn said(program: &Program, lines: &[&str]) -> String {
    let lines: Vec<Vec<&str>> = lines.iter().map(|line| line.split(' ').collect()).collect();
    let lines: Vec<&[&str]> = lines.iter().map(Vec::as_slice).collect();
    // A digest of a revision covers its moment.
    let committed = Regex::new("[0-9a-f]{12}  [0-9-]{10}").unwrap();
    let told = told(program, &lines);
    committed
        .replace_all(&told, "DIGEST        DAY       ")
        .into_owned()
}

#[test]
fn r07_channels_are_moved_rolled_back_and_listed() {
    let lines = [
        "channel list web",
        "channel assign production web@1",
        "channel assign production web@2",
        "channel assign production web",
        "channel rollback production web",
        "channel history production web",
        "channel list web",
        "mci log web",
        "channel rollback production web",
        "channel rollback production web",
        "channel rollback production web@2",
        "channel rollback staging web",
        "channel delete production web",
        "channel history production web",
    ];
    insta::assert_snapshot!(said(&program(), &lines));
}

#[test]
fn r07_a_revocation_tells_what_became_of_each_channel() {
    let lines = [
        "channel assign production web@1",
        "channel assign production web@3",
        "channel assign staging web@3",
        "channel assign testing web@2",
        "mci revoke web@3 --reason leaks",
        "channel list web",
        "mci log web",
        "resolve web@staging aws/us-east-1",
        "resolve web aws/us-east-1",
        "mci revoke web@2 --reason leaks --keep-channels",
        "mci unmark web@3",
        "channel list web",
        "mci revoke web@3 --reason leaks",
        "mci revoke web@1 --reason leaks",
        "resolve web aws/us-east-1",
        "channel list web",
    ];
    insta::assert_snapshot!(said(&program(), &lines));
}

#[test]
fn r07_a_restricted_channel_says_who_may_move_it() {
    let program = program();
    program.ok(&["principal", "add", "dana"]);
    program.ok(&["grant", "add", "designer", "dana"]);
    let lines = [
        "channel assign production web@1",
        "channel restrict production web --as dana",
        "channel restrict production web",
        "channel restrict production web",
        "channel assign production web@2 --as dana",
        "channel list web",
        "channel open production web",
        "channel assign production web@2 --as dana",
    ];
    insta::assert_snapshot!(said(&program, &lines));
}

#[test]
fn r07_r08_templates_have_channels_releases_and_marks() {
    let program = program();
    program.ok(&["template", "new", "front"]);
    program.ok(&["template", "link", "front", "web@1"]);
    program.ok(&["template", "commit", "front", "-m", "first"]);
    program.ok(&["template", "link", "front", "web@2"]);
    program.ok(&["template", "commit", "front", "-m", "second"]);
    program.ok(&["channel", "assign", "stable", "web@1"]);
    let lines = [
        "channel assign -t production front@1",
        "channel assign -t production front@2",
        "release set -t 1.0.0 front@1",
        "release set -t 1.1.0 front@2",
        "release list -t front",
        "template log front",
        "template deprecate front@1 --reason old",
        "template revoke front@2 --reason leaks",
        "template log front",
        "channel list -t front",
        "channel history -t production front",
        "channel list front",
        "template unmark front@2",
        "template link front web@stable",
        "channel delete stable web",
    ];
    insta::assert_snapshot!(said(&program, &lines));
}
