//! Every exception from a lint says why.

use crate::tree;

#[test]
fn every_exception_from_a_lint_has_its_reason() {
    let openings = ["#[expect(", "#![expect(", "#[allow(", "#![allow("];
    let mut complaints = Vec::new();
    for file in tree::files().into_iter().filter(tree::File::is_rust) {
        let text = file.text();
        for (at, opening) in openings
            .iter()
            .flat_map(|opening| text.match_indices(opening))
        {
            let (before, attribute) = text.split_at(at);
            if !before
                .rsplit('\n')
                .next()
                .unwrap_or_default()
                .trim()
                .is_empty()
            {
                continue; // inside a comment or a string
            }
            let line = before.lines().count() + 1;
            let attribute = attribute.split(")]").next().unwrap_or_default();
            if opening.contains("allow") {
                complaints.push(format!(
                    "{}:{line}: `expect` it, do not `allow` it",
                    file.name
                ));
            } else if !attribute.contains("reason = \"") {
                complaints.push(format!("{}:{line}: no reason", file.name));
            }
        }
    }
    tree::assert_none(&complaints, "exceptions from lints:");
}

#[test]
fn no_test_is_switched_off() {
    let mut complaints = Vec::new();
    for file in tree::files().into_iter().filter(tree::File::is_rust) {
        for (number, line) in file.text().lines().enumerate() {
            if line.trim_start().starts_with(concat!("#[", "ignore")) {
                complaints.push(format!("{}:{}", file.name, number + 1));
            }
        }
    }
    tree::assert_none(&complaints, "a test that never runs proves nothing:");
}
