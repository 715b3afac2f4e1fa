//! The reduced documents under `examples/data`.

use crate::support::{example_root, examples, name, originals, parse};
use atlas_streams::export;
use std::{env, fs};

/// With `ATLAS_UPDATE_DATA=1` it writes them instead.
#[test]
fn example_data_are_what_export_writes_for_the_originals() {
    let originals = originals();
    for path in &originals {
        let parsed = parse(fs::read(path).unwrap()).unwrap();
        let ours = example_root().join(name(path));
        let text = export(&parsed.document);
        if env::var_os("ATLAS_UPDATE_DATA").is_some_and(|value| value == "1") {
            fs::create_dir_all(ours.parent().unwrap()).unwrap();
            fs::write(&ours, &text).unwrap();
        }
        assert_eq!(fs::read_to_string(&ours).unwrap(), text, "{}", name(path));
    }
    if !originals.is_empty() {
        let named = |paths: Vec<_>| {
            paths
                .iter()
                .map(|path: &std::path::PathBuf| name(path))
                .collect()
        };
        let (ours, theirs): (Vec<_>, Vec<_>) = (named(examples()), named(originals));
        assert_eq!(ours, theirs);
    }
}

#[test]
fn example_data_are_read_and_written_alike_and_without_warnings() {
    let files = examples();
    assert_eq!(files.len(), 12);
    for path in files {
        let text = fs::read_to_string(&path).unwrap();
        let parsed = parse(&text).unwrap();
        assert_eq!(parsed.warnings, [], "{}", name(&path));
        assert_eq!(parsed.files, 0);
        assert_eq!(export(&parsed.document), text, "{}", name(&path));
        let release = parsed.document.release().unwrap();
        assert!(
            name(&path).ends_with(&format!("-{release}.json")),
            "{}",
            name(&path)
        );
    }
}
