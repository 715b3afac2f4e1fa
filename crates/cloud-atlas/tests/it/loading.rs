//! Loads that are killed: what is left opens as no store, and the next load goes on.

use crate::{
    care::{furnished, load},
    support::{World, beside, dump, image, noon, run},
};
use atlas_store_conformance::{Layer, Layered};
use atlas_testkit::facade::ManualClock;
use cloud_atlas::{
    Atlas, Error, LoadError, Loader, OpenError,
    store::{
        self, Capability, Commit, Committed, Fut, MemoryStore, RetryPolicy, Snapshot, Store,
        StoreError,
    },
    store_redb::{Content, Options, RedbStore},
};
use std::{
    future::ready,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

/// A store that takes few writes a commit, and whose process is killed at one of them.
#[derive(Debug, Clone)]
struct Killed {
    store: Arc<dyn Store>,
    capability: Capability,
    /// Commits that are still answered.
    left: Arc<AtomicUsize>,
    /// Whether the one after those is written.
    written: bool,
}

impl Killed {
    fn new(store: Arc<dyn Store>, commits: usize, written: bool) -> Layered<Self> {
        let mut capability = store.capability().clone();
        capability.max_operations = Some(BATCH + 1);
        Layered(Self {
            store,
            capability,
            left: Arc::new(AtomicUsize::new(commits)),
            written,
        })
    }
}

impl Layer for Killed {
    fn store(&self) -> &dyn Store {
        &*self.store
    }

    fn capability(&self) -> &Capability {
        &self.capability
    }

    fn commit(self, behind: Box<dyn Snapshot>, commit: Commit) -> Fut<'static, Committed> {
        let count = |left: usize| left.checked_sub(1);
        let (relaxed, left) = (Ordering::SeqCst, &self.left);
        if left.fetch_update(relaxed, relaxed, count).is_ok() {
            return behind.commit(commit);
        }
        if !self.written {
            return Box::pin(ready(Err(StoreError::Closed)));
        }
        Box::pin(async { behind.commit(commit).await.and(Err(StoreError::Closed)) })
    }
}

/// Entries of a batch of the smallest store that is opened: one more is the journal.
const BATCH: usize = 127;

/// A world with a dump of several such batches.
fn larger() -> World {
    let world = furnished();
    for batch in 100..107 {
        // As many as every store takes in one commit.
        let numbers = batch * 10..batch * 10 + 10;
        let images = numbers.map(|number| image("/acme", "aws/us-east-1", number));
        run(world.admin().register_images(images.collect())).unwrap();
    }
    world
}

fn is_loading(outcome: &Result<Atlas, Error>) -> bool {
    matches!(outcome, Err(Error::Open(OpenError::Loading { .. })))
}

/// Whether a load into this store is under way; what is not, is as before or whole.
fn check_state(store: &Arc<dyn Store>, before: &[String], whole: &[String]) -> bool {
    let clock = Arc::new(ManualClock::new(noon()));
    let opened = run(Atlas::builder().clock(clock).with_store(Arc::clone(store)));
    match opened {
        Ok(atlas) => {
            let text = run(dump(&atlas));
            assert!(text == before || text == whole, "half a store was opened");
            false
        }
        loading => {
            assert!(is_loading(&loading));
            true
        }
    }
}

/// Loads with a kill after so many commits; whether it was killed.
fn kill(store: &Arc<dyn Store>, text: &[String], commits: usize, written: bool) -> bool {
    let clock = Arc::new(ManualClock::new(noon()));
    let killed = Killed::new(Arc::clone(store), commits, written);
    let ended = load(&beside(Arc::new(killed), &clock, 3), text);
    match ended {
        Ok(()) => false,
        Err(Error::Load(LoadError::Store(StoreError::Closed))) => true,
        Err(error) => panic!("{error}"),
    }
}

#[test]
fn a_load_in_memory_that_is_killed_after_any_commit_goes_on() {
    let text = run(dump(&larger().atlas));
    for engine in [MemoryStore::new, MemoryStore::limited] {
        for written in [false, true] {
            let mut refused = 0;
            for commits in 0.. {
                let store: Arc<dyn Store> = Arc::new(engine());
                let clock = Arc::new(ManualClock::new(noon()));
                let atlas = beside(Arc::clone(&store), &clock, 1);
                let before = run(dump(&atlas));
                let was_killed = kill(&store, &text, commits, written);
                refused += usize::from(check_state(&store, &before, &text));
                if !was_killed {
                    break;
                }
                // The same engine goes on, unless it had come to its end.
                match load(&atlas, &text) {
                    Ok(()) => {}
                    Err(Error::Load(LoadError::NotEmpty { .. })) => assert!(written),
                    Err(error) => panic!("{error}"),
                }
                assert!(run(dump(&atlas)) == text);
            }
            assert_eq!(refused, 1 + (text.len() - 1).div_ceil(BATCH));
        }
    }
}

#[test]
fn a_load_into_a_file_that_is_killed_again_and_again_goes_on() {
    let text = run(dump(&larger().atlas));
    let other = {
        let world = furnished();
        run(world.admin().add_scope(&"/gamma".parse().unwrap())).unwrap();
        run(dump(&world.atlas))
    };
    let folder = tempfile::tempdir().unwrap();
    let url = format!("redb:{}", folder.path().join("atlas.redb").display());
    let before = run(dump(&run(Atlas::init(&url)).unwrap()));
    let mut done = 0_u64;
    // The first time nothing, then the first commit, then one more batch each time.
    for (commits, written) in [(0, false), (0, true), (1, false), (0, true), (1, true)] {
        let mut options = Options::default();
        options.content = Content::new("cloud-atlas", 1);
        let path = folder.path().join("atlas.redb");
        let store = RedbStore::open_with(path, options).unwrap();
        let store: Arc<dyn Store> = Arc::new(store);
        let killed = Killed::new(Arc::clone(&store), commits, written);
        let dump = store::verify(lines(&text), killed.capability(), &|_| {}).unwrap();
        let policy = RetryPolicy::new(u128::from(done) + 77);
        let ended = run(store::load(
            &killed,
            &policy,
            |_| true,
            &dump,
            lines(&text),
            &|_| {},
        ));
        assert!(matches!(ended, Err(LoadError::Store(StoreError::Closed))));
        let loading = check_state(&store, &before, &text);
        drop((killed, store));
        assert_eq!(is_loading(&run(Atlas::open(&url))), loading);
        let checked = run(Atlas::check_url(&url));
        let is_refused = matches!(checked, Err(Error::Open(OpenError::Loading { .. })));
        assert_eq!(is_refused, loading);
        run(Atlas::init(&url)).unwrap_err();
        let loader = run(Loader::open(&url)).unwrap();
        assert_eq!(loader.unfinished().is_some(), loading);
        if let Some((now, all)) = loader.unfinished() {
            assert_eq!(all, text.len() as u64 - 1);
            assert!(now >= done);
            done = now;
            // Another dump does not go on behind this one.
            let error = run(loader.load(|| Ok(lines(&other)), &|_| {})).unwrap_err();
            assert!(
                matches!(error, Error::Load(LoadError::Another { .. })),
                "{error}"
            );
        }
    }
    assert_eq!(done, 4 * BATCH as u64);
    let loader = run(Loader::open(&url)).unwrap();
    run(loader.load(|| Ok(lines(&text)), &|_| {})).unwrap();
    drop(loader);
    let atlas = run(Atlas::open(&url)).unwrap();
    assert!(run(dump(&atlas)) == text);
    assert!(run(atlas.check()).unwrap().findings.is_empty());
}

fn lines(text: &[String]) -> Vec<std::io::Result<String>> {
    text.iter().cloned().map(Ok).collect()
}
