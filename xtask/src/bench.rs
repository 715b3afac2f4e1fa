//! `cargo xtask bench`: runs every bench, collects its claims, judges none by itself.

use std::{
    path::Path,
    process::{Command, Stdio},
};

use serde_json::Value;

use crate::{Outcome, apart, cargo, table};

const PACKAGE: &str = "atlas-benches";

/// How to run and how to print.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct Options {
    quick: bool,
    json: bool,
}

impl Options {
    /// Reads the flags; `None` where one is unknown.
    pub(crate) fn parse(flags: &[&str]) -> Option<Self> {
        let mut options = Self::default();
        for flag in flags {
            match *flag {
                "--quick" => options.quick = true,
                "--json" => options.json = true,
                _ => return None,
            }
        }
        Some(options)
    }
}

/// Runs all benches; an error names the claims that are not met.
pub(crate) fn run(options: Options) -> Outcome {
    if cargo::targets("bench", Some(PACKAGE))?.is_empty() {
        return Err(format!("package `{PACKAGE}` has no bench yet").into());
    }
    // The command is measured as people run it.
    let built = cargo::build(&["build", "--release", "--package", "atlas-cli"], "bin")?;
    let command = built
        .first()
        .ok_or("package `atlas-cli` builds no command")?;
    let mut claims = Vec::new();
    let mut benches = cargo::build(&["bench", "--package", PACKAGE, "--no-run"], "bench")?;
    crate::servers::run()?;
    benches.extend(apart::benches()?);
    for bench in benches {
        eprintln!("bench {}", bench.target);
        let found = measure(&bench, &command.path, options)?;
        if options.json {
            for claim in &found {
                println!("{claim}");
            }
        }
        claims.extend(found);
    }
    if !options.json {
        print!("{}", table::of_claims(&claims));
    }
    let missed: Vec<&str> = claims
        .iter()
        .filter(|claim| claim.get("met") != Some(&Value::Bool(true)))
        .filter_map(|claim| claim.get("claim")?.as_str())
        .collect();
    if missed.is_empty() {
        eprintln!("xtask bench: ok. {} claims met", claims.len());
        Ok(())
    } else {
        Err(format!(
            "{} of {} claims not met: {}",
            missed.len(),
            claims.len(),
            missed.join("; ")
        )
        .into())
    }
}

/// The claims that one bench prints, a JSON object a line.
fn measure(
    bench: &cargo::Program,
    command_path: &Path,
    options: Options,
) -> Result<Vec<Value>, Box<dyn std::error::Error>> {
    let mut command = Command::new(&bench.path);
    command
        .arg("--bench")
        .args(options.quick.then_some("--quick"))
        .env("ATLAS_COMMAND", command_path)
        .current_dir(cargo::root());
    let output = command.stderr(Stdio::inherit()).output()?;
    if !output.status.success() {
        return Err(format!("bench `{}` failed ({})", bench.target, output.status).into());
    }
    let mut claims = Vec::new();
    for line in String::from_utf8(output.stdout)?
        .lines()
        .filter(|line| line.starts_with('{'))
    {
        let claim: Value = serde_json::from_str(line)
            .map_err(|error| format!("bench `{}` printed no claim: {error}", bench.target))?;
        for key in ["claim", "ours", "peer", "ratio", "goal", "met"] {
            if claim.get(key).is_none() {
                return Err(format!("bench `{}`: a claim lacks `{key}`", bench.target).into());
            }
        }
        claims.push(claim);
    }
    if claims.is_empty() {
        return Err(format!("bench `{}` printed no claim", bench.target).into());
    }
    Ok(claims)
}
