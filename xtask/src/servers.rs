//! `cargo xtask servers`: the database servers that tests run on.

use std::process::Command;

use crate::{Outcome, cargo};

/// Looks for every program that tests need, and installs the Debian packages of those that are not
/// there.
pub(crate) fn run() -> Outcome {
    let missing = atlas_test_servers::missing_packages();
    if missing.is_empty() {
        println!("xtask servers: ok. every server is installed");
        return Ok(());
    }
    println!("xtask servers: installing {}", missing.join(", "));
    let by_hand = format!(
        "tests need the Debian packages {0}: `apt-get install {0}`, or their programs in PATH",
        missing.join(" ")
    );
    let root = Command::new("id").arg("-u").output()?;
    if root.stdout.trim_ascii() != b"0" {
        return Err(by_hand.into());
    }
    // The lists of a fresh machine are empty, and those of an old one name versions that are gone.
    let _ = apt(&["update", "-q"]);
    let mut install = vec!["install", "-q", "-y", "--no-install-recommends"];
    install.extend(&missing);
    apt(&install).map_err(|error| format!("{error}; {by_hand}"))?;
    match atlas_test_servers::missing_packages().as_slice() {
        [] => Ok(()),
        _ => Err(by_hand.into()),
    }
}

fn apt(arguments: &[&str]) -> Outcome {
    let mut command = Command::new("apt-get");
    command
        .args(arguments)
        .env("DEBIAN_FRONTEND", "noninteractive");
    cargo::run(&mut command, "`apt-get`")
}
