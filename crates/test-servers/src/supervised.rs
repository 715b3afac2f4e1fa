//! A server and the shell that stops it.

use crate::{ServerError, account};
use std::{
    io::{BufRead as _, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
};

/// Starts the server `$3…` with its log in `$1`, says its process id, waits until nobody holds the
/// other end of its input any more, stops the server at once and takes away the folder `$2`.
const SHELL: &str = r#"
log=$1; folder=$2; shift 2
"$@" >"$log" 2>&1 </dev/null &
server=$!
echo "$server"
exec >/dev/null
cat >/dev/null
kill -QUIT "$server" 2>/dev/null
wait "$server" 2>/dev/null
rm -rf "$folder"
"#;

/// A running server; dropping it stops the server and removes its folder.
#[derive(Debug)]
pub(crate) struct Supervised {
    shell: Child,
    server: u32,
}

impl Supervised {
    pub(crate) fn start(
        program: &Path,
        arguments: &[String],
        log: &Path,
        folder: &Path,
    ) -> Result<Self, ServerError> {
        let name = program.display().to_string();
        let io = |source| ServerError::Io {
            program: name.clone(),
            source,
        };
        let mut shell = account::command("sh")?
            .args(["-c", SHELL, "sh"])
            .args([log, folder, program])
            .args(arguments)
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(io)?;
        let mut line = String::new();
        if let Some(output) = shell.stdout.take() {
            BufReader::new(output).read_line(&mut line).map_err(io)?;
        }
        let server = line.trim().parse().map_err(|_| ServerError::Failed {
            program: name.clone(),
            said: "the shell beside it did not tell its process id".to_owned(),
        })?;
        Ok(Self { shell, server })
    }

    /// Sends a signal to the server: `KILL`, `STOP`, `CONT`.
    pub(crate) fn signal(&self, signal: &str) -> Result<(), ServerError> {
        let mut kill = Command::new("kill");
        let kill = kill.args(["-s", signal, &self.server.to_string()]);
        account::text(kill, "kill").map(drop)
    }
}

impl Drop for Supervised {
    fn drop(&mut self) {
        // Its input ends here, which is what the shell waits for.
        drop(self.shell.stdin.take());
        let _ = self.shell.wait();
    }
}
