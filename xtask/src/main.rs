//! The one glue of the house: `cargo xtask test`, `cargo xtask bench`, `cargo xtask servers`.
//!
//! It starts cargo and the programs that cargo built, and reads what they print. What the tests and
//! the benches mean is theirs alone; the rules of the house itself are tests in `tests/it`.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "this program talks to whoever runs it"
)]

mod apart;
mod bench;
mod cargo;
mod servers;
mod table;
mod test;

use std::process::ExitCode;

/// What a task ends in; the error is printed as it is.
type Outcome = Result<(), Box<dyn std::error::Error>>;

const USAGE: &str = "\
usage: cargo xtask <task>

  test                      every test, every doc test, every example
  servers                   finds or installs the programs that tests run, servers first of all; `test` does it first
  bench [--quick] [--json]  every claim beside its peer; exit 1 if one is not met
          --quick           fewer and shorter rounds
          --json            the claims as JSON lines instead of a table";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let outcome = match words.as_slice() {
        ["test"] => test::run(),
        ["servers"] => servers::run(),
        ["bench", flags @ ..] => match bench::Options::parse(flags) {
            Some(options) => bench::run(options),
            None => return usage(),
        },
        ["help" | "--help" | "-h"] => {
            println!("{USAGE}");
            Ok(())
        }
        _ => return usage(),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("xtask: {error}");
            ExitCode::FAILURE
        }
    }
}

fn usage() -> ExitCode {
    eprintln!("{USAGE}");
    ExitCode::from(2)
}
