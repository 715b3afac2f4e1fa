//! Input that is wrong: each says what, where, and what to do, and leaves everything as it was.

use crate::program::{Program, releases};

/// A run as a snapshot shows it, with the exit code that it must have.
#[track_caller]
fn fails(program: &Program, args: &[&str], code: i32) -> String {
    let ran = program.run(args);
    assert_eq!(
        (ran.code, ran.out.as_str()),
        (code, ""),
        "atlas {args:?}: {}",
        ran.err
    );
    format!("atlas {}\n{}", args.join(" "), ran.err)
        .replace(&*releases()[0].parent().unwrap().to_string_lossy(), "DATA")
}

#[test]
fn stores_that_are_none() {
    let program = Program::bare();
    let mut said = vec![fails(&program, &["mci", "list"], 3)];
    assert!(!program.path("a.redb").exists(), "only init makes a store");
    said.push(fails(&program, &["--store", "memory:", "mci", "list"], 3));
    let before: &[(&str, &[u8])] = &[
        ("empty.redb", b""),
        ("text.redb", b"hello, this is a text and no store\n"),
        (
            "sqlite.redb",
            b"SQLite format 3\0 and whatever follows in such a file",
        ),
    ];
    for (name, bytes) in before {
        program.file(name, bytes);
        said.push(fails(
            &program,
            &["--store", &format!("redb:{name}"), "mci", "list"],
            3,
        ));
        assert_eq!(
            std::fs::read(program.path(name)).unwrap(),
            *bytes,
            "it is left as it is"
        );
    }
    std::fs::create_dir(program.path("folder.redb")).unwrap();
    said.push(fails(
        &program,
        &["--store", "redb:folder.redb", "mci", "list"],
        3,
    ));
    program.ok(&["init"]);
    said.push(fails(&program, &["init"], 1));
    insta::assert_snapshot!(said.join("\n"));
}

#[test]
fn a_store_that_another_process_has_open() {
    let program = Program::new();
    let file = std::fs::OpenOptions::new()
        .read(true)
        .write(true)
        .open(program.path("a.redb"))
        .unwrap();
    file.lock().unwrap();
    let ran = program.run(&["mci", "list"]);
    assert_eq!((ran.code, ran.out.as_str()), (3, ""));
    assert!(
        ran.err
            .starts_with("error: the store at `FOLDER/a.redb` is in use"),
        "{}",
        ran.err
    );
    drop(file);
    program.ok(&["mci", "list"]);
}

#[test]
fn documents_that_cannot_be_imported() {
    let program = Program::new();
    for cloud in ["aws", "gcp"] {
        program.ok(&[
            "credential",
            "add",
            cloud,
            "--cloud",
            cloud,
            "--secret",
            "vault:x",
        ]);
    }
    let good = releases()[0].to_str().unwrap().to_owned();
    program.file("empty.json", "");
    program.file("cut.json", &std::fs::read(&good).unwrap()[..500]);
    program.file("text.json", "hello");
    program.file("other.json", "{\"items\":[]}");
    program.file("image.json", "\u{7f}ELF\0\0");
    let before = program.ok(&["store", "dump"]).out;
    let mut said = Vec::new();
    for name in [
        "empty.json",
        "cut.json",
        "text.json",
        "other.json",
        "image.json",
    ] {
        // The good one before it is not imported either.
        said.push(fails(
            &program,
            &["import", "stream", &good, name, "--name", "os"],
            1,
        ));
    }
    said.push(fails(
        &program,
        &["import", "stream", "missing.json", "--name", "os"],
        3,
    ));
    said.push(fails(
        &program,
        &["import", "stream", ".", "--name", "os"],
        3,
    ));
    std::fs::File::create(program.path("large.json"))
        .unwrap()
        .set_len(1 << 30)
        .unwrap();
    said.push(fails(
        &program,
        &["import", "stream", "large.json", "--name", "os"],
        1,
    ));
    said.push(fails(
        &program,
        &[
            "--scope", "/other", "import", "stream", &good, "--name", "os",
        ],
        1,
    ));
    assert_eq!(
        program.ok(&["store", "dump"]).out,
        before,
        "nothing was written"
    );
    insta::assert_snapshot!(said.join("\n"));
}

#[test]
fn c02_an_image_without_a_credential_is_refused() {
    let program = Program::new();
    let register = [
        "image",
        "register",
        "aws/us-east-1",
        "ami-0123456789abcdef0",
        "--os",
        "ubuntu/22.04/22.04.4",
    ];
    let mut said = vec![fails(&program, &register, 1)];
    program.ok(&[
        "credential",
        "add",
        "main",
        "--cloud",
        "aws",
        "--secret",
        "vault:x",
    ]);
    let record = program.json(&register).remove(0);
    assert_eq!(record["location"], "aws/us-east-1");
    let shown = program.json(&["image", "show", record["id"].as_str().unwrap()]);
    assert_eq!(shown[0], record);
    said.push(crate::program::stable(&fails(&program, &register, 1)));
    said.push(fails(&program, &["credential", "remove", "main"], 1));
    insta::assert_snapshot!(said.join("\n"), @"
    atlas image register aws/us-east-1 ami-0123456789abcdef0 --os ubuntu/22.04/22.04.4
    error: no credential for `aws/us-east-1` reaches `/acme`: add a credential at `/acme` or above

    atlas image register aws/us-east-1 ami-0123456789abcdef0 --os ubuntu/22.04/22.04.4
    error: `ami-0123456789abcdef0` in `aws/us-east-1` is registered already at `/acme`, as img-00000000000000000000000000000000: use that record

    atlas credential remove main
    error: the credential `main` at `/acme` is used by image records (1): delete them first
    ");
}

#[test]
fn references_that_lead_nowhere() {
    let program = Program::new();
    program.ok(&["mci", "new", "web"]);
    let said = [
        fails(&program, &["mci", "show", "wep"], 1),
        fails(
            &program,
            &["mci", "show", "lin-00000000000000000000000000000007"],
            1,
        ),
        fails(&program, &["resolve", "web", "gcp"], 1),
        fails(&program, &["mci", "commit", "web", "-m", "empty"], 1),
        fails(&program, &["mci", "diff", "web"], 1),
        fails(&program, &["mci", "diff", "web@1"], 2),
        fails(&program, &["lock", "web@head", "-o", "x.lock"], 1),
        fails(&program, &["export", "stream", "web@head"], 1),
        fails(
            &program,
            &["channel", "assign", "production", "web@head"],
            1,
        ),
        fails(&program, &["mci", "set", "web"], 2),
        fails(
            &program,
            &["mci", "set", "web", "aws/us-east-1", "ami-1"],
            2,
        ),
        fails(
            &program,
            &[
                "mci",
                "set",
                "web",
                "aws/us-east-1",
                "ami-0123456789abcdef0",
            ],
            1,
        ),
        fails(&program, &["--as", "nobody", "mci", "show", "web"], 1),
    ];
    assert!(!program.path("x.lock").exists());
    insta::assert_snapshot!(said.join("\n"));
}

#[test]
fn lock_files_and_dumps_that_are_none() {
    let program = Program::with_releases(&releases()[..1]);
    program.ok(&["lock", "fedora-coreos-x86_64", "-o", "good.lock"]);
    let good = std::fs::read_to_string(program.path("good.lock")).unwrap();
    program.file("edited.lock", good.replacen("ami-0", "ami-1", 1));
    program.file(
        "later.lock",
        good.replacen("\"version\": 1", "\"version\": 2", 1),
    );
    program.file("text.lock", "hello");
    let mut said: Vec<_> = ["edited.lock", "later.lock", "text.lock"]
        .map(|name| fails(&program, &["lock", "verify", name], 1))
        .into();
    said.push(fails(&program, &["lock", "verify", "missing.lock"], 3));
    said.push(fails(
        &program,
        &["lock", "fedora-coreos-x86_64", "-o", "no/such/folder.lock"],
        3,
    ));

    program.ok(&["store", "dump", "-o", "dump.jsonl"]);
    let dump = std::fs::read_to_string(program.path("dump.jsonl")).unwrap();
    let lines: Vec<_> = dump.lines().collect();
    let (last, whole) = lines[..80].split_last().unwrap();
    let cut = last.split(':').next().unwrap();
    program.file("cut.jsonl", [whole, &[cut]].concat().join("\n"));
    program.file("edited.jsonl", dump.replacen("ami-0", "ami-1", 1));
    program.file("text.jsonl", "hello\n");
    let fresh = Program::bare();
    fresh.ok(&["init"]);
    let untouched = fresh.ok(&["store", "dump"]).out;
    let entries = regex::Regex::new("[0-9]+ entries expected, [0-9]+ found").unwrap();
    for name in ["cut.jsonl", "edited.jsonl", "text.jsonl"] {
        let path = program.path(name).to_str().unwrap().to_owned();
        let text = fails(&fresh, &["store", "load", &path], 1);
        let text = text.replace(program.path("").to_str().unwrap(), "FOLDER/");
        // How many index entries a record has is not what this is about.
        said.push(
            entries
                .replace_all(&text, "N entries expected, N found")
                .into_owned(),
        );
    }
    assert_eq!(
        fresh.ok(&["store", "dump"]).out,
        untouched,
        "nothing was written"
    );
    // A store with something in it is not replaced.
    said.push(
        fails(&program, &["store", "load", "dump.jsonl"], 1)
            .split("`/")
            .next()
            .unwrap()
            .to_owned(),
    );
    insta::assert_snapshot!(said.join("\n"));
}

#[test]
fn a_damaged_store_is_found_wanting() {
    let program = Program::with_releases(&releases()[..1]);
    program.ok(&["store", "check"]);
    let path = program.path("a.redb");
    let mut bytes = std::fs::read(&path).unwrap();
    // Every copy of one image id, so that the live page is among them.
    let id = b"ami-0";
    let places: Vec<_> = bytes
        .windows(id.len())
        .enumerate()
        .filter(|(_, piece)| *piece == id)
        .map(|(at, _)| at)
        .collect();
    for at in places {
        bytes[at + 5] = b'g';
    }
    std::fs::write(&path, bytes).unwrap();
    let ran = program.run(&["store", "check"]);
    assert!(
        ran.code == 1 || ran.code == 3,
        "{}: {}{}",
        ran.code,
        ran.out,
        ran.err
    );
}

#[test]
fn no_store_and_no_device_is_replaced_by_an_answer() {
    let program = Program::with_releases(&releases()[..1]);
    let store = program.path("a.redb");
    let name = store.file_name().unwrap().to_str().unwrap().to_owned();
    for target in [name.as_str(), "/dev/null"] {
        fails(&program, &["store", "dump", "-o", target], 1);
        let lock = ["lock", "fedora-coreos-x86_64@next", "-o", target];
        fails(&program, &lock, 1);
    }
    assert!(std::fs::read(&store).unwrap().starts_with(b"redb"));
    program.ok(&["store", "check"]);
}
