//! `atlas id`: no store is needed, and `check` streams.

use crate::program::Program;

#[test]
fn parses_with_every_cloud_that_reads_the_text() {
    let program = Program::bare();
    let ran = program.ok(&[
        "id",
        "parse",
        "0B7E48CE-eb45-4f35-86a8-7d1e31c47c3e",
        "ami-0ae8605ed708e3c3e",
    ]);
    insta::assert_snapshot!(ran.shown());
    let ran = program.ok(&[
        "id",
        "parse",
        "--cloud",
        "azure",
        "Debian:debian-12:12-gen2:latest",
    ]);
    insta::assert_snapshot!(ran.shown());
}

#[test]
fn i13_a_refusal_says_what_an_id_looks_like_and_where_to_find_it() {
    let program = Program::bare();
    let texts = [
        "ami-0AE8605ED708E3C3E",
        "hello",
        "projects/debian-cloud/global/image/x",
    ];
    let refused = program.run(&[&["id", "parse"], &texts[..]].concat());
    insta::assert_snapshot!(refused.shown());
}

#[test]
fn equal_has_three_answers() {
    let program = Program::bare();
    for (cloud, a, b, answer) in [
        (
            "azure",
            "Debian:debian-12:12:latest",
            "debian:DEBIAN-12:12:latest",
            "equal\n",
        ),
        (
            "aws",
            "ami-0ae8605ed708e3c3e",
            "ami-0ae8605ed708e3c3f",
            "different\n",
        ),
        (
            "gcp",
            "projects/p-1/global/images/x",
            "projects/p-1/global/images/12345",
            "undecided\n",
        ),
    ] {
        let ran = program.ok(&["id", "equal", "--cloud", cloud, a, b]);
        assert_eq!(ran.out, answer);
    }
    assert_eq!(
        program
            .run(&["id", "equal", "--cloud", "aws", "ami-1", "ami-2"])
            .code,
        1
    );
}

#[test]
fn check_answers_every_line_in_its_place() {
    let lines: Vec<Vec<u8>> = vec![
        br#"{"cloud":"aws","input":"ami-0ae8605ed708e3c3e"}"#.to_vec(),
        b"".to_vec(),
        b"nonsense".to_vec(),
        br#"["aws","ami-0ae8605ed708e3c3e"]"#.to_vec(),
        br#"{"cloud":"aws"}"#.to_vec(),
        br#"{"cloud":"moon","input":"x"}"#.to_vec(),
        br#"{"cloud":"gcp","input":"projects\/a-1\/global\/images\/\u0078"}"#.to_vec(),
        [
            br#"{"cloud":"aws","input":""#.to_vec(),
            vec![b'a'; 200_000],
            b"\"}".to_vec(),
        ]
        .concat(),
        b"{\"cloud\":\"aws\",\"input\":\"\xff\"}".to_vec(),
        br#"{"cloud":"openstack","input":"0B7E48CE-EB45-4F35-86A8-7D1E31C47C3E","id":7}"#.to_vec(),
    ];
    let ran = Program::bare().fed(&["id", "check"], &lines.join(&b"\n"[..]));
    insta::assert_snapshot!(ran.shown());
    assert_eq!(ran.json().len(), lines.len());
}

#[test]
fn check_ends_with_0_when_all_is_ok_and_with_nothing_at_all() {
    let program = Program::bare();
    let ran = program.fed(
        &["id", "check"],
        b"{\"cloud\":\"aws\",\"input\":\"ami-0ae8605ed708e3c3e\"}\n",
    );
    assert_eq!((ran.code, ran.out.lines().count()), (0, 1));
    assert_eq!(program.fed(&["id", "check"], b"").code, 0);
}

#[test]
fn check_streams_more_than_its_buffers_in_order() {
    let count: u64 = 30_000;
    let lines = (0..count).map(|at| format!("{{\"cloud\":\"aws\",\"input\":\"ami-{at:017x}\"}}\n"));
    let ran = Program::bare().fed(&["id", "check"], lines.collect::<String>().as_bytes());
    assert_eq!(ran.code, 0);
    for (at, line) in ran.out.lines().enumerate() {
        assert!(
            line.contains(&format!("\"canonical\":\"ami-{at:017x}\"")),
            "{at}: {line}"
        );
    }
    assert_eq!(ran.out.lines().count(), usize::try_from(count).unwrap());
}

/// Whoever sends a line and waits for its answer gets it.
#[test]
fn check_answers_before_the_next_line_is_sent() {
    use std::io::{BufRead as _, BufReader, Write as _};
    let mut command = Program::bare().command(&["id", "check"]);
    let piped = std::process::Stdio::piped;
    let mut child = command
        .current_dir("/")
        .stdin(piped())
        .stdout(piped())
        .spawn()
        .unwrap();
    let (mut stdin, stdout) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
    let mut stdout = BufReader::new(stdout);
    for kind in ["ami", "symphony-ami"] {
        let digits = if kind == "ami" { 17 } else { 32 };
        writeln!(
            stdin,
            "{{\"cloud\":\"aws\",\"input\":\"ami-{}\"}}",
            "0".repeat(digits)
        )
        .unwrap();
        let mut answer = String::new();
        stdout.read_line(&mut answer).unwrap();
        assert!(answer.contains(&format!("\"kind\":\"{kind}\"")), "{answer}");
    }
    drop(stdin);
    assert!(child.wait().unwrap().success());
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    use std::io::{BufRead as _, BufReader};
    let program = Program::bare();
    let line = b"{\"cloud\":\"aws\",\"input\":\"ami-0ae8605ed708e3c3e\"}\n";
    let input = program.file("ids.jsonl", line.repeat(50_000));
    let mut command = program.command(&["id", "check"]);
    let stdin = std::fs::File::open(input).unwrap();
    let piped = std::process::Stdio::piped;
    let mut child = command
        .stdin(stdin)
        .stdout(piped())
        .stderr(piped())
        .spawn()
        .unwrap();
    let mut first = String::new();
    BufReader::new(child.stdout.take().unwrap())
        .read_line(&mut first)
        .unwrap();
    let ended = child.wait_with_output().unwrap();
    assert_eq!(
        (ended.status.code(), ended.stderr.as_slice()),
        (Some(0), &b""[..])
    );
}
