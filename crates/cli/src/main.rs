//! The `atlas` command: arguments in, calls of the facade, answers out.
//!
//! It holds nothing that an embedder would miss: every command is a call of `cloud_atlas` with its
//! answer printed as a table or as JSON.
#![expect(
    clippy::disallowed_methods,
    reason = "an edge of the house: the command reads and writes the files that its arguments name"
)]

mod args;
mod commands;
mod exit;
mod files;
mod pages;
mod print;
mod progress;

use std::{
    panic::{catch_unwind, set_hook, take_hook},
    process::ExitCode,
};

fn main() -> ExitCode {
    // The engine panics on many damaged files. The store makes errors of those panics, and the
    // errors are what is said.
    let usual = take_hook();
    set_hook(Box::new(move |panic| {
        let is_engine = |file: &str| file.contains("/redb-") || file.contains("\\redb-");
        if !panic.location().is_some_and(|at| is_engine(at.file())) {
            usual(panic);
        }
    }));
    catch_unwind(commands::main).map_or_else(|_| exit::stopped(), exit::code)
}
