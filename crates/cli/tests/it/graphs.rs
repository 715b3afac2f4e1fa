//! Histories as the program draws them.

use crate::program::{Program, Ran, releases};
use regex::Regex;

/// What a snapshot shows, with digests and days of this machine replaced.
pub(crate) fn steady(ran: &Ran) -> String {
    let digest = Regex::new(r"([^0-9a-f-])[0-9a-f]{12}(?-u:\b)").unwrap();
    let text = ran.shown();
    let text = digest.replace_all(&text, "${1}DIGEST______");
    let day = Regex::new("202[0-9]-[0-9]{2}-[0-9]{2}").unwrap();
    day.replace_all(&text, "YYYY-MM-DD").into_owned()
}

/// `web` with a few revisions, a channel, a version, and an edited HEAD.
fn one_line() -> Program {
    let program = Program::new();
    program.ok(&["mci", "new", "web"]);
    for (number, message) in ["first images", "<more> \"regions\" & tags", "third"]
        .iter()
        .enumerate()
    {
        let location = ["aws/us-east-1", "aws/eu-west-1", "aws/eu-west-3"][number];
        let image = ["ami-0123456789abcdef0", "--instance-type", "m7i.large"];
        program.ok(&[&["mci", "set", "web", location], &image[..]].concat());
        program.ok(&["mci", "commit", "web", "-m", message]);
    }
    program.ok(&["channel", "assign", "production", "web@2"]);
    program.ok(&["release", "set", "1.4.0", "web@2"]);
    program
}

#[test]
fn k04_log_draws_the_history_in_lanes() {
    let program = one_line();
    insta::assert_snapshot!(steady(&program.ok(&["mci", "log", "web", "--graph"])));
    program.ok(&["mci", "unset", "web", "aws/us-east-1"]);
    // HEAD is a state of its own now; what is older than the limit is one sign.
    let cut = program.ok(&["mci", "log", "web", "--graph", "--limit", "2"]);
    insta::assert_snapshot!(steady(&cut));
    let state = program.ok(&["mci", "log", "web@2", "--graph"]).out;
    assert!(
        state.starts_with("○  web@2") && !state.contains("web@3"),
        "{state}"
    );
    let paged = program.run(&["mci", "log", "web", "--graph", "--after", "x"]);
    assert_eq!(paged.code, 2);
}

#[test]
fn k04_messages_are_cut_where_the_terminal_ends() {
    let program = one_line();
    program.ok(&["mci", "unset", "web", "aws/us-east-1"]);
    program.ok(&["mci", "commit", "web", "-m", &"long ".repeat(40)]);
    for (columns, widest) in [("40", 40), ("100", 100)] {
        let mut narrow = program.command(&["mci", "log", "web", "--graph"]);
        let out = narrow.env("COLUMNS", columns).output().unwrap().stdout;
        let out = String::from_utf8(out).unwrap();
        let subject = out.lines().nth(1).unwrap();
        let length = subject.chars().count();
        assert!(length <= widest && length > widest - 6, "{subject}");
        assert!(subject.ends_with('…'), "{subject}");
    }
}

#[test]
fn k04_graphs_are_written_for_other_programs() {
    let program = one_line();
    program.ok(&["mci", "unset", "web", "aws/us-east-1"]);
    insta::assert_snapshot!(steady(&program.ok(&["mci", "graph", "web"])));
    insta::assert_snapshot!(steady(
        &program.ok(&["mci", "graph", "web", "--format", "dot"])
    ));
    let svg = program.ok(&["mci", "graph", "web", "--format", "svg"]).out;
    assert!(
        svg.contains("&lt;more&gt; &quot;regions&quot; &amp; tags"),
        "{svg}"
    );
    let quiet = program.ok(&["mci", "graph", "web", "--format", "svg", "-o", "web.svg"]);
    assert_eq!((quiet.out.as_str(), quiet.err.as_str()), ("", ""));
    assert_eq!(
        std::fs::read_to_string(program.path("web.svg")).unwrap(),
        svg
    );
    let json = ["--output", "json", "mci", "graph", "web"];
    assert_eq!(program.run(&[&json[..], &["-o", "x"]].concat()).code, 2);
}

#[test]
fn k04_imported_releases_are_drawn_with_their_days_and_channels() {
    let stable = |path: &std::path::PathBuf| path.to_str().unwrap().contains("stable-44");
    let files: Vec<_> = releases().into_iter().filter(stable).take(3).collect();
    let program = Program::with_releases(&files);
    let ran = program.ok(&["mci", "log", "fedora-coreos-x86_64", "--graph"]);
    let days = Regex::new("2026-0[567]-[0-9]{2}").unwrap();
    assert_eq!(days.find_iter(&ran.out).count(), 3, "{}", ran.out);
    insta::assert_snapshot!(steady(&ran));
}
