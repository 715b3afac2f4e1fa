//! `atlas serve ec2` in a process of its own.

use crate::{
    Fault,
    client::{KEY, SECRET, Target},
};
use serde_json::Value;
use std::{
    env,
    ffi::OsString,
    fs,
    io::{BufRead as _, BufReader},
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

/// A server on a store; it ends when it is dropped.
#[derive(Debug)]
pub(crate) struct Ours {
    process: Child,
    pub(crate) target: Target,
    /// An access key of the store: its id and its secret. That of the bench is in a file.
    pub(crate) stored: [String; 2],
    /// The file of its store, if it has one.
    file: Option<PathBuf>,
}

impl Ours {
    /// Makes a store at an address, with an account and its access key, and serves it.
    pub(crate) fn start(folder: &Path, store: &str) -> Result<Self, Fault> {
        let Some(program) = env::var_os("ATLAS_COMMAND") else {
            return Err(
                "set ATLAS_COMMAND to the release build of `atlas`, as `cargo xtask bench` does"
                    .into(),
            );
        };
        let command = |arguments: &str| command(&program, store, arguments);
        run(command("init"))?;
        let account = run(command("--output json scope add /acme"))?;
        let account: Value = serde_json::from_str(&account)?;
        let number = account.get("account_number").and_then(Value::as_str);
        let number = number.ok_or("an account has a number")?;
        run(command("principal add ana"))?;
        run(command("--scope /acme grant add admin ana"))?;
        let keys = folder.join("keys.toml");
        let text = format!(
            "[[key]]\naccess_key_id = \"{KEY}\"\nsecret_access_key = \"{SECRET}\"\n\
             account = \"{number}\"\nprincipal = \"ana\"\nscope = \"/acme\"\n"
        );
        fs::write(&keys, text)?;
        fs::set_permissions(&keys, fs::Permissions::from_mode(0o600))?;
        let seal = folder.join("seal.key");
        fs::write(&seal, "0123456789abcdef".repeat(4))?;
        fs::set_permissions(&seal, fs::Permissions::from_mode(0o600))?;
        let mut add = command("--output json --scope /acme key add ana --seal-key");
        add.arg(&seal);
        let stored: Value = serde_json::from_str(&run(add)?)?;
        let text = |name: &str| stored.get(name).and_then(Value::as_str).map(str::to_owned);
        let stored = text("id").zip(text("secret"));
        let stored = stored.ok_or("a key has an id and a secret")?.into();
        let mut serve = command("--output json serve ec2 --listen 127.0.0.1:0 --access-keys");
        serve.arg(&keys).arg("--seal-key").arg(&seal);
        let mut process = serve.stdout(Stdio::piped()).spawn()?;
        let told = process.stdout.take().ok_or("the server says nothing")?;
        // Whoever comes by here has a server that ends with it.
        let mut ours = Self {
            process,
            target: Target::at(0),
            stored,
            file: store.strip_prefix("redb:").map(|rest| {
                let path = rest.split('?').next();
                PathBuf::from(path.unwrap_or_default())
            }),
        };
        let mut line = String::new();
        BufReader::new(told).read_line(&mut line)?;
        let told: Value = serde_json::from_str(&line)?;
        let address = told.get("address").and_then(Value::as_str);
        let address = address.ok_or("the server does not say where it is")?;
        ours.target.address = address.parse()?;
        Ok(ours)
    }

    /// The memory that it has now, in MB.
    pub(crate) fn megabytes(&self) -> Result<f64, Fault> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.process.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kib = line.and_then(|line| line.split_whitespace().next());
        let kib: f64 = kib.ok_or("the system tells no memory")?.parse()?;
        Ok(kib * 1024.0 / 1e6)
    }

    /// The size of the file of its store, in MB; none where it has no file.
    pub(crate) fn kept(&self) -> Option<u64> {
        let kept = fs::metadata(self.file.as_ref()?).ok()?;
        Some(kept.len() / 1_000_000)
    }
}

impl Drop for Ours {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn command(program: &OsString, store: &str, arguments: &str) -> Command {
    let mut command = Command::new(program);
    command
        .args(arguments.split(' '))
        .env("ATLAS_STORE", store)
        .env_remove("ATLAS_SCOPE")
        .env_remove("ATLAS_PRINCIPAL")
        .stdin(Stdio::null());
    command
}

fn run(mut command: Command) -> Result<String, Fault> {
    let ran = command.stderr(Stdio::inherit()).output()?;
    if ran.status.success() {
        Ok(String::from_utf8(ran.stdout)?)
    } else {
        Err(format!("{command:?} failed ({})", ran.status).into())
    }
}
