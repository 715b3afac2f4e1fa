//! The guide to etcd says what to type, and it works. Built with the feature `etcd` only.

use crate::{
    guides::{commands, count, guide},
    program::{Program, Ran},
};
use std::net::TcpListener;

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
    let commands = commands(&guide("etcd.md"));
    assert!(count(&commands) >= 10);
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
    let Ran { out, .. } = program.script(&format!("{stop}{commands}"));
    assert_eq!(out.matches("all is well").count(), 1, "{out}");
    // Told when it was made, and in the list.
    assert_eq!(out.matches("/globex").count(), 2, "{out}");
}
