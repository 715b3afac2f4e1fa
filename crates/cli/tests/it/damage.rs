//! Damaged stores: every command ends, with an answer or an error, and the check is never silent.

use crate::program::{Program, Ran};
use std::{sync::mpsc, time::Duration};

/// How many files have bits flipped, unless `ATLAS_DAMAGED_FILES` says otherwise.
const FILES: usize = 60;

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

/// Runs a command, which must end, and not by a panic.
#[track_caller]
fn ends(program: &Program, name: &str, args: &[&str]) -> Ran {
    let (done, finished) = mpsc::channel();
    let ran = std::thread::scope(|scope| {
        scope.spawn(|| done.send(program.run(args)));
        finished.recv_timeout(Duration::from_mins(1))
    });
    let ran = ran.unwrap_or_else(|error| panic!("{name}: atlas {args:?}: {error}"));
    let said = format!("{name}: atlas {args:?}: {} {}", ran.code, ran.err);
    assert!([0, 1, 3].contains(&ran.code), "{said}");
    assert!(!ran.err.contains("panicked"), "{said}");
    assert!(ran.code != 3 || !ran.err.is_empty(), "{said}");
    ran
}

#[test]
fn every_command_ends_on_a_damaged_store_and_the_check_is_never_silent() {
    let commands: [&[&str]; 7] = [
        &["image", "list"],
        &["mci", "list"],
        &["store", "stats"],
        &["events"],
        &["scope", "list"],
        &["credential", "list"],
        &["scope", "add", "/other"],
    ];
    let program = Program::new();
    let secret = ["--cloud", "aws", "--secret", "vault:acme/aws"];
    program.ok(&[&["credential", "add", "aws"], &secret[..]].concat());
    program.ok(&["mci", "new", "web"]);
    let store = program.path("a.redb");
    let sound = std::fs::read(&store).unwrap();
    let dump = program.ok(&["store", "dump"]).out;
    let mut codes = std::collections::BTreeMap::new();
    for (number, (name, bytes)) in damages(&sound).into_iter().enumerate() {
        std::fs::write(&store, &bytes).unwrap();
        let check = ends(&program, &name, &["store", "check"]);
        *codes.entry(check.code).or_insert(0) += 1;
        assert!(std::fs::read(&store).unwrap() == bytes, "{name}: changed");
        assert_eq!(check.code == 0, check.out.contains("all is well"), "{name}");
        assert_eq!(check.code == 1, check.out.contains("wrong"), "{name}");
        let dumped = ends(&program, &name, &["store", "dump"]);
        if check.code == 0 {
            assert!(dumped.out == dump, "{name}: other records, and not a word");
        }
        std::fs::write(&store, &bytes).unwrap();
        ends(&program, &name, commands[number % commands.len()]);
    }
    println!("{codes:?}");
    assert!(
        codes.contains_key(&1) && codes.contains_key(&3),
        "{codes:?}"
    );
}
