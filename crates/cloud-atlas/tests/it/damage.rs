//! Checking damaged files by their address.

use crate::{
    care::{furnished, load},
    support::{dump, run},
};
use cloud_atlas::{Atlas, Error, OpenError};
use std::{path::Path, sync::mpsc, time::Duration};

/// How many files have bits flipped, unless `ATLAS_DAMAGED_FILES` says otherwise.
const FILES: usize = 90;

/// A closed store with something in every table, and its dump.
fn closed(path: &Path) -> Vec<String> {
    let text = run(dump(&furnished().atlas));
    let atlas = run(Atlas::init(&url(path))).unwrap();
    load(&atlas, &text).unwrap();
    text
}

fn url(path: &Path) -> String {
    format!("redb:{}", path.display())
}

/// Ways to damage the bytes of a sound file, the same ones on every run: bits flipped where
/// something is written, and cuts.
fn damages(sound: &[u8]) -> Vec<(String, Vec<u8>)> {
    let files = std::env::var("ATLAS_DAMAGED_FILES").map_or(FILES, |files| files.parse().unwrap());
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut next = |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state % u64::try_from(below).unwrap()).unwrap()
    };
    let written: Vec<_> = (0..sound.len()).filter(|&at| sound[at] != 0).collect();
    let mut damages = Vec::new();
    for file in 0..files {
        let mut bytes = sound.to_vec();
        let mut name = "bits flipped".to_owned();
        for _ in 0..[1, 1, 1, 8][file % 4] {
            // The first bytes of the file, which say most about it, get more than their share.
            let below = if file % 5 == 0 { 40 } else { written.len() };
            let at = written[next(below.min(written.len()))];
            let bit = next(8);
            bytes[at] ^= 1 << bit;
            name = format!("{name} {at}.{bit}");
        }
        damages.push((name, bytes));
        if file % 3 == 0 {
            let len = match file {
                0 => 0,
                3 => sound.len() - 1,
                _ => next(sound.len()),
            };
            damages.push((format!("cut to {len}"), sound[..len].to_vec()));
        }
    }
    damages
}

/// Lets it run in a thread of its own: it must end, and not by a panic.
#[track_caller]
fn within_a_minute<T: Send + 'static>(name: &str, work: impl FnOnce() -> T + Send + 'static) -> T {
    let (done, finished) = mpsc::channel();
    std::thread::spawn(move || done.send(work()));
    let outcome = finished.recv_timeout(Duration::from_mins(1));
    outcome.unwrap_or_else(|error| panic!("{name}: a panic or a hang: {error}"))
}

#[test]
fn a_check_by_address_reads_everything_and_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.redb");
    let text = closed(&path);
    let before = std::fs::read(&path).unwrap();
    let report = run(Atlas::check_url(&url(&path))).unwrap();
    assert_eq!(report.findings, Vec::<String>::new());
    let file = report.file.unwrap();
    assert!(file.closed_well);
    assert_eq!(file.keys, u64::try_from(text.len() - 1).unwrap());
    assert!(std::fs::read(&path).unwrap() == before);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    let atlas = run(Atlas::open(&url(&path))).unwrap();
    assert_eq!(run(atlas.check()).unwrap().records, report.records);
    // Nobody else may have it open.
    let error = run(Atlas::check_url(&url(&path))).unwrap_err();
    assert!(error.to_string().contains("is in use"), "{error}");
    let error = run(Atlas::check_url("memory:")).unwrap_err();
    assert!(matches!(error, Error::Open(OpenError::Memory)), "{error}");
}

#[test]
fn no_damaged_file_is_called_sound_unless_its_records_are_all_there() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.redb");
    let text = closed(&path);
    let sound = std::fs::read(&path).unwrap();
    let (mut unread, mut wanting, mut harmless) = (0, 0, 0);
    for (name, bytes) in damages(&sound) {
        std::fs::write(&path, &bytes).unwrap();
        let address = url(&path);
        let report = within_a_minute(&name, move || run(Atlas::check_url(&address)));
        assert!(std::fs::read(&path).unwrap() == bytes, "{name}: changed");
        match report {
            Err(_) => unread += 1,
            Ok(report) if !report.findings.is_empty() => wanting += 1,
            Ok(_) => {
                harmless += 1;
                let atlas = run(Atlas::open(&url(&path))).unwrap();
                assert!(
                    run(dump(&atlas)) == text,
                    "{name}: other records, and not a word"
                );
            }
        }
    }
    println!("unread {unread}, wanting {wanting}, harmless {harmless}");
    assert!(unread > 0 && wanting > 0);
}
