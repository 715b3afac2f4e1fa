//! Making and opening stores.

use crate::support::{World, committed, dump, most, noon, p, run};
use atlas_testkit::facade::ManualClock;
use cloud_atlas::{
    Atlas, Error, OpenError,
    scope::Role,
    store::{Commit, CommitToken, Key, MemoryStore, ReadSet, Store, Write},
    store_redb::{Content, Options, RedbStore},
};
use std::{fs, path::Path, sync::Arc};

fn url(path: &Path) -> String {
    format!("redb:{}", path.display())
}

#[test]
fn a_store_is_made_once_and_opened_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("atlas.redb");
    let error = run(Atlas::open(&url(&path))).unwrap_err();
    assert!(matches!(error, Error::Open(OpenError::Redb(_))), "{error}");
    assert!(!path.exists(), "opening makes nothing");

    let atlas = run(Atlas::init(&url(&path))).unwrap();
    let admin = atlas.act_as(&p("admin"));
    let grants = run(admin.grants(None, &most())).unwrap().items;
    assert_eq!(grants.len(), 1);
    assert_eq!(
        (grants[0].role.clone(), grants[0].scope.clone()),
        (Role::ADMIN, p("/"))
    );
    run(admin.add_scope(&p("/acme"))).unwrap();
    run(committed(&admin, "/acme", "web", 1));
    let text = run(dump(&atlas));
    // While one holds it, no other may.
    let error = run(Atlas::open(&url(&path))).unwrap_err();
    assert!(matches!(error, Error::Open(OpenError::Redb(_))), "{error}");
    drop((atlas, admin));

    let kept = || run(dump(&run(Atlas::open(&url(&path))).unwrap()));
    let before = kept();
    let error = run(Atlas::init(&url(&path))).unwrap_err();
    assert!(matches!(error, Error::Open(OpenError::Redb(_))), "{error}");
    assert!(kept() == before, "init touched a store");
    let atlas = run(Atlas::open(&url(&path))).unwrap();
    assert!(run(dump(&atlas)) == text);
}

#[test]
fn addresses_are_read_exactly() {
    for address in [
        "",
        "memory",
        "memory:x",
        "redb",
        "redb:",
        "redb:?",
        "redb:?cache=64MiB",
        "memory:x?operations=128",
        "sqlite:x",
        "/tmp/x",
        "REDB:x",
        "memory://",
    ] {
        for error in [
            run(Atlas::init(address)).unwrap_err(),
            run(Atlas::open(address)).unwrap_err(),
        ] {
            assert!(
                matches!(&error, Error::Open(OpenError::Address { url }) if url == address),
                "{address}: {error}"
            );
        }
    }
    let error = run(Atlas::open("memory:")).unwrap_err();
    assert!(matches!(error, Error::Open(OpenError::Memory)), "{error}");
}

#[test]
fn an_engine_that_is_not_built_in_says_which_feature_brings_it() {
    let mut schemes = vec![("etcd", "etcd")];
    if cfg!(not(feature = "postgres")) {
        schemes.extend([("postgres", "postgres"), ("postgresql", "postgres")]);
    }
    for (scheme, feature) in schemes {
        let address = format!("{scheme}://atlas:secret@db/images");
        let error = run(Atlas::open(&address)).unwrap_err();
        let message = error.to_string();
        assert!(
            message.contains(&format!("the feature `{feature}`")),
            "{message}"
        );
        assert!(!message.contains("secret"), "{message}");
    }
}

#[test]
fn no_message_shows_a_password() {
    for address in [
        "postgres://atlas:secret@",
        "postgres://atlas:secret@127.0.0.1:1/images",
        "postgres://atlas:secret@127.0.0.1:1/images?colour=red",
        "postgres://atlas:a@secret?b@127.0.0.1:1/images",
        "postgres:atlas:secret@db",
        "mysql://atlas:secret@db",
    ] {
        for error in [
            run(Atlas::init(address)).unwrap_err(),
            run(Atlas::open(address)).unwrap_err(),
            run(Atlas::check_url(address)).unwrap_err(),
        ] {
            let mut shown = format!("{error} {error:?}");
            let mut source = std::error::Error::source(&error);
            while let Some(error) = source {
                shown += &error.to_string();
                source = error.source();
            }
            assert!(!shown.contains("secret"), "{address}: {shown}");
        }
        let shown = cloud_atlas::shown_address(address);
        assert!(!shown.contains("secret"), "{shown}");
    }
}

#[test]
fn options_of_an_address_reach_the_engine() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("odd?name.redb");
    let at = |options: &str| format!("{}?{options}", url(&path));
    let shown = |atlas: Atlas| {
        let shown = format!("{atlas:?}");
        let part = |name: &str| {
            let (_, rest) = shown.split_once(name).unwrap();
            rest.split([',', ' ']).next().unwrap().to_owned()
        };
        [part("cache_bytes: "), part("quick_repair: ")]
    };
    let made = run(Atlas::init(&at("cache=64MiB&quick_repair=true"))).unwrap();
    assert_eq!(shown(made), ["67108864", "true"]);
    assert!(path.exists());
    for (options, expected) in [
        ("", ["268435456", "false"]),
        ("cache=1024KiB", ["1048576", "false"]),
        ("quick_repair=true", ["268435456", "true"]),
        ("quick_repair=false&cache=2GiB", ["2147483648", "false"]),
    ] {
        let atlas = run(Atlas::open(&at(options))).unwrap();
        assert_eq!(shown(atlas), expected, "{options}");
    }
    // A host program says it where the address does not.
    for (options, expected) in [("", "33554432"), ("cache=1024KiB", "1048576")] {
        let atlas = run(Atlas::builder().page_cache(32 << 20).open(&at(options))).unwrap();
        assert_eq!(shown(atlas), [expected, "false"], "{options}");
    }
}

#[test]
fn with_quick_repair_a_store_that_was_not_closed_needs_none() {
    let folder = tempfile::tempdir().unwrap();
    for (option, closed_well) in [("true", true), ("false", false)] {
        let path = folder.path().join(option);
        let address = format!("{}?quick_repair={option}", url(&path));
        let atlas = run(Atlas::init(&address)).unwrap();
        run(atlas.act_as(&p("admin")).add_scope(&p("/acme"))).unwrap();
        // As a crash would leave it: copied while it is open.
        let left = folder.path().join("left.redb");
        fs::copy(&path, &left).unwrap();
        let report = RedbStore::check(&left).unwrap();
        assert!(report.is_sound(), "{:?}", report.problems);
        assert_eq!(report.closed_well, closed_well, "{option}");
        let left = run(Atlas::open(&url(&left))).unwrap();
        assert!(run(dump(&left)) == run(dump(&atlas)));
    }
}

#[test]
fn options_that_are_not_understood_make_and_open_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("atlas.redb");
    let mut said = String::new();
    for options in [
        "colour=green",
        "Cache=64MiB",
        "b.redb",
        "cache=64MiB&",
        "&",
        "cache",
        "cache=",
        "cache=64",
        "cache=64MB",
        "cache=-64MiB",
        "cache=+64MiB",
        "cache=6.4MiB",
        "cache=1023KiB",
        "cache=99999999999999999999MiB",
        "cache=18446744073709551615GiB",
        "cache=64MiB&cache=64MiB",
        "quick_repair",
        "quick_repair=yes",
        "quick_repair=true&quick_repair=true",
    ] {
        let address = format!("{}?{options}", url(&path));
        let error = run(Atlas::init(&address)).unwrap_err();
        assert!(
            matches!(error, Error::Open(OpenError::Option { .. })),
            "{options}: {error}"
        );
        assert_eq!(error.kind(), cloud_atlas::ErrorKind::Invalid);
        assert!(!path.exists(), "{options}");
        said = format!("{said}{options}\n    {error}\n");
        let opened = run(Atlas::open(&address)).unwrap_err();
        assert_eq!(opened.to_string(), error.to_string());
    }
    insta::assert_snapshot!(said);
}

/// A commit of one key into a store.
fn write(store: &dyn Store, key: &str) {
    let commit = Commit {
        reads: ReadSet::default(),
        writes: vec![Write::Put {
            key: Key::parse(key).unwrap(),
            value: b"{}".as_slice().into(),
        }],
        token: CommitToken::from_u128(u128::MAX),
    };
    run(async { store.snapshot().await?.commit(commit).await }).unwrap();
}

/// An empty store that notes these records.
fn noted(path: &Path, name: &'static str, format: u32) -> RedbStore {
    let mut options = Options::default();
    options.content = Content::new(name, format);
    RedbStore::create_with(path, options).unwrap()
}

#[test]
fn what_is_not_ours_is_left_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    // No store at all, an empty file, a folder.
    for (name, content) in [("notes.txt", "a shopping list"), ("empty", "")] {
        let path = folder.path().join(name);
        fs::write(&path, content).unwrap();
        for result in [run(Atlas::open(&url(&path))), run(Atlas::init(&url(&path)))] {
            let error = result.unwrap_err();
            assert!(matches!(error, Error::Open(_)), "{error}");
            assert_eq!(fs::read_to_string(&path).unwrap(), content);
        }
    }
    let error = run(Atlas::open(&url(folder.path()))).unwrap_err();
    assert!(matches!(error, Error::Open(_)), "{error}");
    // A store of another program: not a byte of it changes.
    let path = folder.path().join("other.redb");
    let other = noted(&path, "other-program", 1);
    write(&other, "/ other thing");
    drop(other);
    let before = fs::read(&path).unwrap();
    for result in [run(Atlas::open(&url(&path))), run(Atlas::init(&url(&path)))] {
        let error = result.unwrap_err();
        assert!(matches!(error, Error::Open(_)), "{error}");
        assert_eq!(fs::read(&path).unwrap(), before);
    }
    // The same, handed over open.
    let memory: Arc<dyn Store> = Arc::new(MemoryStore::new());
    write(&*memory, "/ other thing");
    let error = run(Atlas::builder().with_store(memory)).unwrap_err();
    assert!(matches!(error, Error::Open(OpenError::Foreign)), "{error}");
}

#[test]
fn a_store_that_was_never_finished_is_finished_by_init() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("atlas.redb");
    drop(noted(&path, "cloud-atlas", 1));
    let error = run(Atlas::open(&url(&path))).unwrap_err();
    assert!(
        matches!(error, Error::Open(OpenError::Unfinished)),
        "{error}"
    );
    drop(run(Atlas::init(&url(&path))).unwrap());
    run(Atlas::open(&url(&path))).unwrap();
}

#[test]
fn a_later_store_is_refused_untouched() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("atlas.redb");
    drop(noted(&path, "cloud-atlas", 7));
    let before = fs::read(&path).unwrap();
    for result in [run(Atlas::open(&url(&path))), run(Atlas::init(&url(&path)))] {
        let error = result.unwrap_err();
        assert!(matches!(error, Error::Open(OpenError::Redb(_))), "{error}");
        assert_eq!(fs::read(&path).unwrap(), before);
    }
    let error = run(Atlas::open(&url(&path))).unwrap_err().to_string();
    let what = "has format 7, and this program reads up to format 1: use a newer version";
    assert!(error.contains(what), "{error}");
}

#[test]
fn a_later_store_that_is_handed_over_is_refused() {
    use crate::support::Raw;
    use cloud_atlas::store::{Partition, RetryPolicy, StoreError, Table, Tx, transact};
    const INFO: Table<Raw> = Table::new("info", &[]);
    let atlas = run(Atlas::init("memory:")).unwrap();
    let work = |tx: Tx| async move {
        let mut info = INFO.get(&tx, &Partition::global(), "store").await?.unwrap();
        info.0["format"] = 7.into();
        let put = INFO.put(&tx, &Partition::global(), "store", &info).await;
        put.map_err(|_| StoreError::Closed)
    };
    let store = atlas.store();
    run(transact(&*store, &RetryPolicy::new(u128::MAX), work)).unwrap();
    let error = run(Atlas::builder().with_store(store)).unwrap_err();
    assert!(
        matches!(error, Error::Open(OpenError::Newer { found: 7, known: 1 })),
        "{error}"
    );
}

#[test]
fn a_store_that_is_handed_over_is_furnished_once() {
    let store: Arc<dyn Store> = Arc::new(crate::support::memory());
    let world = World::over(Arc::clone(&store));
    let before = run(dump(&world.atlas));
    let clock = Arc::new(ManualClock::new(noon()));
    let other = crate::support::beside(store, &clock, 2);
    assert!(run(dump(&other)) == before);
}
