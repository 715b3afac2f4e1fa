//! `cargo xtask test`: one build, one profile, one set of features, then everything that can fail.

use std::{collections::BTreeSet, process::Command};

use crate::{Outcome, apart, cargo, servers};

/// All default members, so that features are unified once: a narrower choice would build again.
const TEST: [&str; 2] = ["test", "--no-fail-fast"];

/// Sees to the servers, then runs all tests, all doc tests and all examples, and at last the tests of
/// what is built apart.
pub(crate) fn run() -> Outcome {
    servers::run()?;
    // `cargo test` builds the examples too; this first call only tells where they are.
    let examples = cargo::build(&["test", "--no-run"], "example")?;
    let built: BTreeSet<&str> = examples
        .iter()
        .map(|example| example.target.as_str())
        .collect();
    for declared in cargo::targets("example", None)? {
        if !built.contains(declared.as_str()) {
            return Err(format!(
                "example `{declared}` was not built: does it ask for a feature that is off?"
            )
            .into());
        }
    }
    cargo::run(&mut cargo::cargo(&TEST), "`cargo test`")?;
    for example in &examples {
        println!("\nexample {}", example.target);
        let what = format!("example `{}`", example.target);
        cargo::run(
            Command::new(&example.path).current_dir(cargo::root()),
            &what,
        )?;
    }
    apart::test()?;
    let names: Vec<&str> = built.into_iter().collect();
    println!(
        "\nxtask test: ok. all tests and doc tests passed; examples run: {} ({})",
        names.len(),
        names.join(", ")
    );
    Ok(())
}
