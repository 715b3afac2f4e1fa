//! The main job from end to end: real releases in, one exact image out, locked, moved, exported.

use crate::program::{Program, releases};
use serde_json::{Value, json};
use std::collections::BTreeSet;

#[test]
fn from_stream_documents_to_locked_images() {
    let program = Program::with_releases(&releases());

    // Each release is a revision; the channels point to the newest of each stream.
    let log = program.json(&["mci", "log", "fedora-coreos-x86_64"]);
    assert_eq!(log.len(), releases().len());
    let numbers: Vec<_> = log
        .iter()
        .map(|entry| entry["revision"]["number"].as_u64())
        .collect();
    assert!(
        numbers.is_sorted_by(|a, b| a > b),
        "newest first: {numbers:?}"
    );
    let channels: BTreeSet<_> = log
        .iter()
        .flat_map(|entry| entry["channels"].as_array().unwrap())
        .cloned()
        .collect_texts();
    assert_eq!(
        channels,
        ["next", "stable", "testing"].map(str::to_owned).into()
    );

    // The stable channel answers with the image that its document names.
    let resolved = program.json(&[
        "resolve",
        "fedora-coreos-x86_64@stable",
        "aws/eu-central-1",
        "gcp/us-central1",
    ]);
    let document = document("stable-44.20260707.3.1.json");
    let images = &document["architectures"]["x86_64"]["images"];
    assert_eq!(
        resolved[0]["image"],
        images["aws"]["regions"]["eu-central-1"]["image"]
    );
    let gcp = &images["gcp"];
    let (project, name) = (
        gcp["project"].as_str().unwrap(),
        gcp["name"].as_str().unwrap(),
    );
    assert_eq!(
        resolved[1]["image"],
        format!("projects/{project}/global/images/{name}")
    );
    assert_eq!(resolved[1]["served_by"], "gcp");

    // Where there is no image, the answer says so, and what would help.
    let refused = program.run(&["resolve", "fedora-coreos-x86_64@stable", "azure/westeurope"]);
    assert_eq!((refused.code, refused.out.as_str()), (1, ""));
    assert!(
        refused.err.contains("has no image for azure/westeurope"),
        "{}",
        refused.err
    );

    // A lock file says the same for ever, and is checked against the store.
    program.ok(&["lock", "fedora-coreos-x86_64@stable", "-o", "stable.lock"]);
    let states = program.json(&["lock", "verify", "stable.lock"]);
    assert_eq!(
        states.len(),
        program
            .json(&["resolve", "fedora-coreos-x86_64@stable", "--all"])
            .len()
    );
    assert!(states.iter().all(|state| state["state"] == "same"));
    let lock: Value = read(&program, "stable.lock");
    assert_eq!(
        lock["locations"]["aws/eu-central-1"]["image"],
        resolved[0]["image"]
    );

    // The whole store moves into another one, byte for byte.
    program.ok(&["store", "dump", "-o", "dump.jsonl"]);
    let elsewhere = ["--store", "redb:b.redb"];
    let there = |args: &[&str]| program.ok(&[&elsewhere[..], args].concat());
    there(&["init"]);
    there(&["store", "load", "dump.jsonl"]);
    there(&["store", "check"]);
    assert_eq!(
        there(&["store", "dump"]).out,
        std::fs::read_to_string(program.path("dump.jsonl")).unwrap()
    );
    there(&["lock", "verify", "stable.lock"]);

    // Importing again changes nothing at all.
    let again = program.import(&releases());
    assert!(again.err.ends_with("nothing changed\n"), "{}", again.err);
    assert_eq!(
        program.ok(&["store", "dump"]).out,
        std::fs::read_to_string(program.path("dump.jsonl")).unwrap()
    );
    program.ok(&["store", "check"]);
}

#[test]
fn every_release_is_exported_with_the_images_it_came_with() {
    let program = Program::with_releases(&releases());
    let log = program.json(&["mci", "log", "fedora-coreos-x86_64"]);
    for entry in log {
        let number = entry["revision"]["number"].as_u64().unwrap();
        let message = entry["revision"]["message"].as_str().unwrap().to_owned();
        let [x86, arm] = ["x86_64", "aarch64"].map(|arch| format!("fedora-coreos-{arch}@{number}"));
        program.ok(&["export", "stream", &x86, &arm, "-o", "out.json"]);
        let name = format!("{}.json", message.replace(' ', "-"));
        assert_eq!(
            launchable(&read(&program, "out.json")),
            launchable(&document(&name)),
            "{name}"
        );
        assert_eq!(
            read(&program, "out.json")["metadata"]["last-modified"],
            document(&name)["metadata"]["last-modified"]
        );
    }
}

#[test]
fn an_uncommitted_import_leaves_the_newest_release_in_head() {
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
    let files = releases();
    let newest = files
        .iter()
        .find(|path| path.ends_with("stable-44.20260707.3.1.json"))
        .unwrap();
    let import = ["import", "stream", newest.to_str().unwrap(), "--name", "os"];
    let typed = [
        "--instance-type",
        "aws/x86_64=m7i.large",
        "--instance-type",
        "gcp=e2-medium",
    ];
    program.ok(&[&import[..], &typed[..]].concat());
    let head = program.json(&["mci", "show", "os-x86_64"]).remove(0);
    assert_eq!(head.get("last"), None);
    let settings = &head["content"]["settings"];
    assert_eq!(settings["aws/us-east-1"]["instance_type"], "m7i.large");
    assert_eq!(settings["gcp"]["instance_type"], "e2-medium");
    program.ok(&["mci", "commit", "os-x86_64", "-m", "looked at"]);
    assert_eq!(
        program.json(&["resolve", "os-x86_64", "gcp"])[0]["revision"],
        1
    );
}

#[test]
fn a_multicloud_image_made_by_hand() {
    let program = Program::new();
    program.ok(&["mci", "new", "web"]);
    let (one, two) = ("ami-0123456789abcdef0", "ami-0123456789abcdef1");
    program.ok(&[
        "mci",
        "set",
        "web",
        "aws/us-east-1",
        one,
        "--instance-type",
        "m7i.large",
        "--tag",
        "team:owner=web",
    ]);
    program.file("user-data", "#!/bin/sh\n");
    program.ok(&[
        "mci",
        "set",
        "web",
        "aws/eu-west-1",
        one,
        "--instance-type",
        "m7i.large",
        "--user-data",
        "user-data",
    ]);
    program.ok(&["mci", "commit", "web", "-m", "first"]);
    program.ok(&[
        "mci",
        "set",
        "web",
        "aws/us-east-1",
        two,
        "--instance-type",
        "m7i.large",
    ]);
    program.ok(&["mci", "unset", "web", "aws/eu-west-1"]);
    insta::assert_snapshot!(program.ok(&["mci", "diff", "web"]).shown(), @"
    exit 0
    --- stdout
    web@1 → web@head
    locations: 1 changed, 0 gained, 1 lost
    lost: aws/eu-west-1

    - aws/eu-west-1  instance type  m7i.large
    - aws/eu-west-1  image          ami-0123456789abcdef0
    - aws/eu-west-1  user data      10 bytes
    ~ aws/us-east-1  image          ami-0123456789abcdef0 → ami-0123456789abcdef1
    ");
    program.ok(&["mci", "commit", "web", "-m", "second"]);
    program.ok(&["channel", "assign", "production", "web@1"]);
    program.ok(&["release", "set", "1.4.0", "web@2"]);
    for (reference, image) in [
        ("web", two),
        ("web@1", one),
        ("web@production", one),
        ("web@^1.2", two),
        ("/acme:web@latest", two),
    ] {
        assert_eq!(
            program.json(&["resolve", reference, "aws/us-east-1"])[0]["image"],
            image,
            "{reference}"
        );
    }
    let stale = program.run(&["mci", "set", "web", "--description", "x", "--seen", "1"]);
    assert_eq!(stale.code, 1);
    let frozen = program.run(&["mci", "set", "web@1", "--description", "x"]);
    insta::assert_snapshot!(frozen.shown(), @"
    exit 1
    --- stderr
    error: `web` revision 1 is committed and never changes: edit HEAD, or clone the revision and edit the clone
    ");
}

#[test]
fn the_commands_in_the_readme_work_as_they_stand() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let readme = std::fs::read_to_string(root.join("README.md")).unwrap();
    let mut blocks = readme
        .split("```console\n")
        .filter_map(|block| block.split("```").next());
    let commands = blocks
        .find(|block| block.contains("atlas import stream"))
        .unwrap();
    // The files stay where they are; the store and the lock file come into a folder of the test.
    let examples = root.join("examples").canonicalize().unwrap();
    let commands = commands.replace("examples/", &format!("{}/", examples.display()));
    let program = Program::bare();
    let folder = std::path::Path::new(env!("CARGO_BIN_EXE_atlas"))
        .parent()
        .unwrap();
    let path = format!("{}:/usr/bin:/bin", folder.display());
    let mut shell = std::process::Command::new("sh");
    shell
        .args(["-e", "-c", &commands])
        .env_clear()
        .env("PATH", path)
        .current_dir(program.path(""));
    let ran = shell.output().unwrap();
    assert!(
        ran.status.success(),
        "{}",
        String::from_utf8_lossy(&ran.stderr)
    );
    assert!(program.path("fleet.lock.json").exists());
}

#[test]
fn without_a_name_the_store_is_in_the_folder_for_data() {
    let program = Program::bare();
    let run = |args: &[&str]| {
        let mut command = program.command(args);
        command
            .env_remove("ATLAS_STORE")
            .env("XDG_DATA_HOME", program.path("data"));
        command.output().unwrap().status.code()
    };
    assert_eq!(run(&["mci", "list"]), Some(3));
    assert!(!program.path("data").exists(), "only init makes anything");
    assert_eq!(run(&["init"]), Some(0));
    assert_eq!(run(&["--scope", "/", "mci", "list"]), Some(0));
    assert!(program.path("data/cloud-atlas/atlas.redb").exists() || cfg!(not(target_os = "linux")));
}

#[test]
fn grants_decide_who_may() {
    let program = Program::new();
    program.ok(&["principal", "add", "dana"]);
    let denied = program.run(&["--as", "dana", "mci", "new", "web"]);
    insta::assert_snapshot!(denied.shown(), @"
    exit 1
    --- stderr
    error: `dana` may not create MultiCloud Images at `/acme`: the permission `mci.create` is missing; roles that give it: admin, designer
    ");
    assert_eq!(
        program
            .run(&["--as", "dana", "can", "mci.create", "/acme"])
            .code,
        1
    );
    program.ok(&["grant", "add", "designer", "dana"]);
    insta::assert_snapshot!(
        program
            .ok(&["--as", "dana", "can", "mci.create", "/acme"])
            .shown(), @"
    exit 0
    --- stdout
    `dana` may create MultiCloud Images at `/acme`: `mci.create`
      granted by `designer` at `/acme` to `dana`
      `designer` at `/acme`: allows it
    ");
    program.ok(&["--as", "dana", "mci", "new", "web"]);
    program.ok(&["grant", "remove", "designer", "dana"]);
    assert_eq!(program.run(&["--as", "dana", "mci", "list"]).code, 1);
    let events = program.json(&["events", "--limit", "2"]);
    assert_eq!(events[0]["action"], json!("grant.manage"));
    program.ok(&["principal", "remove", "dana"]);
}

/// What a document can launch: (architecture, place, image, release).
fn launchable(document: &Value) -> BTreeSet<(String, String, String, String)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let mut all = BTreeSet::new();
    for (architecture, images) in document["architectures"].as_object().unwrap() {
        let images = &images["images"];
        for (region, image) in images["aws"]["regions"].as_object().into_iter().flatten() {
            all.insert((
                architecture.clone(),
                region.clone(),
                text(&image["image"]),
                text(&image["release"]),
            ));
        }
        if let Some(gcp) = images.get("gcp") {
            all.insert((
                architecture.clone(),
                text(&gcp["project"]),
                text(&gcp["name"]),
                text(&gcp["release"]),
            ));
        }
    }
    all
}

fn document(name: &str) -> Value {
    let paths = releases();
    let path = paths.iter().find(|path| path.ends_with(name)).expect(name);
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

fn read(program: &Program, name: &str) -> Value {
    serde_json::from_slice(&std::fs::read(program.path(name)).unwrap()).unwrap()
}

trait Texts {
    fn collect_texts(self) -> BTreeSet<String>;
}

impl<I: Iterator<Item = Value>> Texts for I {
    fn collect_texts(self) -> BTreeSet<String> {
        self.map(|value| value.as_str().unwrap().to_owned())
            .collect()
    }
}

#[test]
fn commands_at_once_wait_for_one_another() {
    let program = Program::new();
    let names: Vec<_> = (0..6).map(|n| format!("/acme/e{n}")).collect();
    let started: Vec<_> = names
        .iter()
        .map(|name| program.command(&["scope", "add", name]).spawn().unwrap())
        .collect();
    for mut one in started {
        assert!(one.wait().unwrap().success());
    }
    assert_eq!(program.json(&["scope", "list"]).len(), 8);
}

#[test]
fn an_import_in_batches_that_was_stopped_goes_on() {
    let files = releases();
    let program = Program::with_releases(&files[..1]);
    program.stop_an_import(&files[1..4], "fedora-coreos");
    let jobs = program.json(&["job", "list"]);
    assert_eq!(
        (&jobs[0]["kind"], &jobs[0]["by"]),
        (&json!("import"), &json!("ivy"))
    );
    let shown = program.ok(&["job", "list"]).out;
    let steps = format!("{} of {}", jobs[0]["done"], jobs[0]["total"]);
    assert!(
        shown.contains("fedora-coreos") && shown.contains(&steps),
        "{shown}"
    );
    let mut import = vec!["import", "stream", "--name", "fedora-coreos", "--commit"];
    import.push("--in-batches");
    import.extend(files[1..4].iter().map(|path| path.to_str().unwrap()));
    let ran = program.ok(&import);
    assert!(
        ran.err
            .contains("went on with the import that ivy began at"),
        "{}",
        ran.err
    );
    assert!(
        ran.err.contains("releases imported: 2, there already: 1"),
        "{}",
        ran.err
    );
    assert!(program.json(&["job", "list"]).is_empty());
    // All is there: nothing is left to go on with.
    let again = program.ok(&import);
    assert!(again.err.contains("nothing changed"), "{}", again.err);
    let id = jobs[0]["id"].as_str().unwrap();
    let ran = program.run(&["job", "forget", id]);
    assert_eq!(ran.code, 1);
    assert!(ran.err.contains("there is no job `job-"), "{}", ran.err);
}

#[test]
fn init_tells_of_limits_that_are_low_and_refuses_those_that_are_too_low() {
    let program = Program::bare();
    let small = ["--store", "memory:?operations=128&commit=1MiB", "init"];
    insta::assert_snapshot!(program.ok(&small).shown());
    let ran = program.run(&["--store", "memory:?operations=100", "init"]);
    assert_eq!(ran.code, 3);
    assert!(
        ran.err
            .contains("no more than 100 operations of a commit, and 128 are"),
        "{}",
        ran.err
    );
}
