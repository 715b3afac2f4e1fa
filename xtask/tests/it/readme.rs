//! The README shows what stands in the tree.

use crate::tree;

#[test]
fn the_readme_shows_the_embedding_example() {
    let example = tree::read("examples/embed.rs");
    let code: Vec<&str> = example
        .lines()
        .filter(|line| !line.starts_with("//!") && !line.starts_with("#!["))
        .collect();
    let code = code.join("\n");
    let readme = tree::read("README.md");
    assert!(
        readme.contains(code.trim()),
        "the README's program and examples/embed.rs differ: copy the example into the README"
    );
    assert!(
        example.lines().count() < 60,
        "examples/embed.rs is to be under 60 lines"
    );
}

#[test]
fn the_readme_names_both_commands() {
    let readme = tree::read("README.md");
    for command in ["cargo run --example fleet", "cargo xtask test"] {
        assert!(readme.lines().any(|line| line == command), "{command}");
    }
}
