//! The seeds of the fuzz target of cursors, tried without a fuzzer.

#[path = "../../../../fuzz/checks/store_cursor.rs"]
mod checks;
#[path = "../../../../fuzz/checks/replay.rs"]
mod replay;

use atlas_store::Cursor;

#[test]
fn every_seed_of_cursors_keeps_what_the_fuzz_target_checks() {
    replay::all("store_cursor", (0, 2), |seed| {
        let text = core::str::from_utf8(seed).unwrap();
        checks::check(text);
        Cursor::parse(text).is_ok()
    });
}
