//! The tree says what it is, not on which machine it was made.

use crate::tree;

/// Each in two pieces, so that this list does not find itself.
const WORDS: [&str; 3] = [
    concat!("/wo", "rk/"),
    concat!("/ro", "ot/"),
    concat!("/ho", "me/"),
];

/// Paths on other people's machines that a rule is about.
const MEANT: [&str; 1] = [
    concat!("/ho", "me/rightscale/"), // RightLink's user on a server: I15 cleans its folder
];

#[test]
fn no_path_of_a_machine_stands_in_the_tree() {
    let mut complaints = Vec::new();
    for file in tree::files() {
        for (number, line) in file.text().lines().enumerate() {
            let line = MEANT
                .iter()
                .fold(line.to_owned(), |line, meant| line.replace(meant, ""));
            for word in WORDS.iter().filter(|word| line.contains(**word)) {
                complaints.push(format!("{}:{}: {word}", file.name, number + 1));
            }
        }
    }
    tree::assert_none(&complaints, "paths of a machine:");
}
