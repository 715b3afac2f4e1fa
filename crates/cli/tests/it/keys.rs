//! `atlas key`: access keys of the store, and servers that know them.

use crate::{
    program::{Program, Ran, done, stable},
    serving::{SECRET, Serving},
};
use std::{
    fs,
    io::{Read as _, Write as _},
    net::Shutdown,
    os::unix::{fs::PermissionsExt as _, net::UnixStream},
};

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
    let serving = Serving::prepared_in(Program::on(postgres.url()));
    lives_of_keys(serving, &[], &[]);
}

/// A file is open to the server alone, so the server is asked.
#[test]
fn e05_keys_of_a_file_that_is_served_are_changed_by_its_server() {
    let control = ["--control", "control"];
    let (one, other) = (Serving::prepared(), Serving::prepared());
    lives_of_keys(one, &control, &control);

    // Nobody else may use the socket; it goes with the server, and one of a server that was killed is
    // replaced.
    let mut serving = other;
    seal_key(&serving.program, "seal.key", "a");
    let options = ["--seal-key", "seal.key", "--control", "control"];
    serving.start(&options);
    let socket = serving.program.path("control");
    let mode = fs::metadata(&socket).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    assert_eq!(serving.stop("KILL"), None);
    assert!(socket.exists());
    serving.start(&options);
    // Answers that are none, and questions.
    let ask = |text: &str| {
        let mut stream = UnixStream::connect(&socket).unwrap();
        // What is too long is not read to its end.
        let _ = stream.write_all(text.as_bytes());
        let _ = stream.shutdown(Shutdown::Write);
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        String::from_utf8(answer).unwrap()
    };
    let wrong = ["", "\n", "{}\n", "[1]\n", &"x".repeat(1 << 17)];
    for text in wrong {
        let answer = ask(text);
        assert!(
            answer.is_empty() || answer.starts_with(r#"{"refused":["#),
            "{answer}"
        );
    }
    let program = &serving.program;
    let shown = program.run(&["key", "remove", "AKIDNONE", "--control", "control"]);
    let mut told = format!("{}\n", shown.shown());
    let shown = program.run(&[
        "--as",
        "bert",
        "key",
        "list",
        "dana",
        "--control",
        "control",
    ]);
    told = format!("{told}{}\n", shown.shown());
    let shown = program.run(&["key", "list", "--control", "nothing"]);
    told = format!("{told}{}\n", shown.shown());
    program.file("file", "");
    let serve = [
        "serve",
        "ec2",
        "--listen",
        "127.0.0.1:0",
        "--seal-key",
        "seal.key",
    ];
    assert_eq!(serving.stop("TERM"), Some(0));
    assert!(!socket.exists());
    let program = &serving.program;
    let shown = program.run(&[&serve[..], &["--control", "file"]].concat());
    told = format!("{told}{}", shown.shown());
    insta::assert_snapshot!(told);
}

/// Keys of a store that a server serves with some options, and that commands change with some.
fn lives_of_keys(mut serving: Serving, options: &[&str], with: &[&str]) {
    seal_key(&serving.program, "seal.key", "a");
    serving.start(&[&["--seal-key", "seal.key", "--log", "json"], options].concat());
    let program = &serving.program;
    let codes = |keys: &[&Made]| {
        let words = keys.iter().flat_map(|key| [key.id.as_str(), &key.secret]);
        serving.python("keyed.py", &words.collect::<Vec<_>>())
    };
    let make = |line: &[&str]| made(program, &[line, with].concat());
    let run = |line: &[&str]| program.ok(&[line, with].concat());
    let one = make(&["--scope", "/acme/dev", "key", "add", "dana"]);
    let given = Made {
        id: "AKIDBETA".to_owned(),
        secret: SECRET.to_owned(),
    };
    assert_eq!(codes(&[&given, &one]), "ok ok\n");
    let two = make(&["key", "rotate", &one.id]);
    assert_eq!(codes(&[&one, &two]), "ok ok\n");
    run(&["key", "disable", &one.id]);
    assert_eq!(codes(&[&one, &two]), "AuthFailure ok\n");
    run(&["key", "enable", &one.id]);
    assert_eq!(codes(&[&one]), "ok\n");
    run(&["key", "remove", &one.id]);
    let last = make(&["key", "rotate", &two.id, "--grace", "0"]);
    let all = [&one, &two, &last];
    assert_eq!(codes(&all), "AuthFailure AuthFailure ok\n");
    let listed = run(&["key", "list", "--limit", "1", "--all"]).out;
    assert!(
        listed.contains(&two.id) && listed.contains(&last.id),
        "{listed}"
    );

    // Another key for sealing: first it opens too, then it seals, then the one from before goes.
    let reload = |digits: &str| {
        seal_key(program, "seal.key", digits);
        serving.python("reload.py", &[]);
    };
    reload("ba");
    // The secret of a key that has ended is among them.
    let resealed = run(&[
        "key",
        "reseal",
        "--seal-key",
        "seal.key",
        "--output",
        "json",
    ]);
    assert_eq!(resealed.out, "{\"resealed\":2,\"unchanged\":0}\n");
    reload("b");
    assert_eq!(codes(&[&last]), "ok\n");
    reload("c");
    assert_eq!(codes(&[&last, &given]), "ServiceUnavailable ok\n");
    reload("cb");
    assert_eq!(codes(&[&last]), "ok\n");
    let log = serving.log();
    for secret in [&one.secret, &two.secret, &last.secret] {
        assert!(!log.contains(secret.as_str()), "{log}");
    }
    assert!(log.contains(&last.id), "{log}");
    assert_eq!(serving.stop("TERM"), Some(0));
    let program = &serving.program;
    // Whoever has answered at the control socket has let the file go.
    let checked = program.json(&["store", "check"]);
    if let Some(file) = checked[0].get("file") {
        assert_eq!(file["closed_well"], true, "{checked:?}");
    }
    let check = [
        "serve",
        "ec2",
        "--listen",
        "127.0.0.1:0",
        "--check",
        "--seal-key",
        "seal.key",
    ];
    assert_eq!(program.ok(&check).err, "");
    seal_key(program, "seal.key", "c");
    let refused = program.run(&check);
    assert_eq!(refused.code, 1, "{}", refused.shown());
}
