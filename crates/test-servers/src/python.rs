//! Packages of Python that servers are made of.

use crate::{ServerError, account, programs};
use std::{
    path::{Path, PathBuf},
    process::Command,
};

/// The server that speaks S3, with what it needs to serve.
pub(crate) const MOTO: &str = "moto[s3]==5.2.1";
/// What serves.
const FLASK: [&str; 2] = ["flask==3.1.3", "flask-cors==6.0.2"];
/// Clients of EC2 that are held against our server.
const CLIENTS: [&str; 2] = ["awscli==1.46.3", "apache-libcloud==3.9.1"];
/// Another one, in a version that goes with that of awscli.
const BOTO3: &str = "boto3==1.44.5";
/// What tells that all of it is there, in the versions that are known to do what tests rely on.
const CHECK: &str = "import awscli, boto3, flask, flask_cors, libcloud, moto.s3.responses, moto.server; \
                     assert moto.__version__ == '5.2.1'; \
                     assert awscli.__version__ == '1.46.3' and boto3.__version__ == '1.44.5'; \
                     assert libcloud.__version__ == '3.9.1'";

/// The Python to run, and where it finds the packages: nowhere special, or in a folder of ours.
pub(crate) fn moto() -> Result<(PathBuf, PathBuf), ServerError> {
    let python = programs::find("python3", "python3")?;
    let folder = folder();
    if finds(&python, &folder) {
        return Ok((python, folder));
    }
    Err(ServerError::MissingPackage { package: MOTO })
}

/// Python, where it finds the packages: moto, boto3, botocore and libcloud, as programs use them. The
/// command of AWS is `-m awscli`.
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
        .args([MOTO, BOTO3])
        .args(FLASK)
        .args(CLIENTS);
    account::text(&mut pip, "pip")?;
    moto().map(|_| true)
}

fn finds(python: &Path, folder: &Path) -> bool {
    let mut check = Command::new(python);
    check.args(["-c", CHECK]).env("PYTHONPATH", folder);
    account::output(&mut check, "python3").is_ok_and(|ran| ran.status.success())
}

fn folder() -> PathBuf {
    programs::target().join("python-packages")
}
