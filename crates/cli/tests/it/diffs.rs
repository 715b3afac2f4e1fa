//! What turned one state into another, in every form.

use crate::program::Program;

const SCRIPT: &str = "#!/bin/sh\nset -eu\napt-get -y install nginx\nPORT=80\nexec nginx\n";

/// Two states of `web`, and another MultiCloud Image: user data changed, a location was lost, one
/// gained, and tags changed.
fn two_states() -> Program {
    let program = Program::new();
    let set = |location: &str, image: &str, data: &str| {
        program.file("data", data);
        let args = ["mci", "set", "web", location, image];
        let more = ["--instance-type", "m7i.large", "--user-data", "data"];
        program.ok(&[&args[..], &more].concat());
    };
    program.ok(&["mci", "new", "web"]);
    program.ok(&["mci", "new", "other"]);
    set("aws/us-east-1", "ami-0123456789abcdef0", SCRIPT);
    set("aws/eu-west-1", "ami-0123456789abcdef0", SCRIPT);
    program.ok(&["mci", "set", "web", "--tag", "team:owner=web"]);
    program.ok(&["mci", "commit", "web", "-m", "first"]);
    let changed = SCRIPT
        .replace("80", "8080")
        .replace("exec", "# \u{1b}[31m\nexec");
    set("aws/us-east-1", "ami-0123456789abcdef1", &changed);
    set("aws/eu-west-3", "ami-0123456789abcdef3", SCRIPT);
    program.ok(&["mci", "unset", "web", "aws/eu-west-1"]);
    program
}

#[test]
fn d03_a_diff_as_table_tells_coverage_and_only_sizes_of_user_data() {
    let program = two_states();
    let ran = program.ok(&["mci", "diff", "web"]);
    assert!(!ran.out.contains("PORT"), "{}", ran.out);
    insta::assert_snapshot!(ran.shown());
}

#[test]
fn d03_a_diff_as_unified_text_tells_user_data_by_lines() {
    let program = two_states();
    let ran = program.ok(&["mci", "diff", "web", "--format", "unified"]);
    // Nothing in it acts on the terminal.
    assert!(!ran.out.contains('\u{1b}'), "{}", ran.out);
    insta::assert_snapshot!(ran.shown());
    // Nothing differs: nothing is said.
    let same = program.ok(&["mci", "diff", "web@1", "web@1", "--format", "unified"]);
    assert_eq!(same.out, "");
}

#[test]
fn d03_a_diff_as_json_tells_rows_coverage_and_user_data_by_lines() {
    let program = two_states();
    let diff = program.json(&["mci", "diff", "web"]).remove(0);
    assert_eq!(
        (&diff["before"], &diff["after"]),
        (&"web@1".into(), &"web@head".into())
    );
    let coverage = &diff["coverage"];
    assert_eq!(coverage["gained"], serde_json::json!(["aws/eu-west-3"]));
    assert_eq!(coverage["lost"], serde_json::json!(["aws/eu-west-1"]));
    let lines = &diff["user_data"]["aws/us-east-1"]["hunks"][0]["lines"];
    let changed = serde_json::json!({ "side": "after", "text": "PORT=8080" });
    assert!(lines.as_array().unwrap().contains(&changed), "{lines}");
}

#[test]
fn d04_any_two_states_are_compared_and_the_usual_pair_unless_they_are_said() {
    let program = two_states();
    let pair = |args: &[&str]| {
        let args = [&["mci", "diff"], args].concat();
        let diff = program.json(&args).remove(0);
        let rows = diff["rows"].as_array().unwrap().len();
        let label = |side: &str| diff[side].as_str().unwrap().to_owned();
        format!("{} → {}, {rows} rows", label("before"), label("after"))
    };
    // HEAD is edited: it stands against the newest.
    assert_eq!(pair(&["web"]), "web@1 → web@head, 8 rows");
    program.ok(&["channel", "assign", "production", "web@1"]);
    program.ok(&["mci", "commit", "web", "-m", "second"]);
    assert_eq!(pair(&["web"]), "web@1 → web@2, 8 rows");
    // HEADs, other lineages, channels; a reference without a state is the newest revision.
    assert_eq!(pair(&["web@head", "web"]), "web@head → web@2, 0 rows");
    assert_eq!(pair(&["web", "web@production"]), "web@2 → web@1, 8 rows");
    assert_eq!(pair(&["other@head", "web@1"]), "other@head → web@1, 8 rows");
    let half = program.run(&["mci", "diff", "web@1"]);
    assert_eq!(half.code, 2, "{}", half.err);
}
