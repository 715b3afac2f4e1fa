//! A process that is killed while it commits.

use crate::support::{commit, everything, key, put};
use atlas_store_redb::RedbStore;
use std::{
    collections::BTreeSet,
    io::{BufRead as _, BufReader, Write as _},
    path::Path,
    process::{Command, Stdio},
    time::Instant,
};

/// Tells the test binary that it is the child, and where the store lies.
const CHILD: &str = "ATLAS_TEST_KILL_CHILD";
const WRITERS: usize = 4;
const ACKNOWLEDGED: usize = 400;

/// The child: commits until it is killed. As a test of its own it does nothing.
#[test]
fn child() {
    let Some(path) = std::env::var_os(CHILD) else {
        return;
    };
    let store = RedbStore::open(path).unwrap();
    std::thread::scope(|scope| {
        for writer in 0..WRITERS {
            let store = &store;
            scope.spawn(move || {
                for round in 0.. {
                    let name = format!("{writer}-{round}");
                    let parts = ["a", "b", "c"].map(|part| key(&format!("{name}-{part}")));
                    commit(store, parts.iter().map(|key| put(key, &name)).collect()).unwrap();
                    writeln!(std::io::stdout().lock(), "\nacknowledged {name}").unwrap();
                }
            });
        }
    });
}

#[test]
fn every_acknowledged_commit_survives_a_kill_and_none_in_part() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("atlas.redb");
    drop(RedbStore::create(&path).unwrap());
    let acknowledged = run_and_kill(&path);
    assert!(acknowledged.len() >= ACKNOWLEDGED);

    let report = RedbStore::check(&path).unwrap();
    assert!(report.is_sound(), "{report:?}");
    let begun = Instant::now();
    let store = RedbStore::open(&path).unwrap();
    println!("opened after the kill in {:?}", begun.elapsed());
    let rows = everything(&store).unwrap();
    let mut names = std::collections::BTreeMap::<String, usize>::new();
    for (_, name) in rows {
        *names.entry(String::from_utf8(name).unwrap()).or_default() += 1;
    }
    for name in &acknowledged {
        assert!(
            names.contains_key(name),
            "{name} was acknowledged and is gone"
        );
    }
    for (name, parts) in names {
        assert_eq!(parts, 3, "{name} is there in part");
    }
    commit(&store, vec![put(&key("more"), "1")]).unwrap();
}

/// Starts the child and kills it after some acknowledgements; all that came in the end.
fn run_and_kill(path: &Path) -> BTreeSet<String> {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "kill::child", "--nocapture", "--test-threads=1"])
        .env(CHILD, path)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut acknowledged = BTreeSet::new();
    let mut killed = false;
    for line in lines.map_while(Result::ok) {
        if let Some(name) = line.strip_prefix("acknowledged ") {
            acknowledged.insert(name.to_owned());
        }
        if !killed && acknowledged.len() >= ACKNOWLEDGED {
            // A SIGKILL on every Unix.
            child.kill().unwrap();
            killed = true;
        }
    }
    child.wait().unwrap();
    assert!(killed, "the child ended by itself");
    acknowledged
}
