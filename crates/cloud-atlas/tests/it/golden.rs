//! Files as an earlier version left them: what was written once is read for ever.
//!
//! `ATLAS_WRITE=1 cargo test -p cloud-atlas --test it golden` writes them anew. That is for a new format,
//! beside the files of the old ones, and never to make a test pass.

use crate::support::{
    World, ask, committed, dump, image, import, noon, p, run, scripted, set, small,
};
use atlas_testkit::facade::{ManualClock, SequentialIds};
use cloud_atlas::{
    Atlas, Clock, Error, LineageKind, LoadError, OpenError,
    store_redb::{self, RedbStore},
};
use redb::{Database, TableDefinition};
use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    sync::{Arc, Once},
};

const EAST: &str = "aws/us-east-1";

fn place(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    folder.join(format!("format-1.{name}"))
}

/// A golden file, written anew if that was asked for.
fn golden(name: &str) -> PathBuf {
    static WRITTEN: Once = Once::new();
    if std::env::var_os("ATLAS_WRITE").is_some() {
        WRITTEN.call_once(write);
    }
    place(name)
}

fn lines() -> Vec<String> {
    let text = fs::read_to_string(golden("jsonl")).unwrap();
    text.lines().map(str::to_owned).collect()
}

/// A copy that may be opened: opening a file writes to it.
fn copy(folder: &Path) -> PathBuf {
    let path = folder.join("golden.redb");
    fs::copy(golden("redb"), &path).unwrap();
    path
}

fn url(path: &Path) -> String {
    format!("redb:{}", path.display())
}

/// What a dump has of that which the golden files have: indexes that came later are built when they
/// are opened, and a schema says so.
fn of_then(dumped: Vec<String>) -> Vec<String> {
    let space = |line: &str| {
        let key = line.strip_prefix(r#"{"k":""#)?;
        key.split(' ').nth(1).map(str::to_owned)
    };
    let then: BTreeSet<_> = lines().iter().filter_map(|line| space(line)).collect();
    // What was there then and is there no more, or says what there is.
    let gone = ["image.key", "schema"];
    let is_of_then = |line: &String| {
        space(line).is_some_and(|space| then.contains(&space) && !gone.contains(&&*space))
    };
    dumped.into_iter().filter(is_of_then).collect()
}

/// Writes both files, with something in every table.
fn write() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("new.redb");
    let builder = Atlas::builder()
        .clock(Arc::new(ManualClock::new(noon())) as Arc<dyn Clock>)
        .ids(Arc::new(SequentialIds::default()));
    let made = run(builder.init(&url(&path))).unwrap();
    let world = World::over(made.store());
    let dana = world.who("dana");
    run(async {
        committed(&dana, "/acme", "web", 1).await;
        committed(&dana, "/acme/prod", "web", 2).await;
        let (web, acme) = (p("web"), p("/acme"));
        let edits = vec![set(EAST, 3)];
        dana.edit_mci(&web, &acme, edits, None).await.unwrap();
        dana.commit_mci(&web, &acme, p("second"), None)
            .await
            .unwrap();
        dana.assign_channel(&p("stable"), LineageKind::Mci, &web, &acme)
            .await
            .unwrap();
        dana.register_image(image("/acme", EAST, 1)).await.unwrap();
        scripted(&dana).await;
        let image = ("x86_64", EAST, 40);
        let one = small("stable", "1.0", "2026-01-01T00:00:00Z", &[image]);
        import(&dana, &[one], true).await.unwrap();
    });
    let mut text = run(dump(&world.atlas)).join("\n");
    text.push('\n');
    drop((dana, world, made));
    fs::copy(&path, place("redb")).unwrap();
    fs::write(place("jsonl"), text).unwrap();
}

#[test]
fn golden_files_read_as_they_were_written() {
    let folder = tempfile::tempdir().unwrap();
    let path = copy(folder.path());
    let report = RedbStore::check(&path).unwrap();
    assert!(report.is_sound() && report.closed_well, "{report:?}");
    let atlas = run(Atlas::open(&url(&path))).unwrap();
    let report = run(atlas.check()).unwrap();
    assert_eq!(report.findings, Vec::<String>::new());
    for (table, count) in &report.records {
        // Jobs are of work under way; there is none in a file at rest. The others came later.
        let absent = [
            "job",
            "work",
            "group",
            "launch-permission",
            "lock",
            "opened",
            "matcher",
            "tombstone",
            "role-map",
            "policy",
            "deployment",
            "server",
            "launch",
            "undo",
            "plan",
            "template",
            "template-undo",
            "publication",
            "published-image",
            "listing",
            "imported",
            "importer",
            "follower",
            "head-offer",
            "subscription",
            "disk-image",
            "disk-quota",
            "disk-usage",
            "snapshot",
            "access-key",
            // It needs a commit of more images than a small file should have.
            "use-many",
        ];
        let empty = !absent.contains(table) && *count == 0;
        assert!(!empty, "the golden file has nothing in `{table}`");
    }
    assert!(
        of_then(run(dump(&atlas))) == of_then(lines()),
        "the dump differs"
    );
    // They do not only read: they mean what they did.
    for (reference, scope, ami) in [
        ("web@1", "/acme", 1_u64),
        ("web@stable", "/acme", 3),
        ("web", "/acme/prod", 2),
    ] {
        let dana = atlas.act_as(&p("dana"));
        let plan = run(dana.resolve(&ask(reference, EAST, scope)));
        let expected = format!("ami-{ami:017x}");
        assert_eq!(plan.unwrap().plan.image.as_str(), expected, "{reference}");
    }
}

#[test]
fn a_golden_dump_loads_into_the_same_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let text = lines();
    for url in ["memory:", &url(&folder.path().join("new.redb"))] {
        let atlas = run(Atlas::init(url)).unwrap();
        run(atlas.load(|| Ok(text.iter().cloned().map(Ok)), &|_| {})).unwrap();
        let found = of_then(run(dump(&atlas)));
        for (l, r) in found.iter().zip(of_then(text.clone())) {
            assert_eq!(*l, r);
        }
        assert!(found == of_then(text.clone()), "{url}");
        assert!(run(atlas.check()).unwrap().findings.is_empty());
    }
    // One of the next format is refused before anything is written.
    let mut next = text.clone();
    next[0] = text[0].replace(r#""format":1"#, r#""format":2"#);
    let atlas = run(Atlas::init("memory:")).unwrap();
    let before = run(dump(&atlas));
    let error = run(atlas.load(|| Ok(next.iter().cloned().map(Ok)), &|_| {})).unwrap_err();
    assert!(
        matches!(error, Error::Load(LoadError::Format { format: 2 })),
        "{error}"
    );
    assert!(run(dump(&atlas)) == before);
}

/// Opening it and making one in its place are refused, and leave it byte for byte.
#[track_caller]
fn refused(path: &Path, why: fn(&store_redb::OpenError) -> bool) {
    let before = fs::read(path).unwrap();
    let error = run(Atlas::open(&url(path))).unwrap_err();
    assert!(
        matches!(&error, Error::Open(OpenError::Redb(error)) if why(error)),
        "{error}"
    );
    assert!(
        error.to_string().ends_with("use a newer version"),
        "{error}"
    );
    run(Atlas::init(&url(path))).unwrap_err();
    assert!(fs::read(path).unwrap() == before, "{error}, and it changed");
    // Nor is anything left beside it.
    let beside = fs::read_dir(path.parent().unwrap()).unwrap().count();
    assert_eq!(beside, 1);
}

#[test]
fn a_golden_file_of_the_next_format_is_refused_untouched() {
    const META: TableDefinition<'_, &str, &str> = TableDefinition::new("meta");
    // The format of the engine's tables, and that of our records.
    for (row, old, new) in [
        ("format", "1", "2"),
        ("content", "cloud-atlas 1", "cloud-atlas 2"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let path = copy(folder.path());
        let database = Database::open(&path).unwrap();
        let change = database.begin_write().unwrap();
        {
            let mut meta = change.open_table(META).unwrap();
            let found = meta.insert(row, new).unwrap();
            assert_eq!(found.unwrap().value(), old);
        }
        change.commit().unwrap();
        drop(database);
        refused(&path, |error| {
            matches!(
                error,
                store_redb::OpenError::NewerFormat {
                    found: 2,
                    supported: 1,
                    ..
                }
            )
        });
    }
    // The format of the engine's file: a byte in each of its two headers.
    let folder = tempfile::tempdir().unwrap();
    let path = copy(folder.path());
    let mut bytes = fs::read(&path).unwrap();
    for at in [64, 192] {
        assert_eq!(bytes[at], 3);
        bytes[at] = 4;
    }
    fs::write(&path, bytes).unwrap();
    refused(&path, |error| {
        matches!(error, store_redb::OpenError::NewerEngine { found: 4, .. })
    });
}
