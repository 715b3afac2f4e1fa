//! The guides say what to type, and it works.

use crate::program::Program;
use std::{
    path::Path,
    process::{Command, Stdio},
};

#[test]
fn the_commands_in_the_guide_to_storage_work_as_they_stand() {
    let guide = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/guide/storage.md");
    let guide = std::fs::read_to_string(guide).unwrap();
    let commands: String = guide
        .split("```console\n")
        .skip(1)
        .filter_map(|block| block.split("```").next())
        .collect();
    // A command in another kind of block would be read and never run.
    let lines = |text: &str| {
        text.lines()
            .filter(|line| line.starts_with("atlas "))
            .count()
    };
    assert_eq!(lines(&guide), lines(&commands));
    assert!(lines(&commands) > 10);

    let program = Program::bare();
    // The document that the guide imports.
    let release = std::fs::read(&crate::program::releases()[0]).unwrap();
    program.file("release.json", release);
    let folder = Path::new(env!("CARGO_BIN_EXE_atlas")).parent().unwrap();
    let ran = Command::new("sh")
        .args(["-e", "-x", "-c", &commands])
        .env_clear()
        .env("PATH", format!("{}:/usr/bin:/bin", folder.display()))
        .current_dir(program.path(""))
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let (out, err) = (
        String::from_utf8(ran.stdout).unwrap(),
        String::from_utf8(ran.stderr).unwrap(),
    );
    assert!(ran.status.success(), "{out}{err}");
    // The store, its copy, the restored one, also in the place of the first; with what there was.
    assert_eq!(out.matches("all is well").count(), 4, "{out}");
    assert_eq!(out.matches("web").count(), 3, "{out}");
}

#[test]
fn options_that_are_not_understood_are_a_wrong_use() {
    let program = Program::new();
    let before = std::fs::read(program.path("a.redb")).unwrap();
    for command in [&["init"][..], &["scope", "list"]] {
        let args = [&["--store", "redb:a.redb?cache=64"], command].concat();
        let ran = program.run(&args);
        assert_eq!((ran.code, ran.out.as_str()), (2, ""));
        assert!(ran.err.contains("such as `cache=64MiB`"), "{}", ran.err);
    }
    assert!(std::fs::read(program.path("a.redb")).unwrap() == before);
    program.ok(&["--store", "redb:a.redb?cache=64MiB", "scope", "list"]);
}
