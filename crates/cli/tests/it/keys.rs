//! `atlas key`: access keys of the store, and servers that know them.

use crate::{
    program::{Program, Ran, done, stable},
    serving::{SECRET, Serving},
};
use std::{fs, os::unix::fs::PermissionsExt as _};

/// Writes a file with a key for sealing of each of these digits, which nobody else may read.
pub(crate) fn seal_key(program: &Program, name: &str, digits: &str) -> String {
    let lines = digits
        .chars()
        .map(|digit| digit.to_string().repeat(64) + "\n");
    let path = program.file(name, lines.collect::<String>());
    let own = fs::Permissions::from_mode(0o600);
    fs::set_permissions(program.path(name), own).unwrap();
    path
}

/// A key that was made: its id and its secret.
struct Made {
    id: String,
    secret: String,
}

fn made(program: &Program, line: &[&str]) -> Made {
    let seal = ["--seal-key", "seal.key"];
    let answer = program.json(&[line, &seal].concat()).remove(0);
    let text = |name: &str| answer[name].as_str().unwrap().to_owned();
    Made {
        id: text("id"),
        secret: text("secret"),
    }
}

/// What is said, without what differs from run to run.
fn said(ran: &Ran, keys: &[&Made]) -> String {
    let mut text = stable(&ran.shown());
    for (key, name) in keys.iter().zip(["ONE", "TWO", "THREE"]) {
        let id = format!("{:<20}", format!("AKID{name}"));
        text = text.replace(&key.secret, "SECRET").replace(&key.id, &id);
    }
    text
}

#[test]
fn e05_the_life_of_a_key_as_it_is_told() {
    let program = Program::bare();
    done(
        &program,
        &[
            "init",
            "scope add /acme",
            "principal add dana",
            "grant add designer dana --scope /acme",
        ],
    );
    seal_key(&program, "seal.key", "a");
    let add = ["--scope", "/acme", "--as", "dana", "key", "add", "dana"];
    let shown = program.ok(&[&add[..], &["--seal-key", "seal.key"]].concat());
    let field = |name: &str| {
        let line = shown.out.lines().find(|line| line.starts_with(name));
        let value = line.unwrap().split_whitespace().last();
        value.unwrap().to_owned()
    };
    let one = Made {
        id: field("id"),
        secret: field("secret"),
    };
    let mut told = said(&shown, &[&one]);
    let rotate = ["key", "rotate", &one.id, "--grace", "1"];
    let mut two = made(&program, &rotate);
    while two.id < one.id {
        // Lists are by id, and ids are of chance.
        program.ok(&["key", "remove", &two.id]);
        two = made(&program, &rotate);
    }
    let keys = [&one, &two];
    let mut tell = |line: &[&str]| {
        let shown = said(&program.run(line), &keys);
        let line = line.join(" ").replace(&two.id, "AKIDTWO");
        told = format!(
            "{told}\n$ atlas {}\n{shown}",
            line.replace(&one.id, "AKIDONE")
        );
    };
    tell(&["key", "disable", &two.id]);
    tell(&["--as", "dana", "key", "list"]);
    tell(&["key", "enable", &two.id]);
    tell(&["key", "enable", &two.id]);
    tell(&[&add[..], &["--seal-key", "seal.key"]].concat());
    tell(&["key", "rotate", &two.id, "--seal-key", "nothing.key"]);
    seal_key(&program, "other.key", "b");
    tell(&["key", "reseal", "--seal-key", "other.key"]);
    seal_key(&program, "other.key", "ba");
    tell(&["key", "reseal", "--seal-key", "other.key"]);
    tell(&["key", "reseal", "--seal-key", "other.key"]);
    tell(&["key", "remove", &one.id]);
    tell(&["key", "remove", &one.id]);
    tell(&[
        "--as",
        "dana",
        "--scope",
        "/acme",
        "key",
        "add",
        "admin",
        "--seal-key",
        "seal.key",
    ]);
    tell(&[
        "--scope",
        "/",
        "key",
        "add",
        "dana",
        "--seal-key",
        "seal.key",
    ]);
    program.file("open.key", "short\n");
    let all = fs::Permissions::from_mode(0o644);
    fs::set_permissions(program.path("open.key"), all).unwrap();
    tell(&["key", "reseal", "--seal-key", "open.key"]);
    let own = fs::Permissions::from_mode(0o600);
    fs::set_permissions(program.path("open.key"), own).unwrap();
    tell(&["key", "reseal", "--seal-key", "open.key"]);
    insta::assert_snapshot!(told);
    // Neither the store nor a dump of it has a secret.
    let dump = program.ok(&["store", "dump"]).out;
    assert!(dump.contains(&two.id));
    assert!(!dump.contains(&one.secret) && !dump.contains(&two.secret));
    let store = fs::read(program.path("atlas.redb")).unwrap_or_default();
    let has = |text: &str| {
        store
            .windows(text.len())
            .any(|part| part == text.as_bytes())
    };
    assert!(!has(&two.secret));
}

#[cfg(feature = "postgres")]
#[test]
fn e05_keys_are_rotated_and_taken_away_while_a_server_runs() {
    let postgres = atlas_test_servers::Postgres::start().unwrap();
    let mut serving = Serving::prepared_in(Program::on(postgres.url()));
    seal_key(&serving.program, "seal.key", "a");
    serving.start(&["--seal-key", "seal.key", "--log", "json"]);
    let program = &serving.program;
    let codes = |keys: &[&Made]| {
        let words = keys.iter().flat_map(|key| [key.id.as_str(), &key.secret]);
        serving.python("keyed.py", &words.collect::<Vec<_>>())
    };
    let one = made(program, &["--scope", "/acme/dev", "key", "add", "dana"]);
    let given = Made {
        id: "AKIDBETA".to_owned(),
        secret: SECRET.to_owned(),
    };
    assert_eq!(codes(&[&given, &one]), "ok ok\n");
    let two = made(program, &["key", "rotate", &one.id]);
    assert_eq!(codes(&[&one, &two]), "ok ok\n");
    done(program, &[&format!("key disable {}", one.id)]);
    assert_eq!(codes(&[&one, &two]), "AuthFailure ok\n");
    done(program, &[&format!("key remove {}", one.id)]);
    let last = made(program, &["key", "rotate", &two.id, "--grace", "0"]);
    assert_eq!(codes(&[&one, &two, &last]), "AuthFailure AuthFailure ok\n");

    // Another key for sealing: first it opens too, then it seals, then the one from before goes.
    let reload = |digits: &str| {
        seal_key(program, "seal.key", digits);
        serving.python("reload.py", &[]);
    };
    reload("ba");
    let resealed = program.json(&["key", "reseal", "--seal-key", "seal.key"]);
    // That of a key that has ended is among them.
    assert_eq!(resealed[0]["resealed"], 2);
    reload("b");
    assert_eq!(codes(&[&last]), "ok\n");
    reload("c");
    assert_eq!(codes(&[&last, &given]), "ServiceUnavailable ok\n");
    let check = [
        "serve",
        "ec2",
        "--listen",
        "127.0.0.1:0",
        "--seal-key",
        "seal.key",
        "--check",
    ];
    let refused = program.run(&check);
    assert_eq!(refused.code, 1, "{}", refused.shown());
    reload("cb");
    assert_eq!(program.ok(&check).err, "");
    done(program, &["principal remove dana"]);
    assert_eq!(codes(&[&last, &given]), "AuthFailure ok\n");
    let log = serving.log();
    for secret in [&one.secret, &two.secret, &last.secret] {
        assert!(!log.contains(secret.as_str()), "{log}");
    }
    assert!(log.contains(&last.id), "{log}");
    assert_eq!(serving.stop("TERM"), Some(0));
}
