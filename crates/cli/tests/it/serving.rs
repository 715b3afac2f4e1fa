//! `atlas serve ec2`: how it starts, what it refuses, how it ends.

use crate::program::{Program, Ran};
use std::{
    fs::{self, File, Permissions},
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{SocketAddr, TcpListener, TcpStream},
    os::unix::fs::PermissionsExt as _,
    path::Path,
    process::{Child, Command, Stdio},
};

/// The secrets of all keys: what they are is no matter.
pub(crate) const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";

/// The keys: each with its principal, its scope and the role of the one at the other.
pub(crate) const KEYS: [(&str, &str, &str, &str); 4] = [
    ("AKIDACMEDEV", "dana", "/acme/dev", "admin"),
    ("AKIDACMEPROD", "pia", "/acme/prod", "admin"),
    ("AKIDBETA", "bert", "/beta", "admin"),
    ("AKIDLOOK", "lora", "/acme/dev", "observer"),
];

/// A server, and the program whose store it serves; it is killed where nobody has stopped it.
pub(crate) struct Serving {
    pub(crate) program: Program,
    /// The numbers of the accounts `/acme` and `/beta`.
    pub(crate) accounts: [String; 2],
    /// What the server said when it began.
    pub(crate) told: serde_json::Value,
    server: Option<Child>,
    address: Option<SocketAddr>,
}

impl Serving {
    /// Two accounts with four keys; nothing is served yet.
    pub(crate) fn prepared() -> Self {
        Self::prepared_in(Program::bare())
    }

    /// The same in a store that is not made yet.
    pub(crate) fn prepared_in(program: Program) -> Self {
        program.ok(&["init"]);
        let accounts = ["/acme", "/beta"].map(|account| {
            let added = program.json(&["scope", "add", account]);
            added[0]["account_number"].as_str().unwrap().to_owned()
        });
        for environment in ["/acme/dev", "/acme/prod"] {
            program.ok(&["scope", "add", environment]);
        }
        let mut text = String::new();
        for (id, principal, scope, role) in KEYS {
            program.ok(&["principal", "add", principal]);
            program.ok(&["--scope", scope, "grant", "add", role, principal]);
            let account = &accounts[usize::from(scope == "/beta")];
            text.push_str(&key(id, account, principal, scope));
        }
        secret(&program, &text);
        Self {
            program,
            accounts,
            told: serde_json::Value::Null,
            server: None,
            address: None,
        }
    }

    /// The same, with a server on a port that is free.
    #[track_caller]
    pub(crate) fn started(options: &[&str]) -> Self {
        let mut serving = Self::prepared();
        serving.start(options);
        serving
    }

    #[track_caller]
    pub(crate) fn start(&mut self, options: &[&str]) {
        let log = File::create(self.program.path("server.log")).unwrap();
        let mut command = self.command(options);
        let mut server = command.stdout(Stdio::piped()).stderr(log).spawn().unwrap();
        let mut line = String::new();
        let mut told = BufReader::new(server.stdout.take().unwrap());
        told.read_line(&mut line).unwrap();
        let told: serde_json::Value = serde_json::from_str(&line)
            .unwrap_or_else(|_| panic!("it says where it is: {line}{}", self.log()));
        let address = told["address"].as_str().unwrap();
        let url = told["url"].as_str().unwrap();
        assert!(url.ends_with(&format!("://{address}")), "{url}");
        self.address = Some(address.parse().unwrap());
        self.told = told;
        self.server = Some(server);
    }

    fn command(&self, options: &[&str]) -> Command {
        let args = [
            "--output",
            "json",
            "serve",
            "ec2",
            "--listen",
            "127.0.0.1:0",
        ];
        let keys = ["--access-keys", "keys.toml"];
        let mut command = self.program.command(&[&args[..], &keys, options].concat());
        command.stdin(Stdio::null());
        command
    }

    /// What the server has said on stderr.
    pub(crate) fn log(&self) -> String {
        fs::read_to_string(self.program.path("server.log")).unwrap()
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address.unwrap()
    }

    /// Sends a signal, and gives the exit code that came of it, if there is one.
    #[track_caller]
    pub(crate) fn stop(&mut self, signal: &str) -> Option<i32> {
        let mut server = self.server.take().unwrap();
        let id = server.id().to_string();
        let kill = Command::new("kill").args(["-s", signal, &id]).status();
        assert!(kill.unwrap().success());
        server.wait().unwrap().code()
    }

    /// What a client does: a script of `tests/ec2` with where the server is, and the accounts.
    #[track_caller]
    pub(crate) fn client(&self, mut program: Command, script: &str, args: &[&str]) -> String {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/ec2");
        program
            .arg(folder.join(script))
            .args(args)
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .env("NODE_NO_WARNINGS", "1")
            .env("HOME", self.program.path(""))
            .env("EC2_HOST", "127.0.0.1")
            .env("EC2_PORT", self.address().port().to_string())
            .env("EC2_SECRET", SECRET)
            .env("ACME", &self.accounts[0])
            .env("BETA", &self.accounts[1]);
        if let Some(server) = &self.server {
            program.env("SERVER", server.id().to_string());
        }
        let ran = program.current_dir(self.program.path("")).output().unwrap();
        let out = String::from_utf8_lossy(&ran.stdout).into_owned();
        let err = String::from_utf8_lossy(&ran.stderr);
        assert!(ran.status.success(), "{script}: {out}{err}{}", self.log());
        out
    }

    /// The same in Python.
    #[track_caller]
    pub(crate) fn python(&self, script: &str, args: &[&str]) -> String {
        let python = atlas_test_servers::python_with_packages().unwrap();
        self.client(python, script, args)
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        if let Some(mut server) = self.server.take() {
            let _ = server.kill();
            let _ = server.wait();
        }
    }
}

pub(crate) fn key(id: &str, account: &str, principal: &str, scope: &str) -> String {
    format!(
        "[[key]]\naccess_key_id = \"{id}\"\nsecret_access_key = \"{SECRET}\"\n\
         account = \"{account}\"\nprincipal = \"{principal}\"\nscope = \"{scope}\"\n"
    )
}

/// Writes the file of keys as nobody else may read it.
pub(crate) fn secret(program: &Program, text: &str) {
    program.file("keys.toml", text);
    mode(program, 0o600);
}

fn mode(program: &Program, mode: u32) {
    fs::set_permissions(program.path("keys.toml"), Permissions::from_mode(mode)).unwrap();
}

fn serve(program: &Program, listen: &str) -> Ran {
    serve_with(program, listen, &[])
}

fn serve_with(program: &Program, listen: &str, more: &[&str]) -> Ran {
    let args = ["serve", "ec2", "--listen", listen];
    let keys = ["--access-keys", "keys.toml"];
    program.run(&[&args[..], &keys, more].concat())
}

/// What a client is told who signs nothing.
fn unsigned(address: SocketAddr) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    stream
        .write_all(b"GET /?Action=DescribeImages HTTP/1.0\r\n\r\n")
        .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

#[test]
fn e05_access_keys_that_others_can_read_are_refused() {
    let serving = Serving::prepared();
    for wrong in [0o644, 0o640, 0o604, 0o602] {
        mode(&serving.program, wrong);
        // It would serve for ever if it did not refuse.
        let ran = serve_with(&serving.program, "127.0.0.1:0", &["--check"]);
        assert_eq!((ran.code, ran.out.as_str()), (1, ""));
        let told = format!(
            "error: `keys.toml` holds secrets, and others than its owner may use it \
             (mode {wrong:04o}): run `chmod 600 keys.toml`\n"
        );
        assert_eq!(ran.err, told);
    }
}

/// systemd gives credentials to a service by an ACL, which looks like a right of the group.
#[test]
fn e05_credentials_of_a_service_are_read_as_systemd_gives_them() {
    let serving = Serving::prepared();
    let program = &serving.program;
    let keys = program.path("keys.toml");
    let check = |mode: u32, credentials: &Path| {
        fs::set_permissions(&keys, Permissions::from_mode(mode)).unwrap();
        let args = ["serve", "ec2", "--listen", "127.0.0.1:0", "--check"];
        let mut command = program.command(&[&args[..], &["--access-keys"]].concat());
        let ran = command.arg(&keys).env("CREDENTIALS_DIRECTORY", credentials);
        ran.output().unwrap().status.code()
    };
    let folder = keys.parent().unwrap();
    for (mode, credentials, code) in [
        (0o440, folder, Some(0)),
        (0o400, folder, Some(0)),
        (0o444, folder, Some(1)),
        (0o460, folder, Some(1)),
        (0o440, folder.parent().unwrap(), Some(1)),
        (0o440, Path::new(""), Some(1)),
    ] {
        assert_eq!(check(mode, credentials), code, "{mode:o} {credentials:?}");
    }
}

#[test]
fn e05_access_keys_that_fit_nothing_are_told_at_the_start() {
    let serving = Serving::prepared();
    let program = &serving.program;
    let [acme, _] = &serving.accounts;
    let mut told = String::new();
    for (what, text) in [
        ("no TOML", "[[key]\n".to_owned()),
        ("nothing", String::new()),
        ("a scope that is none", key("AKIDONE", acme, "dana", "acme")),
        ("no such principal", key("AKIDONE", acme, "nobody", "/acme")),
        ("no such scope", key("AKIDONE", acme, "dana", "/acme/test")),
    ] {
        secret(program, &text);
        let ran = serve(program, "127.0.0.1:0").shown();
        assert!(!ran.contains(SECRET), "{ran}");
        told = format!("{told}# {what}\n{ran}\n");
    }
    fs::remove_file(program.path("keys.toml")).unwrap();
    told = format!(
        "{told}# no file\n{}\n",
        serve(program, "127.0.0.1:0").shown()
    );
    for listen in ["127.0.0.1", "127.0.0.1:http", ":8773"] {
        told = format!("{told}# {listen}\n{}\n", serve(program, listen).shown());
    }
    insta::assert_snapshot!(told);
}

#[test]
fn a_port_that_is_taken_and_a_store_that_is_open_are_trouble() {
    let serving = Serving::started(&[]);
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let ran = serve(&serving.program, &address);
    assert_eq!((ran.code, ran.out.as_str()), (3, ""));
    let told = format!("error: nothing can be served at {address}\n  because: ");
    assert!(ran.err.starts_with(&told), "{}", ran.err);
    // Nobody else may have the file of a store open.
    let ran = serve(&serving.program, "127.0.0.1:0");
    assert_eq!((ran.code, ran.out.as_str()), (3, ""), "{}", ran.err);
    assert!(ran.err.contains("is in use by process"), "{}", ran.err);
    assert!(unsigned(serving.address()).starts_with("HTTP/1.0 403 "));
}

#[test]
fn a_server_ends_well_when_it_is_asked_to() {
    for signal in ["TERM", "INT"] {
        let mut serving = Serving::started(&[]);
        let answer = unsigned(serving.address());
        assert!(answer.starts_with("HTTP/1.0 403 "), "{answer}");
        assert!(
            answer.contains("<Code>MissingAuthenticationToken</Code>"),
            "{answer}"
        );
        assert_eq!(serving.stop(signal), Some(0), "{signal}");
        assert!(TcpStream::connect(serving.address()).is_err());
        // Its store is free again.
        serving.program.ok(&["scope", "list"]);
    }
}

#[test]
fn what_is_asked_when_a_server_ends_is_answered() {
    let serving = Serving::started(&[]);
    let told = serving.python("drain.py", &[]);
    assert_eq!(told, "200, and then nobody\n");
}

#[test]
fn what_was_acknowledged_is_there_after_a_kill() {
    let mut serving = Serving::started(&[]);
    let made = serving.python("images.py", &["register", "20"]);
    assert_eq!(made.lines().count(), 20, "{made}");
    assert_eq!(serving.stop("KILL"), None);
    serving.start(&[]);
    assert_eq!(serving.python("images.py", &["list"]), made);
    assert_eq!(serving.stop("TERM"), Some(0));
    serving.program.ok(&["store", "check"]);
}

#[test]
fn an_account_with_another_number_is_warned_about() {
    let mut serving = Serving::prepared();
    let text = key("AKIDONE", "000000000000", "dana", "/acme/dev");
    secret(&serving.program, &text);
    serving.start(&[]);
    assert_eq!(serving.stop("TERM"), Some(0));
    let number = &serving.accounts[0];
    let told = format!(
        "warning: the access key AKIDONE has the account 000000000000, and /acme/dev belongs to the account {number}: others share images with that\n"
    );
    assert_eq!(serving.log(), told);
}

#[test]
fn e02_ids_are_as_long_as_was_asked_for_and_names_repeat_where_they_may() {
    let serving = Serving::started(&[]);
    assert_eq!(serving.python("options.py", &[]), "17 Duplicate\n");
    let serving = Serving::started(&["--symphony-ids", "--allow-duplicate-names"]);
    assert_eq!(serving.python("options.py", &[]), "32 twice\n");
}
