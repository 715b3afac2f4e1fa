//! Processes that are killed while they work on a folder.

use crate::{ask, id, image, laws::whole, mixed, run};
use atlas_base::Timestamp;
use atlas_repository::{Export, Gc, Pool, PoolUrl, RunId, Verify, Watch};
use std::{
    fs::{self, File},
    io::{BufRead as _, BufReader, Write as _},
    path::Path,
    process::{Command, Stdio},
    thread,
};

/// Tells the test binary that it is the child, and where the repository lies.
const CHILD: &str = "ATLAS_TEST_KILL_REPOSITORY";
/// Of which kind it is.
const KIND: &str = "ATLAS_TEST_KILL_KIND";
/// From which number on its ids are.
const FROM: &str = "ATLAS_TEST_KILL_FROM";

/// Bytes of a void.
const VOID: u64 = 40;

/// How often a process is killed: 12 times, or as often as the variable says.
fn rounds() -> u64 {
    std::env::var("ATLAS_KILL_ROUNDS").map_or(12, |rounds| rounds.parse().unwrap())
}

fn open(kind: &str, folder: &Path) -> Pool {
    let url = format!("{kind}:{}", folder.join("store").display());
    PoolUrl::parse(&url).unwrap().open(&|_| None).unwrap()
}

/// The disk of an id.
fn disk(number: u128) -> Vec<u8> {
    let mut bytes = mixed(7, 40);
    bytes.extend(mixed(number as u64, 20));
    bytes
}

/// Cleans up as if a year had passed; claims of others who are at work there are not.
fn clean_up(repository: &Pool, number: u128) {
    let mut gc: Gc = run(number);
    gc.rewrite = Some(10);
    gc.now = Timestamp::parse("2100-01-01T00:00:00Z").unwrap();
    gc.run = RunId::from_u128(number);
    repository.gc(&gc, Watch::default()).unwrap();
}

/// The child: takes in, gives out, deletes and cleans up until it is killed. As a test of its own it
/// does nothing.
#[test]
fn child() {
    let Some(folder) = std::env::var_os(CHILD) else {
        return;
    };
    let folder = Path::new(&folder);
    let kind = std::env::var(KIND).unwrap();
    let from: u128 = std::env::var(FROM).unwrap().parse().unwrap();
    let tell = |line: String| {
        let mut out = std::io::stdout().lock();
        writeln!(out, "\n{line}").unwrap();
        out.flush().unwrap();
    };
    tell("begun".to_owned());
    let repository = open(&kind, folder);
    for number in from.. {
        let image = image(&disk(number));
        let done = repository.ingest(&image.disks()[0], &ask(number), Watch::default());
        done.unwrap();
        tell(format!("in {number}"));
        let out = File::create(folder.join("out")).unwrap();
        let stored = repository.open(id(number)).unwrap();
        let export = Export::default();
        stored.export(&out, &export, Watch::default()).unwrap();
        tell(format!("out {number}"));
        if number % 3 > 0 {
            // Said before, since it may be done and not be told.
            tell(format!("gone {number}"));
            repository.delete(id(number)).unwrap();
        }
        clean_up(&repository, number);
        tell(format!("clean {number}"));
    }
}

/// Starts a child and kills it once it has said so many lines, and after giving way so often; gives what
/// it said.
fn run_and_kill(kind: &str, folder: &Path, from: u128, lines: u64, then: u64) -> Vec<String> {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "kill::child", "--nocapture", "--test-threads=1"])
        .env(CHILD, folder)
        .env(KIND, kind)
        .env(FROM, from.to_string())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut all = Vec::new();
    let known = ["begun", "in ", "out ", "gone ", "clean "];
    for line in BufReader::new(child.stdout.take().unwrap()).lines() {
        let line = line.unwrap();
        if !known.iter().any(|known| line.starts_with(known)) {
            continue;
        }
        all.push(line);
        if all.len() as u64 == lines {
            // How far it comes meanwhile is chance: that is the point.
            for _ in 0..then {
                thread::yield_now();
            }
            // A SIGKILL on every Unix.
            child.kill().unwrap();
        }
    }
    let status = child.wait().unwrap();
    assert!(
        all.len() as u64 >= lines && !status.success(),
        "it ended by itself: {all:?}"
    );
    all
}

#[test]
fn whoever_is_killed_leaves_images_whole_and_the_rest_to_clean_ups() {
    kill("folder");
}

#[test]
fn whoever_is_killed_leaves_files_whole_and_the_rest_to_clean_ups() {
    kill("plain");
}

fn kill(kind: &str) {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("store")).unwrap();
    let mut chance = crate::Chance(0x5eed);
    let mut known = Vec::new();
    for round in 0..rounds() {
        let from = u128::from(round) * 1000 + 1;
        let (lines, then) = (1 + chance.below(9), chance.below(3000));
        for line in run_and_kill(kind, folder.path(), from, lines, then) {
            match line.split_once(' ') {
                Some(("in", number)) => known.push(number.parse::<u128>().unwrap()),
                Some(("gone", number)) => {
                    let gone: u128 = number.parse().unwrap();
                    known.retain(|it| *it != gone);
                }
                _ => {}
            }
        }
        let repository = open(kind, folder.path());
        let there = repository.images().unwrap();
        for number in &known {
            assert!(
                there.contains(&id(*number)),
                "kill {round}: {number} is lost"
            );
        }
        for id in there {
            let number = id.as_u128();
            assert!(
                whole(&repository, number).unwrap() == disk(number),
                "kill {round}"
            );
        }
        let verified = repository.verify(&Verify::default(), Watch::default());
        assert_eq!(verified.unwrap().rot, [], "kill {round}");
    }
    // Nothing stays of who was killed, but the void that keeps a clean-up from publishing late.
    let repository = open(kind, folder.path());
    for id in repository.images().unwrap() {
        repository.delete(id).unwrap();
    }
    for number in 0..3 {
        clean_up(&repository, 1_000_000 + number);
    }
    for kind in ["packs", "claims", "condemned", "moves", "raw"] {
        let left = fs::read_dir(folder.path().join("store").join(kind));
        let left: Vec<_> = left
            .into_iter()
            .flatten()
            .map(|it| it.unwrap().path())
            .collect();
        let is_void = |path: &Path| kind == "moves" && fs::metadata(path).unwrap().len() <= VOID;
        let objects: Vec<_> = left.iter().filter(|it| !is_void(it)).collect();
        assert!(objects.is_empty(), "{kind}: {objects:?}");
    }
}
