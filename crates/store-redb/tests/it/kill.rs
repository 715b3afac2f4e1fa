//! A process that is killed while it commits.

use crate::weak::{Flaw, Weak};
use atlas_store::Store;
use atlas_store_conformance::ledger::{apply, audit, counts};
use atlas_store_redb::RedbStore;
use pollster::block_on;
use std::{
    io::{BufRead as _, BufReader, Write as _},
    path::Path,
    process::{Command, Stdio},
    sync::Arc,
    thread,
};

/// Tells the test binary that it is the child, and where the store lies.
const CHILD: &str = "ATLAS_TEST_KILL_CHILD";
/// Tells the child to acknowledge what it has not done.
const EARLY: &str = "ATLAS_TEST_KILL_EARLY";
const WRITERS: usize = 4;
/// How often a store is killed before the next one begins empty.
const KILLS: u64 = 5;

/// How often a process is killed: 20 times, or as often as the variable says.
fn rounds() -> u64 {
    std::env::var("ATLAS_KILL_ROUNDS").map_or(20, |rounds| rounds.parse().unwrap())
}

/// The child: commits until it is killed. As a test of its own it does nothing.
#[test]
fn child() {
    let Some(path) = std::env::var_os(CHILD) else {
        return;
    };
    let tell = |line: String| {
        let mut out = std::io::stdout().lock();
        writeln!(out, "\n{line}").unwrap();
        out.flush().unwrap();
    };
    tell("begun".to_owned());
    let store = RedbStore::open(path).unwrap();
    // One that is early has one writer, so that nothing is wrong but the time.
    let (store, writers): (Arc<dyn Store>, _) = match std::env::var_os(EARLY) {
        Some(_) => (Arc::new(Weak::new(store, Flaw::AcknowledgesEarly)), 1),
        None => (Arc::new(store), WRITERS),
    };
    let done = block_on(counts(&store, writers)).unwrap();
    thread::scope(|scope| {
        for (writer, done) in done.into_iter().enumerate() {
            let store = &store;
            scope.spawn(move || {
                for round in done + 1.. {
                    block_on(apply(store, writer, round)).unwrap();
                    tell(format!("acknowledged {writer} {round}"));
                }
            });
        }
    });
}

/// Starts a child and kills it once it has said so many lines, and after giving way so often; what
/// was acknowledged in the end is noted.
fn run_and_kill(path: &Path, early: bool, lines: u64, then: u64, acknowledged: &mut [u64]) {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command
        .args(["--exact", "kill::child", "--nocapture", "--test-threads=1"])
        .env(CHILD, path)
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    if early {
        command.env(EARLY, "1");
    }
    let mut child = command.spawn().unwrap();
    let mut said = 0;
    for line in BufReader::new(child.stdout.take().unwrap()).lines() {
        let line = line.unwrap();
        if let Some((writer, round)) = line
            .strip_prefix("acknowledged ")
            .and_then(|rest| rest.split_once(' '))
        {
            let writer: usize = writer.parse().unwrap();
            acknowledged[writer] = round.parse().unwrap();
        } else if line != "begun" {
            continue;
        }
        said += 1;
        if said == lines {
            // How far it comes meanwhile is chance: that is the point.
            for _ in 0..then {
                thread::yield_now();
            }
            // A SIGKILL on every Unix.
            child.kill().unwrap();
        }
    }
    let status = child.wait().unwrap();
    assert!(said >= lines && !status.success(), "it ended by itself");
}

/// The same numbers on every run.
fn next(state: &mut u64) -> u64 {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    *state
}

/// Kills so many times; how many commits were acknowledged, and how many more were there, or what
/// was wrong first.
fn kill(rounds: u64, early: bool) -> Result<(u64, u64), String> {
    let folder = tempfile::tempdir().unwrap();
    let mut chance = 0x5eed;
    let mut known = vec![0; WRITERS];
    let (mut told, mut untold) = (0, 0);
    for round in 0..rounds {
        let path = folder.path().join(format!("{}.redb", round / KILLS));
        if round % KILLS == 0 {
            drop(RedbStore::create(&path).unwrap());
            known = vec![0; WRITERS];
        }
        let before: u64 = known.iter().sum();
        // From the very first line, when the store is just being opened.
        let lines = 1 + next(&mut chance) % 120;
        let then = next(&mut chance) % 50;
        run_and_kill(&path, early, lines, then, &mut known);
        told += known.iter().sum::<u64>() - before;
        let lost = |what: String| format!("kill {round}, at line {lines}: {what}");
        for checked in ["before", "after"] {
            let report = RedbStore::check(&path).unwrap();
            if !report.is_sound() {
                return Err(lost(format!("{checked} opening: {report:?}")));
            }
            if checked == "before" {
                let store = RedbStore::open(&path).unwrap();
                let audited = block_on(audit(&store, &known));
                untold += audited.map_err(|wrong| lost(wrong.to_string()))?;
            }
        }
        // The audit has done one more for each.
        for known in &mut known {
            *known += 1;
        }
    }
    Ok((told, untold))
}

#[test]
fn every_acknowledged_commit_survives_kills_once_and_as_a_whole() {
    let (told, untold) = kill(rounds(), false).unwrap();
    // Some kills hit between a commit and its acknowledgement.
    assert!(told > rounds() && untold > 0, "{told}, {untold}");
}

#[test]
fn the_kills_show_a_store_that_acknowledges_early() {
    let seen = kill(10, true).unwrap_err();
    assert!(seen.contains("were acknowledged, and"), "{seen}");
}
