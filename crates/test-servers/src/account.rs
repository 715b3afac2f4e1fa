//! The account that runs servers.

use crate::ServerError;
use std::{
    ffi::OsStr,
    path::PathBuf,
    process::{Command, Output},
};

/// The account of the system packages.
const SERVER_ACCOUNT: &str = "postgres";

/// A command of the account that may run servers: our own, or `postgres` where we are root.
pub(crate) fn command(program: impl AsRef<OsStr>) -> Result<Command, ServerError> {
    let me = text(Command::new("id").arg("-u"), "id")?;
    if me != "0" {
        return Ok(Command::new(program));
    }
    let mut command = Command::new("setpriv");
    command
        .args(["--reuid", SERVER_ACCOUNT, "--regid", SERVER_ACCOUNT])
        .args(["--clear-groups", "--reset-env", "--"])
        .arg(program);
    Ok(command)
}

/// What a command prints, once it has ended well.
pub(crate) fn text(command: &mut Command, program: &str) -> Result<String, ServerError> {
    let output = output(command, program)?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned());
    }
    Err(ServerError::Failed {
        program: program.to_owned(),
        said: String::from_utf8_lossy(&output.stderr).trim().to_owned(),
    })
}

pub(crate) fn output(command: &mut Command, program: &str) -> Result<Output, ServerError> {
    // Servers warn about a folder that they may not enter.
    let output = command.current_dir("/").output();
    output.map_err(|source| ServerError::Io {
        program: program.to_owned(),
        source,
    })
}

/// An empty folder of the account that runs servers.
pub(crate) fn new_folder(name: &str) -> Result<PathBuf, ServerError> {
    let mut mktemp = command("mktemp")?;
    let made = text(
        mktemp.args(["-d", "-t", &format!("{name}-XXXXXX")]),
        "mktemp",
    )?;
    Ok(PathBuf::from(made))
}
