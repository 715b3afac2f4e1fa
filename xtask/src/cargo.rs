//! Cargo as a child process: run it, and read the programs that it built.

use std::{
    ffi::OsStr,
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use serde_json::Value;

/// A program that cargo built, with the target it comes from.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Program {
    pub(crate) target: String,
    pub(crate) path: PathBuf,
}

/// The folder that holds the workspace's manifest.
pub(crate) fn root() -> &'static Path {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here)
}

/// A cargo command at the root of the workspace.
pub(crate) fn cargo(arguments: &[&str]) -> Command {
    let mut command = Command::new("cargo");
    command.args(arguments).current_dir(root());
    command
}

/// Runs a command that talks to the terminal itself.
pub(crate) fn run(command: &mut Command, what: &str) -> crate::Outcome {
    let status = command
        .status()
        .map_err(|error| format!("{what} did not start: {error}"))?;
    if status.success() {
        Ok(())
    } else {
        Err(format!("{what} failed ({status})").into())
    }
}

/// Builds what `arguments` ask for; returns the programs of the targets of `kind`, sorted by name.
pub(crate) fn build(
    arguments: &[&str],
    kind: &str,
) -> Result<Vec<Program>, Box<dyn std::error::Error>> {
    build_with(cargo(arguments), kind)
}

/// Like [`build`], with a command that is there already.
pub(crate) fn build_with(
    mut command: Command,
    kind: &str,
) -> Result<Vec<Program>, Box<dyn std::error::Error>> {
    let arguments: Vec<_> = command.get_args().map(OsStr::to_string_lossy).collect();
    let what = format!("`cargo {}`", arguments.join(" "));
    let mut child = command
        .arg("--message-format=json-render-diagnostics")
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|error| format!("{what} did not start: {error}"))?;
    let mut programs = Vec::new();
    if let Some(output) = child.stdout.take() {
        for line in BufReader::new(output).lines() {
            programs.extend(program(&serde_json::from_str(&line?)?, kind));
        }
    }
    let status = child.wait()?;
    if !status.success() {
        return Err(format!("{what} failed ({status})").into());
    }
    programs.sort();
    Ok(programs)
}

/// The program that one of cargo's messages announces, if it is of that kind.
fn program(message: &Value, kind: &str) -> Option<Program> {
    let target = message.get("target")?;
    let kinds = target.get("kind")?.as_array()?;
    if !kinds.iter().any(|given| given == kind) {
        return None;
    }
    Some(Program {
        target: target.get("name")?.as_str()?.to_owned(),
        path: PathBuf::from(message.get("executable")?.as_str()?),
    })
}

/// The names of all targets of one kind in the workspace, sorted; all packages or a single one.
pub(crate) fn targets(
    kind: &str,
    package: Option<&str>,
) -> Result<Vec<String>, Box<dyn std::error::Error>> {
    let metadata = metadata()?;
    let mut names: Vec<String> = list(&metadata, "packages")
        .filter(|found| package.is_none_or(|wanted| found.get("name") == Some(&wanted.into())))
        .flat_map(|found| list(found, "targets"))
        .filter(|target| list(target, "kind").any(|given| given == kind))
        .filter_map(|target| target.get("name")?.as_str().map(str::to_owned))
        .collect();
    names.sort();
    Ok(names)
}

/// The folder for what cargo builds.
pub(crate) fn target() -> Result<PathBuf, Box<dyn std::error::Error>> {
    let metadata = metadata()?;
    let target = metadata.get("target_directory").and_then(Value::as_str);
    Ok(PathBuf::from(
        target.ok_or("`cargo metadata` names no target folder")?,
    ))
}

fn metadata() -> Result<Value, Box<dyn std::error::Error>> {
    let output = cargo(&["metadata", "--no-deps", "--format-version", "1"])
        .stderr(Stdio::inherit())
        .output()?;
    if !output.status.success() {
        return Err("`cargo metadata` failed".into());
    }
    Ok(serde_json::from_slice(&output.stdout)?)
}

fn list<'a>(value: &'a Value, key: &str) -> impl Iterator<Item = &'a Value> {
    value
        .get(key)
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
}
