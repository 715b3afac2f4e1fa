//! Which answers a write makes stale, while nobody else writes to the store.
//!
//! An answer notes every key and interval that it was derived from. Before a write is sent to the
//! store, the keys that it writes are announced here, and every answer that depends on one of them
//! is stale from then on: nobody sees a state of the store that is newer than the answers she gets.
//! An answer that is being derived is not kept if such a write was under way when it began to read,
//! or was announced since.
#![expect(
    clippy::disallowed_types,
    reason = "answers are found by key in one step; nothing iterates over these maps"
)]

use super::lock;
use atlas_store::{Key, KeyRange, ReadSet};
use core::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::{
    collections::{BTreeMap, HashMap, VecDeque},
    sync::{Arc, Mutex, Weak},
};

/// How many announcements are remembered for answers that are being derived.
const RECENT: usize = 256;
/// A write of more keys makes every answer stale: nobody looks for each of them.
const MANY: usize = 4096;
/// As many links from keys to answers are held at most.
const LINKS: usize = 1 << 20;

/// Whether an answer still holds.
#[derive(Debug, Default)]
pub(crate) struct Fresh {
    stale: AtomicBool,
    /// Of which generation it is: all others are stale.
    generation: u64,
}

/// What is written; none is everything.
type Keys = Option<Arc<[Key]>>;

/// The answers that depend on something.
type Dependent = Vec<Weak<Fresh>>;

/// The answers by what they depend on, and the writes.
#[derive(Debug, Default)]
pub(crate) struct Watch {
    generation: AtomicU64,
    log: Mutex<Log>,
}

#[derive(Debug, Default)]
struct Log {
    /// How many writes were announced.
    announced: u64,
    recent: VecDeque<Keys>,
    /// The writes under way, by when they were announced first.
    under_way: BTreeMap<u64, Vec<Keys>>,
    keys: HashMap<Key, Dependent>,
    /// By the table or index that they lie in, none where they lie in several.
    ranges: HashMap<Option<Box<str>>, HashMap<KeyRange, Dependent>>,
    links: usize,
}

/// An answer that is being derived.
#[derive(Debug)]
pub(crate) struct Deriving {
    generation: u64,
    announced: u64,
    under_way: Vec<Keys>,
}

impl Fresh {
    pub(crate) fn holds(&self, watch: &Watch) -> bool {
        !self.stale.load(Ordering::Acquire)
            && self.generation == watch.generation.load(Ordering::Acquire)
    }

    fn spoil(&self) {
        self.stale.store(true, Ordering::Release);
    }
}

impl Watch {
    /// To be called before anything is read for an answer.
    pub(crate) fn derive(&self) -> Deriving {
        let log = lock(&self.log);
        Deriving {
            generation: self.generation.load(Ordering::Acquire),
            announced: log.announced,
            under_way: log.under_way.values().flatten().cloned().collect(),
        }
    }

    /// Watches over an answer that was derived from what was read; none where it may be stale
    /// already.
    pub(crate) fn keep(&self, deriving: &Deriving, reads: &ReadSet) -> Option<Arc<Fresh>> {
        let mut log = lock(&self.log);
        let since = log.announced - deriving.announced;
        let since = usize::try_from(since).ok()?;
        let missed = log.recent.len().checked_sub(since)?;
        let mut writes = deriving
            .under_way
            .iter()
            .chain(log.recent.iter().skip(missed));
        if writes.any(|keys| touches(keys.as_deref(), reads)) {
            return None;
        }
        let fresh = Arc::new(Fresh {
            stale: AtomicBool::new(false),
            generation: deriving.generation,
        });
        if log.links >= LINKS {
            self.spoil_all(&mut log);
            return None;
        }
        let weak = Arc::downgrade(&fresh);
        for key in reads.keys.keys() {
            let answers = log.keys.entry(key.clone()).or_default();
            let added = add(answers, &weak);
            log.links = log.links.saturating_add_signed(added);
        }
        for range in &reads.ranges {
            let ranges = log.ranges.entry(place_of(range)).or_default();
            let added = add(ranges.entry(range.clone()).or_default(), &weak);
            log.links = log.links.saturating_add_signed(added);
        }
        Some(fresh)
    }

    /// Tells that a write is about to be sent; `number` is what an earlier attempt at it was given.
    pub(crate) fn announce(&self, number: Option<u64>, keys: Vec<Key>) -> u64 {
        let keys: Keys = (keys.len() <= MANY).then(|| keys.into());
        let mut log = lock(&self.log);
        let number = number.unwrap_or(log.announced);
        log.announced += 1;
        log.recent.push_back(keys.clone());
        if log.recent.len() > RECENT {
            log.recent.pop_front();
        }
        match &keys {
            Some(keys) => log.spoil(keys),
            None => self.spoil_all(&mut log),
        }
        log.under_way.entry(number).or_default().push(keys);
        number
    }

    /// Tells that everything may be written from now on.
    pub(crate) fn announce_everything(&self) -> u64 {
        let mut log = lock(&self.log);
        let number = log.announced;
        log.announced += 1;
        log.recent.push_back(None);
        log.under_way.insert(number, vec![None]);
        self.spoil_all(&mut log);
        number
    }

    /// Tells that a write has ended, whatever became of it.
    pub(crate) fn ended(&self, number: u64) {
        lock(&self.log).under_way.remove(&number);
    }

    fn spoil_all(&self, log: &mut Log) {
        self.generation.fetch_add(1, Ordering::AcqRel);
        log.keys.clear();
        log.ranges.clear();
        log.links = 0;
    }
}

impl Log {
    fn spoil(&mut self, keys: &[Key]) {
        let mut gone = 0;
        let mut spoil = |answers: &mut Dependent| {
            gone += answers.len();
            for answer in answers.drain(..) {
                if let Some(answer) = answer.upgrade() {
                    answer.spoil();
                }
            }
        };
        for key in keys {
            if let Some(mut answers) = self.keys.remove(key) {
                spoil(&mut answers);
            }
            for place in [Some(table_of(key.as_str()).into()), None] {
                let Some(ranges) = self.ranges.get_mut(&place) else {
                    continue;
                };
                ranges.retain(|range, answers| {
                    let holds = !range.contains(key);
                    if !holds {
                        spoil(answers);
                    }
                    holds
                });
            }
        }
        self.links = self.links.saturating_sub(gone);
    }
}

/// Adds an answer, and takes those out now and then that nobody has any more; tells how many more
/// there are.
fn add(answers: &mut Dependent, answer: &Weak<Fresh>) -> isize {
    let before = answers.len();
    if before >= 8 && before.is_power_of_two() {
        answers.retain(|answer| {
            let held = answer.upgrade();
            held.is_some_and(|answer| !answer.stale.load(Ordering::Acquire))
        });
    }
    answers.push(Weak::clone(answer));
    let counts = (isize::try_from(answers.len()), isize::try_from(before));
    match counts {
        (Ok(after), Ok(before)) => after - before,
        _ => 0,
    }
}

/// Whether a write touches what was read.
fn touches(keys: Option<&[Key]>, reads: &ReadSet) -> bool {
    let Some(keys) = keys else {
        return true;
    };
    let read = |key: &Key| {
        reads.keys.contains_key(key) || reads.ranges.iter().any(|range| range.contains(key))
    };
    keys.iter().any(read)
}

/// The partition and the space of a key, as it begins.
fn table_of(text: &str) -> &str {
    let mut blanks = text.match_indices(' ').map(|(at, _)| at);
    let end = blanks.nth(1).unwrap_or(text.len());
    text.get(..end).unwrap_or(text)
}

fn place_of(range: &KeyRange) -> Option<Box<str>> {
    let (start, end) = (table_of(range.start()), table_of(range.end()));
    (start == end).then(|| start.into())
}
