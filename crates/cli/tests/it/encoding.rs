//! The page about the encoding holds a script, and it finds what the page says.

use crate::program::Program;
use cloud_atlas::{
    Atlas,
    history::Content as _,
    mci::{HeadEdit, Setting, UserData},
    scope::Scope,
    store::{Partition, Record, RetryPolicy, StoreError, Table, Tx, transact},
    template::Reference,
};
use pollster::FutureExt as _;
use serde::{Deserialize, Serialize};
use std::{
    path::{Path, PathBuf},
    process::Command,
};

/// The version of the package that the script needs.
const BLAKE3: &str = "blake3==1.0.11";

/// The script, as it stands in the page.
fn script() -> String {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/encoding.md");
    let page = std::fs::read_to_string(page).unwrap();
    let mut blocks = page.split("```python\n").skip(1);
    let block = blocks.next().unwrap();
    assert!(
        blocks.next().is_none(),
        "one script is run, and there are two"
    );
    block.split("```").next().unwrap().to_owned()
}

/// Where Python finds the package: nowhere special, or a folder that it is put into.
fn package() -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(BLAKE3.replace("==", "-"));
    let finds = || {
        let mut python = Command::new("python3");
        python
            .args(["-c", "import blake3"])
            .env("PYTHONPATH", &folder);
        python.output().is_ok_and(|ran| ran.status.success())
    };
    if !finds() {
        let install = [
            "install",
            "--quiet",
            "--no-deps",
            "--disable-pip-version-check",
            "--target",
        ];
        let mut pip = Command::new("python3");
        let ran = pip
            .args(["-m", "pip"])
            .args(install)
            .arg(&folder)
            .arg(BLAKE3)
            .output();
        assert!(
            finds(),
            "this test needs python3 and its package blake3: `python3 -m pip install {BLAKE3}` ({ran:?})"
        );
    }
    folder
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(transparent)]
struct Raw(serde_json::Value);

impl Record for Raw {
    const SCHEMA: u32 = 1;
}

/// Twenty revisions that change one setting of thirty, with user data, and one with two parents.
fn furnish(atlas: &Atlas) {
    let admin = atlas.act_as(&"admin".parse().unwrap());
    let acme: Scope = "/acme".parse().unwrap();
    let image = |number: u64| {
        let id = format!("ami-{number:017x}");
        cloud_atlas::image_id::ImageId::parse(cloud_atlas::image_id::Cloud::Aws, &id).unwrap()
    };
    let set = |place: u64, number: u64| {
        let setting = Setting::new(image(number)).with_instance_type("m7i.large".parse().unwrap());
        let script = format!("#!/bin/sh\n# {{\"ü\": {}}},\u{1}\n", place % 3).repeat(9);
        let setting = setting.with_user_data(UserData::new(script.as_bytes()));
        HeadEdit::set(
            format!("aws/us-east-{}", place + 1).parse().unwrap(),
            setting,
        )
    };
    let commit = |name: &str, edits: Vec<HeadEdit>| {
        let at: Reference = name.parse().unwrap();
        admin.edit_mci(&at, &acme, edits, None).block_on().unwrap();
        let message = "über \"all\"".parse().unwrap();
        admin
            .commit_mci(&at, &acme, message, None)
            .block_on()
            .unwrap()
    };
    for name in ["web", "db"] {
        admin
            .create_mci(&acme, name.parse().unwrap())
            .block_on()
            .unwrap();
    }
    commit("web", (0..30).map(|place| set(place, place)).collect());
    for number in 0..20 {
        commit("web", vec![set(number, 100 + number)]);
    }
    let other = commit("db", vec![set(0, 7)]);
    let view = |name: &str| {
        let at: Reference = name.parse().unwrap();
        admin.mci(&at, &acme).block_on().unwrap()
    };
    // A merge that waits: its HEAD has another parent.
    let parent = other.as_parent(view("db").lineage);
    let (web, edits) = ("web".parse().unwrap(), vec![set(1, 999)]);
    admin.edit_mci(&web, &acme, edits, None).block_on().unwrap();
    let lineage = view("web").lineage.to_string();
    let work = |tx: Tx| {
        let (lineage, parent) = (lineage.clone(), serde_json::to_value(parent).unwrap());
        async move {
            const MCIS: Table<Raw> = Table::new("mci", &[]);
            let account = Partition::account("acme").unwrap();
            let mut mci = MCIS.get(&tx, &account, lineage.as_str()).await?.unwrap();
            mci.0["head"]["parents"]
                .as_array_mut()
                .unwrap()
                .push(parent);
            let put = MCIS.put(&tx, &account, lineage.as_str(), &mci).await;
            put.map_err(|_| StoreError::Closed)
        }
    };
    let store = atlas.store();
    transact(&*store, &RetryPolicy::new(u128::MAX), work)
        .block_on()
        .unwrap();
    let message = "merged".parse().unwrap();
    let merged = admin
        .commit_mci(&web, &acme, message, None)
        .block_on()
        .unwrap();
    assert_eq!(merged.parents().len(), 2);
    let head = view("web@head").content;
    assert_eq!(merged.content(), head.digest().unwrap());
}

#[test]
fn m09_a_stranger_computes_every_digest_again_from_a_dump() {
    let program = Program::new();
    let url = format!("redb:{}", program.path("a.redb").display());
    let atlas = Atlas::open(&url).block_on().unwrap();
    furnish(&atlas);
    drop(atlas);
    let dump = program.path("atlas.jsonl");
    program.ok(&["store", "dump", "--out", dump.to_str().unwrap()]);
    let text = std::fs::read_to_string(&dump).unwrap();
    let package = package();
    let at = program.file("digests.py", script());
    let run = |text: &str| {
        std::fs::write(&dump, text).unwrap();
        let mut python = Command::new("python3");
        python.arg(&at).arg(&dump).env("PYTHONPATH", &package);
        let ran = python.env("PYTHONIOENCODING", "utf-8").output().unwrap();
        let out = String::from_utf8(ran.stdout).unwrap();
        (
            ran.status.code(),
            out,
            String::from_utf8(ran.stderr).unwrap(),
        )
    };
    let (code, out, err) = run(&text);
    let all = "23 revisions, 23 contents (20 of them deltas), 3 user data: all are what their digests say\n";
    assert_eq!((code, out.as_str()), (Some(0), all), "{err}");
    // One byte is another, in each kind of row.
    for (row, old, new) in [
        ("acme content ", "ami-0", "ami-f"),
        ("acme content ", "[0,", "[1,"),
        ("acme user-data ", "/bin/", "/bim/"),
        ("acme revision ", "über", "über".replace('b', "c").as_str()),
        ("acme revision ", "\"number\":1,", "\"number\":7,"),
        (
            "acme revision ",
            "parents\":[{\"digest\":\"blake3:",
            "parents\":[{\"digest\":\"blake4:",
        ),
    ] {
        let mut is_done = false;
        let lines = text.lines().map(|line| {
            let is_row = line.contains(&format!("{{\"k\":\"{row}")) && line.contains(old);
            if !is_row || std::mem::replace(&mut is_done, true) {
                return format!("{line}\n");
            }
            format!("{}\n", line.replacen(old, new, 1))
        });
        let changed: String = lines.collect();
        assert!(changed != text, "{row} {old}");
        let (code, out, err) = run(&changed);
        assert_eq!(code, Some(1), "{row} {old}: {out}{err}");
        assert!(out.contains("expected blake3:"), "{row} {old}: {out}{err}");
    }
}
