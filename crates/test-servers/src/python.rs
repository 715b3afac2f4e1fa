//! Packages of Python that servers are made of.

use crate::{ServerError, account, programs};
use std::{
    env,
    path::{Path, PathBuf},
    process::Command,
};

/// The server that speaks S3, with what it needs to serve.
pub(crate) const MOTO: &str = "moto[s3]==5.2.1";
/// What serves.
const FLASK: [&str; 2] = ["flask==3.1.3", "flask-cors==6.0.2"];
/// What tells that all of it is there, in the version that is known to do what tests rely on.
const CHECK: &str = "import flask, flask_cors, moto.s3.responses, moto.server; \
                     assert moto.__version__ == '5.2.1'";

/// The Python to run, and where it finds the packages: nowhere special, or in a folder of ours.
pub(crate) fn moto() -> Result<(PathBuf, PathBuf), ServerError> {
    let python = programs::find("python3", "python3")?;
    let folder = folder();
    if finds(&python, &folder) {
        return Ok((python, folder));
    }
    Err(ServerError::MissingPackage { package: MOTO })
}

/// Python, where it finds the packages: moto, and with it boto3 and botocore, by which clients of AWS
/// sign and parse.
///
/// # Errors
///
/// Python or a package is not there.
pub fn python_with_packages() -> Result<Command, ServerError> {
    let (python, folder) = moto()?;
    let mut command = Command::new(python);
    command.env("PYTHONPATH", folder);
    Ok(command)
}

/// Installs the packages of Python that tests need and that are not here, into a folder beside what
/// cargo builds: says whether it did.
///
/// # Errors
///
/// There is no Python, or pip fails.
pub fn install_python_packages() -> Result<bool, ServerError> {
    if moto().is_ok() {
        return Ok(false);
    }
    let python = programs::find("python3", "python3")?;
    let mut pip = Command::new(&python);
    pip.args(["-m", "pip", "install", "--quiet", "--upgrade"])
        .args(["--disable-pip-version-check", "--target"])
        .arg(folder())
        .arg(MOTO)
        .args(FLASK);
    account::text(&mut pip, "pip")?;
    moto().map(|_| true)
}

fn finds(python: &Path, folder: &Path) -> bool {
    let mut check = Command::new(python);
    check.args(["-c", CHECK]).env("PYTHONPATH", folder);
    account::output(&mut check, "python3").is_ok_and(|ran| ran.status.success())
}

/// Where the packages go: into the target folder, as all that tests make.
fn folder() -> PathBuf {
    let target = env::var_os("CARGO_TARGET_DIR").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target"),
        PathBuf::from,
    );
    target.join("python-moto-5.2.1")
}
