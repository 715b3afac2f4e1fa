//! `atlas serve ec2` while it runs: TLS, figures, the log, keys and certificates that change.

#[cfg(feature = "postgres")]
use crate::program::Program;
use crate::serving::{SECRET, Serving, key, secret};
use std::{fs, os::unix::fs::PermissionsExt as _};

/// A certificate for `127.0.0.1` and its key, and another one, with who signed them.
const CERTIFICATES: [[&str; 3]; 2] = [
    [
        include_str!("../../../fetch/tests/data/tls/server.pem"),
        include_str!("../../../fetch/tests/data/tls/server.key"),
        include_str!("../../../fetch/tests/data/tls/authority.pem"),
    ],
    [
        include_str!("../../../store-postgres/tests/data/tls/server.pem"),
        include_str!("../../../store-postgres/tests/data/tls/server.key"),
        include_str!("../../../store-postgres/tests/data/tls/authority.pem"),
    ],
];

/// What would serve for ever if it did not refuse is only looked through.
const CHECK: [&str; 7] = [
    "serve",
    "ec2",
    "--check",
    "--listen",
    "127.0.0.1:0",
    "--access-keys",
    "keys.toml",
];

const TLS: [&str; 4] = ["--tls-certificate", "server.pem", "--tls-key", "server.key"];

/// Two accounts with three keys, and certificates beside them.
fn prepared() -> Serving {
    let serving = Serving::prepared();
    for (name, [certificate, key, authority]) in ["server", "other"].into_iter().zip(CERTIFICATES) {
        let program = &serving.program;
        program.file(&format!("{name}.pem"), certificate);
        program.file(&format!("{name}.key"), key);
        program.file(&format!("{name}-authority.pem"), authority);
        let own = fs::Permissions::from_mode(0o600);
        fs::set_permissions(program.path(&format!("{name}.key")), own).unwrap();
    }
    serving
}

#[test]
fn keys_and_certificates_change_while_it_is_watched_and_logged() {
    let mut serving = prepared();
    let watched = ["--admin-listen", "127.0.0.1:0", "--log", "json"];
    serving.start(&[&TLS[..], &watched].concat());
    let admin = serving.told["admin_url"].as_str().unwrap().to_owned();
    secret(
        &serving.program,
        &key("AKIDFRESH", &serving.accounts[0], "dana", "/acme/dev"),
    );
    // The script puts these in their places, and has them read again.
    fs::rename(
        serving.program.path("keys.toml"),
        serving.program.path("fresh.toml"),
    )
    .unwrap();
    let said = serving.python("operated.py", &[&admin]);
    assert_eq!(said, "operated: well\n");
    assert_eq!(serving.stop("TERM"), Some(0));

    let log = serving.log();
    assert!(!log.contains(SECRET), "{log}");
    let lines: Vec<serde_json::Value> = log
        .lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|_| panic!("{line}")))
        .collect();
    let told = |line: &serde_json::Value| {
        let text = |name: &str| line[name].as_str().unwrap_or("-").to_owned();
        let status = &line["status"];
        ["message", "action", "code", "key", "principal"]
            .map(text)
            .join(" ")
            + &format!(" {status}")
    };
    let told: Vec<_> = lines.iter().map(told).collect();
    insta::assert_snapshot!(told.join("\n"));
    assert!(lines.iter().any(|line| line["error"].is_string()));
}

#[test]
fn what_cannot_be_served_with_is_refused_at_the_start() {
    let serving = prepared();
    let program = &serving.program;
    let mut told = String::new();
    for options in [
        &["--tls-certificate", "server.pem"][..],
        &["--tls-certificate", "server.pem", "--tls-key", "other.key"],
        &["--tls-certificate", "server.key", "--tls-key", "server.key"],
        &["--tls-certificate", "server.pem", "--tls-key", "server.pem"],
        &[
            "--tls-certificate",
            "nothing.pem",
            "--tls-key",
            "server.key",
        ],
        &["--admin-listen", "127.0.0.1"],
        &["--rate", "0"],
        &["--rate", "many/more"],
        &["--log", "xml"],
    ] {
        let own = fs::Permissions::from_mode(0o600);
        fs::set_permissions(program.path("server.pem"), own).unwrap();
        let ran = program.run(&[&CHECK[..], options].concat()).shown();
        told = format!("{told}# {}\n{ran}\n", options.join(" "));
    }
    let all = fs::Permissions::from_mode(0o644);
    fs::set_permissions(program.path("server.key"), all).unwrap();
    let ran = program.run(&[&CHECK[..], &TLS].concat()).shown();
    told = format!("{told}# a key that others can read\n{ran}\n");
    insta::assert_snapshot!(told);
}

#[test]
fn a_key_that_asks_too_often_is_told_to_wait() {
    let mut serving = Serving::prepared();
    serving.start(&["--rate", "1/3"]);
    let said = serving.python("limited.py", &[]);
    assert_eq!(said, "limited: well\n");
}

#[test]
fn options_stand_in_a_file_and_the_command_line_wins() {
    let mut serving = Serving::prepared();
    let program = &serving.program;
    let options = "access-keys = \"keys.toml\"\nlisten = \"127.0.0.1:1\"\nrate = \"1/3\"\n\
                   imports = 1\nallow-host = [\"a.example\", \"*.b.example\"]\nsymphony-ids = true\n";
    program.file("atlas.toml", options);
    // Another server may have the socket, so that it is not asked for.
    let check = ["serve", "ec2", "--config", "atlas.toml", "--check"];
    assert_eq!(program.ok(&check).out, "");
    serving.start(&["--config=atlas.toml", "--listen", "127.0.0.1:0"]);
    assert_eq!(serving.python("limited.py", &[]), "limited: well\n");
    assert_eq!(serving.stop("TERM"), Some(0));
}

#[test]
fn every_option_and_its_default_can_be_written() {
    let serving = Serving::prepared();
    let program = &serving.program;
    let file = program.ok(&["serve", "ec2", "--print-config"]).out;
    insta::assert_snapshot!(file);
    // Whoever takes the comments from those with a default has them all read.
    let set: Vec<_> = file
        .lines()
        .filter_map(|line| line.strip_prefix("# "))
        .filter(|line| line.contains(" = ") && !line.ends_with("\"\"") && !line.contains('`'))
        .collect();
    assert!(set.len() > 5, "{set:?}");
    let set = set.join("\n");
    program.file(
        "atlas.toml",
        format!("listen = \"127.0.0.1:0\"\naccess-keys = \"keys.toml\"\n{set}\n"),
    );
    program.ok(&["serve", "ec2", "--config", "atlas.toml", "--check"]);
}

#[test]
fn what_is_wrong_is_told_before_anything_is_served() {
    let serving = Serving::prepared();
    let program = &serving.program;
    let good = "access-keys = \"keys.toml\"\nlisten = \"127.0.0.1:0\"\n";
    let mut told = String::new();
    for more in [
        "listn = \"127.0.0.1:0\"",
        "config = \"other.toml\"",
        "[tls]\nkey = \"a\"",
        "symphony-ids = \"yes\"",
        "imports = [1, 2]",
        "imports = true",
        "imports = \"many\"",
        "rate = \"--check\"",
        "tls-key = \"server.key\"",
        "rate = ",
    ] {
        program.file("atlas.toml", format!("{good}{more}\n"));
        let ran = program.run(&["serve", "ec2", "--config", "atlas.toml", "--check"]);
        told = format!("{told}# {more}\n{}\n", ran.shown());
    }
    let ran = program.run(&["serve", "ec2", "--config", "nothing.toml", "--check"]);
    told = format!("{told}# no file\n{}\n", ran.shown());
    let ran = program.run(&["serve", "ec2", "--config"]);
    told = format!("{told}# no name\n{}\n", ran.shown());
    insta::assert_snapshot!(told);
}

#[cfg(feature = "postgres")]
#[test]
fn a_store_that_goes_away_comes_back() {
    let postgres = atlas_test_servers::Postgres::start().unwrap();
    let mut serving = Serving::prepared_in(Program::on(postgres.url()));
    serving.start(&["--admin-listen", "127.0.0.1:0", "--log", "json"]);
    let admin = serving.told["admin_url"].as_str().unwrap().to_owned();
    let made = serving.python("images.py", &["register", "5"]);
    postgres.kill().unwrap();
    assert_eq!(serving.python("store.py", &["away", &admin]), "away\n");
    postgres.start_again().unwrap();
    assert_eq!(serving.python("store.py", &["back", &admin]), "back\n");
    assert_eq!(serving.python("images.py", &["list"]), made);
    // Why is in the log, and nowhere else.
    let failed = |line: &str| line.contains("\"failed\"") && line.contains("\"error\":");
    assert!(serving.log().lines().any(failed), "{}", serving.log());
    assert_eq!(serving.stop("TERM"), Some(0));
}
