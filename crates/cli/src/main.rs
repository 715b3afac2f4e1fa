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
mod print;
mod progress;

fn main() -> std::process::ExitCode {
    exit::code(commands::main())
}
