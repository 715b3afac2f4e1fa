//! A load that is killed, and the one that goes on.

use crate::program::Program;
use cloud_atlas::store::{
    Commit, CommitToken, Key, MemoryStore, ReadSet, Store, StoreError, Write as Change, dump,
};
use pollster::block_on;
use std::{
    fs,
    process::{Child, Stdio},
    thread,
};

/// How many entries the dump has besides those that `init` writes.
const ENTRIES: u64 = 45_000;

/// The dump of a large store.
fn large(program: &Program) -> Vec<String> {
    let small = program.ok(&["store", "dump"]).out;
    let mut writes = Vec::new();
    let mut put = |key: &str, value: &str| {
        let key = Key::parse(key).unwrap();
        let value = value.as_bytes().into();
        writes.push(Change::Put { key, value });
    };
    for line in small.lines().skip(1) {
        let line = line.strip_prefix(r#"{"k":""#).unwrap();
        let (key, value) = line.split_once(r#"","v":"#).unwrap();
        put(key, value.strip_suffix('}').unwrap());
    }
    for number in 0..ENTRIES {
        let text = number.to_string().repeat(40);
        put(&format!("zeta thing {number:08}"), &format!("\"{text}\""));
    }
    let store = MemoryStore::new();
    let mut lines = Vec::new();
    block_on(async {
        let commit = Commit {
            reads: ReadSet::default(),
            writes,
            token: CommitToken::from_u128(1),
        };
        store.snapshot().await?.commit(commit).await?;
        let keep = |line: &str| {
            lines.push(line.to_owned());
            Ok::<_, StoreError>(())
        };
        dump(&*store.snapshot().await?, keep, &|_| {}).await
    })
    .unwrap();
    lines
}

fn load(program: &Program) -> Child {
    program
        .command(&["--store", "redb:new.redb", "store", "load", "large.jsonl"])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

#[test]
fn a_killed_load_goes_on_and_no_other_command_opens_its_store() {
    let program = Program::new();
    let text = large(&program).join("\n") + "\n";
    program.file("large.jsonl", &text);
    let new = |args: &[&str]| program.run(&[&["--store", "redb:new.redb"], args].concat());
    assert_eq!(new(&["init"]).code, 0);
    let path = program.path("new.redb");
    let mut kills = 0;
    for _ in 0..3 {
        // As soon as the file grows by more than opening takes, the first entries of this load are
        // on their way to it, and others are to follow.
        let before = fs::metadata(&path).unwrap().len().max(4 << 20);
        let mut child = load(&program);
        let ended = loop {
            if let Some(ended) = child.try_wait().unwrap() {
                break Some(ended);
            }
            if fs::metadata(&path).unwrap().len() > before {
                break None;
            }
            thread::yield_now();
        };
        if let Some(ended) = ended {
            // It had room in the file for all the rest.
            assert!(ended.success());
            break;
        }
        child.kill().unwrap();
        child.wait().unwrap();
        kills += 1;
        for args in [
            &["store", "stats"][..],
            &["scope", "list"],
            &["store", "check"],
        ] {
            let refused = new(args);
            assert_eq!(refused.code, 3, "{args:?}: {}", refused.out);
            let what = "a load was begun and not finished";
            assert!(refused.err.contains(what), "{}", refused.err);
        }
        let other = program.ok(&["store", "dump", "-o", "small.jsonl"]);
        assert!(other.err.contains("the dump is in"), "{}", other.err);
        let refused = new(&["store", "load", "small.jsonl"]);
        assert_eq!(refused.code, 1, "{}", refused.err);
        assert!(
            refused.err.contains("load that one again"),
            "{}",
            refused.err
        );
    }
    assert!(kills > 0);
    let ended = new(&["store", "load", "large.jsonl"]);
    if ended.code == 0 {
        assert!(
            ended.err.contains("a load was begun before"),
            "{}",
            ended.err
        );
    } else {
        // The last round came to its end.
        assert!(
            kills < 3 && ended.err.contains("already holds"),
            "{}",
            ended.err
        );
    }
    assert_eq!(new(&["store", "dump", "-o", "again.jsonl"]).code, 0);
    assert!(fs::read_to_string(program.path("again.jsonl")).unwrap() == text);
}

#[test]
fn a_killed_dump_leaves_no_file_of_its_name() {
    let program = Program::new();
    let text = large(&program).join("\n") + "\n";
    program.file("large.jsonl", &text);
    program.file("out.jsonl", "an older dump\n");
    let new = |args: &[&str]| program.run(&[&["--store", "redb:new.redb"], args].concat());
    assert_eq!(new(&["init"]).code, 0);
    assert_eq!(new(&["store", "load", "large.jsonl"]).code, 0);
    let args = [
        "--store",
        "redb:new.redb",
        "store",
        "dump",
        "-o",
        "out.jsonl",
    ];
    let mut child = program
        .command(&args)
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let part = program.path(&format!(".out.jsonl.{}.part", child.id()));
    while fs::metadata(&part).map_or(0, |part| part.len()) == 0 {
        assert!(child.try_wait().unwrap().is_none(), "it was too fast");
        thread::yield_now();
    }
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(
        fs::read_to_string(program.path("out.jsonl")).unwrap(),
        "an older dump\n"
    );
    assert_eq!(new(&["store", "dump", "-o", "out.jsonl"]).code, 0);
    assert!(fs::read_to_string(program.path("out.jsonl")).unwrap() == text);
}
