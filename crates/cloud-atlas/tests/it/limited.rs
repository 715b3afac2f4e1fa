//! This very program again, on stores that are not the usual one: what works on a store in memory
//! without limits works on one with the limits of small engines, in a file, and on a server. Tests
//! in which several engines share a store, as two processes would, share one in memory: a file has
//! one.

use crate::support::STORE;
use std::process::Command;

/// What does not run again: the beginning of names of tests, each with the reason.
const SKIPPED: [(&str, &str); 6] = [
    ("limited::", "starts the program again"),
    ("batches::", "has stores of its own, limited ones"),
    ("limits::", "has stores of its own, limited ones"),
    ("engines::", "has stores of its own, of every engine"),
    ("kill::", "has files of its own, and no other store"),
    ("damage::", "has files of its own, and no other store"),
];

#[track_caller]
fn all_tests_pass_on(store: &str) {
    let mut command = Command::new(std::env::current_exe().unwrap());
    for (name, _) in SKIPPED {
        command.args(["--skip", name]);
    }
    let ran = command.env(STORE, store).output().unwrap();
    let out = String::from_utf8_lossy(&ran.stdout);
    let err = String::from_utf8_lossy(&ran.stderr);
    assert!(ran.status.success(), "on `{store}`:\n{out}{err}");
    let passed = out
        .split_once("test result: ok. ")
        .and_then(|(_, rest)| rest.split_once(" passed; 0 failed; 0 ignored;"))
        .and_then(|(passed, _)| passed.parse::<usize>().ok());
    assert!(passed > Some(80), "{out}");
}

#[test]
fn every_test_passes_on_a_store_of_128_operations_and_1_mib_a_commit() {
    all_tests_pass_on("memory:?operations=128&commit=1MiB");
}

#[test]
fn every_test_passes_on_a_store_in_a_file() {
    all_tests_pass_on("redb:");
}

#[cfg(feature = "postgres")]
#[test]
fn every_test_passes_on_a_store_in_postgresql() {
    // Nothing here is about what a loss of power leaves: the engine's own tests are.
    let server = atlas_test_servers::Postgres::start_with(&["fsync=off", "max_connections=400"]);
    all_tests_pass_on(&server.unwrap().url());
}
