//! Two processes that write to one store, killed while they commit.

use crate::{
    support::{self, connections},
    weak::{Flaw, Weak},
};
use atlas_store::Store;
use atlas_store_conformance::ledger::{LedgerError, apply, audit, counts};
use atlas_store_postgres::{Options, PostgresStore};
use atlas_test_servers::until;
use pollster::block_on;
use std::{
    io::{BufRead as _, BufReader, Write as _},
    process::{Command, Stdio},
    sync::Arc,
    thread,
    time::Duration,
};

/// Tells the test binary that it is a child, and where the store lies.
const CHILD: &str = "ATLAS_TEST_KILL_CHILD";
/// Tells the child which of the writers are its own: the first of them, and how many.
const WRITERS: &str = "ATLAS_TEST_KILL_WRITERS";
/// Tells the child to acknowledge what it has not done.
const EARLY: &str = "ATLAS_TEST_KILL_EARLY";
/// The name of the children's connections.
const NAME: &str = "killed";

/// How often two processes are killed: 5 times, or as often as the variable says.
fn rounds() -> u64 {
    std::env::var("ATLAS_KILL_ROUNDS").map_or(5, |rounds| rounds.parse().unwrap())
}

/// The child: commits until it is killed. As a test of its own it does nothing.
#[test]
fn child() {
    let Ok(url) = std::env::var(CHILD) else {
        return;
    };
    let writers = std::env::var(WRITERS).unwrap();
    let (first, count) = writers.split_once('+').unwrap();
    let (first, count): (usize, usize) = (first.parse().unwrap(), count.parse().unwrap());
    let tell = |line: String| {
        let mut out = std::io::stdout().lock();
        writeln!(out, "\n{line}").unwrap();
        out.flush().unwrap();
    };
    tell("begun".to_owned());
    let store = block_on(PostgresStore::open(&url)).unwrap();
    let store: Arc<dyn Store> = match std::env::var_os(EARLY) {
        Some(_) => Arc::new(Weak::new(store, Flaw::AcknowledgesEarly)),
        None => Arc::new(store),
    };
    let done = block_on(counts(&store, first + count)).unwrap();
    thread::scope(|scope| {
        for (writer, done) in done.into_iter().enumerate().skip(first) {
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

/// One process with its writers, until it is killed.
struct Killed {
    first: usize,
    count: usize,
    early: bool,
    /// After how many lines it is killed, and then after giving way so often.
    lines: u64,
    then: u64,
}

impl Killed {
    /// Runs it, and tells what was acknowledged last: of which writer which number.
    fn run(&self, url: &str) -> Vec<(usize, u64)> {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command
            .args(["--exact", "kill::child", "--nocapture", "--test-threads=1"])
            .env(CHILD, url)
            .env(WRITERS, format!("{}+{}", self.first, self.count))
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        if self.early {
            command.env(EARLY, "1");
        }
        let mut child = command.spawn().unwrap();
        let (mut said, mut acknowledged) = (0, Vec::new());
        for line in BufReader::new(child.stdout.take().unwrap()).lines() {
            let line = line.unwrap();
            if let Some((writer, round)) = line
                .strip_prefix("acknowledged ")
                .and_then(|rest| rest.split_once(' '))
            {
                acknowledged.push((writer.parse().unwrap(), round.parse().unwrap()));
            } else if line != "begun" {
                continue;
            }
            said += 1;
            if said == self.lines {
                // How far it comes meanwhile is chance: that is the point.
                for _ in 0..self.then {
                    thread::yield_now();
                }
                // A SIGKILL on every Unix.
                child.kill().unwrap();
            }
        }
        let status = child.wait().unwrap();
        let ended = said >= self.lines && !status.success();
        assert!(ended, "it ended by itself");
        acknowledged
    }
}

/// The same numbers on every run.
fn next(state: &mut u64) -> u64 {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    *state
}

/// Kills so many times as many processes as there are entries in `each`, which tells how many
/// writers each has; how many commits were acknowledged, and how many more were there, or what was
/// wrong first.
fn kill(rounds: u64, each: &[usize], early: bool) -> Result<(u64, u64), LedgerError> {
    let name = format!("{NAME}_{}", if early { "early" } else { "late" });
    let url = format!("{}&application_name={name}", support::url());
    drop(support::create(&url, Options::default()));
    let mut chance = 0x5eed;
    let mut known = vec![0; each.iter().sum()];
    let (mut told, mut untold) = (0, 0);
    for _ in 0..rounds {
        let mut first = 0;
        let killed = each.iter().map(|&count| {
            first += count;
            Killed {
                first: first - count,
                count,
                early,
                // From the very first line, when the store is just being opened.
                lines: 1 + next(&mut chance) % 80,
                then: next(&mut chance) % 50,
            }
        });
        let killed: Vec<_> = killed.collect();
        let before: u64 = known.iter().sum();
        thread::scope(|scope| {
            let running: Vec<_> = killed
                .iter()
                .map(|killed| scope.spawn(|| killed.run(&url)))
                .collect();
            for process in running {
                for (writer, round) in process.join().unwrap() {
                    known[writer] = round;
                }
            }
        });
        told += known.iter().sum::<u64>() - before;
        // The server may still be at what it was sent last.
        let gone = || connections(&name, "%") == "0";
        assert!(until(Duration::from_mins(3), gone));
        let store = block_on(PostgresStore::open(&url)).unwrap();
        untold += block_on(audit(&store, &known))?;
        drop(store);
        assert!(until(Duration::from_mins(3), gone));
        // The audit has done one more for each.
        for known in &mut known {
            *known += 1;
        }
    }
    Ok((told, untold))
}

#[test]
fn every_acknowledged_commit_of_two_killed_processes_is_there_once() {
    let (mut told, mut untold) = kill(rounds(), &[2, 2], false).unwrap();
    // Some kills hit between a commit and its acknowledgement: sooner or later one does.
    for _ in 0..10 {
        if untold > 0 {
            break;
        }
        let more = kill(rounds(), &[2, 2], false).unwrap();
        told += more.0;
        untold += more.1;
    }
    assert!(told > rounds() && untold > 0, "{told}, {untold}");
}

#[test]
fn the_kills_show_a_process_that_acknowledges_early() {
    let seen = kill(10, &[1], true).unwrap_err();
    assert!(matches!(seen, LedgerError::Lost { .. }), "{seen}");
}

#[test]
fn the_audit_shows_a_store_that_ignores_tokens() {
    let store = support::create(&support::url(), Options::default());
    let store = Weak::new(store, Flaw::IgnoresTokens);
    for round in 1..=3 {
        block_on(apply(&store, 0, round)).unwrap();
    }
    let seen = block_on(audit(&store, &[3])).unwrap_err();
    let twice = matches!(seen, LedgerError::Twice { .. } | LedgerError::Row { .. });
    assert!(twice, "{seen}");
}
