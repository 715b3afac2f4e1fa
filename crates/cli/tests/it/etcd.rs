//! The guide to etcd says what to type, and it works. Built with the feature `etcd` only.

use crate::program::Program;
use std::{
    net::TcpListener,
    path::Path,
    process::{Command, Stdio},
};

/// The ports that the guide names, by how their numbers begin, and their members.
const PORTS: [&str; 2] = ["2379", "2380"];
const MEMBERS: [u16; 3] = [1, 2, 3];

/// The beginning of three free ports that end in the numbers of members.
fn free(taken: &[u16]) -> u16 {
    let is_free = |port: u16| TcpListener::bind(("127.0.0.1", port)).is_ok();
    let first = u16::try_from(std::process::id() % 1000).unwrap();
    (first..first + 1000)
        .map(|begin| begin % 1000 + 1200)
        .find(|begin| {
            !taken.contains(begin) && MEMBERS.iter().all(|member| is_free(begin * 10 + member))
        })
        .unwrap()
}

#[test]
fn the_commands_in_the_guide_to_etcd_work_as_they_stand() {
    let guide = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/guide/etcd.md");
    let guide = std::fs::read_to_string(guide).unwrap();
    let commands: String = guide
        .split("```console\n")
        .skip(1)
        .filter_map(|block| block.split("```").next())
        .collect();
    let lines = |text: &str| {
        let commands = text.lines().filter(|line| line.starts_with("atlas "));
        commands.count()
    };
    assert_eq!(lines(&guide), lines(&commands));
    assert!(lines(&commands) >= 10);
    // Somebody may use those ports: all that is changed.
    let mut taken = Vec::new();
    let mut commands = commands;
    for begin in PORTS {
        taken.push(free(&taken));
        commands = commands.replace(begin, &format!("port{}", taken.len()));
    }
    for (number, begin) in taken.iter().enumerate() {
        commands = commands.replace(&format!("port{}", number + 1), &begin.to_string());
    }
    // However it ends, what it started is stopped.
    let stop = "trap 'for file in etcd-*.pid; do kill -9 \"$(cat \"$file\")\"; done; wait' EXIT\n";
    let program = Program::bare();
    let folder = Path::new(env!("CARGO_BIN_EXE_atlas")).parent().unwrap();
    let ran = Command::new("sh")
        .args(["-e", "-x", "-c", &format!("{stop}{commands}")])
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
    assert_eq!(out.matches("all is well").count(), 1, "{out}");
    // Told when it was made, and in the list.
    assert_eq!(out.matches("/globex").count(), 2, "{out}");
}
