//! Stores that an earlier version made, and stores that a later one has changed.

use crate::support::{Raw, World, ask, beside, committed, dump, image, noon, p, run};
use atlas_testkit::facade::ManualClock;
use cloud_atlas::{
    Atlas, Error, ErrorKind, LaunchRequest, MigrateError,
    store::{
        IndexState, Key, KeyRange, LeaseError, MemoryStore, Page, Partition, RecordError,
        RetryPolicy, Store, StoreError, Table, Timer, Tx, partitions, transact,
    },
    store_redb::{Content, Options, RedbStore},
};
use std::{
    future::Future,
    path::Path,
    pin::Pin,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

const EAST: &str = "aws/us-east-1";
const SCHEMA: Table<Raw> = Table::new("schema", &[]);
const LEASE: Table<Raw> = Table::new("lease", &[]);

/// A commit from outside.
fn write<R>(store: &dyn Store, work: impl Fn(Tx) -> R)
where
    R: Future<Output = Result<(), RecordError>>,
{
    static SEED: AtomicU64 = AtomicU64::new(0);
    let seed = u128::from(SEED.fetch_add(1, Ordering::SeqCst)) << 64;
    run(transact(store, &RetryPolicy::new(seed), work)).unwrap();
}

/// Changes what a store says of its indexes.
fn reword(store: &dyn Store, change: impl Fn(&mut serde_json::Value)) {
    let change = &change;
    write(store, |tx| async move {
        let global = Partition::global();
        let mut schema = SCHEMA.get(&tx, &global, "store").await?.unwrap();
        change(&mut schema.0);
        SCHEMA.put(&tx, &global, "store", &schema).await
    });
}

/// Puts or deletes every key of a space.
fn clear(store: &dyn Store, space: &str) {
    let snapshot = run(store.snapshot()).unwrap();
    for partition in run(partitions(&*snapshot)).unwrap() {
        let range = Key::builder(&partition, space).range().unwrap();
        write(store, |tx| {
            let range = range.clone();
            async move {
                for (key, _) in tx.range(&range, Page::first(1000)).await?.entries {
                    tx.delete(key)?;
                }
                Ok(())
            }
        });
    }
}

/// A store as an earlier version left it, which did not know of an index.
fn without_index(store: &dyn Store, table: &str, index: &str) {
    clear(store, &format!("{table}.{index}"));
    reword(store, |schema| {
        let indexes = schema["indexes"][table].as_object_mut().unwrap();
        indexes.remove(index).unwrap();
    });
}

/// A store as an earlier version left it, with an index that is no more.
fn with_index(store: &dyn Store, index: &str) {
    for account in ["acme", "beta"] {
        let space = format!("image.{index}");
        let key = Key::builder(&Partition::account(account).unwrap(), &space);
        let key = key.text("row").build().unwrap();
        write(store, |tx| {
            let key = key.clone();
            async move { Ok(tx.put(key, b"{}".as_slice())?) }
        });
    }
    reword(store, |schema| {
        schema["indexes"]["image"][index] = "readable".into();
        schema["version"] = 0.into();
    });
}

/// A world with images and a MultiCloud Image.
fn world(store: Arc<dyn Store>) -> World {
    let world = World::over(store);
    let dana = world.who("dana");
    run(async {
        for number in 1..40 {
            dana.register_image(image("/acme", EAST, number))
                .await
                .unwrap();
        }
        committed(&dana, "/acme", "web", 1).await;
    });
    world
}

fn again(store: Arc<dyn Store>) -> Result<Atlas, Error> {
    let clock = Arc::new(ManualClock::new(noon()));
    let builder = Atlas::builder().clock(clock as Arc<dyn cloud_atlas::Clock>);
    run(builder.with_store(store))
}

/// The dump without its header and without what tells of migrations.
fn lines(atlas: &Atlas) -> Vec<String> {
    let lines = run(dump(atlas)).into_iter().skip(1);
    lines
        .filter(|line| !line.starts_with(r#"{"k":"/ migration "#))
        .collect()
}

fn findings(atlas: &Atlas) -> Vec<String> {
    run(atlas.check()).unwrap().findings
}

#[test]
fn opening_builds_what_is_missing_and_removes_what_is_no_more() {
    for memory in [MemoryStore::new(), MemoryStore::limited()] {
        let store: Arc<dyn Store> = Arc::new(memory);
        let world = world(Arc::clone(&store));
        let before = lines(&world.atlas);
        for (table, index) in [
            ("image", "scope"),
            ("image", "image"),
            ("event", "scope"),
            ("mci", "name"),
        ] {
            without_index(&*store, table, index);
            with_index(&*store, "colour");
            assert!(lines(&world.atlas) != before);
            let opened = again(Arc::clone(&store)).unwrap();
            assert!(lines(&opened) == before, "{table}.{index}");
            assert_eq!(findings(&opened), Vec::<String>::new());
            let migrations = run(opened.check()).unwrap();
            assert!(!migrations.records.contains_key("migration"));
        }
        // A store that is as it should be is not written to.
        let before = run(dump(&world.atlas));
        let opened = again(store).unwrap();
        assert!(run(dump(&opened)) == before);
        let launch = run(world.who("dana").resolve(&ask("web", EAST, "/acme"))).unwrap();
        assert_eq!(launch.plan.image.as_str(), format!("ami-{:017x}", 1));
    }
}

/// Where this changes, the version of the catalog in `tables.rs` grows by one.
#[test]
fn the_indexes_and_their_version_change_together() {
    let atlas = run(Atlas::init("memory:")).unwrap();
    let tx = run(Tx::begin(&*atlas.store())).unwrap();
    let schema = run(SCHEMA.get(&tx, &Partition::global(), "store")).unwrap();
    insta::assert_snapshot!(schema.unwrap().0, @r#"{"indexes":{"access-key":{"principal":"readable","scope":"readable"},"deployment":{"id":"readable"},"disk-image":{"name":"readable","open":"readable","unfinished":"readable"},"event":{"scope":"readable","subject":"readable"},"group":{"code":"readable","member":"readable","name":"readable"},"head-offer":{"group":"readable","publisher":"readable"},"image":{"bin":"readable","buried":"readable","created":"readable","credential":"readable","image":"readable","label":"readable","name":"readable","named":"readable","os":"readable","scope":"readable","snapshot":"readable","source":"readable","tag":"readable","token":"readable"},"imported":{"image":"readable"},"launch":{"server":"readable","template":"readable"},"listing":{"name":"readable"},"lock":{"image":"readable","large":"readable","name":"readable","revision":"readable"},"mci":{"edited":"readable","name":"readable","origin":"readable"},"opened":{"image":"readable","place":"readable"},"plan":{"scope":"readable"},"publication":{"own":"readable","publisher":"readable","source":"readable"},"role-map":{"image":"readable","name":"readable"},"scope":{"number":"readable"},"server":{"image":"readable","mci":"readable","name":"readable","scope":"readable","template":"readable"},"snapshot":{"label":"readable"},"template":{"linked":"readable","name":"readable","origin":"readable"},"work":{"made":"readable","open":"readable","waiting":"readable"}},"version":8}"#);
}

#[test]
fn a_store_that_says_nothing_of_its_indexes_has_the_first_ones() {
    let store: Arc<dyn Store> = Arc::new(MemoryStore::new());
    let world = world(Arc::clone(&store));
    clear(&*store, "schema");
    let opened = again(store).unwrap();
    assert_eq!(findings(&opened), Vec::<String>::new());
    run(world.who("dana").register_image(image("/acme", EAST, 99))).unwrap();
    assert_eq!(findings(&opened), Vec::<String>::new());
}

#[test]
fn what_a_later_version_has_changed_is_refused_by_sessions_and_by_opening() {
    let store: Arc<dyn Store> = Arc::new(MemoryStore::new());
    let world = world(Arc::clone(&store));
    let dana = world.who("dana");
    let warm = LaunchRequest::new(p("web"), p(EAST), p("/acme"));
    run(dana.resolve(&warm)).unwrap();
    let mut said = String::new();
    let changes: [fn(&mut serde_json::Value); 2] = [
        |schema| schema["indexes"]["image"]["colour"] = "building".into(),
        |schema| schema["version"] = 9.into(),
    ];
    for change in changes {
        reword(&*store, change);
        for error in [
            run(dana.register_image(image("/acme", EAST, 77))).unwrap_err(),
            run(dana.resolve(&warm)).unwrap_err(),
            run(world.atlas.upgrade(|_| {})).unwrap_err(),
            run(world.atlas.check()).unwrap_err(),
            again(Arc::clone(&store)).unwrap_err(),
        ] {
            assert_eq!(error.kind(), ErrorKind::Invalid);
            said = format!("{said}{error}\n");
        }
    }
    said.truncate(said.lines().take(1).map(str::len).sum::<usize>() + 1);
    assert_eq!(
        said,
        "the store has the index `image.colour`, which this program does not know: reopen it with a newer version\n"
    );
    let error = again(store).unwrap_err();
    assert!(
        matches!(
            &error,
            Error::Store(StoreError::NewerSchema { found: 9, .. })
        ),
        "{error}"
    );
}

#[test]
fn a_check_knows_how_far_an_index_has_come() {
    let store: Arc<dyn Store> = Arc::new(MemoryStore::new());
    let world = world(Arc::clone(&store));
    let state = |state: IndexState| {
        reword(&*store, |schema| {
            schema["indexes"]["image"]["scope"] = state.to_string().into();
        });
        findings(&world.atlas)
    };
    // Some of its rows are gone.
    let row = Key::builder(&Partition::account("acme").unwrap(), "image.scope");
    let row = row.range().unwrap();
    let first = KeyRange::new(row.start(), row.end());
    write(&*store, |tx| {
        let first = first.clone();
        async move {
            for (key, _) in tx.range(&first, Page::first(3)).await?.entries {
                tx.delete(key)?;
            }
            Ok(())
        }
    });
    assert_eq!(state(IndexState::Readable).len(), 3);
    assert_eq!(state(IndexState::Building), Vec::<String>::new());
    // While it is being built, writes keep its rows, and nobody reads it.
    let dana = world.who("dana");
    run(dana.register_image(image("/acme", EAST, 50))).unwrap();
    let unread = run(world.atlas.act_as(&p("dana")).images(
        &cloud_atlas::ImageQuery::new(p("/acme")),
        &cloud_atlas::Paging::default(),
    ));
    let error = unread.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unavailable, "{error}");
    // A row that leads astray is found all the same.
    clear(&*store, "image.credential");
    let rows = Key::builder(&Partition::account("acme").unwrap(), "image");
    let records = rows.range().unwrap();
    write(&*store, |tx| {
        let records = records.clone();
        async move {
            let (key, _) = tx
                .range(&records, Page::first(1))
                .await?
                .entries
                .swap_remove(0);
            Ok(tx.delete(key)?)
        }
    });
    let mut astray = state(IndexState::Building);
    astray.retain(|finding| finding.contains("`scope`"));
    assert!(astray.len() <= 1, "{astray:?}");
    // Of a dropped one nothing is looked at.
    let mut dropped = state(IndexState::Dropped);
    dropped.retain(|finding| finding.contains("`scope`") || finding.contains("image.scope"));
    assert_eq!(dropped, Vec::<String>::new());
}

/// A timer that does something instead of waiting.
struct Meanwhile(Mutex<Box<dyn FnMut() + Send>>);

impl std::fmt::Debug for Meanwhile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Meanwhile").finish_non_exhaustive()
    }
}

impl Timer for Meanwhile {
    fn sleep(&self, _: Duration) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        (self.0.lock().unwrap())();
        Box::pin(std::future::ready(()))
    }
}

/// A store that somebody else is changing.
fn leased(store: &MemoryStore) {
    let until = noon().as_micros() + 20_000_000;
    let until = cloud_atlas::base::Timestamp::from_micros(until).unwrap();
    let lease = serde_json::json!({"holder": "somebody", "until": until.to_string()});
    write(store, |tx| {
        let lease = Raw(lease.clone());
        async move {
            LEASE
                .put(&tx, &Partition::global(), "migration", &lease)
                .await
        }
    });
    without_index(store, "image", "scope");
}

#[test]
fn whoever_opens_a_store_that_somebody_else_changes_waits() {
    let memory = MemoryStore::new();
    let before = lines(&world(Arc::new(memory.clone())).atlas);
    leased(&memory);
    let (beneath, waits) = (memory.clone(), Arc::new(AtomicU64::new(0)));
    let count = Arc::clone(&waits);
    let timer = Meanwhile(Mutex::new(Box::new(move || {
        if count.fetch_add(1, Ordering::SeqCst) == 2 {
            clear(&beneath, "lease");
        }
    })));
    let store = memory.clone().with_timer(Arc::new(timer));
    let opened = again(Arc::new(store)).unwrap();
    assert_eq!(waits.load(Ordering::SeqCst), 3);
    assert!(lines(&opened) == before);
}

#[test]
fn of_two_who_open_an_older_store_at_once_one_changes_it() {
    let memory = MemoryStore::new();
    let before = lines(&world(Arc::new(memory.clone())).atlas);
    without_index(&memory, "image", "scope");
    let opened = std::thread::scope(|scope| {
        let both = [0, 1].map(|_| scope.spawn(|| again(Arc::new(memory.clone()))));
        both.map(|one| one.join().unwrap().unwrap())
    });
    let built = |line: &&String| line.contains("build image.scope");
    for atlas in opened {
        assert!(lines(&atlas) == before);
        assert_eq!(run(dump(&atlas)).iter().filter(built).count(), 1);
    }
}

#[test]
fn whoever_waits_too_long_is_told_for_whom() {
    let memory = MemoryStore::new();
    drop(world(Arc::new(memory.clone())));
    leased(&memory);
    let timer = Meanwhile(Mutex::new(Box::new(|| {})));
    let store: Arc<dyn Store> = Arc::new(memory.with_timer(Arc::new(timer)));
    let error = again(Arc::clone(&store)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unavailable);
    assert!(
        matches!(&error, Error::Migrate(MigrateError::Lease(LeaseError::Held { holder, .. })) if holder == "somebody"),
        "{error}"
    );
    // When its time is over, it is taken from whoever stopped.
    let clock = Arc::new(ManualClock::new(p("2026-08-01T12:00:20Z")));
    let opened = beside(store, &clock, 3);
    assert_eq!(findings(&opened), Vec::<String>::new());
}

/// The store in a file, for a commit from outside.
fn file(path: &Path) -> RedbStore {
    let mut options = Options::default();
    options.content = Content::new("cloud-atlas", 1);
    RedbStore::open_with(path, options).unwrap()
}

#[test]
fn a_check_of_an_older_file_changes_nothing_and_opening_it_does() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("atlas.redb");
    let url = format!("redb:{}", path.display());
    let made = run(Atlas::init(&url)).unwrap();
    let world = world(made.store());
    let before = lines(&world.atlas);
    drop((world, made));
    let outside = file(&path);
    without_index(&outside, "image", "scope");
    // A process that stopped in the middle of a migration left its lease.
    write(&outside, |tx| async move {
        let lease = serde_json::json!({"holder": "gone", "until": "2099-01-01T00:00:00Z"});
        LEASE
            .put(&tx, &Partition::global(), "migration", &Raw(lease))
            .await
    });
    drop(outside);
    let bytes = std::fs::read(&path).unwrap();
    let report = run(Atlas::check_url(&url)).unwrap();
    assert_eq!(report.findings, Vec::<String>::new());
    assert!(std::fs::read(&path).unwrap() == bytes);
    let opened = run(Atlas::open(&url)).unwrap();
    assert!(lines(&opened) == before);
    drop(opened);
    assert!(run(Atlas::check_url(&url)).unwrap().findings.is_empty());
}

#[test]
fn an_upgrade_has_nothing_to_do_where_all_is_new() {
    let world = World::new();
    let before = run(dump(&world.atlas));
    let told = Mutex::new(Vec::new());
    let report = run(world
        .atlas
        .upgrade(|progress| told.lock().unwrap().push(progress.of.clone())));
    let report = report.unwrap();
    assert_eq!(report.rewritten, 0);
    assert!(told.into_inner().unwrap().contains(&"image".to_owned()));
    assert!(run(dump(&world.atlas)) == before);
    // A lease that somebody has ends an upgrade too.
    assert!(matches!(
        run(world.atlas.upgrade(|_| {})),
        Ok(report) if report.rewritten == 0
    ));
}

#[test]
fn a_dump_of_an_older_store_gets_its_indexes_and_one_of_a_later_store_is_refused() {
    let store: Arc<dyn Store> = Arc::new(MemoryStore::new());
    let world = world(Arc::clone(&store));
    let before = lines(&world.atlas);
    without_index(&*store, "image", "scope");
    let older = run(dump(&world.atlas));
    let load = |text: &[String]| {
        let atlas = run(Atlas::init("memory:")).unwrap();
        let outcome = run(atlas.load(|| Ok(text.iter().cloned().map(Ok)), &|_| {}));
        (atlas, outcome)
    };
    let (loaded, outcome) = load(&older);
    outcome.unwrap();
    assert!(lines(&loaded) == before);
    assert_eq!(findings(&loaded), Vec::<String>::new());
    reword(&*store, |schema| schema["version"] = 9.into());
    let later = run(dump(&world.atlas));
    let (untouched, outcome) = load(&later);
    let error = outcome.unwrap_err();
    assert!(
        matches!(
            error,
            Error::Store(StoreError::NewerSchema { found: 9, .. })
        ),
        "{error}"
    );
    assert!(run(untouched.count()).unwrap()["image"] == 0);
    // One whose word on its indexes this program cannot even read is refused as early.
    reword(&*store, |schema| schema["later"] = "yes".into());
    let (untouched, outcome) = load(&run(dump(&world.atlas)));
    let error = outcome.unwrap_err();
    assert!(
        matches!(error, Error::Store(StoreError::Corrupt { .. })),
        "{error}"
    );
    assert!(run(untouched.count()).unwrap()["image"] == 0);
}
