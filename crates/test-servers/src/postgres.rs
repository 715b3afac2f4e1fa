//! One PostgreSQL server.

use crate::{ServerError, account, programs, supervised::Supervised, until};
use core::{fmt::Write as _, time::Duration};
use std::{
    net::TcpListener,
    path::{Path, PathBuf},
    sync::{Mutex, OnceLock, PoisonError},
};

/// How long a server may take to answer, on a busy machine.
const PATIENCE: Duration = Duration::from_mins(3);
/// The password, with what has to be escaped in a URL.
const PASSWORD: &str = "p@ss/word:1";
const PASSWORD_IN_URL: &str = "p%40ss%2Fword%3A1";

/// One PostgreSQL server: a cluster of its own with the database `postgres`, the account `atlas`
/// that may do everything, a password, and texts sorted as people do, so that byte order has to be
/// asked for. Flushes are real.
#[derive(Debug)]
pub struct Postgres {
    server: Supervised,
    folder: PathBuf,
    port: u16,
}

impl Postgres {
    /// Starts a server.
    ///
    /// # Errors
    ///
    /// The programs are not there, or fail.
    pub fn start() -> Result<Self, ServerError> {
        Self::start_with(&[])
    }

    /// Starts a server with settings, each `name=value` as in its configuration file.
    ///
    /// # Errors
    ///
    /// As there.
    pub fn start_with(settings: &[&str]) -> Result<Self, ServerError> {
        Self::serve(Self::init()?, settings)
    }

    /// Starts a server that speaks TLS, with a certificate and its key as PEM texts.
    ///
    /// # Errors
    ///
    /// As there.
    pub fn start_with_tls(certificate: &str, key: &str) -> Result<Self, ServerError> {
        let folder = Self::init()?;
        let [certificate_file, key_file] =
            ["server.pem", "server.key"].map(|name| folder.join(name));
        write(&certificate_file, certificate)?;
        write(&key_file, key)?;
        let settings = [
            "ssl=on".to_owned(),
            format!("ssl_cert_file={}", certificate_file.display()),
            format!("ssl_key_file={}", key_file.display()),
        ];
        Self::serve(folder, &settings.each_ref().map(|setting| &**setting))
    }

    /// A folder with the data of a new server.
    fn init() -> Result<PathBuf, ServerError> {
        let folder = new_folder()?;
        let password = folder.join("password");
        write(&password, PASSWORD)?;
        let mut initdb = account::command(programs::postgres()?.join("initdb"))?;
        initdb
            .args(["--no-sync", "-A", "scram-sha-256", "-U", "atlas"])
            .args(["-E", "UTF8", "--locale=C.UTF-8"])
            .args(["--locale-provider=icu", "--icu-locale=en-US"])
            .arg("--pwfile")
            .arg(&password)
            .arg("-D")
            .arg(folder.join("data"));
        account::text(&mut initdb, "initdb")?;
        Ok(folder)
    }

    /// The server that all tests of this process share. It stops with the process.
    ///
    /// # Errors
    ///
    /// As for [`Postgres::start`]; the next call tries again.
    pub fn shared() -> Result<&'static Self, ServerError> {
        static SHARED: OnceLock<Postgres> = OnceLock::new();
        static STARTING: Mutex<()> = Mutex::new(());
        let _starting = STARTING.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(server) = SHARED.get() {
            return Ok(server);
        }
        let server = Self::start_with(&["max_connections=400"])?;
        Ok(SHARED.get_or_init(|| server))
    }

    /// Serves the folder `data` of a folder, on a free port.
    pub(crate) fn serve(folder: PathBuf, settings: &[&str]) -> Result<Self, ServerError> {
        let program = programs::postgres()?.join("postgres");
        let log = folder.join("log");
        let port = free_port()?;
        let mut arguments = vec!["-D".to_owned(), folder.join("data").display().to_string()];
        let own = [
            format!("port={port}"),
            "listen_addresses=127.0.0.1".to_owned(),
            format!("unix_socket_directories={}", folder.display()),
            "max_wal_size=4GB".to_owned(),
        ];
        let given = settings.iter().map(|setting| (*setting).to_owned());
        for setting in own.into_iter().chain(given) {
            arguments.extend(["-c".to_owned(), setting]);
        }
        let server = Self {
            server: Supervised::start(&program, &arguments, &log, &folder)?,
            folder,
            port,
        };
        if until(PATIENCE, || server.is_ready()) {
            return Ok(server);
        }
        Err(ServerError::Silent { log })
    }

    fn is_ready(&self) -> bool {
        self.query("SELECT 1").is_ok()
    }

    /// Where it is, with the account and its password: `postgres://…/postgres`.
    pub fn url(&self) -> String {
        format!("postgres://{}/postgres", self.authority())
    }

    /// The part of [`Postgres::url`] between the slashes.
    pub fn authority(&self) -> String {
        format!("atlas:{PASSWORD_IN_URL}@127.0.0.1:{}", self.port)
    }

    /// Its port.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The password in [`Postgres::url`], as it is before it is escaped.
    pub fn password(&self) -> &'static str {
        PASSWORD
    }

    /// The folder with its data, its log and its socket.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// What it has written to its log so far.
    ///
    /// # Errors
    ///
    /// The file cannot be read.
    pub fn log(&self) -> Result<String, ServerError> {
        let log = std::fs::read(self.folder.join("log")).map_err(|source| ServerError::Io {
            program: "postgres".to_owned(),
            source,
        })?;
        Ok(String::from_utf8_lossy(&log).into_owned())
    }

    /// Runs SQL with `psql`, as its own client would; returns the rows, columns parted by `|`.
    ///
    /// # Errors
    ///
    /// What `psql` says.
    pub fn query(&self, sql: &str) -> Result<String, ServerError> {
        let mut psql = account::command(programs::postgres()?.join("psql"))?;
        psql.args(["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1"]);
        psql.arg("-d")
            .arg(self.connection("psql"))
            .args(["-c", sql]);
        account::text(&mut psql, "psql")
    }

    /// Stops the server as if the machine had lost it: `kill -9`, nothing is finished. Its folder
    /// stays until the value is dropped.
    ///
    /// # Errors
    ///
    /// It is gone already.
    pub fn kill(&self) -> Result<(), ServerError> {
        self.server.signal("KILL")
    }

    /// Starts the server again on what it has left, once it was killed.
    ///
    /// # Errors
    ///
    /// It does not answer.
    pub fn start_again(&self) -> Result<(), ServerError> {
        /// What it says while a process of the one before is still there.
        const TOO_SOON: &str = "is still in use";
        let refusals = || self.log().map(|log| log.matches(TOO_SOON).count());
        loop {
            let before = refusals()?;
            self.server.start_again()?;
            let mut is_ready = false;
            let told = || {
                is_ready = self.is_ready();
                is_ready || refusals().is_ok_and(|refusals| refusals > before)
            };
            if !until(PATIENCE, told) {
                let log = self.folder.join("log");
                return Err(ServerError::Silent { log });
            }
            if is_ready {
                return Ok(());
            }
        }
    }

    /// The connection as libpq's programs take it.
    pub(crate) fn connection(&self, name: &str) -> String {
        let mut text = String::new();
        // Writing to a text does not fail.
        let _ = write!(
            text,
            "host=127.0.0.1 port={} user=atlas password='{PASSWORD}' dbname=postgres \
             connect_timeout=10 application_name={name}",
            self.port
        );
        text
    }
}

/// Writes a file that only the account that runs servers may read.
pub(crate) fn write(file: &Path, text: &str) -> Result<(), ServerError> {
    let mut write = account::command("sh")?;
    write.args(["-c", "umask 077; printf %s \"$1\" >\"$2\"", "sh", text]);
    account::text(write.arg(file), "sh").map(drop)
}

/// An empty folder for a server.
pub(crate) fn new_folder() -> Result<PathBuf, ServerError> {
    account::new_folder("atlas-postgres")
}

/// A port of 127.0.0.1 that nobody has just now.
///
/// # Errors
///
/// The system gives none.
pub fn free_port() -> Result<u16, ServerError> {
    let port = || TcpListener::bind(("127.0.0.1", 0))?.local_addr();
    match port() {
        Ok(address) => Ok(address.port()),
        Err(source) => Err(ServerError::Io {
            program: "postgres".to_owned(),
            source,
        }),
    }
}
