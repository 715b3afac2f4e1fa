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
    insta::assert_snapshot!(ran.shown(), @"
    exit 0
    --- stdout
    CLOUD      CANONICAL                             KIND           PARTS
    ────────────────────────────────────────────────────────────────────────────────
    openstack  0b7e48ce-eb45-4f35-86a8-7d1e31c47c3e  image          uuid=0b7e48ce-eb45-4f35-86a8-7d1e31c47c3e
    vmware     0b7e48ce-eb45-4f35-86a8-7d1e31c47c3e  instance-uuid  uuid=0b7e48ce-eb45-4f35-86a8-7d1e31c47c3e
    huawei     0b7e48ce-eb45-4f35-86a8-7d1e31c47c3e  image          uuid=0b7e48ce-eb45-4f35-86a8-7d1e31c47c3e
    nutanix    0b7e48ce-eb45-4f35-86a8-7d1e31c47c3e  image          uuid=0b7e48ce-eb45-4f35-86a8-7d1e31c47c3e
    aws        ami-0ae8605ed708e3c3e                 ami            digits=0ae8605ed708e3c3e
    ");
    let ran = program.ok(&[
        "id",
        "parse",
        "--cloud",
        "azure",
        "Debian:debian-12:12-gen2:latest",
    ]);
    insta::assert_snapshot!(ran.shown(), @"
    exit 0
    --- stdout
    CLOUD  CANONICAL                        KIND  PARTS
    ───────────────────────────────────────────────────────────────
    azure  Debian:debian-12:12-gen2:latest  urn   publisher=Debian
                                                  offer=debian-12
                                                  sku=12-gen2
                                                  version=latest
    ");
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
    insta::assert_snapshot!(refused.shown(), @"
    exit 1
    --- stdout
    CLOUD         CANONICAL                       KIND  PARTS
    ─────────────────────────────────────────────────────────────────────────────
    digitalocean  hello                           slug  slug=hello
    hetzner       hello                           name  name=hello
    oci           docker.io/library/hello:latest  tag   registry=docker.io
                                                        repository=library/hello
                                                        tag=latest
    --- stderr
    error: `ami-0AE8605ED708E3C3E` is no image id of any cloud
      because: `ami-0AE8605ED708E3C3E` is no AWS image id: found `A` at byte 5, expected `ami-` and 8 or 17 lower-case hex digits (32 on Symphony); write hex digits in lower case: `ami-0ae8605ed708e3c3e`; an AWS image id looks like `ami-0ae8605ed708e3c3e` and stands in the AMI ID column of the EC2 console
    error: `projects/debian-cloud/global/image/x` is no image id of any cloud
      because: `projects/debian-cloud/global/image/x` is no GCP image id: found `/` at byte 34, expected `global/images/`, `global/machineImages/` or `zones/`; write `global/images/`: `projects/debian-cloud/global/images/x`; a GCP image id looks like `projects/debian-cloud/global/images/debian-12-bookworm-v20240415` and is what stands from `projects/` on in the image's selfLink
    ");
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
    insta::assert_snapshot!(ran.shown(), @r#"
    exit 1
    --- stdout
    {"cloud":"aws","input":"ami-0ae8605ed708e3c3e","ok":true,"canonical":"ami-0ae8605ed708e3c3e","kind":"ami"}
    {"ok":false,"error":"the line is no object {\"cloud\",\"input\"}: EOF while parsing a value","at":0}
    {"ok":false,"error":"the line is no object {\"cloud\",\"input\"}: expected `{`","at":0}
    {"ok":false,"error":"the line is no object {\"cloud\",\"input\"}: expected `{`","at":0}
    {"ok":false,"error":"the line is no object {\"cloud\",\"input\"}: missing field `input`","at":14}
    {"cloud":"moon","input":"x","ok":false,"error":"`moon` is no cloud: the cloud is unknown at byte 0, expected `aws`, `azure`, `gcp`, `openstack`, `vmware`, `local`, `oracle`, `alibaba`, `ibm`, `digitalocean`, `hetzner`, `linode`, `tencent`, `huawei`, `nutanix`, `proxmox` or `oci`","at":0}
    {"cloud":"gcp","input":"projects/a-1/global/images/x","ok":true,"canonical":"projects/a-1/global/images/x","kind":"image"}
    {"ok":false,"error":"the line is longer than 65536 bytes, cut","at":65536}
    {"ok":false,"error":"the line is no object {\"cloud\",\"input\"}: invalid unicode code point","at":24}
    {"cloud":"openstack","input":"0B7E48CE-EB45-4F35-86A8-7D1E31C47C3E","ok":true,"canonical":"0b7e48ce-eb45-4f35-86a8-7d1e31c47c3e","kind":"image"}
    "#);
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
fn check_reads_a_line_of_the_greatest_length_and_none_longer() {
    let program = Program::bare();
    let line = |length: usize| {
        let line = br#"{"cloud":"aws","input":"ami-0ae8605ed708e3c3e"}"#;
        [&line[..], &b" ".repeat(length - line.len()), &b"\n"[..]].concat()
    };
    let ran = program.fed(
        &["id", "check"],
        &[line(65_536), line(65_537), line(100)].concat(),
    );
    let ok: Vec<_> = ran
        .json()
        .iter()
        .map(|answer| answer["ok"].as_bool())
        .collect();
    assert_eq!(ok, [Some(true), Some(false), Some(true)]);
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

#[test]
fn detect_tells_one_cloud_or_all_that_it_can_be() {
    let program = Program::bare();
    let ran = program.run(&[
        "id",
        "detect",
        "ami-0ae8605ed708e3c3e",
        "0b7e48ce-eb45-4f35-86a8-7d1e31c47c3e",
        "???",
    ]);
    insta::assert_snapshot!(ran.shown());
    let lines = b"ami-0ae8605ed708e3c3e\r\n119192817\n???\n\nvm-42";
    insta::assert_snapshot!(program.fed(&["id", "detect"], lines).shown());
    let json = program.fed(&["--output", "json", "id", "detect"], lines);
    insta::assert_snapshot!(json.shown());
}

#[test]
fn lenient_reading_says_what_it_overlooked() {
    let program = Program::bare();
    let lenient = ["id", "parse", "--cloud", "aws", "--lenient"];
    let texts = [" AMI-0AE8605ED708E3C3E\n", "ami-0ae8605ed708e3c3g"];
    let table = program.run(&[&lenient[..], &texts[..]].concat());
    insta::assert_snapshot!(table.shown());
    let json = program.run(&[&["--output", "json"], &lenient[..], &texts[..]].concat());
    insta::assert_snapshot!(json.shown());
}
