//! Files that are no stores of ours: a clear answer, and not a byte changed.

use crate::support::{commit, get, key, put};
use atlas_store_redb::{Content, Found, MemoryBackend, OpenError, Options, RedbStore};
use std::{
    fs,
    path::Path,
    process::{Command, Stdio},
};
use tempfile::TempDir;

fn folder() -> TempDir {
    tempfile::tempdir().unwrap()
}

/// What opening and checking say about a file, with its folder's name cut out of the message; and
/// that the file, and the folder, are as they were.
#[track_caller]
fn refused(path: &Path) -> (OpenError, String) {
    let folder = path.parent().unwrap();
    let state = || {
        let mut names: Vec<_> = fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name())
            .collect();
        names.sort();
        let changed = path
            .metadata()
            .ok()
            .and_then(|metadata| metadata.modified().ok());
        (fs::read(path).ok(), changed, names)
    };
    let before = state();
    let error = RedbStore::open(path).unwrap_err();
    assert!(state() == before, "opening changed something");
    let checked = RedbStore::check(path).unwrap_err();
    assert!(state() == before, "checking changed something");
    assert_eq!(checked.to_string(), error.to_string());
    let message = error
        .to_string()
        .replace(&format!("{}/", folder.display()), "");
    (error, message)
}

#[test]
fn a_file_that_is_not_there() {
    let folder = folder();
    let (error, message) = refused(&folder.path().join("atlas.redb"));
    assert!(matches!(error, OpenError::NotFound { .. }), "{error:?}");
    insta::assert_snapshot!(message, @"there is no store at `atlas.redb`: check the path, or make a new store there");
}

#[test]
fn an_empty_file() {
    let folder = folder();
    let path = folder.path().join("atlas.redb");
    fs::write(&path, "").unwrap();
    let (error, message) = refused(&path);
    assert!(matches!(error, OpenError::Empty { .. }), "{error:?}");
    insta::assert_snapshot!(message, @"the file at `atlas.redb` is empty, so no store: delete it to make a new store there");
}

#[test]
fn a_folder() {
    let folder = folder();
    let path = folder.path().join("atlas.redb");
    fs::create_dir(&path).unwrap();
    let (error, message) = refused(&path);
    assert!(
        matches!(
            error,
            OpenError::NotAStore {
                found: Found::NoFile,
                ..
            }
        ),
        "{error:?}"
    );
    insta::assert_snapshot!(message, @"`atlas.redb` is no store of Cloud Atlas but a folder or a device: it was left as it is");
}

#[test]
fn a_file_of_another_kind() {
    let folder = folder();
    let path = folder.path().join("atlas.redb");
    let zeros = vec![0; 100_000];
    for bytes in [&b"x"[..], b"redb", b"SQLite format 3\0", &zeros] {
        fs::write(&path, bytes).unwrap();
        let (error, message) = refused(&path);
        assert!(
            matches!(
                error,
                OpenError::NotAStore {
                    found: Found::ForeignFile,
                    ..
                }
            ),
            "{error:?}"
        );
        insta::allow_duplicates! {
            insta::assert_snapshot!(message, @"`atlas.redb` is no store of Cloud Atlas but a file of another kind: it was left as it is");
        }
    }
}

#[test]
fn a_redb_file_of_another_program() {
    let folder = folder();
    let path = folder.path().join("atlas.redb");
    let table = redb::TableDefinition::<&str, u64>::new("theirs");
    // Without a table of our name, with one of another type, and with one without our mark.
    for kind in 0..3 {
        let _ = fs::remove_file(&path);
        let database = redb::Database::create(&path).unwrap();
        let transaction = database.begin_write().unwrap();
        transaction
            .open_table(table)
            .unwrap()
            .insert("a", 1)
            .unwrap();
        if kind == 1 {
            let meta = redb::TableDefinition::<u64, u64>::new("meta");
            transaction.open_table(meta).unwrap().insert(1, 1).unwrap();
        }
        if kind == 2 {
            let meta = redb::TableDefinition::<&str, &str>::new("meta");
            transaction
                .open_table(meta)
                .unwrap()
                .insert("store", "theirs")
                .unwrap();
        }
        transaction.commit().unwrap();
        drop(database);
        let (error, message) = refused(&path);
        let found = matches!(
            error,
            OpenError::NotAStore {
                found: Found::ForeignDatabase,
                ..
            }
        );
        assert!(found, "{error:?}");
        insta::allow_duplicates! {
            insta::assert_snapshot!(message, @"`atlas.redb` is no store of Cloud Atlas but a redb file of another program: it was left as it is");
        }
    }
}

#[test]
fn a_redb_file_of_another_program_that_was_not_closed() {
    let folder = folder();
    let (path, copy) = (
        folder.path().join("open.redb"),
        folder.path().join("atlas.redb"),
    );
    let database = redb::Database::create(&path).unwrap();
    let transaction = database.begin_write().unwrap();
    let table = redb::TableDefinition::<&str, u64>::new("theirs");
    transaction
        .open_table(table)
        .unwrap()
        .insert("a", 1)
        .unwrap();
    transaction.commit().unwrap();
    // The engine would repair this one; the gate keeps the repair.
    fs::copy(&path, &copy).unwrap();
    let (error, _) = refused(&copy);
    let found = matches!(
        error,
        OpenError::NotAStore {
            found: Found::ForeignDatabase,
            ..
        }
    );
    assert!(found, "{error:?}");
}

#[test]
fn a_store_of_a_newer_format() {
    let folder = folder();
    let path = folder.path().join("atlas.redb");
    drop(RedbStore::create(&path).unwrap());
    let database = redb::Database::open(&path).unwrap();
    let transaction = database.begin_write().unwrap();
    let meta = redb::TableDefinition::<&str, &str>::new("meta");
    transaction
        .open_table(meta)
        .unwrap()
        .insert("format", "2")
        .unwrap();
    transaction.commit().unwrap();
    drop(database);
    let (error, message) = refused(&path);
    assert!(
        matches!(
            error,
            OpenError::NewerFormat {
                found: 2,
                supported: 1,
                ..
            }
        ),
        "{error:?}"
    );
    insta::assert_snapshot!(message, @"the store at `atlas.redb` has format 2, and this program reads up to format 1: use a newer version");
}

#[test]
fn a_file_of_another_version_of_the_engine() {
    let folder = folder();
    let path = folder.path().join("atlas.redb");
    drop(RedbStore::create(&path).unwrap());
    let sound = fs::read(&path).unwrap();
    // The version stands at the start of both commit slots of the engine's header.
    let with = |first: u8, second: u8| {
        let mut bytes = sound.clone();
        (bytes[64], bytes[192]) = (first, second);
        fs::write(&path, bytes).unwrap();
    };
    assert_eq!((sound[64], sound[192]), (3, 3));
    with(4, 4);
    let (error, message) = refused(&path);
    let newer = matches!(
        error,
        OpenError::NewerEngine {
            found: 4,
            supported: 3,
            ..
        }
    );
    assert!(newer, "{error:?}");
    insta::assert_snapshot!(message, @"the store at `atlas.redb` has the engine's file format 4, and this program reads format 3: use a newer version");
    with(2, 2);
    let (error, message) = refused(&path);
    let older = matches!(
        error,
        OpenError::OlderEngine {
            found: 2,
            supported: 3,
            ..
        }
    );
    assert!(older, "{error:?}");
    insta::assert_snapshot!(message, @"the store at `atlas.redb` has the engine's old file format 2, and this program reads format 3: dump it with the version that wrote it, and load the dump into a new store");
    // Neither version of the engine writes two that differ, nor one without a number.
    for (first, second) in [(4, 3), (3, 4), (2, 3), (3, 1), (0, 0)] {
        with(first, second);
        let (error, _) = refused(&path);
        assert!(matches!(error, OpenError::Damaged { .. }), "{error:?}");
    }
    with(3, 3);
    drop(RedbStore::open(&path).unwrap());
}

#[test]
fn a_truncated_store() {
    let folder = folder();
    let path = folder.path().join("atlas.redb");
    let store = RedbStore::create(&path).unwrap();
    for round in 0..100 {
        commit(
            &store,
            vec![put(&key(&round.to_string()), &"x".repeat(2000))],
        )
        .unwrap();
    }
    drop(store);
    let whole = fs::read(&path).unwrap();
    for kept in [9, 100, 512, 4096, 8192, whole.len() / 2] {
        fs::write(&path, &whole[..kept]).unwrap();
        let (error, message) = refused(&path);
        assert!(
            matches!(error, OpenError::Damaged { .. }),
            "{kept}: {error:?}"
        );
        insta::allow_duplicates! {
            insta::assert_snapshot!(message, @"the store at `atlas.redb` is damaged: restore it from a copy");
        }
    }
}

#[test]
fn a_store_in_use() {
    let folder = folder();
    let path = folder.path().join("atlas.redb");
    let store = RedbStore::create(&path).unwrap();
    commit(&store, vec![put(&key("a"), "1")]).unwrap();
    let (error, message) = refused(&path);
    let this = std::process::id();
    assert!(matches!(error, OpenError::Locked { holder: Some(holder), .. } if holder.id() == this));
    insta::assert_snapshot!(message, @"the store at `atlas.redb` is in use by this very process: close it there first");
    commit(&store, vec![put(&key("a"), "2")]).unwrap();
    let beside = folder.path().join("atlas.redb.holder");
    let named = |process: u32| {
        let text = format!("atlas-store-redb is open in process {process}\n");
        fs::write(&beside, text).unwrap();
        let (error, message) = refused(&path);
        let OpenError::Locked { holder, .. } = error else {
            panic!("{error:?}");
        };
        let alive = holder.unwrap().is_alive();
        (alive, message.replace(&process.to_string(), "4711"))
    };
    let shows_processes = Path::new("/proc/self").exists();
    let mut other = Command::new("cat").stdin(Stdio::piped()).spawn().unwrap();
    let (alive, message) = named(other.id());
    assert!(!shows_processes || alive == Some(true));
    insta::assert_snapshot!(message, @"the store at `atlas.redb` is in use by process 4711: close it there first");
    other.wait().unwrap();
    let (alive, message) = named(other.id());
    if shows_processes {
        assert_eq!(alive, Some(false));
        insta::assert_snapshot!(message, @"the store at `atlas.redb` is in use, perhaps by process 4711, which seems to be gone: close it there first");
    }
    fs::write(&beside, "nonsense").unwrap();
    insta::assert_snapshot!(refused(&path).1, @"the store at `atlas.redb` is in use: close it there first");
    drop(store);
    let store = RedbStore::open(&path).unwrap();
    assert_eq!(get(&store, &key("a")).unwrap().unwrap(), "2");
    // Other programs that use the engine are kept out, too.
    assert!(redb::Database::open(&path).is_err());
    drop(store);
    let left = fs::read_to_string(&beside).unwrap();
    assert_eq!(left, "nonsense", "a file of somebody else's stays");
    fs::remove_file(&beside).unwrap();
    drop(RedbStore::open(&path).unwrap());
    assert!(!beside.exists(), "the side file goes with the store");
    let database = redb::Database::open(&path).unwrap();
    assert!(matches!(
        RedbStore::open(&path),
        Err(OpenError::Locked { holder: None, .. })
    ));
    drop(database);
}

#[test]
fn making_a_store_replaces_nothing() {
    let folder = folder();
    let path = folder.path().join("atlas.redb");
    for bytes in ["", "precious"] {
        fs::write(&path, bytes).unwrap();
        let error = RedbStore::create(&path).unwrap_err();
        assert!(
            matches!(error, OpenError::AlreadyExists { .. }),
            "{error:?}"
        );
        assert_eq!(fs::read_to_string(&path).unwrap(), bytes);
        let message = error
            .to_string()
            .replace(&format!("{}/", folder.path().display()), "");
        insta::allow_duplicates! {
            insta::assert_snapshot!(message, @"there is already a file at `atlas.redb`: open it, or choose another path");
        }
    }
    let names: Vec<_> = fs::read_dir(folder.path()).unwrap().collect();
    assert_eq!(names.len(), 1, "no draft is left behind");
    let nowhere = folder.path().join("missing").join("atlas.redb");
    let error = RedbStore::create(nowhere).unwrap_err();
    assert!(matches!(error, OpenError::Io { .. }), "{error:?}");
}

#[test]
fn a_backend_of_the_callers_is_named_so() {
    let backend = MemoryBackend::from_bytes(b"something else".to_vec());
    let error = RedbStore::with_backend(backend.clone()).unwrap_err();
    insta::assert_snapshot!(error, @"the given backend is no store of Cloud Atlas but a file of another kind: it was left as it is");
    assert_eq!(backend.to_bytes(), b"something else");
}

#[test]
fn of_several_that_make_a_store_one_does() {
    let folder = folder();
    let path = folder.path().join("atlas.redb");
    let winners = std::thread::scope(|scope| {
        let made: Vec<_> = (0..4)
            .map(|_| scope.spawn(|| RedbStore::create(&path)))
            .collect();
        let made: Vec<_> = made.into_iter().map(|made| made.join().unwrap()).collect();
        for lost in made.iter().filter_map(|made| made.as_ref().err()) {
            assert!(matches!(lost, OpenError::AlreadyExists { .. }), "{lost:?}");
        }
        made.iter().filter(|made| made.is_ok()).count()
    });
    assert_eq!(winners, 1);
    RedbStore::open(&path).unwrap();
}

#[test]
fn a_store_of_other_records_is_left_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.redb");
    let with = |name, format| {
        let mut options = Options::default();
        options.content = Content::new(name, format);
        options
    };
    drop(RedbStore::create_with(&path, with("ships", 2)).unwrap());
    let before = fs::read(&path).unwrap();
    let other = RedbStore::open_with(&path, with("trains", 2)).unwrap_err();
    assert!(
        matches!(
            other,
            OpenError::NotAStore {
                found: Found::ForeignContent,
                ..
            }
        ),
        "{other}"
    );
    let older = RedbStore::open_with(&path, with("ships", 1)).unwrap_err();
    let newer = matches!(
        older,
        OpenError::NewerFormat {
            found: 2,
            supported: 1,
            ..
        }
    );
    assert!(newer, "{older}");
    assert_eq!(fs::read(&path).unwrap(), before);
    drop(RedbStore::open_with(&path, with("ships", 3)).unwrap());
    drop(RedbStore::open(&path).unwrap());
}

#[test]
fn drafts_of_killed_processes_stand_in_nobodys_way() {
    let folder = folder();
    let path = folder.path().join("store.redb");
    for count in 0..200 {
        let name = format!("store.redb.new-{}-{count}", std::process::id());
        fs::write(folder.path().join(name), "left behind").unwrap();
    }
    drop(RedbStore::create(&path).unwrap());
    drop(RedbStore::open(&path).unwrap());
}
