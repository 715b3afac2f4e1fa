//! The document on security names tests that there are.

use crate::tree;
use std::fs;

/// `crate::module::function`, in a table.
fn is_test(word: &str) -> bool {
    let is_part = |part: &str| {
        part.bytes()
            .all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_'))
    };
    word.split("::").count() > 2 && word.split("::").all(is_part)
}

#[test]
fn each_test_that_holds_a_guard_is_there() {
    let text = fs::read_to_string(tree::root().join("docs/security.md")).unwrap();
    let words = text.split('`').skip(1).step_by(2);
    let (mut count, mut complaints) = (0, Vec::new());
    for test in words.filter(|word| is_test(word)) {
        let (place, function) = test.rsplit_once("::").unwrap();
        let (of, module) = place.split_once("::").unwrap();
        let of = of.replace('_', "-");
        let file = format!("crates/{of}/tests/it/{}.rs", module.replace("::", "/"));
        let source = fs::read_to_string(tree::root().join(&file)).unwrap_or_default();
        if !source.contains(&format!("fn {function}(")) {
            complaints.push(format!("{test}: not in {file}"));
        }
        count += 1;
    }
    assert!(count > 50, "{count}");
    tree::assert_none(&complaints, "tests that the document names:");
}
