//! One etcd server, or three that are a cluster.

use crate::{ServerError, account, postgres::write, programs, supervised::Supervised, until};
use core::time::Duration;
use std::{
    net::TcpListener,
    path::{Path, PathBuf},
    process::Command,
    sync::{Mutex, OnceLock, PoisonError},
};

/// How long a server may take to answer, and a cluster to have a leader, on a busy machine.
const PATIENCE: Duration = Duration::from_mins(3);
/// How often other ports are tried, where somebody else took one meanwhile.
const ATTEMPTS: usize = 3;

/// What the larger limits of [`Etcd::shared`] and [`EtcdCluster::start`] are, as a server takes them.
const WIDE: [&str; 2] = ["--max-txn-ops=4096", "--max-request-bytes=8388608"];

/// How soon a member of a cluster wants to lead, in milliseconds. Unless told otherwise it is one
/// second, and where a flush takes longer than that no vote ever comes in time.
const UNHURRIED: [&str; 2] = ["--heartbeat-interval=300", "--election-timeout=3000"];

/// One etcd server, without a password. Flushes are real.
#[derive(Debug)]
pub struct Etcd {
    server: Supervised,
    folder: PathBuf,
    port: u16,
    /// How its own clients are to reach it.
    connection: Vec<String>,
}

impl Etcd {
    /// Starts a server with the limits that it has when it is told none.
    ///
    /// # Errors
    ///
    /// The program is not there, or fails.
    pub fn start() -> Result<Self, ServerError> {
        Self::start_with(&[])
    }

    /// Starts a server with more arguments, each `--name=value`.
    ///
    /// # Errors
    ///
    /// As there.
    pub fn start_with(arguments: &[&str]) -> Result<Self, ServerError> {
        single(|seat| {
            Self::serve(
                seat,
                account::new_folder("atlas-etcd")?,
                arguments,
                "http",
                Vec::new(),
            )
        })
    }

    /// Starts a server that speaks TLS, with a certificate and its key as PEM texts, and the
    /// authority that a client trusts for it.
    ///
    /// # Errors
    ///
    /// As there.
    pub fn start_with_tls(
        certificate: &str,
        key: &str,
        authority: &str,
    ) -> Result<Self, ServerError> {
        single(|seat| {
            let folder = account::new_folder("atlas-etcd")?;
            let [certificate_file, key_file, authority_file] =
                ["server.pem", "server.key", "authority.pem"].map(|name| folder.join(name));
            write(&certificate_file, certificate)?;
            write(&key_file, key)?;
            write(&authority_file, authority)?;
            let arguments = [
                format!("--cert-file={}", certificate_file.display()),
                format!("--key-file={}", key_file.display()),
            ];
            let arguments = arguments.each_ref().map(|argument| &**argument);
            let connection = vec![format!("--cacert={}", authority_file.display())];
            Self::serve(seat, folder, &arguments, "https", connection)
        })
    }

    /// The server that all tests of this process share, with limits for large commits: 4,096
    /// operations and 8 MiB. It stops with the process.
    ///
    /// # Errors
    ///
    /// As for [`Etcd::start`]; the next call tries again.
    pub fn shared() -> Result<&'static Self, ServerError> {
        static SHARED: OnceLock<Etcd> = OnceLock::new();
        static STARTING: Mutex<()> = Mutex::new(());
        let _starting = STARTING.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(server) = SHARED.get() {
            return Ok(server);
        }
        let server = Self::start_with(&WIDE)?;
        Ok(SHARED.get_or_init(|| server))
    }

    fn serve(
        seat: &Seat,
        folder: PathBuf,
        arguments: &[&str],
        scheme: &str,
        connection: Vec<String>,
    ) -> Result<Self, ServerError> {
        let alone = format!("{}={}", seat.name, seat.peer_url());
        let server = seat.serve(folder, &alone, arguments, scheme, connection)?;
        server.answers()?;
        Ok(server)
    }

    fn answers(&self) -> Result<(), ServerError> {
        // A server that has ended will not answer any more.
        let ended = || self.server.signal("CONT").is_err();
        let mut answered = false;
        let settled = until(PATIENCE, || {
            answered = self.ctl(&["get", "nothing"]).is_ok();
            answered || ended()
        });
        if settled && answered {
            return Ok(());
        }
        let log = self.folder.join("log");
        Err(ServerError::Silent { log })
    }

    /// Its host and port, as URLs have them.
    pub fn host(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// Its port.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The folder with its data and its log.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Runs a command of `etcdctl`, as its own client would; returns what it prints.
    ///
    /// # Errors
    ///
    /// What `etcdctl` says.
    pub fn ctl(&self, arguments: &[&str]) -> Result<String, ServerError> {
        let mut command = etcdctl(&self.connection)?;
        account::text(command.args(arguments), "etcdctl")
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

    /// Starts the server again that was killed, with what it has on disk, and waits until it answers.
    ///
    /// # Errors
    ///
    /// It does not start, or not answer.
    pub fn start_again(&self) -> Result<(), ServerError> {
        self.server.start_again()?;
        self.answers()
    }
}

/// Three etcd servers, of which two must have each commit, with limits for large commits: 4,096
/// operations and 8 MiB.
#[derive(Debug)]
pub struct EtcdCluster {
    members: Vec<Etcd>,
}

impl EtcdCluster {
    /// Starts all three and waits until one leads.
    ///
    /// # Errors
    ///
    /// A program is not there, or fails.
    pub fn start() -> Result<Self, ServerError> {
        with_seats(3, |seats| {
            let initial = seats.iter();
            let initial = initial.map(|seat| format!("{}={}", seat.name, seat.peer_url()));
            let initial = initial.collect::<Vec<_>>().join(",");
            let arguments = [WIDE, UNHURRIED].concat();
            let serve = |seat: &Seat| {
                seat.serve(
                    account::new_folder("atlas-etcd")?,
                    &initial,
                    &arguments,
                    "http",
                    Vec::new(),
                )
            };
            let members = seats.iter().map(serve).collect::<Result<Vec<_>, _>>()?;
            members.iter().try_for_each(Etcd::answers)?;
            Ok(Self { members })
        })
    }

    /// All three hosts and ports, parted by commas, as URLs have them.
    pub fn hosts(&self) -> String {
        let hosts: Vec<String> = self.members.iter().map(Etcd::host).collect();
        hosts.join(",")
    }

    /// The members, in no order that means anything.
    pub fn members(&self) -> &[Etcd] {
        &self.members
    }

    /// Kills the member that leads, and gives it, so that it can be started again.
    ///
    /// # Errors
    ///
    /// There is no leader.
    pub fn kill_leader(&self) -> Result<&Etcd, ServerError> {
        let mut leader = None;
        let found = until(PATIENCE, || {
            let leads = |member: &&Etcd| {
                let status = member.ctl(&["endpoint", "status", "--write-out=simple"]);
                status.is_ok_and(|status| status.split(", ").nth(4) == Some("true"))
            };
            leader = self.members.iter().find(leads);
            leader.is_some()
        });
        match leader.filter(|_| found) {
            Some(leader) => {
                leader.kill()?;
                Ok(leader)
            }
            None => Err(ServerError::Failed {
                program: "etcd".to_owned(),
                said: "no member leads".to_owned(),
            }),
        }
    }
}

/// Where a server is to listen.
struct Seat {
    name: String,
    client: u16,
    peer: u16,
}

impl Seat {
    fn peer_url(&self) -> String {
        format!("http://127.0.0.1:{}", self.peer)
    }

    fn serve(
        &self,
        folder: PathBuf,
        initial: &str,
        more: &[&str],
        scheme: &str,
        mut connection: Vec<String>,
    ) -> Result<Etcd, ServerError> {
        let program = programs::find("etcd", "etcd-server")?;
        let client = format!("{scheme}://127.0.0.1:{}", self.client);
        let peer = self.peer_url();
        let mut arguments = vec![
            format!("--name={}", self.name),
            format!("--data-dir={}", folder.join("data").display()),
            format!("--listen-client-urls={client}"),
            format!("--advertise-client-urls={client}"),
            format!("--listen-peer-urls={peer}"),
            format!("--initial-advertise-peer-urls={peer}"),
            format!("--initial-cluster={initial}"),
            "--initial-cluster-state=new".to_owned(),
            "--logger=zap".to_owned(),
            "--log-level=warn".to_owned(),
        ];
        arguments.extend(more.iter().map(|argument| (*argument).to_owned()));
        // A certificate may be for this name only.
        let endpoint = format!("{scheme}://localhost:{}", self.client);
        connection.push(format!("--endpoints={endpoint}"));
        Ok(Etcd {
            server: Supervised::start(&program, &arguments, &folder.join("log"), &folder)?,
            folder,
            port: self.client,
            connection,
        })
    }
}

fn single(serve: impl Fn(&Seat) -> Result<Etcd, ServerError>) -> Result<Etcd, ServerError> {
    with_seats(1, |seats| {
        seats.iter().map(&serve).collect::<Result<Vec<_>, _>>()
    })?
    .pop()
    .ok_or_else(|| ServerError::Failed {
        program: "etcd".to_owned(),
        said: "no server was started".to_owned(),
    })
}

/// Serves on free ports, and on others where a server does not answer on those.
fn with_seats<T>(
    count: usize,
    serve: impl Fn(&[Seat]) -> Result<T, ServerError>,
) -> Result<T, ServerError> {
    for _ in 1..ATTEMPTS {
        match serve(&seats(count)?) {
            Err(ServerError::Silent { .. }) => {}
            served => return served,
        }
    }
    serve(&seats(count)?)
}

/// Two free ports for each server, all held until all are found, so that none comes twice.
fn seats(count: usize) -> Result<Vec<Seat>, ServerError> {
    let io = |source| ServerError::Io {
        program: "etcd".to_owned(),
        source,
    };
    let mut held = Vec::new();
    let mut port = || {
        let listener = TcpListener::bind(("127.0.0.1", 0)).map_err(io)?;
        let port = listener.local_addr().map_err(io)?.port();
        held.push(listener);
        Ok(port)
    };
    let seat = |number: usize| {
        Ok(Seat {
            name: format!("n{number}"),
            client: port()?,
            peer: port()?,
        })
    };
    (1..=count).map(seat).collect()
}

fn etcdctl(connection: &[String]) -> Result<Command, ServerError> {
    let mut command = account::command(programs::find("etcdctl", "etcd-client")?)?;
    command
        .args(["--dial-timeout=3s", "--command-timeout=10s"])
        .args(connection);
    Ok(command)
}
