//! Packages of node that are held against our servers.

use crate::{ServerError, account, programs};
use std::{
    path::{Path, PathBuf},
    process::Command,
};

/// The client of EC2 for JavaScript.
const CLIENT: &str = "@aws-sdk/client-ec2@3.1169.0";

/// Node, told by `NODE_PATH` where it finds the client of EC2 (`require`).
///
/// # Errors
///
/// Node or the package is not there.
pub fn node_with_packages() -> Result<Command, ServerError> {
    let node = programs::find("node", "nodejs")?;
    let folder = folder();
    if !is_there(&folder) {
        return Err(ServerError::MissingModule { package: CLIENT });
    }
    let mut command = Command::new(node);
    command.env("NODE_PATH", folder.join("node_modules"));
    Ok(command)
}

/// Installs the packages of node that tests need and that are not here, into a folder beside what cargo
/// builds: says whether it did.
///
/// # Errors
///
/// There is no npm, or it fails.
pub fn install_node_packages() -> Result<bool, ServerError> {
    if node_with_packages().is_ok() {
        return Ok(false);
    }
    let mut npm = Command::new(programs::find("npm", "npm")?);
    npm.args(["install", "--silent", "--no-audit", "--no-fund", "--prefix"])
        .arg(folder())
        .arg(CLIENT);
    account::text(&mut npm, "npm")?;
    node_with_packages().map(|_| true)
}

fn is_there(folder: &Path) -> bool {
    let manifest = folder.join("node_modules/@aws-sdk/client-ec2/package.json");
    let version = CLIENT.rsplit('@').next().unwrap_or_default();
    std::fs::read_to_string(manifest).is_ok_and(|text| text.contains(version))
}

/// Where the packages go.
fn folder() -> PathBuf {
    programs::target().join("node-packages")
}
