//! What botocore's model of EC2 says, read from the package of Python that is installed.

use crate::samples;
use atlas_ec2::{Action, Form, FormLimits, Request};
use atlas_test_servers::python_with_packages;
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    io::Write as _,
    path::PathBuf,
    process::Stdio,
};

/// Runs the script, which is told something, and gives what it says.
fn model(arguments: &[&str], input: &str) -> String {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/model.py");
    let mut python = python_with_packages().unwrap();
    python.arg(script).args(arguments);
    let piped = python
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = piped.spawn().unwrap();
    child
        .stdin
        .take()
        .unwrap()
        .write_all(input.as_bytes())
        .unwrap();
    let output = child.wait_with_output().unwrap();
    let trouble = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{trouble}");
    String::from_utf8(output.stdout).unwrap()
}

/// A value as it is shown for debugging, but for what only spelling is.
fn plain(text: &str) -> String {
    let letters = text.chars().filter(|character| character.is_alphanumeric());
    letters.flat_map(char::to_lowercase).collect()
}

/// What the model got after the oldest botocore that tests may find.
const NEWER: [(&str, &str); 3] = [
    ("CreateImage", "BootModeOverride"),
    ("ModifyInstanceAttribute", "EnclaveOptions.Enabled"),
    ("RunInstances", "Monitoring.MetricCategoryId.N"),
];

#[test]
fn e01_every_parameter_of_the_model_is_read_and_no_other() {
    let said = model(&["requests"], &Action::names().join(" "));
    let mut names: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    let mut count = 0;
    for line in said.lines() {
        let parts: Vec<_> = line.split('\t').collect();
        let [action, name, _, value, body] = parts.as_slice() else {
            panic!("{line}")
        };
        names.entry(action).or_default().insert(name);
        let form = Form::parse("", body.as_bytes(), &FormLimits::default()).unwrap();
        let request = Request::parse(&form)
            .unwrap_or_else(|error| panic!("{action} {name}: {error}\n{body}"));
        let value = match (*value, *name) {
            ("all", "UserGroup.N") => value,
            ("all", _) => "everybody",
            _ => value,
        };
        let shown = plain(&format!("{request:?}"));
        assert!(
            shown.contains(&plain(value)),
            "{action} {name}: {value} is not in {request:?}"
        );
        count += 1;
    }
    assert!(count > 300, "{count}");
    for action in Action::names() {
        let ours = Action::parameters(action).unwrap();
        let mut ours: BTreeSet<&str> = ours.iter().map(String::as_str).collect();
        ours.insert("DryRun");
        let known = &names[action];
        let lacking: Vec<_> = known.difference(&ours).collect();
        assert!(lacking.is_empty(), "{action} lacks {lacking:?}");
        let more = ours
            .difference(known)
            .filter(|name| !NEWER.contains(&(*action, **name)));
        let more: Vec<_> = more.collect();
        assert!(more.is_empty(), "{action} has {more:?}");
    }
}

#[test]
fn e01_what_the_model_wants_is_wanted() {
    let said = model(&["requests"], &Action::names().join(" "));
    for line in said.lines() {
        let parts: Vec<_> = line.split('\t').collect();
        let [action, name, needed, _, body] = parts.as_slice() else {
            panic!("{line}")
        };
        // Symphony asks for no attribute to reset (E04), and a list of tags may be empty in the model.
        if *needed != "needed" || (*action, *name) == ("ResetImageAttribute", "Attribute") {
            continue;
        }
        let first = name.split('.').next().unwrap();
        let left: Vec<_> = body
            .split('&')
            .filter(|pair| pair.split(['=', '.']).next() != Some(first))
            .collect();
        let form = Form::parse("", left.join("&").as_bytes(), &FormLimits::default()).unwrap();
        let error = Request::parse(&form).unwrap_err();
        // EC2's own name of this list is another.
        let first = if first == "ResourceId" {
            "resourceIdSet"
        } else {
            first
        };
        assert_eq!(
            error.to_string(),
            format!("MissingParameter: The request must contain the parameter {first}"),
            "{action}"
        );
    }
}

#[test]
fn e01_botocore_reads_every_value_of_every_answer() {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("ec2-answers");
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    let all = samples::all();
    for (name, xml) in &all {
        fs::write(folder.join(name), xml).unwrap();
    }
    let said = model(&["answers", folder.to_str().unwrap()], "");
    let read: BTreeMap<&str, Vec<&str>> = said
        .lines()
        .map(|line| {
            let mut parts = line.split('\t');
            (parts.next().unwrap(), parts.collect())
        })
        .collect();
    for (name, xml) in &all {
        let mut read = read[name.as_str()].clone();
        let document = roxmltree::Document::parse(xml).unwrap();
        let leaves = document.descendants().filter(|node| {
            node.is_element()
                && !node.children().any(|child| child.is_element())
                && !node.has_tag_name((atlas_ec2::NAMESPACE, "requestId"))
        });
        let texts = leaves
            .filter_map(|node| node.text())
            .map(|text| text.replace('\n', " "));
        let mut written: Vec<String> = texts.collect();
        // The model gives some of what is done no answer, and libcloud wants `return` there.
        if samples::DONE.iter().any(|action| name.starts_with(action)) && read.is_empty() {
            written.retain(|text| text != "true");
        }
        read.sort_unstable();
        written.sort_unstable();
        assert_eq!(read, written, "{name}");
    }
    let actions: BTreeSet<_> = all
        .iter()
        .map(|(name, _)| name.split('.').next().unwrap())
        .collect();
    let rest: Vec<_> = Action::names()
        .iter()
        .filter(|action| !actions.contains(**action))
        .collect();
    assert_eq!(rest, [&"ModifyInstanceAttribute"]);
}
