//! The second build: what needs `protoc`, in a target folder of its own.
//!
//! It has other features than the first build, and so would build half of everything again in the
//! same folder.

use std::process::Command;

use crate::{Outcome, cargo};

/// The engine itself, and how the command is built with it alone.
const ENGINE: [&str; 1] = ["--package=atlas-store-etcd"];
const COMMAND: [&str; 3] = [
    "--package=atlas-cli",
    "--no-default-features",
    "--features=etcd",
];

/// Runs the tests of the engine, and those of the command that are about it.
pub(crate) fn test() -> Outcome {
    cargo::run(
        cargo(&["test", "--no-fail-fast"])?.args(ENGINE),
        "`cargo test` of the etcd engine",
    )?;
    cargo::run(
        cargo(&["test"])?
            .args(COMMAND)
            .args(["--test=it", "etcd::"]),
        "`cargo test` of the command with etcd",
    )
}

/// Builds the benches of the engine.
pub(crate) fn benches() -> Result<Vec<cargo::Program>, Box<dyn std::error::Error>> {
    let mut command = cargo(&["bench", "--no-run"])?;
    command.args(ENGINE);
    cargo::build_with(command, "bench")
}

/// A cargo command with that target folder.
fn cargo(arguments: &[&str]) -> Result<Command, Box<dyn std::error::Error>> {
    let mut command = cargo::cargo(arguments);
    command
        .arg("--target-dir")
        .arg(cargo::target()?.join("etcd"));
    Ok(command)
}
