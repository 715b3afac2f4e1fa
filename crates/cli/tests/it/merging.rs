//! Clones, merges, undo and marks, as a person reads them.

use crate::program::{Program, done, said};

const SCRIPT: &str = "#!/bin/sh\nset -e\napt-get update\napt-get install web\nstart web\n";

/// `base` with two locations, `shop` cloned from it, and both went on.
fn apart() -> Program {
    let program = Program::new();
    program.file("boot", SCRIPT);
    done(
        &program,
        &[
            "mci new 'web base v1'",
            "mci set 'web base v1' aws/us-east-1 ami-00000001 --instance-type m7i.large",
            "mci set 'web base v1' aws/eu-west-1 ami-00000002 --instance-type m7i.large --user-data boot",
            "mci commit 'web base v1' -m 'first release'",
            "mci clone 'web base v1' shop",
            "mci set shop aws/us-east-1 ami-0000000a --instance-type m7i.large --tag team:owner=shop",
        ],
    );
    program.file("boot", SCRIPT.replace("set -e", "set -eu"));
    done(
        &program,
        &[
            "mci set shop aws/eu-west-1 ami-00000002 --instance-type m7i.large --user-data boot",
            "mci commit shop -m 'ours'",
            "mci set 'web base v1' aws/us-east-1 ami-00000003 --instance-type m7i.large",
            "mci set 'web base v1' aws/sa-east-1 ami-00000004 --instance-type m7i.large",
        ],
    );
    program.file("boot", SCRIPT.replace("set -e", "set -o pipefail"));
    done(
        &program,
        &[
            "mci set 'web base v1' aws/eu-west-1 ami-00000005 --instance-type m7i.large --user-data boot",
            "mci commit 'web base v1' -m 'second release'",
        ],
    );
    program
}

#[test]
fn g04_conflicts_are_read_and_settled_on_the_command_line() {
    let program = apart();
    program.file("boot", SCRIPT.replace("set -e", "set -eu -o pipefail"));
    let lines = [
        "mci merge shop --from 'web base v1' --dry-run --ours",
        "mci merge shop --from 'web base v1@2'",
        "mci merge shop --from 'web base v1@2' --take image:aws/us-east-1=ours",
        "mci merge shop --from 'web base v1@2' --take image:aws/us-east-1=ours \
         --set-file user-data:aws/eu-west-1=boot",
        "mci show shop",
        "mci diff shop",
        "mci commit shop -m 'took release 2'",
        "mci merge shop --from 'web base v1'",
        "mci undo shop --list",
    ];
    insta::assert_snapshot!(said(&program, &lines));
}

#[test]
fn g04_what_settles_nothing_is_refused() {
    let program = apart();
    program.file("broken", "{");
    program.file("other", r#"{"choices": [{"path": "nickname"}]}"#);
    let lines = [
        "mci merge shop --from 'web base v1@2' --take image:aws/us-east-1",
        "mci merge shop --from 'web base v1@2' --take image:aws/us-east-1=mine",
        "mci merge shop --from 'web base v1@2' --set image:aws/us-east-1=moon",
        "mci merge shop --from 'web base v1@2' --set nowhere=x",
        "mci merge shop --from 'web base v1@2' --set tag:a:b=c=d",
        "mci merge shop --from 'web base v1@2' --set-file image:aws/us-east-1=boot",
        "mci merge shop --from 'web base v1@2' --ours --theirs",
        "mci merge shop --from 'web base v1@2' --ours --take nickname=ours",
        "mci merge shop --from 'web base v1@2' --ours --drop image:aws/us-east-1",
        "mci merge shop --from 'web base v1@2' --theirs --take image:aws/us-east-1=ours \
         --take image:aws/us-east-1=theirs",
        "mci merge shop --from 'web base v1@2' --ours --seen 2",
        "mci merge shop --from 'web base v1@head' --ours",
        "mci merge shop@1 --from 'web base v1' --ours",
        "mci merge shop --from nowhere",
        "mci merge shop --from 'web base v1' --choices broken",
        "mci merge shop --from 'web base v1' --choices other",
        "mci merge shop --from 'web base v1' --choices missing",
    ];
    insta::assert_snapshot!(said(&program, &lines));
}

#[test]
fn g04_an_answer_with_choices_added_settles_its_conflicts() {
    let program = apart();
    let merge = ["mci", "merge", "shop", "--from", "web base v1@2"];
    let json = [&["--output", "json"], &merge[..]].concat();
    let ran = program.run(&json);
    assert_eq!(ran.code, 1, "{}", ran.err);
    let mut answer = ran.json().remove(0);
    let conflicts = answer["conflicts"].as_array_mut().unwrap();
    let paths: Vec<_> = conflicts.iter().map(|it| it["path"].clone()).collect();
    assert_eq!(paths, ["user-data:aws/eu-west-1", "image:aws/us-east-1"]);
    conflicts[1]["value"] = "ami-0000000b".into();
    let file = program.file("answer.json", answer.to_string());
    // One is left open, and the command line settles it.
    let settled = [&merge[..], &["--choices", &file]].concat();
    assert_eq!(program.run(&settled).code, 1);
    program.ok(&[&settled[..], &["--theirs"]].concat());
    let shown = program.json(&["mci", "show", "shop"]).remove(0);
    let settings = &shown["content"]["settings"];
    assert_eq!(settings["aws/us-east-1"]["image"], "ami-0000000b");
    let data = settings["aws/eu-west-1"]["user_data"]["text"]
        .as_str()
        .unwrap();
    assert!(data.contains("pipefail"), "{data}");
    // A file of choices alone, with nothing in place of a value.
    program.ok(&["mci", "undo", "shop"]);
    let choices = r#"{"others": "ours", "choices": [
        {"path": "user-data:aws/eu-west-1", "value": null}
    ]}"#;
    let file = program.file("choices.json", choices);
    program.ok(&[&merge[..], &["--choices", &file]].concat());
    let shown = program.json(&["mci", "show", "shop"]).remove(0);
    let settings = &shown["content"]["settings"];
    assert_eq!(settings["aws/us-east-1"]["image"], "ami-0000000a");
    assert!(settings["aws/eu-west-1"].get("user_data").is_none());
}

#[test]
fn g03_two_that_share_no_history_are_merged_two_way() {
    let program = Program::new();
    done(
        &program,
        &[
            "mci new web",
            "mci set web aws/us-east-1 ami-00000001 --instance-type m7i.large --tag team:owner=web",
            "mci new other",
            "mci set other aws/us-east-1 ami-00000002 --instance-type m7i.large",
            "mci set other gcp projects/p-1/global/images/x --instance-type e2-small",
            "mci commit other -m first",
        ],
    );
    let lines = [
        "mci merge web --from other",
        "mci merge web --from other --theirs --take nickname=ours --take tag:team:owner=web=ours",
    ];
    insta::assert_snapshot!(said(&program, &lines));
}

#[test]
fn k05_a_clone_is_told_where_it_came_from() {
    let program = Program::new();
    done(
        &program,
        &[
            "scope add /acme/prod",
            "mci new 'web base v8'",
            "mci set 'web base v8' aws/us-east-1 ami-00000001 --instance-type m7i.large",
            "mci commit 'web base v8' -m first",
        ],
    );
    let lines = [
        "mci clone 'web base v8@1'",
        "mci clone 'web base v8@head' shop --into /acme/prod",
        "mci clone 'web base v8' shop --into /acme/prod",
        "mci clone 'web base v8@7'",
        "mci set 'web base v8@1' --description new",
        "mci show 'web base v9'",
        "--scope /acme/prod mci show shop",
        "mci list",
    ];
    insta::assert_snapshot!(said(&program, &lines));
}

#[test]
fn m17_what_was_thrown_away_comes_back() {
    let program = Program::new();
    done(
        &program,
        &[
            "mci new web",
            "mci set web aws/us-east-1 ami-00000001 --instance-type m7i.large",
            "mci commit web -m first",
            "mci set web aws/us-east-1 ami-00000002 --instance-type m7i.large",
        ],
    );
    let lines = [
        "mci undo web",
        "mci undo web --list",
        "mci restore web",
        "mci restore web@1",
        "mci restore web@1",
        "mci restore web@head",
        "mci undo web 7",
        "mci undo web --seen 1",
        "mci undo web",
        "mci undo web --list",
        "mci diff web",
    ];
    insta::assert_snapshot!(said(&program, &lines));
}

#[test]
fn m20_marks_are_set_shown_and_taken_back() {
    let program = Program::new();
    done(
        &program,
        &[
            "mci new web",
            "mci set web aws/us-east-1 ami-00000001 --instance-type m7i.large",
            "mci commit web -m first",
        ],
    );
    let lines = [
        "mci deprecate web --reason old",
        "mci deprecate web@1",
        "mci deprecate web@1 --reason 'an old kernel'",
        "mci revoke web@1 --reason CVE-2026-1",
        "mci revoke web@1 --reason again",
        "mci show web@1",
        "mci log web",
        "resolve web@1 aws/us-east-1",
        "mci unmark web@1",
        "mci unmark web@1",
        "mci unmark web@1",
        "mci revoke web@head --reason x",
    ];
    insta::assert_snapshot!(said(&program, &lines));
}
