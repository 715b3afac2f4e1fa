//! One server that speaks S3.

use crate::{ServerError, account, postgres::free_port, python, supervised::Supervised, until};
use core::time::Duration;
use std::{
    io::{Read as _, Write as _},
    net::TcpStream,
    path::{Path, PathBuf},
    process::Command,
    sync::{Mutex, OnceLock, PoisonError},
};

/// How long a server may take to answer, on a busy machine.
const PATIENCE: Duration = Duration::from_mins(3);
/// How often another port is tried, where somebody else took one meanwhile.
const ATTEMPTS: usize = 3;

/// One server that speaks S3: moto, which keeps all in memory, and believes every key. It honours
/// `If-None-Match: *`, by which a put fails where something is.
#[derive(Debug)]
pub struct S3 {
    _server: Supervised,
    folder: PathBuf,
    port: u16,
    scheme: &'static str,
}

impl S3 {
    /// Starts a server.
    ///
    /// # Errors
    ///
    /// Python or a package of it is not there, or the server fails.
    pub fn start() -> Result<Self, ServerError> {
        Self::start_with(None, None)
    }

    /// Starts a server that has images of EC2, as it is one for all services of AWS: a file of JSON with
    /// a list of objects, in the words of moto (`ami_id`, `name`, …). Each region has them.
    ///
    /// # Errors
    ///
    /// As there.
    pub fn start_with_images(file: &Path) -> Result<Self, ServerError> {
        Self::start_with(None, Some(file))
    }

    /// Starts a server that speaks TLS, with a certificate and its key as PEM texts.
    ///
    /// # Errors
    ///
    /// As there.
    pub fn start_with_tls(certificate: &str, key: &str) -> Result<Self, ServerError> {
        Self::start_with(Some([certificate, key]), None)
    }

    /// The server that all tests of this process share. It stops with the process.
    ///
    /// # Errors
    ///
    /// As for [`S3::start`]; the next call tries again.
    pub fn shared() -> Result<&'static Self, ServerError> {
        static SHARED: OnceLock<S3> = OnceLock::new();
        static STARTING: Mutex<()> = Mutex::new(());
        let _starting = STARTING.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(server) = SHARED.get() {
            return Ok(server);
        }
        let server = Self::start()?;
        Ok(SHARED.get_or_init(|| server))
    }

    fn start_with(tls: Option<[&str; 2]>, images: Option<&Path>) -> Result<Self, ServerError> {
        for _ in 1..ATTEMPTS {
            match Self::serve(tls, images) {
                Err(ServerError::Silent { .. }) => {}
                served => return served,
            }
        }
        Self::serve(tls, images)
    }

    fn serve(tls: Option<[&str; 2]>, images: Option<&Path>) -> Result<Self, ServerError> {
        let (python, packages) = python::moto()?;
        let mut mktemp = Command::new("mktemp");
        let mktemp = mktemp.args(["-d", "-t", "atlas-s3-XXXXXX"]);
        let folder = PathBuf::from(account::text(mktemp, "mktemp")?);
        let port = free_port()?;
        let mut arguments = ["-m", "moto.server", "-H", "127.0.0.1", "-p"]
            .map(str::to_owned)
            .to_vec();
        arguments.push(port.to_string());
        if let Some(texts) = tls {
            for ((flag, name), text) in [("-c", "server.pem"), ("-k", "server.key")]
                .iter()
                .zip(texts)
            {
                let file = folder.join(name);
                std::fs::write(&file, text).map_err(|source| ServerError::Io {
                    program: "moto".to_owned(),
                    source,
                })?;
                arguments.extend([(*flag).to_owned(), file.display().to_string()]);
            }
        }
        let mut shell = Command::new("sh");
        shell.env("PYTHONPATH", packages);
        if let Some(images) = images {
            shell.env("MOTO_AMIS_PATH", images);
        }
        let log = folder.join("log");
        let server = Self {
            _server: Supervised::start_by(shell, "KILL", &python, &arguments, [&log, &folder])?,
            folder,
            port,
            scheme: if tls.is_some() { "https" } else { "http" },
        };
        let answers = || TcpStream::connect(("127.0.0.1", port)).is_ok();
        if !until(PATIENCE, answers) {
            return Err(ServerError::Silent { log });
        }
        Ok(server)
    }

    /// Where it is, as clients take it.
    pub fn endpoint(&self) -> String {
        // A certificate may be for this name only.
        format!("{}://localhost:{}", self.scheme, self.port)
    }

    /// Its port on 127.0.0.1.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Makes a bucket.
    ///
    /// # Errors
    ///
    /// It speaks TLS, or does not take it.
    pub fn make_bucket(&self, name: &str) -> Result<(), ServerError> {
        let ask = || {
            let mut stream = TcpStream::connect(("127.0.0.1", self.port))?;
            write!(
                stream,
                "PUT /{name} HTTP/1.1\r\nHost: localhost:{}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
                self.port
            )?;
            let mut answer = String::new();
            stream.read_to_string(&mut answer)?;
            Ok(answer)
        };
        let answer: String = ask().map_err(|source| ServerError::Io {
            program: "moto".to_owned(),
            source,
        })?;
        let line = answer.lines().next().unwrap_or_default();
        if line.contains(" 200 ") {
            return Ok(());
        }
        Err(ServerError::Failed {
            program: "moto".to_owned(),
            said: format!("{line}; its log is {}", self.folder.join("log").display()),
        })
    }
}
