//! Running the program in a folder of its own.

use regex::Regex;
use std::{
    io::Write as _,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

/// A folder with a store, and the program that works on it.
pub(crate) struct Program {
    folder: tempfile::TempDir,
    store: String,
}

/// What a run said.
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Program {
    /// No store yet.
    pub(crate) fn bare() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = format!("redb:{}", folder.path().join("a.redb").display());
        Self { folder, store }
    }

    /// A store of an address, which is not made yet.
    #[cfg(feature = "postgres")]
    pub(crate) fn on(store: String) -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self { folder, store }
    }

    /// A store with the account `/acme`.
    pub(crate) fn new() -> Self {
        let program = Self::bare();
        program.ok(&["init"]);
        program.ok(&["scope", "add", "/acme"]);
        program
    }

    /// A store with the account `/acme`, credentials for AWS and GCP there, and the given releases.
    pub(crate) fn with_releases(files: &[PathBuf]) -> Self {
        let program = Self::new();
        program.ok(&[
            "credential",
            "add",
            "aws",
            "--cloud",
            "aws",
            "--secret",
            "vault:acme/aws",
        ]);
        program.ok(&[
            "credential",
            "add",
            "gcp",
            "--cloud",
            "gcp",
            "--secret",
            "vault:acme/gcp",
        ]);
        program.import(files);
        program
    }

    pub(crate) fn import(&self, files: &[PathBuf]) -> Ran {
        let files = files.iter().map(|path| path.to_str().unwrap());
        let args = ["import", "stream", "--name", "fedora-coreos", "--commit"].into_iter();
        self.ok(&args.chain(files).collect::<Vec<_>>())
    }

    /// Leaves an import in batches as a program leaves it that is stopped: ivy, who does it, may
    /// no more after the first release.
    pub(crate) fn stop_an_import(&self, files: &[PathBuf], name: &str) {
        use cloud_atlas::{Atlas, ImportOptions, scope::Role, streams};
        use pollster::FutureExt as _;
        let url = format!("redb:{}", self.path("a.redb").display());
        let atlas = Atlas::open(&url).block_on().unwrap();
        let [admin, ivy] = ["admin", "ivy"].map(|who| atlas.act_as(&who.parse().unwrap()));
        let scope = "/acme".parse().unwrap();
        admin.add_principal(ivy.principal()).block_on().unwrap();
        let granted = admin.grant(ivy.principal(), &Role::DESIGNER, &scope, None);
        granted.block_on().unwrap();
        let read = |path| {
            let bytes = std::fs::read(path).unwrap();
            let parsed = streams::parse(&bytes, &streams::Limits::default());
            parsed.unwrap().document
        };
        let documents: Vec<_> = files.iter().map(read).collect();
        let mut options = ImportOptions::new(scope.clone(), name.parse().unwrap());
        options.commit = true;
        options.in_batches = true;
        let stop = |step: cloud_atlas::ImportProgress| {
            if step.done == 1 {
                let revoked = admin.revoke(ivy.principal(), &Role::DESIGNER, &scope);
                revoked.block_on().unwrap();
            }
        };
        let stopped = ivy.import_streams(&documents, &options, &stop).block_on();
        stopped.unwrap_err();
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes a file and gives its path.
    pub(crate) fn file(&self, name: &str, bytes: impl AsRef<[u8]>) -> String {
        let path = self.path(name);
        std::fs::write(&path, bytes).unwrap();
        path.to_str().unwrap().to_owned()
    }

    /// The program with arguments, its environment known.
    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_atlas"));
        command
            .args(args)
            .env_clear()
            .current_dir(self.folder.path());
        command
            .env("ATLAS_STORE", &self.store)
            .env("ATLAS_SCOPE", "/acme");
        command.env("HOME", self.folder.path()).env("COLUMNS", "80");
        command
    }

    pub(crate) fn run(&self, args: &[&str]) -> Ran {
        self.read(self.command(args).stdin(Stdio::null()).output().unwrap())
    }

    /// Runs commands as a person types them, in the folder and with nothing else in the
    /// environment; each must end with 0.
    #[track_caller]
    pub(crate) fn script(&self, commands: &str) -> Ran {
        self.script_with(commands, &[])
    }

    /// The same with something in the environment.
    #[track_caller]
    pub(crate) fn script_with(&self, commands: &str, environment: &[(&str, &str)]) -> Ran {
        let program = Path::new(env!("CARGO_BIN_EXE_atlas")).parent().unwrap();
        let output = Command::new("sh")
            .args(["-e", "-x", "-c", commands])
            .env_clear()
            .env("PATH", format!("{}:/usr/bin:/bin", program.display()))
            .envs(environment.iter().copied())
            .current_dir(self.folder.path())
            .stdin(Stdio::null())
            .output();
        let ran = self.read(output.unwrap());
        assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
        ran
    }

    /// Runs with a text on stdin.
    pub(crate) fn fed(&self, args: &[&str], text: &[u8]) -> Ran {
        let mut command = self.command(args);
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut stdin = child.stdin.take().unwrap();
        let text = text.to_vec();
        let feeder = std::thread::spawn(move || drop(stdin.write_all(&text)));
        let output = child.wait_with_output().unwrap();
        feeder.join().unwrap();
        self.read(output)
    }

    /// Runs what must end with 0.
    #[track_caller]
    pub(crate) fn ok(&self, args: &[&str]) -> Ran {
        let ran = self.run(args);
        assert_eq!(ran.code, 0, "atlas {args:?}: {}{}", ran.out, ran.err);
        ran
    }

    /// The JSON answer of what must end with 0: its lines.
    #[track_caller]
    pub(crate) fn json(&self, args: &[&str]) -> Vec<serde_json::Value> {
        self.ok(&[&["--output", "json"], args].concat()).json()
    }

    pub(crate) fn read(&self, output: Output) -> Ran {
        Ran {
            code: output.status.code().expect("the program is not killed"),
            out: self.normal(&String::from_utf8(output.stdout).unwrap()),
            err: self.normal(&String::from_utf8(output.stderr).unwrap()),
        }
    }

    /// The text with the folder, which differs between runs, by a word.
    fn normal(&self, text: &str) -> String {
        text.replace(self.folder.path().to_str().unwrap(), "FOLDER")
    }
}

impl Ran {
    /// The lines of stdout as JSON.
    #[track_caller]
    pub(crate) fn json(&self) -> Vec<serde_json::Value> {
        self.out
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }

    /// What a snapshot shows: exit code, stdout, stderr.
    pub(crate) fn shown(&self) -> String {
        let mut text = format!("exit {}\n", self.code);
        for (name, stream) in [("stdout", &self.out), ("stderr", &self.err)] {
            if !stream.is_empty() {
                text = format!("{text}--- {name}\n{stream}");
            }
        }
        stable(&text)
    }
}

/// Runs each command, and gives what people see of all of them.
pub(crate) fn told(program: &Program, commands: &[&[&str]]) -> String {
    let mut told = String::new();
    for args in commands {
        let ran = program.run(args).shown();
        told = format!("{told}$ atlas {}\n{ran}\n", args.join(" "));
    }
    stable(&told)
}

/// The text with random ids and the moments of this machine replaced. Moments with microseconds are
/// the clock's; those of releases have none. The digest of a revision covers its moment.
pub(crate) fn stable(text: &str) -> String {
    let id = Regex::new(r"(img|lin|cred|grp|inv|map|work|dep|srv|lnc|pub|plan|lck)-[0-9a-f]{32}")
        .unwrap();
    let text = id.replace_all(text, format!("${{1}}-{}", "0".repeat(32)));
    let now = "[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}([.][0-9]+)?Z";
    let now = Regex::new(now).unwrap();
    let text = now.replace_all(&text, "NOW");
    let committed = Regex::new("(revision [0-9]+) [0-9a-f]{12}:").unwrap();
    let digest = format!("${{1}} {}:", "0".repeat(12));
    let text = committed.replace_all(&text, digest);
    let whole = Regex::new("(revision_digest[\": ]+blake3:)[0-9a-f]{64}").unwrap();
    let digest = format!("${{1}}{}", "0".repeat(64));
    let text = whole.replace_all(&text, digest);
    // What a template holds names lineages, whose ids are of chance.
    let linked = Regex::new("(template `[^`]*`[^,]*, content) [0-9a-f]{12}").unwrap();
    let digest = format!("${{1}} {}", "0".repeat(12));
    linked.replace_all(&text, digest).into_owned()
}

/// The real releases that the examples use, by their names.
pub(crate) fn releases() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../examples/data/fedora-coreos")
        .canonicalize();
    let entries = std::fs::read_dir(folder.unwrap()).unwrap();
    let mut paths: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|end| end == "json"));
    paths.sort();
    paths
}

/// What each command answers, with its exit code.
pub(crate) fn said(program: &Program, lines: &[&str]) -> String {
    let answers = lines.iter().map(|line| {
        let ran = program.run(&words(line));
        format!("$ atlas {line}\n{}", ran.shown())
    });
    let mut text = stable(&answers.collect::<Vec<_>>().join("\n"));
    for (found, shown) in [
        ("blake3:[0-9a-f]{64}", "blake3:DIGEST"),
        (r"(?-u:\b)[0-9a-f]{12}(?-u:\b)", "000000000000"),
        ("20[0-9]{2}-[0-9]{2}-[0-9]{2}", "YYYY-MM-DD"),
    ] {
        let found = Regex::new(found).unwrap();
        text = found.replace_all(&text, shown).into_owned();
    }
    text
}

/// The words of a command line; what stands between quotation marks is one.
pub(crate) fn words(line: &str) -> Vec<&str> {
    let parts = line.split('\'').enumerate();
    let words = parts.flat_map(|(number, part)| match number % 2 {
        0 => part.split_whitespace().collect(),
        _ => vec![part],
    });
    words.collect()
}

#[track_caller]
pub(crate) fn done(program: &Program, lines: &[&str]) {
    for line in lines {
        program.ok(&words(line));
    }
}
