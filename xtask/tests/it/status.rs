//! docs/STATUS.md names every rule once, and promises nothing that no test proves.

use std::collections::{BTreeMap, BTreeSet};

use crate::tree;

/// How many rules each chapter has.
const CHAPTERS: [(char, usize); 13] = [
    ('S', 14),
    ('C', 5),
    ('I', 15),
    ('L', 11),
    ('M', 21),
    ('K', 5),
    ('D', 4),
    ('G', 6),
    ('T', 10),
    ('R', 16),
    ('P', 11),
    ('B', 10),
    ('E', 9),
];

struct Row {
    rule: String,
    words: String,
    product: String,
    place: String,
    state: String,
}

#[test]
fn status_has_one_line_for_every_rule() {
    let mut seen = BTreeMap::new();
    for row in rows() {
        *seen.entry(row.rule).or_insert(0) += 1;
    }
    let mut complaints = Vec::new();
    for rule in rules() {
        match seen.remove(&rule) {
            Some(1) => {}
            None => complaints.push(format!("{rule} is missing")),
            Some(times) => complaints.push(format!("{rule} stands there {times} times")),
        }
    }
    complaints.extend(seen.into_keys().map(|rule| format!("{rule} is no rule")));
    tree::assert_none(&complaints, "docs/STATUS.md:");
}

#[test]
fn status_lines_are_whole() {
    let mut complaints = Vec::new();
    for row in rows() {
        let blank = [&row.words, &row.product, &row.place]
            .iter()
            .any(|cell| cell.is_empty());
        let missing = row
            .state
            .strip_prefix("partial: ")
            .is_some_and(|text| !text.is_empty());
        if blank || !(missing || ["done", "not"].contains(&row.state.as_str())) {
            complaints.push(format!("{}: state `{}`", row.rule, row.state));
        }
    }
    tree::assert_none(
        &complaints,
        "docs/STATUS.md: a line has its words, its product and its place, \
         and its state is `done`, `not` or `partial: what is missing`:",
    );
}

#[test]
fn status_agrees_with_the_tests() {
    let proofs = proofs();
    let mut complaints = Vec::new();
    for row in rows() {
        let proofs = proofs.get(&row.rule).map_or(0, Vec::len);
        if row.state != "not" && proofs == 0 {
            let name = row.rule.to_lowercase();
            complaints.push(format!(
                "{} is `{}`, but no `fn {name}_…`",
                row.rule, row.state
            ));
        }
        if row.state == "not" && proofs > 0 {
            complaints.push(format!(
                "{} is `not`, but {proofs} tests prove it",
                row.rule
            ));
        }
    }
    tree::assert_none(&complaints, "docs/STATUS.md and crates/*/tests disagree:");
}

#[test]
fn tests_are_named_after_rules_that_exist() {
    let rules: BTreeSet<String> = rules().collect();
    let complaints: Vec<String> = proofs()
        .into_iter()
        .filter(|(rule, _)| !rules.contains(rule))
        .flat_map(|(_, tests)| tests)
        .collect();
    tree::assert_none(&complaints, "tests that are named after no rule:");
}

fn rules() -> impl Iterator<Item = String> {
    CHAPTERS
        .into_iter()
        .flat_map(|(letter, count)| (1..=count).map(move |number| format!("{letter}{number:02}")))
}

fn rows() -> Vec<Row> {
    tree::rows(&tree::read("docs/STATUS.md"), is_rule)
        .into_iter()
        .map(|row| {
            let cells: Result<[String; 5], _> = row.try_into();
            let [rule, words, product, place, state] =
                cells.unwrap_or_else(|row| panic!("five cells a line, not {row:?}"));
            Row {
                rule,
                words,
                product,
                place,
                state,
            }
        })
        .collect()
}

/// Rule → the test functions that begin with its number.
fn proofs() -> BTreeMap<String, Vec<String>> {
    let mut proofs: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for file in tree::files() {
        if !(file.is_rust() && file.is_test() && file.name.starts_with("crates/")) {
            continue;
        }
        for line in file.text().lines() {
            let Some((_, name)) = line.split_once("fn ") else {
                continue;
            };
            let Some((number, _)) = name.split_once('_') else {
                continue;
            };
            let rule = number.to_uppercase();
            if is_rule(&rule) && number == rule.to_lowercase() {
                proofs
                    .entry(rule)
                    .or_default()
                    .push(format!("{}: {}", file.name, line.trim()));
            }
        }
    }
    proofs
}

/// One of the chapters' letters and two digits.
fn is_rule(text: &str) -> bool {
    let mut letters = text.chars();
    letters
        .next()
        .is_some_and(|first| CHAPTERS.iter().any(|(letter, _)| *letter == first))
        && text.len() == 3
        && letters.all(|letter| letter.is_ascii_digit())
}
