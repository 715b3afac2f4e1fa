//! References where a state says nothing, and commands that are printed to be copied.

use crate::program::{Program, done, said};

/// A template with blanks in its name, whose link has fallen behind.
fn furnished() -> Program {
    let program = Program::new();
    done(
        &program,
        &[
            "mci new 'base v2'",
            "mci set 'base v2' aws/us-east-1 ami-00000000000000001 --instance-type m7i.large",
            "mci commit 'base v2' -m first",
            "template new 'my shop'",
            "template link 'my shop' 'base v2@1'",
            "template commit 'my shop' -m first",
            "mci set 'base v2' aws/us-east-1 ami-00000000000000002 --instance-type m7i.large",
            "mci commit 'base v2' -m second",
        ],
    );
    program
}

#[test]
fn a_state_is_refused_where_it_would_say_nothing() {
    let program = furnished();
    insta::assert_snapshot!(said(
        &program,
        &[
            "server list --template 'my shop@99'",
            "server list --mci 'base v2@7'",
            "channel list 'base v2@1'",
            "release list 'base v2@1'",
            "template update 'my shop' --apply --only 'base v2@1'",
            "template unlink 'my shop' 'base v2@1'",
            "template default 'my shop' 'base v2@1'",
        ]
    ));
}

#[test]
fn a_command_that_is_printed_can_be_copied() {
    let program = furnished();
    let note = program.ok(&["template", "update", "my shop"]).err;
    let command = note.trim().strip_prefix("move them: ").expect(&note);
    assert_eq!(command, "atlas template update 'my shop' --apply --seen 3");
    // A shell of a person, who has named the store and the scope before.
    let url = format!("redb:{}", program.path("a.redb").display());
    program.script(&format!(
        "export ATLAS_STORE='{url}' ATLAS_SCOPE=/acme HOME=.\n{command}"
    ));
    let view = &program.json(&["template", "show", "my shop"])[0];
    assert_eq!(view["links"][0]["target"], "2");
}

#[test]
fn t02_the_default_is_repointed_and_stays_the_default() {
    let program = furnished();
    let link = ["template", "link", "my shop", "base v2@2", "--default"];
    program.ok(&link);
    let view = &program.json(&["template", "show", "my shop"])[0];
    assert_eq!(
        (
            view["links"][0]["target"].as_str(),
            view["links"][0]["is_default"].as_bool()
        ),
        (Some("2"), Some(true))
    );
    // What an edit answers leaves out what it did not look at.
    let edited = &program.json(&link)[0];
    assert_eq!(edited.get("links"), None, "{edited}");
    let linked = edited["content"]["links"]
        .as_object()
        .map(serde_json::Map::len);
    assert_eq!(linked, Some(1), "{edited}");
}

#[test]
fn a_state_that_is_none_says_what_one_is() {
    let program = furnished();
    program.ok(&["lock", "base v2@1", "-o", "l.lock"]);
    let mut told = String::new();
    for args in [
        &["server", "reinherit", "web-1", "--to", ""][..],
        &["server", "reinherit", "web-1", "--to", "a@3"],
        &["lock", "update", "l.lock", "--to", ""],
        &["lock", "update", "l.lock", "--to", "Ü"],
    ] {
        told += &program.run(args).shown();
    }
    insta::assert_snapshot!(told);
}

#[test]
fn a_list_tells_what_was_never_committed() {
    let program = furnished();
    done(&program, &["mci new new", "template new new"]);
    insta::assert_snapshot!(said(&program, &["mci list", "template list"]));
}

#[test]
fn r10_a_file_that_is_no_policy_is_refused_in_words_of_json() {
    let program = Program::new();
    let mut told = String::new();
    for text in [
        "[]",
        "7",
        "{",
        r#"{"max_age_days": "x"}"#,
        r#"{"max_age_days": -1}"#,
        r#"{"required_tags": "a"}"#,
        r#"{"required_tags": {"a": 1}}"#,
        r#"{"ancestor": 3, "mode": "audit"}"#,
        r#"{"mode": "loud"}"#,
        r#"{"mode": []}"#,
        r#"{"max_age": 3}"#,
        r#"{"ancestor": {"within": 3}}"#,
        r#"{"agent": {}}"#,
    ] {
        let file = program.file("policy.json", text);
        let ran = program.run(&["policy", "set", "house", "--file", &file]);
        assert_eq!(ran.code, 1, "{text}: {}", ran.err);
        for word in [
            "struct", "u32", "enum", "variant", "Policy", "sequence", "map",
        ] {
            assert!(!ran.err.contains(word), "{text}: {}", ran.err);
        }
        told = format!("{told}{text}\n{}", ran.err);
    }
    insta::assert_snapshot!(told);
}
