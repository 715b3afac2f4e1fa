//! Scripts that start servers themselves, as a person would.

use crate::{ServerError, account, programs};
use std::{
    path::{Path, PathBuf},
    process::Output,
};

/// Runs a script with `sh -e` as the account that may run servers, in a new folder that goes away
/// afterwards. Programs of PostgreSQL are in its `PATH`, and so are copies of the given ones.
///
/// # Errors
///
/// A program is not there, or cannot be copied or started. How the script ends is an answer.
pub fn run_script(script: &str, programs: &[&Path]) -> Result<Output, ServerError> {
    const SHELL: &str = r#"
folder=$1; servers=$2; shift 2
cd "$folder"
export HOME="$folder" PATH="$folder/programs:$servers:$PATH"
sh -e -x -c "$1"
"#;
    let folder = account::new_folder("atlas-script")?;
    let outcome = copy(&folder, programs).and_then(|()| {
        let mut shell = account::command("sh")?;
        shell
            .args(["-e", "-c", SHELL, "sh"])
            .arg(&folder)
            .arg(programs::postgres()?)
            .arg(script);
        account::output(&mut shell, "sh")
    });
    let mut remove = account::command("rm")?;
    account::text(remove.arg("-rf").arg(&folder), "rm")?;
    outcome
}

/// Copies programs to where the account can run them, wherever they are.
fn copy(folder: &Path, programs: &[&Path]) -> Result<(), ServerError> {
    let target: PathBuf = folder.join("programs");
    let mut mkdir = account::command("mkdir")?;
    account::text(mkdir.arg(&target), "mkdir")?;
    for program in programs {
        let failed = |source| ServerError::Io {
            program: program.display().to_string(),
            source,
        };
        let file = std::fs::File::open(program).map_err(failed)?;
        let mut copy = account::command("sh")?;
        copy.args(["-c", "cat >\"$1\" && chmod 755 \"$1\"", "sh"])
            .arg(target.join(program.file_name().unwrap_or_default()))
            .stdin(file);
        account::text(&mut copy, "sh")?;
    }
    Ok(())
}
