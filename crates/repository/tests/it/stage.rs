//! Anything may happen between any two things that anybody does.
//!
//! Everybody on this stage has a backend of their own over the same objects. Before each thing that one
//! does with it, the stage may let somebody else do all of something: an ingest, a deletion, a clean-up,
//! whose own steps are interrupted likewise. And anybody may be killed: from some step on, nothing that
//! they do happens. Whatever the history, every image that is there reads as what came in.

use crate::{Chance, ask, id, image, mixed, on, over};
use atlas_base::Timestamp;
use atlas_repository::{Gc, Repository, RepositoryError, RunId, StoredId, Verify, Watch};
use core::{fmt, time::Duration};
use futures_util::stream::{self, BoxStream};
use object_store::{
    CopyOptions, Error, GetOptions, GetResult, ListResult, MultipartUpload, ObjectMeta,
    ObjectStore, PutMultipartOptions, PutOptions, PutPayload, PutResult, Result, memory::InMemory,
    path::Path,
};
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

/// How many do something in the midst of one another, at most.
const DEPTH: u32 = 3;

struct Stage {
    objects: Arc<InMemory>,
    state: Mutex<State>,
}

struct State {
    chance: Chance,
    depth: u32,
    left: u32,
    next: u128,
    /// The disks, by the ids that they came under.
    disks: BTreeMap<StoredId, Arc<Vec<u8>>>,
    /// What is there for certain.
    whole: Vec<StoredId>,
    base: Vec<u8>,
    /// Somebody who is never killed, and remembers what there was.
    old: Option<Repository>,
    counts: [u32; 6],
}

/// Somebody's own backend.
struct Actor {
    stage: Arc<Stage>,
    /// After how many steps they are killed.
    left: Mutex<Option<u64>>,
    /// Whether claims look old to them.
    is_hasty: bool,
}

impl fmt::Debug for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Actor")
    }
}

impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Actor")
    }
}

impl Stage {
    fn below(&self, most: u64) -> u64 {
        self.state.lock().unwrap().chance.below(most)
    }

    fn count(&self, what: usize) {
        self.state.lock().unwrap().counts[what] += 1;
    }

    /// Perhaps somebody does something.
    fn meanwhile(self: &Arc<Self>) {
        {
            let mut state = self.state.lock().unwrap();
            if state.depth >= DEPTH || state.left == 0 || state.chance.below(12) > 0 {
                return;
            }
            state.depth += 1;
            state.left -= 1;
        }
        self.act();
        self.state.lock().unwrap().depth -= 1;
    }

    fn actor(self: &Arc<Self>, is_hasty: bool) -> Repository {
        let is_killed = self.below(4) == 0;
        let left = is_killed.then(|| self.below(40));
        over(Arc::new(Actor {
            stage: Arc::clone(self),
            left: Mutex::new(left),
            is_hasty,
        }))
    }

    fn act(self: &Arc<Self>) {
        match self.below(8) {
            0..=2 => self.ingest(),
            3 => self.delete(),
            4 => self.read(),
            _ => self.clean_up(),
        }
    }

    fn ingest(self: &Arc<Self>) {
        let (number, bytes) = {
            let mut state = self.state.lock().unwrap();
            state.next += 1;
            let number = state.next;
            // Parts of what others have, and something of their own.
            let mut bytes = Vec::new();
            let base = core::mem::take(&mut state.base);
            for part in base.chunks(256 << 10) {
                if state.chance.below(2) == 0 {
                    bytes.extend_from_slice(part);
                }
            }
            state.base = base;
            bytes.extend(mixed(state.chance.next(), 1));
            let bytes = Arc::new(bytes);
            state.disks.insert(id(number), Arc::clone(&bytes));
            (number, bytes)
        };
        let image = image(&bytes);
        let old = self.state.lock().unwrap().old.clone();
        let actor = match old {
            Some(old) if self.below(2) == 0 => old,
            _ => self.actor(false),
        };
        match actor.ingest(&image.disks()[0], &ask(number), Watch::default()) {
            Ok(_) => {
                self.count(0);
                self.state.lock().unwrap().whole.push(id(number));
            }
            Err(RepositoryError::Abandoned(_)) => self.count(1),
            Err(error) => {
                assert!(error.is_retryable(), "{error:?}");
                self.count(2);
            }
        }
    }

    /// Reads an image, of which nothing is lost while it is there.
    fn read(self: &Arc<Self>) {
        let id = {
            let mut state = self.state.lock().unwrap();
            let most = state.whole.len().max(1) as u64;
            let at = state.chance.below(most) as usize;
            let Some(id) = state.whole.get(at) else {
                return;
            };
            *id
        };
        let bytes = Arc::clone(&self.state.lock().unwrap().disks[&id]);
        let mut read = vec![0; bytes.len()];
        let done = self
            .actor(false)
            .open(id)
            .and_then(|image| image.read(&mut read, 0));
        let is_there = self.state.lock().unwrap().whole.contains(&id);
        match done {
            Ok(_) => assert!(read == **bytes),
            Err(error) => assert!(!is_there || error.is_retryable(), "{error:?}"),
        }
    }

    fn delete(self: &Arc<Self>) {
        let id = {
            let mut state = self.state.lock().unwrap();
            if state.whole.is_empty() {
                return;
            }
            let most = state.whole.len() as u64;
            let at = state.chance.below(most) as usize;
            state.whole.swap_remove(at)
        };
        let _ = self.actor(false).delete(id);
        self.count(3);
    }

    fn clean_up(self: &Arc<Self>) {
        let (run, rewrite) = {
            let mut state = self.state.lock().unwrap();
            state.next += 1;
            (RunId::from_u128(state.next), state.chance.below(3))
        };
        let is_hasty = self.below(5) == 0;
        let mut gc = Gc::new(run, Timestamp::parse("2050-01-01T00:00:00Z").unwrap());
        gc.grace = Duration::from_hours(1);
        gc.rewrite = (rewrite > 0).then_some(10);
        match self.actor(is_hasty).gc(&gc, Watch::default()) {
            Ok(done) => {
                self.count(4);
                if done.removed > 0 {
                    self.count(5);
                }
            }
            Err(RepositoryError::Ran(_)) => {}
            Err(error) => {
                check(self, 0);
                assert!(error.is_retryable(), "{error:?}");
            }
        }
    }
}

impl Actor {
    /// A step: perhaps after others have done something, perhaps never.
    fn step(&self) -> Result<()> {
        let killed = || Error::Generic {
            store: "stage",
            source: "killed".into(),
        };
        let is_dead = || *self.left.lock().unwrap() == Some(0);
        if is_dead() {
            return Err(killed());
        }
        self.stage.meanwhile();
        if let Some(left) = &mut *self.left.lock().unwrap() {
            if *left == 0 {
                return Err(killed());
            }
            *left -= 1;
        }
        Ok(())
    }
}

#[async_trait::async_trait]
impl ObjectStore for Actor {
    async fn put_opts(&self, at: &Path, bytes: PutPayload, how: PutOptions) -> Result<PutResult> {
        self.step()?;
        let done = self.stage.objects.put_opts(at, bytes, how).await;
        // The answer may be lost, too.
        self.step()?;
        done
    }

    async fn put_multipart_opts(
        &self,
        at: &Path,
        how: PutMultipartOptions,
    ) -> Result<Box<dyn MultipartUpload>> {
        self.stage.objects.put_multipart_opts(at, how).await
    }

    async fn get_opts(&self, at: &Path, how: GetOptions) -> Result<GetResult> {
        self.step()?;
        self.stage.objects.get_opts(at, how).await
    }

    fn delete_stream(
        &self,
        at: BoxStream<'static, Result<Path>>,
    ) -> BoxStream<'static, Result<Path>> {
        if let Err(error) = self.step() {
            return Box::pin(stream::once(async { Err(error) }));
        }
        self.stage.objects.delete_stream(at)
    }

    fn list(&self, prefix: Option<&Path>) -> BoxStream<'static, Result<ObjectMeta>> {
        self.stage.objects.list(prefix)
    }

    async fn list_with_delimiter(&self, prefix: Option<&Path>) -> Result<ListResult> {
        self.step()?;
        let mut found = self.stage.objects.list_with_delimiter(prefix).await?;
        let is_claims = prefix.is_some_and(|it| it.as_ref() == "claims");
        if is_claims && !self.is_hasty {
            for object in &mut found.objects {
                object.last_modified += Duration::from_hours(24 * 366 * 100);
            }
        }
        Ok(found)
    }

    async fn copy_opts(&self, from: &Path, to: &Path, how: CopyOptions) -> Result<()> {
        self.stage.objects.copy_opts(from, to, how).await
    }
}

/// A history of its own for each seed: what it came to.
fn history(seed: u64) -> [u32; 6] {
    let stage = Arc::new(Stage {
        objects: Arc::new(InMemory::new()),
        state: Mutex::new(State {
            chance: Chance(seed * 7919 + 1),
            depth: 0,
            left: 40,
            next: 0,
            disks: BTreeMap::new(),
            whole: Vec::new(),
            base: mixed(seed, 12),
            old: None,
            counts: [0; 6],
        }),
    });
    let old = over(Arc::new(Actor {
        stage: Arc::clone(&stage),
        left: Mutex::default(),
        is_hasty: false,
    }));
    stage.state.lock().unwrap().old = Some(old);
    for _ in 0..12 {
        stage.act();
        check(&stage, seed);
    }
    stage.state.lock().unwrap().counts
}

/// Every image that is there reads as what came in, to who sees it for the first time.
fn check(stage: &Stage, seed: u64) {
    let repository = on(&stage.objects);
    let there = repository.images().unwrap();
    let known = stage.state.lock().unwrap();
    for id in &known.whole {
        assert!(there.contains(id), "history {seed}: {id} is lost");
    }
    for id in there {
        let bytes = &known.disks[&id];
        let mut read = vec![0; bytes.len()];
        let image = repository.open(id).unwrap();
        let length = image.read(&mut read, 0).map_err(|error| error.to_string());
        assert_eq!(length, Ok(bytes.len()), "history {seed}: {id}");
        assert!(read == **bytes, "history {seed}: {id}");
    }
    let verified = repository.verify(&Verify::default(), Watch::default());
    assert_eq!(verified.unwrap().rot, [], "history {seed}");
}

/// How many histories are tried: 24, or as many as the variable says.
fn histories() -> u64 {
    std::env::var("ATLAS_REPOSITORY_HISTORIES").map_or(24, |count| count.parse().unwrap())
}

#[test]
fn whatever_happens_in_between_no_image_loses_anything() {
    let mut counts = [0; 6];
    for seed in 1..=histories() {
        for (count, more) in counts.iter_mut().zip(history(seed)) {
            *count += more;
        }
    }
    // Each kind of thing has happened.
    assert!(counts.iter().all(|count| *count > 0), "{counts:?}");
}
