//! Merges beside those of `git merge-file`, of contents with a line for each tag and setting.
//!
//! Known differences, each of which is checked to be the reason where the two disagree:
//!
//! 1. Git takes lines that stand next to one another for one change: where neighbours were changed
//!    by different sides it conflicts, and here they merge. With a line that nobody changes between
//!    any two, this one is gone.
//! 2. A setting is one line to git and five fields here: sides that changed different fields of one
//!    setting merge here, and conflict in git.
//! 3. User data is a field of that line to git, and is merged by lines here.
//! 4. Two spellings of one id are one image here, and two to git.
//! 5. Where lines of user data repeat, the two may find different ones of them changed: compared are
//!    texts whose lines are all different.

#![expect(
    clippy::disallowed_methods,
    reason = "git reads files, and says what it found"
)]

use crate::{
    at, bytes,
    merge::{base, cases, fields, fits},
    named, setting,
};
use atlas_image_id::CloudLocation;
use atlas_mci::{Choices, Content, HeadEdit, MergeDraft};
use atlas_testkit::merge::{Sides, sides};
use proptest::{collection::vec, option, prelude::*, sample::Index};
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
    fs,
    path::Path,
    process::Command,
};

/// What `git merge-file` makes of three texts: none where they conflict.
fn git(folder: &Path, [ours, base, theirs]: [&str; 3]) -> Option<String> {
    for (name, text) in [("ours", ours), ("base", base), ("theirs", theirs)] {
        fs::write(folder.join(name), text).unwrap();
    }
    let mut command = Command::new("git");
    command
        .args(["merge-file", "--stdout", "ours", "base", "theirs"])
        .current_dir(folder);
    let output = command.output().map_err(|error| {
        format!("{error}: these tests need git, install it with `apt-get install git`")
    });
    let output = output.unwrap();
    match output.status.code() {
        Some(0) => Some(String::from_utf8(output.stdout).unwrap()),
        Some(1..=127) => None,
        _ => panic!("{}", String::from_utf8_lossy(&output.stderr)),
    }
}

/// The lines of a content by what they are about: each holds one field, or a whole setting.
fn lines(content: &Content) -> BTreeMap<String, String> {
    let mut lines: BTreeMap<String, String> = BTreeMap::new();
    for (path, value) in fields(content) {
        let (field, place) = path.split_once(':').unwrap_or((&path, ""));
        let key = match CloudLocation::parse(place) {
            Ok(location) => location.to_string(),
            Err(_) => path.clone(),
        };
        let line = lines.entry(key).or_default();
        write!(line, " {field}={value:?}").unwrap();
    }
    lines
}

/// The texts of three contents, in which all keys of the three stand in one order.
fn render(all: &[BTreeMap<String, String>; 3], is_apart: bool) -> [String; 3] {
    let keys: BTreeSet<&String> = all.iter().flat_map(BTreeMap::keys).collect();
    all.each_ref().map(|lines| {
        let mut text = String::new();
        for key in &keys {
            if is_apart {
                writeln!(text, "# {key:?}").unwrap();
            }
            if let Some(line) = lines.get(*key) {
                writeln!(text, "{key:?}{line}").unwrap();
            }
        }
        text
    })
}

/// Whether both sides changed a line, in different ways.
fn both_changed([ours, base, theirs]: &[BTreeMap<String, String>; 3], key: &String) -> bool {
    let [ours, base, theirs] = [ours, base, theirs].map(|lines| lines.get(key));
    ours != base && theirs != base && ours != theirs
}

/// The keys whose lines stand next to one another in the rendering and were changed by one side
/// and by the other.
fn neighbours_changed(all: &[BTreeMap<String, String>; 3]) -> bool {
    let [ours, base, theirs] = all;
    let keys: BTreeSet<&String> = all.iter().flat_map(BTreeMap::keys).collect();
    let changed = |side: &BTreeMap<String, String>, key: &String| side.get(key) != base.get(key);
    // Lines that are on no side and in no base do not keep their neighbours apart: whatever lies
    // between two changes and was changed as well is part of them.
    let marks = keys
        .into_iter()
        .map(|key| (changed(ours, key), changed(theirs, key)));
    let marks: Vec<_> = marks.collect();
    marks.windows(2).any(|pair| {
        let [one, other] = [pair[0], pair[1]];
        (one.0 && other.1) || (one.1 && other.0)
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(cases()))]

    #[test]
    fn g02_agrees_with_git(Sides { base: from, ours, theirs } in sides(), is_apart in any::<bool>()) {
        let folder = tempfile::tempdir().unwrap();
        let all = [lines(&ours), lines(&from), lines(&theirs)];
        let texts = render(&all, is_apart);
        let by_git = git(folder.path(), texts.each_ref().map(String::as_str));
        let root = base(&from);
        let draft = MergeDraft::between(&root, &ours, &theirs, &fits);
        let merged = draft.settle(&Choices::default()).ok();
        match (by_git, merged) {
            (Some(text), Some(merged)) => {
                let [_, _, turned] = render(&[all[0].clone(), all[1].clone(), lines(&merged)], is_apart);
                prop_assert_eq!(text, turned);
            }
            // Whatever git can merge is merged here.
            (Some(text), None) => {
                return Err(TestCaseError::fail(format!("{:?} beside {text}", draft.conflicts())));
            }
            (None, Some(_)) => {
                let keys: BTreeSet<_> = all.iter().flat_map(BTreeMap::keys).collect();
                let within = keys.iter().any(|key| both_changed(&all, key));
                let between = !is_apart && neighbours_changed(&all);
                prop_assert!(within || between, "{:?}", texts);
            }
            (None, None) => {}
        }
    }

    #[test]
    fn g05_lines_merge_as_git_merges_them(
        base in lines_of_text(),
        ours in vec(line_edit(), 1..4),
        theirs in vec(line_edit(), 1..4),
    ) {
        let folder = tempfile::tempdir().unwrap();
        let texts = [edit(&base, &ours), base.clone(), edit(&base, &theirs)].map(|lines| lines.concat());
        let by_git = git(folder.path(), texts.each_ref().map(String::as_str));
        let [ours, from, theirs] = texts.each_ref().map(|text| with_data(text));
        let root = crate::merge::base(&from);
        let draft = MergeDraft::between(&root, &ours, &theirs, &fits);
        let merged = draft.settle(&Choices::default()).ok();
        prop_assert_eq!(merged, by_git.map(|text| with_data(&text)), "{:?}", texts);
    }
}

/// A line that takes the place of another, goes before it, or takes it away.
type LineEdit = (Index, Option<String>, bool);

fn lines_of_text() -> impl Strategy<Value = Vec<String>> {
    (4..16).prop_map(|count| (0..count).map(|line| format!("line {line}\n")).collect())
}

fn line_edit() -> impl Strategy<Value = LineEdit> {
    (any::<Index>(), option::of("[a-h]\n"), any::<bool>())
}

fn edit(lines: &[String], edits: &[LineEdit]) -> Vec<String> {
    let mut lines = lines.to_vec();
    for (at, line, stays) in edits {
        // The first line stays: without any there is no user data.
        let at = 1 + at.index(lines.len());
        if !stays && at < lines.len() {
            lines.remove(at);
        }
        if let Some(line) = line {
            lines.insert(at, line.clone());
        }
    }
    lines
}

fn with_data(text: &str) -> Content {
    let setting = setting("vmware/DC1", "vm-42").with_user_data(bytes(text.as_bytes()));
    named("web")
        .edited([HeadEdit::set(at("vmware/DC1"), setting)])
        .unwrap()
}
