//! The guide to operations on a machine of its own, and the files that it installs there.

use crate::{
    guides::{commands, count, guide},
    program::Program,
    serving::Serving,
};
use atlas_test_servers::Machine;
use std::{
    collections::BTreeSet,
    fs,
    io::{Read as _, Write as _},
    net::TcpStream,
    path::{Path, PathBuf},
    process::{Command, Output},
};

/// How much a service may be exposed, in tenths, as systemd counts: from 100, which is everything, a
/// service that serves a network comes down to about 10.
const EXPOSURE: &str = "--threshold=12";

/// What is done beside the guide, to see what came of it.
const LOOK: &str = r#"
promtool test rules alerts.test.yml
process=$(systemctl show --property=MainPID --value atlas-ec2)
grep -E '^(Uid|NoNewPrivs|Seccomp|CapBnd):' "/proc/$process/status" | tr '\t' ' '
stat --format='%a %U %n' /etc/atlas/*
echo '# log'
journalctl --unit atlas-ec2 --output cat
"#;

/// The folder with what is installed.
fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/operations")
}

fn read(name: &str) -> String {
    fs::read_to_string(folder().join(name)).unwrap()
}

fn analyze(args: &[&str]) -> Output {
    let ran = Command::new("systemd-analyze").args(args).output();
    ran.expect("systemd-analyze is needed: apt-get install systemd")
}

#[test]
fn the_unit_is_sound_and_hardened() {
    // Its program is elsewhere where it is not installed.
    let unit = read("atlas-ec2.service");
    let program = Program::bare();
    let here = unit.replace("/usr/local/bin/atlas", env!("CARGO_BIN_EXE_atlas"));
    let file = program.file("atlas-ec2.service", here);
    for args in [
        &["verify", "--man=no", "--recursive-errors=no", &file][..],
        &["security", "--offline=true", EXPOSURE, "--no-pager", &file],
    ] {
        let ran = analyze(args);
        let said = String::from_utf8_lossy(&ran.stdout);
        let err = String::from_utf8_lossy(&ran.stderr);
        // What systemd does not know it ignores, and says so.
        assert!(ran.status.success() && err.is_empty(), "{said}{err}");
    }
    // What starts it and what looks first are one.
    let lines = |name: &str| unit.lines().find_map(|line| line.strip_prefix(name));
    let start = lines("ExecStart=").unwrap();
    assert_eq!(lines("ExecStartPre=").unwrap(), format!("{start} --check"));
}

/// The names of metrics that a text has.
fn metrics(text: &str) -> BTreeSet<&str> {
    let words = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    let is_metric = |word: &&str| {
        ["atlas_", "process_"]
            .iter()
            .any(|start| word.starts_with(start))
    };
    let names = words.filter(is_metric);
    names.map(|name| name.trim_end_matches("_bucket")).collect()
}

fn get(address: &str, path: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    write!(stream, "GET {path} HTTP/1.0\r\n\r\n").unwrap();
    let mut told = String::new();
    stream.read_to_string(&mut told).unwrap();
    told
}

#[test]
fn alerts_and_the_guide_know_the_metrics_that_there_are() {
    let mut serving = Serving::prepared();
    serving.start(&["--admin-listen", "127.0.0.1:0"]);
    let admin = serving.told["admin_url"].as_str().unwrap();
    let address = admin.strip_prefix("http://").unwrap();
    // What nothing was counted in yet is not there.
    let refused = get(&serving.address().to_string(), "/?Action=DescribeImages");
    assert!(refused.starts_with("HTTP/1.0 403 "), "{refused}");
    let told = get(address, "/metrics");
    let there: BTreeSet<_> = told
        .lines()
        .filter_map(|line| line.strip_prefix("# TYPE "))
        .filter_map(|line| line.split_once(' '))
        .map(|(name, kind)| match kind {
            "counter" => format!("{name}_total"),
            "info" => format!("{name}_info"),
            _ => name.to_owned(),
        })
        .collect();
    let guide = guide("operations.md");
    let (_, watching) = guide.split_once("## Watching").unwrap();
    let (watching, _) = watching.split_once("## ").unwrap();
    let alerts = read("alerts.yml");
    for text in [watching, &alerts] {
        let unknown: Vec<_> = metrics(text)
            .into_iter()
            .filter(|name| !there.contains(*name))
            .collect();
        assert_eq!(unknown, [""; 0], "{there:?}");
    }
    assert!(metrics(watching).len() >= 9);
}

#[test]
fn the_commands_in_the_guide_to_operations_work_as_they_stand() {
    let commands = commands(&guide("operations.md"));
    assert!(count(&commands) > 10);
    // What the guide installs first is there already: the machine reaches nobody.
    let install = "apt-get install --yes --no-install-recommends ";
    let packages = commands.lines().find_map(|line| line.strip_prefix(install));
    let packages: Vec<_> = packages.unwrap().split(' ').collect();
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/operations/alerts.test.yml");
    let folder_of_program = Program::bare();
    let program = folder_of_program.path("atlas");
    let strip = Command::new("strip")
        .arg("-o")
        .args([&program, Path::new(env!("CARGO_BIN_EXE_atlas"))])
        .status();
    let strip = strip.expect("strip is needed: apt-get install binutils");
    assert!(strip.success());
    let machine = Machine::with_packages(&packages).unwrap();
    let said = machine
        .run(&format!("{commands}{LOOK}"), &[&program, &folder(), &tests])
        .unwrap();
    let (out, err) = (&said.out, &said.err);
    assert_eq!(said.end, "success 0", "{out}\n{err}");
    for (text, times) in [
        ("the old key is no good\n", 1),
        ("come again later\n", 1),
        ("<Code>ServiceUnavailable</Code>", 1),
        ("<Code>AuthFailure</Code>", 1),
        ("all is well", 1),
        ("\"job\":\"atlas\"", 1),
        ("NoNewPrivs: 1\nSeccomp: 2\n", 1),
        ("CapBnd: 0000000000000000\n", 1),
        ("600 atlas /etc/atlas/tls.key\n", 1),
        ("600 root /etc/atlas/atlas.env\n", 1),
    ] {
        assert_eq!(out.matches(text).count(), times, "{text}: {out}\n{err}");
    }
    assert!(!out.contains("Uid: 0"), "{out}");
    // The shell has shown each secret as it came; the log has none of them.
    let (_, log) = out.split_once("# log\n").unwrap();
    let secrets = err.lines().filter_map(|line| {
        let (_, secret) = line.strip_prefix("+ ana=")?.split_once(':')?;
        Some(secret)
    });
    let secrets: Vec<_> = secrets.collect();
    assert!(secrets.len() > 1, "{err}");
    assert!(log.contains("\"action\":\"RegisterImage\""), "{log}");
    for secret in secrets {
        assert!(!log.contains(secret), "{log}");
    }
}
