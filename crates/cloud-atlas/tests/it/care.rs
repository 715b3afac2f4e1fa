//! Dumping, loading and checking.

use crate::{
    access_keys::{new_key, sealed},
    support::{
        Raw, World, ask, committed, dump, image, import, most, noon, p, run, scripted, set, small,
    },
};
use atlas_testkit::facade::ManualClock;
use cloud_atlas::{
    Atlas, Error, LineageKind, LoadError, OpenError,
    store::{
        self, Commit, CommitToken, Key, KeyRange, MemoryStore, Page, Partition, ReadSet,
        RetryPolicy, Store, StoreError, Table, Tx, Value, Write, transact,
    },
};
use std::{
    collections::{BTreeMap, BTreeSet},
    io,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

const EAST: &str = "aws/us-east-1";

/// A world with something in every table.
pub(crate) fn furnished() -> World {
    let world = World::new();
    let dana = world.who("dana");
    run(async {
        committed(&dana, "/acme", "web", 1).await;
        committed(&dana, "/acme/prod", "web", 2).await;
        let edits = vec![set(EAST, 3)];
        dana.edit_mci(&p("web"), &p("/acme"), edits, None)
            .await
            .unwrap();
        dana.commit_mci(&p("web"), &p("/acme"), p("second"), None)
            .await
            .unwrap();
        dana.assign_channel(&p("stable"), LineageKind::Mci, &p("web"), &p("/acme"))
            .await
            .unwrap();
        dana.restore_mci(&p("web@1"), &p("/acme"), None)
            .await
            .unwrap();
        dana.register_image(image("/acme", EAST, 1)).await.unwrap();
        scripted(&dana).await;
        let lock = dana.lock(&p("web@2"), &p("/acme"), None).await.unwrap();
        dana.register_lock(&lock.into(), &p("prod"), &p("/acme"))
            .await
            .unwrap();
        let one = small(
            "stable",
            "1.0",
            "2026-01-01T00:00:00Z",
            &[("x86_64", EAST, 40)],
        );
        import(&dana, &[one], true).await.unwrap();
        let key = new_key("dana", "/acme", "AKIDDANA");
        dana.add_access_key(&key, &sealed("v1.name.secret"))
            .await
            .unwrap();
    });
    world
}

pub(crate) fn load(atlas: &Atlas, text: &[String]) -> Result<(), Error> {
    let lines = || Ok(text.iter().cloned().map(Ok));
    run(atlas.load(lines, &|_| {})).map(|_| ())
}

#[test]
fn a_dump_loads_into_the_same_bytes() {
    let world = furnished();
    let text = run(dump(&world.atlas));
    let folder = tempfile::tempdir().unwrap();
    let url = format!("redb:{}", folder.path().join("atlas.redb").display());
    for url in ["memory:", &url] {
        let atlas = run(Atlas::init(url)).unwrap();
        load(&atlas, &text).unwrap();
        assert!(run(dump(&atlas)) == text, "{url}");
        assert!(run(atlas.check()).unwrap().findings.is_empty());
        // It answers as the first one does.
        let asked = ask("web", EAST, "/acme/prod");
        let answers = [&atlas, &world.atlas].map(|atlas| {
            let dana = atlas.act_as(&p("dana"));
            run(dana.resolve(&asked)).unwrap()
        });
        assert_eq!(answers[0], answers[1]);
        // A second load finds more than `init` wrote.
        let error = load(&atlas, &text).unwrap_err();
        assert!(
            matches!(error, Error::Load(LoadError::NotEmpty { .. })),
            "{error}"
        );
    }
    let again = run(Atlas::open(&url)).unwrap();
    assert!(run(dump(&again)) == text);
}

/// Loading is refused and changes nothing.
#[track_caller]
fn refused(text: &[String], why: fn(&Error) -> bool) {
    let atlas = run(Atlas::init("memory:")).unwrap();
    let before = run(dump(&atlas));
    let error = load(&atlas, text).unwrap_err();
    assert!(why(&error), "{error:?}");
    assert!(
        run(dump(&atlas)) == before,
        "{error}, and yet something was written"
    );
}

#[test]
fn a_damaged_dump_is_refused_and_nothing_is_written() {
    let text = run(dump(&furnished().atlas));
    for at in 1..text.len() {
        // One line lost, doubled, swapped, or with one other character.
        let mut lost = text.clone();
        lost.remove(at);
        refused(&lost, |error| {
            matches!(error, Error::Load(LoadError::Incomplete { .. }))
        });
        if at % 7 == 0 {
            let mut doubled = text.clone();
            doubled.insert(at, text[at].clone());
            refused(&doubled, |error| {
                matches!(error, Error::Load(LoadError::Order { .. }))
            });
            let mut swapped = text.clone();
            swapped.swap(at, at - 1);
            refused(&swapped, |error| matches!(error, Error::Load(_)));
        }
        let mut changed = text.clone();
        changed[at] = changed[at].replacen("\"v\":{\"c\":\"", "\"v\":{\"c\":\"0", 1);
        refused(&changed, |error| matches!(error, Error::Load(_)));
    }
    for cut in [0, 1, 2, text.len() / 2, text.len() - 1] {
        refused(&text[..cut], |error| matches!(error, Error::Load(_)));
    }
    let mut short = text.clone();
    short.last_mut().unwrap().pop();
    refused(&short, |error| {
        matches!(error, Error::Load(LoadError::Line { .. }))
    });
    let newer = text[0].replace("\"format\":1", "\"format\":2");
    let newer: Vec<_> = [newer]
        .into_iter()
        .chain(text[1..].iter().cloned())
        .collect();
    refused(&newer, |error| {
        matches!(error, Error::Load(LoadError::Format { format: 2 }))
    });
    // A reader that fails is told of as it is.
    let atlas = run(Atlas::init("memory:")).unwrap();
    let failing = || Ok(vec![Ok(text[0].clone()), Err(io::Error::other("torn"))]);
    let error = run(atlas.load(failing, &|_| {})).unwrap_err();
    assert!(
        matches!(error, Error::Load(LoadError::Source { .. })),
        "{error}"
    );
    let failing = || -> io::Result<Vec<io::Result<String>>> { Err(io::Error::other("gone")) };
    assert!(matches!(
        run(atlas.load(failing, &|_| {})),
        Err(Error::Dump(_))
    ));
}

#[test]
fn a_dump_of_something_else_or_of_a_later_version_is_refused() {
    const INFO: Table<Raw> = Table::new("info", &[]);
    // A store of another program: a dump by the book, but nothing of ours in it.
    let foreign = MemoryStore::new();
    raw(&foreign, put("/ other thing", b"{}".as_slice().into()));
    refused(&dumped(&foreign), |error| {
        matches!(error, Error::Open(OpenError::Foreign))
    });
    let later = furnished();
    let work = |tx: Tx| async move {
        let global = Partition::global();
        let mut info = INFO.get(&tx, &global, "store").await?.unwrap();
        info.0["format"] = 2.into();
        info.0["colour"] = "green".into();
        let put = INFO.put(&tx, &global, "store", &info).await;
        put.map_err(|_| StoreError::Closed)
    };
    let store = later.atlas.store();
    run(transact(&*store, &RetryPolicy::new(u128::MAX), work)).unwrap();
    refused(&dumped(&*store), |error| {
        matches!(error, Error::Open(OpenError::Newer { found: 2, known: 1 }))
    });
}

fn dumped(store: &dyn Store) -> Vec<String> {
    let mut text = Vec::new();
    let keep = |line: &str| {
        text.push(line.to_owned());
        Ok::<_, StoreError>(())
    };
    run(async { store::dump(&*store.snapshot().await.unwrap(), keep, &|_| {}).await }).unwrap();
    text
}

pub(crate) fn put(key: &str, value: Value) -> Write {
    let key = Key::parse(key).unwrap();
    Write::Put { key, value }
}

/// Writes past the record layer.
pub(crate) fn raw(store: &dyn Store, write: Write) {
    static TOKENS: AtomicU64 = AtomicU64::new(0);
    let token = u128::MAX - u128::from(TOKENS.fetch_add(1, Ordering::Relaxed));
    let commit = Commit {
        reads: ReadSet::default(),
        writes: vec![write],
        token: CommitToken::from_u128(token),
    };
    run(async { store.snapshot().await?.commit(commit).await }).unwrap();
}

/// Every key with its value.
pub(crate) fn everything(store: &dyn Store) -> Vec<(Key, Value)> {
    run(async {
        let snapshot = store.snapshot().await.unwrap();
        let (mut all, mut rest) = (Vec::new(), Some(KeyRange::all()));
        while let Some(range) = rest {
            let page = snapshot.range(&range, Page::first(10_000)).await.unwrap();
            let entries = page.entries.into_iter();
            all.extend(entries.map(|(key, entry)| (key, entry.value)));
            rest = page.next;
        }
        all
    })
}

#[test]
fn a_check_finds_every_flipped_bit() {
    let world = furnished();
    let store = world.atlas.store();
    let report = run(world.atlas.check()).unwrap();
    assert_eq!(report.findings, Vec::<String>::new());
    let tables: Vec<_> = report
        .records
        .iter()
        .map(|(table, count)| (*table, *count))
        .collect();
    insta::assert_debug_snapshot!(tables);
    for (number, (key, value)) in everything(&*store).into_iter().enumerate() {
        let mut flipped = value.to_vec();
        let at = (number * 31) % flipped.len();
        flipped[at] ^= 1;
        raw(&*store, put(key.as_str(), flipped.into()));
        let findings = run(world.atlas.check()).unwrap().findings;
        let shown: String = key.as_str().chars().take(79).collect();
        assert!(
            findings[0].contains(&shown),
            "byte {at} of {key}: {findings:?}"
        );
        raw(&*store, put(key.as_str(), value));
    }
    assert!(run(world.atlas.check()).unwrap().findings.is_empty());
}

#[test]
fn a_check_misses_no_record_that_another_one_needs() {
    let world = furnished();
    let store = world.atlas.store();
    let mut found: BTreeMap<bool, BTreeSet<String>> = BTreeMap::new();
    for (key, value) in everything(&*store) {
        raw(&*store, Write::Delete { key: key.clone() });
        let findings = run(world.atlas.check()).unwrap().findings;
        let space = key.as_str().split(' ').nth(1).unwrap().to_owned();
        found.entry(findings.is_empty()).or_default().insert(space);
        raw(&*store, put(key.as_str(), value));
    }
    // What nothing else leads to can go unseen; the scopes among it are environments. A store that
    // says nothing of its indexes has those that stores had at first.
    let unseen: Vec<_> = found[&true].iter().map(String::as_str).collect();
    assert_eq!(
        unseen,
        [
            "channel",
            "credential",
            "grant",
            "import",
            "principal",
            "scope"
        ]
    );
    let seen: Vec<_> = found[&false].iter().map(String::as_str).collect();
    insta::assert_debug_snapshot!(seen);
}

#[test]
fn a_check_tells_of_what_no_table_knows_and_counts_tell_of_nothing_else() {
    let world = furnished();
    let store = world.atlas.store();
    let sound = run(world.atlas.check()).unwrap();
    assert_eq!(run(world.atlas.count()).unwrap(), sound.records);
    for key in ["/ imag a", "/ imag b", "acme image.kez a", "zeta thing"] {
        raw(&*store, put(key, b"{}".as_slice().into()));
    }
    let report = run(world.atlas.check()).unwrap();
    assert_eq!(report.records, sound.records);
    insta::assert_debug_snapshot!(report.findings, @r#"
    [
        "the space `imag` is of no known table; keys in it: 2, from `/ imag a` on",
        "the space `image.kez` is of no known table; keys in it: 1, from `acme image.kez a` on",
        "the space `thing` is of no known table; keys in it: 1, from `zeta thing` on",
    ]
    "#);
}

#[test]
fn one_damaged_record_hides_no_other_problem() {
    let world = furnished();
    let store = world.atlas.store();
    let all = everything(&*store);
    let keys = |space: &str| -> Vec<_> {
        let space = format!("acme {space} ");
        all.iter()
            .filter(|(key, _)| key.as_str().starts_with(&space))
            .collect()
    };
    // A value that is no record, and elsewhere a revision and a content that are gone.
    let (image, _) = keys("image")[0];
    raw(&*store, put(image.as_str(), b"{}".as_slice().into()));
    let mut gone = Vec::new();
    for space in ["revision", "content"] {
        let key = keys(space)[0].0.clone();
        raw(&*store, Write::Delete { key: key.clone() });
        gone.push(key);
    }
    let found = run(world.atlas.check()).unwrap().findings.join("\n");
    assert!(found.contains("cannot be read"), "{found}");
    assert!(found.contains("the revision is missing"), "{found}");
    assert!(found.contains("its content"), "{found}");
    // A revision that cannot be read is not called missing as well.
    raw(&*store, put(gone[0].as_str(), b"{}".as_slice().into()));
    let found = run(world.atlas.check()).unwrap().findings.join("\n");
    assert!(!found.contains("the revision is missing"), "{found}");
}

#[test]
fn a_check_finds_records_out_of_place_and_every_gap() {
    const REVISIONS: Table<Raw> = Table::new("revision", &[]);
    let world = furnished();
    let store = world.atlas.store();
    let view = run(world.who("dana").mci(&p("web@1"), &p("/acme"))).unwrap();
    let lineage = view.lineage.to_string();
    let acme = Partition::account("acme").unwrap();
    // The first revision is written where the third would be, and both others are lost.
    let work = |tx: Tx| {
        let (acme, at) = (acme.clone(), |number: u64| {
            store::Parts::from((&lineage, number))
        });
        async move {
            let first = REVISIONS.delete(&tx, &acme, at(1)).await?.unwrap();
            REVISIONS.delete(&tx, &acme, at(2)).await?;
            let put = REVISIONS.put(&tx, &acme, at(3), &first).await;
            put.map_err(|_| StoreError::Closed)
        }
    };
    run(transact(&*store, &RetryPolicy::new(u128::MAX), work)).unwrap();
    let found = run(world.atlas.check()).unwrap().findings.join("\n");
    let found = found.replace(&lineage, "LINEAGE");
    insta::assert_snapshot!(found, @"
    what is at `acme revision LINEAGE a3` belongs at `acme revision LINEAGE a1`
    LINEAGE@1: the revision is missing
    LINEAGE@2: the revision is missing
    lck-00000000000000000000000000000029: the registered lock holds LINEAGE@2, which is not there
    ");
}

#[test]
fn m09_a_revision_that_was_changed_outside_is_not_loaded() {
    const REVISIONS: Table<Raw> = Table::new("revision", &[]);
    const CONTENTS: Table<Raw> = Table::new("content", &[]);
    let world = furnished();
    let dana = world.who("dana");
    let view = run(dana.mci(&p("web@1"), &p("/acme"))).unwrap();
    let revision = view.revision.unwrap();
    let (lineage, acme) = (
        view.lineage.to_string(),
        Partition::account("acme").unwrap(),
    );
    // The envelope fits, but not what was committed.
    let store = world.atlas.store();
    let forge =
        |table: &'static Table<Raw>, parts: store::Parts, seed: u128, change: fn(&mut Raw)| {
            let work = |tx: Tx| {
                let (acme, parts) = (acme.clone(), parts.clone());
                async move {
                    let mut record = table.get(&tx, &acme, parts.clone()).await?.unwrap();
                    change(&mut record);
                    let put = table.put(&tx, &acme, parts, &record).await;
                    put.map_err(|_| StoreError::Closed)
                }
            };
            run(transact(&*store, &RetryPolicy::new(u128::MAX - seed), work)).unwrap();
        };
    let fresh = || crate::support::beside(world.atlas.store(), &world.clock, 5).act_as(&p("dana"));
    let scope = p("/acme");
    forge(
        &REVISIONS,
        store::Parts::from((lineage.as_str(), 1_u64)),
        1,
        |raw| {
            raw.0["revision"]["author"] = "mallory".into();
        },
    );
    let error = run(fresh().resolve(&ask("web@1", EAST, "/acme"))).unwrap_err();
    assert!(matches!(error, Error::Revision(_)), "{error}");
    assert_eq!(error.kind(), cloud_atlas::ErrorKind::Internal);
    assert!(run(fresh().mci_log(&p("web"), &scope, &most())).is_err());
    // The newest still launches, and the check says what is wrong.
    run(fresh().resolve(&ask("web@2", EAST, "/acme"))).unwrap();
    let findings = run(world.atlas.check()).unwrap().findings;
    assert_eq!(findings.len(), 1, "{findings:?}");
    forge(
        &REVISIONS,
        store::Parts::from((lineage.as_str(), 1_u64)),
        2,
        |raw| {
            raw.0["revision"]["author"] = "dana".into();
        },
    );
    assert!(run(world.atlas.check()).unwrap().findings.is_empty());

    let parts = store::Parts::from(revision.content().to_string());
    forge(&CONTENTS, parts, 3, |raw| {
        let part = &mut raw.0["parts"][0];
        *part = part.as_str().unwrap().replace("ami-0", "ami-f").into();
    });
    let error = run(fresh().resolve(&ask("web@1", EAST, "/acme"))).unwrap_err();
    assert!(matches!(error, Error::Content(_)), "{error}");
    let findings = run(world.atlas.check()).unwrap().findings;
    assert_eq!(findings.len(), 1, "{findings:?}");
}

#[test]
fn equal_histories_are_equal_stores() {
    let text = run(dump(&furnished().atlas));
    assert!(run(dump(&furnished().atlas)) == text);
    // An engine that others may write to keeps the same.
    let clock = Arc::new(ManualClock::new(noon()));
    let shared = crate::support::beside(Arc::new(crate::support::memory()), &clock, 1);
    load(&shared, &text).unwrap();
    assert!(run(dump(&shared)) == text);
}
