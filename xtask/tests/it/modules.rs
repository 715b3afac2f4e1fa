//! A file that no module names is never compiled: its tests would pass by not running.

use std::collections::BTreeMap;

use crate::tree;

#[test]
fn every_file_is_a_module_of_its_parent() {
    let files: BTreeMap<String, String> = tree::files()
        .into_iter()
        .filter(tree::File::is_rust)
        .map(|file| (file.name.clone(), file.text()))
        .collect();
    let mut complaints = Vec::new();
    for name in files.keys() {
        let Some((folder, last)) = name.rsplit_once('/') else {
            continue;
        };
        let module = last.trim_end_matches(".rs");
        let below = |top: &str| folder.ends_with(top) || folder.contains(&format!("{top}/"));
        let is_root = (folder.ends_with("/src") || folder.ends_with("/tests/it"))
            && ["lib", "main"].contains(&module);
        if is_root || !(below("/src") || below("/tests/it")) || folder.contains("/src/bin") {
            continue;
        }
        let parents = [
            format!("{folder}/lib.rs"),
            format!("{folder}/main.rs"),
            format!("{folder}.rs"),
        ];
        let named = |text: &String| text.lines().any(|line| declares(line, module));
        if !parents
            .iter()
            .filter_map(|parent| files.get(parent))
            .any(named)
        {
            complaints.push(format!(
                "{name}: no `mod {module};` in {}",
                parents.join(" or ")
            ));
        }
    }
    tree::assert_none(&complaints, "files that nothing compiles:");
}

#[test]
fn every_test_folder_is_one_program() {
    let complaints: Vec<String> = tree::files()
        .into_iter()
        .filter(|file| file.is_rust() && file.name.starts_with("crates/") && file.is_test())
        .filter(|file| !file.name.contains("/tests/it/"))
        .map(|file| file.name)
        .collect();
    tree::assert_none(
        &complaints,
        "tests outside tests/it (each would be a program of its own):",
    );
}

/// `mod name;` with or without a visibility.
fn declares(line: &str, module: &str) -> bool {
    let line = line.trim();
    let words: Vec<&str> = line.split_whitespace().collect();
    matches!(words.as_slice(), [.., "mod", last] if last.strip_suffix(';') == Some(module))
        && !line.starts_with("//")
}
