//! A server and the shell that stops it.

use crate::{ServerError, account};
use std::{
    io::{self, BufRead as _, BufReader, Write as _},
    path::Path,
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
    sync::{Mutex, PoisonError},
};

/// Starts the server `$4…` with its log in `$1` and says its process id, and again for each line
/// that it reads, once the one before has ended. When nobody holds the other end of its input any
/// more, it stops the server with the signal `$3` and takes away the folder `$2`.
const SHELL: &str = r#"
log=$1; folder=$2; stop=$3; shift 3
start() {
    "$@" >>"$log" 2>&1 </dev/null &
    server=$!
    echo "$server"
}
start "$@"
while read -r line; do
    wait "$server" 2>/dev/null
    start "$@"
done
exec >/dev/null
kill -"$stop" "$server" 2>/dev/null
wait "$server" 2>/dev/null
rm -rf "$folder"
"#;

/// A running server; dropping it stops the server and removes its folder.
#[derive(Debug)]
pub(crate) struct Supervised {
    name: String,
    shell: Child,
    talk: Mutex<Talk>,
}

/// The ends of the shell's input and output, and what it said last.
#[derive(Debug)]
struct Talk {
    to: Option<ChildStdin>,
    from: Option<BufReader<ChildStdout>>,
    server: u32,
}

impl Supervised {
    pub(crate) fn start(
        program: &Path,
        arguments: &[String],
        log: &Path,
        folder: &Path,
    ) -> Result<Self, ServerError> {
        Self::start_by(
            account::command("sh")?,
            "QUIT",
            program,
            arguments,
            [log, folder],
        )
    }

    /// As [`start`](Self::start), with a shell of whoever the command is of, and a signal that stops the
    /// server: what a shell starts beside itself ignores `QUIT`, unless it sees to that itself.
    pub(crate) fn start_by(
        mut shell: Command,
        stop: &str,
        program: &Path,
        arguments: &[String],
        [log, folder]: [&Path; 2],
    ) -> Result<Self, ServerError> {
        let name = program.display().to_string();
        let mut shell = shell
            .args(["-c", SHELL, "sh"])
            .args([log, folder])
            .arg(stop)
            .arg(program)
            .args(arguments)
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|source| failed(&name, source))?;
        let mut talk = Talk {
            to: shell.stdin.take(),
            from: shell.stdout.take().map(BufReader::new),
            server: 0,
        };
        talk.hear(&name)?;
        Ok(Self {
            name,
            shell,
            talk: Mutex::new(talk),
        })
    }

    /// Starts the server again, with the same arguments, once it has ended; until then it waits.
    pub(crate) fn start_again(&self) -> Result<(), ServerError> {
        let mut talk = self.talk.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(to) = &mut talk.to {
            to.write_all(b"again\n")
                .map_err(|source| failed(&self.name, source))?;
        }
        talk.hear(&self.name)
    }

    /// Sends a signal to the server: `KILL`, `STOP`, `CONT`.
    pub(crate) fn signal(&self, signal: &str) -> Result<(), ServerError> {
        let server = self
            .talk
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .server;
        let mut kill = Command::new("kill");
        let kill = kill.args(["-s", signal, &server.to_string()]);
        account::text(kill, "kill").map(drop)
    }
}

impl Talk {
    /// Hears which process the server is.
    fn hear(&mut self, name: &str) -> Result<(), ServerError> {
        let mut line = String::new();
        if let Some(from) = &mut self.from {
            from.read_line(&mut line)
                .map_err(|source| failed(name, source))?;
        }
        self.server = line.trim().parse().map_err(|_| ServerError::Failed {
            program: name.to_owned(),
            said: "the shell beside it did not tell its process id".to_owned(),
        })?;
        Ok(())
    }
}

fn failed(name: &str, source: io::Error) -> ServerError {
    ServerError::Io {
        program: name.to_owned(),
        source,
    }
}

impl Drop for Supervised {
    fn drop(&mut self) {
        // Its input ends here, which is what the shell waits for.
        let talk = self.talk.get_mut();
        drop(talk.unwrap_or_else(PoisonError::into_inner).to.take());
        let _ = self.shell.wait();
    }
}
