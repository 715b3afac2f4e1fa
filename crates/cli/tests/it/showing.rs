//! What is shown a line a field: no text in it passes for another field.

use crate::program::{Program, said, words};

const FORGED: &str = "what it is for\nscope        /evil\n\nname  evil";

/// A store with a description and a message of many lines wherever there can be one.
fn forged() -> Program {
    let program = Program::new();
    let data = program.file("data", "#!/bin/sh\nscope  /evil\n\u{1b}[2J\rname  evil");
    let image = ["aws/us-east-1", "ami-0123456789abcdef0"];
    let more = ["--instance-type", "m7i.large", "--description", FORGED];
    let boot = ["--user-data", &data];
    program.ok(&["mci", "new", "web"]);
    program.ok(&[&["mci", "set", "web"], &image[..], &more, &boot].concat());
    program.ok(&["mci", "commit", "web", "-m", FORGED]);
    program.ok(&["template", "new", "shop"]);
    program.ok(&["template", "link", "shop", "web"]);
    program.ok(&["template", "set", "shop", "--description", FORGED]);
    program.ok(&["template", "commit", "shop", "-m", FORGED]);
    program.ok(&["deployment", "make", "front", "--description", FORGED]);
    let server = ["server", "add", "aws/us-east-1", "shop", "-t", "front:a"];
    program.ok(&[&server[..], &boot].concat());
    program
}

#[test]
fn no_text_passes_for_another_field() {
    let program = forged();
    let lines = [
        "mci show web@1",
        "template show shop@1",
        "deployment show front",
        "server show front:a",
    ];
    for line in lines {
        let ran = program.ok(&words(line));
        let fields = |name: &str| {
            let is = |line: &&str| line.split(' ').next() == Some(name);
            ran.out.lines().filter(is).count()
        };
        assert_eq!((fields("name"), fields("scope")), (1, 1), "{}", ran.out);
        let acts = |character: char| character.is_control() && character != '\n';
        assert!(!ran.out.contains(acts), "{:?}", ran.out);
    }
    insta::assert_snapshot!(said(&program, &lines));
}

#[test]
fn d03_no_text_passes_for_another_line_of_a_diff() {
    let program = forged();
    let other = "another\n+ aws/us-east-1  image  evil";
    program.ok(&["mci", "set", "web", "--description", other]);
    insta::assert_snapshot!(said(&program, &["mci diff web"]));
}

#[test]
fn a_server_is_shown_with_what_it_inherited_and_what_wins_over_it() {
    let program = forged();
    let empty = program.file("empty", "");
    let over = ["--instance-type", "m7i.xlarge", "--user-data", &empty];
    program.ok(&[&["server", "edit", "front:a"], &over[..]].concat());
    insta::assert_snapshot!(program.ok(&["server", "show", "front:a"]).shown());
}
