//! The seeds of the fuzz target of cursors, tried without a fuzzer.

#[path = "../../../../fuzz/checks/store_cursor.rs"]
mod checks;

use atlas_store::Cursor;
use std::{fs, path::PathBuf};

#[test]
#[expect(
    clippy::disallowed_methods,
    reason = "the seeds are files of the repository"
)]
fn every_seed_of_cursors_keeps_what_the_fuzz_target_checks() {
    let parts = [env!("CARGO_MANIFEST_DIR"), "../../fuzz/corpus/store_cursor"];
    let (mut read, mut refused) = (0, 0);
    for entry in fs::read_dir(parts.iter().collect::<PathBuf>()).unwrap() {
        let entry = entry.unwrap();
        let text = fs::read_to_string(entry.path()).unwrap();
        checks::check(&text);
        let name = entry.file_name().into_string().unwrap();
        let is_refused = name.starts_with("refused-");
        assert_eq!(Cursor::parse(&text).is_err(), is_refused, "{name}");
        if is_refused {
            refused += 1;
        } else {
            read += 1;
        }
    }
    assert!(read > 0 && refused > 2);
}
