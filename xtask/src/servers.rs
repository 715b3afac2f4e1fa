//! `cargo xtask servers`: the programs that tests run, database servers first of all.

use std::process::Command;

use crate::{Outcome, cargo};

/// Looks for every program that tests need, and installs what has those that are not there: packages of
/// Debian, of Python and of node.
pub(crate) fn run() -> Outcome {
    debian()?;
    if atlas_test_servers::install_python_packages()? {
        println!("xtask servers: installed the packages of Python that tests need");
    }
    if atlas_test_servers::install_node_packages()? {
        println!("xtask servers: installed the packages of node that tests need");
    }
    Ok(())
}

/// Installs the Debian packages.
fn debian() -> Outcome {
    let missing = atlas_test_servers::missing_packages();
    if missing.is_empty() {
        println!("xtask servers: ok. every program is installed");
        return Ok(());
    }
    let root = Command::new("id").arg("-u").output()?;
    if root.stdout.trim_ascii() != b"0" {
        return Err(by_hand(&missing).into());
    }
    // The lists of a fresh machine are empty, and those of an old one name versions that are gone.
    let _ = apt(&["update", "-q"]);
    let mut missing = missing;
    // A package may take the place of another that is needed, of a version that does not go with it:
    // then that one is installed once more.
    for _ in 0..ROUNDS {
        println!("xtask servers: installing {}", missing.join(", "));
        let mut install = vec!["install", "-q", "-y", "--no-install-recommends"];
        install.extend(&missing);
        apt(&install).map_err(|error| format!("{error}; {}", by_hand(&missing)))?;
        missing = atlas_test_servers::missing_packages();
        if missing.is_empty() {
            return Ok(());
        }
    }
    Err(by_hand(&missing).into())
}

/// How often packages are installed, at most.
const ROUNDS: usize = 2;

fn by_hand(missing: &[&str]) -> String {
    let names = missing.join(" ");
    format!(
        "tests need the Debian packages {names}: `apt-get install {names}`, or their programs in PATH"
    )
}

fn apt(arguments: &[&str]) -> Outcome {
    let mut command = Command::new("apt-get");
    command
        .args(arguments)
        .env("DEBIAN_FRONTEND", "noninteractive");
    cargo::run(&mut command, "`apt-get`")
}
