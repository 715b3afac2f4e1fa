use crate::{at, bytes, diff::other, full, named, set, setting};
use atlas_mci::{Content, Diff, DiffCoverage, DiffReport, HeadEdit, LineDiff, LineSide};
use proptest::prelude::*;

/// Contents whose user data differs in a few of its lines, and in ways that are no lines.
fn scripts() -> (Content, Content) {
    let script = |port: &str, end: &str| {
        let head = "#!/bin/sh\nset -eu\n\n# packages\napt-get update\napt-get -y install nginx\n";
        format!("{head}\n# ports\nPORT={port}\nexport PORT\nexec nginx{end}")
    };
    let place = |data: Option<&[u8]>, location: &str, image: &str| {
        let setting = setting(location, image).with_user_data(data.and_then(bytes));
        HeadEdit::set(at(location), setting)
    };
    let (web, ami) = ("projects/acme/global/images/web-1", "ami-0123456789abcdef0");
    let before = named("web").edited([
        place(Some(script("80", "").as_bytes()), "aws/eu-west-1", ami),
        place(Some(&[0x1f, 0x8b]), "aws/us-east-1", ami),
        place(None, "gcp", web),
        place(Some(b"left\n"), "aws/us-west-2", ami),
    ]);
    let after = named("web").edited([
        place(Some(script("8080", "\n").as_bytes()), "aws/eu-west-1", ami),
        place(Some(b"now a text"), "aws/us-east-1", ami),
        place(Some("a\u{1b}[31mred\u{202e}\r\nb\n".as_bytes()), "gcp", web),
    ]);
    (before.unwrap(), after.unwrap())
}

#[test]
fn d03_unified_text_shows_what_was_and_what_is() {
    let diff = Diff::between(&full(), &other());
    insta::assert_snapshot!(diff.unified("web-base@1", "web-base@2"));
    assert_eq!(Diff::default().unified("a", "b").to_string(), "");
}

#[test]
fn d03_unified_text_shows_user_data_by_lines() {
    let (before, after) = scripts();
    let (diff, report) = (
        Diff::between(&before, &after),
        DiffReport::between(&before, &after),
    );
    let unified = diff.unified("web@1", "web HEAD");
    insta::assert_snapshot!(unified);
    // Coverage stands above it.
    let text = unified.to_string();
    let covered = unified.with_coverage(&report.coverage).to_string();
    let lost = "coverage lost aws/us-west-2\n";
    assert_eq!(covered, format!("{lost}{text}"));
    let none = DiffCoverage::default();
    let same = Diff::default();
    assert_eq!(same.unified("a", "b").with_coverage(&none).to_string(), "");
}

#[test]
fn d03_a_report_has_lines_and_coverage() {
    let (before, after) = scripts();
    let report = DiffReport::between(&before, &after);
    insta::assert_snapshot!(serde_json::to_string_pretty(&report).unwrap());
    assert_eq!(LineDiff::between(bytes(&[0xff]).as_ref(), None), None);
    let none = DiffReport::between(&before, &before);
    assert!(none.rows.is_empty() && none.user_data.is_empty());
    assert_eq!(none.coverage, DiffCoverage::default());
}

#[test]
fn d03_long_user_data_counts_as_wholly_different() {
    let many = |word: &str| bytes(format!("{word}\n").repeat(LineDiff::MAX_LINES).as_bytes());
    let (before, after) = (many("a"), many("b"));
    let diff = LineDiff::between(before.as_ref(), after.as_ref()).unwrap();
    assert_eq!(diff.hunks.len(), 1);
    assert_eq!(diff.hunks[0].lines.len(), 2 * LineDiff::MAX_LINES);
    assert_eq!(
        rebuilt(before.unwrap().as_text().unwrap(), &diff),
        after.unwrap().as_text().unwrap()
    );
}

#[test]
fn d03_what_is_still_served_is_not_lost() {
    let web = || set("gcp", "projects/acme/global/images/web-1");
    let central = || set("gcp/us-central1", "projects/acme/global/images/web-2");
    let both = named("web").edited([web(), central()]).unwrap();
    let wide = named("web").edited([web()]).unwrap();
    let narrow = named("web").edited([central()]).unwrap();
    assert_eq!(DiffCoverage::between(&both, &wide), DiffCoverage::default());
    assert_eq!(DiffCoverage::between(&both, &narrow).lost, [at("gcp")]);
    assert_eq!(DiffCoverage::between(&narrow, &both).gained, [at("gcp")]);
    assert_eq!(DiffCoverage::between(&wide, &both).gained, []);
}

/// The second text, from the first and the lines that differ.
fn rebuilt(before: &str, diff: &LineDiff) -> String {
    let mut old = before.split_inclusive('\n');
    let (mut at, mut text) = (1, String::new());
    for hunk in &diff.hunks {
        // A hunk that takes no line stands behind the line that it names.
        let takes = hunk.lines.iter().any(|line| line.side != LineSide::After);
        let first = if takes { hunk.before } else { hunk.before + 1 };
        text.extend(old.by_ref().take(first - at));
        at = first;
        for line in &hunk.lines {
            let whole = format!("{}{}", line.text, if line.ended { "\n" } else { "" });
            if line.side != LineSide::After {
                assert_eq!(old.next(), Some(whole.as_str()));
                at += 1;
            }
            if line.side != LineSide::Before {
                text.push_str(&whole);
            }
        }
    }
    text.extend(old);
    text
}

proptest! {
    #[test]
    fn d03_lines_of_user_data_rebuild_both_texts(a in "[ab\n]{0,24}", b in "[ab\n\r]{0,24}") {
        let (old, new) = (bytes(a.as_bytes()), bytes(b.as_bytes()));
        let lines = LineDiff::between(old.as_ref(), new.as_ref()).unwrap();
        prop_assert_eq!(lines.hunks.is_empty(), a == b);
        prop_assert_eq!(rebuilt(&a, &lines), b);
    }
}
