//! Random transactions from several threads over two partitions, which one serial order must
//! explain.

use super::order::{Chain, Observed, State, Step, explain};
use crate::{
    bench::{Bench, account, all, delete, home, key_in, one, put, text, text_of},
    dice::Dice,
    failure::{Found, Verdict, seen},
    faulty::{Fault, FaultyStore},
};
use atlas_store::{
    Committed, FeedPosition, Key, KeyRange, Page, Partition, ReadSet, Snapshot, StoreError, Tx,
    Write, transact,
};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// Few keys in each partition, so that transactions meet.
const KEYS: usize = 5;

pub(crate) async fn histories_are_serializable(bench: &Bench<'_>) -> Verdict {
    let places = [Place::new(home())?, Place::new(account("acme")?)?];
    let shared = &places;
    let logs = bench.on_threads(bench.harness.writers, |thread| async move {
        let mut player = Player {
            bench,
            places: shared,
            store: FaultyStore::new(Arc::clone(&bench.store)),
            dice: bench.dice(thread),
            after: BTreeMap::new(),
        };
        let mut log = Log::default();
        for round in 0..bench.rounds() {
            if player.dice.roll(4) == 0 {
                log.observed.push(player.observe().await?);
            } else if let Some(step) = player.play(&format!("{thread}-{round}")).await? {
                log.steps.push(step);
            }
        }
        Ok(log)
    })?;
    let mut steps = Vec::new();
    let mut observed = Vec::new();
    for log in logs {
        steps.extend(log.steps);
        observed.extend(log.observed);
    }
    let [one, two] = &places;
    let chains = [
        chain(bench, one, &steps).await?,
        chain(bench, two, &steps).await?,
    ];
    explain(&chains, &observed)
}

#[derive(Default)]
struct Log {
    steps: Vec<Step>,
    observed: Vec<Observed>,
}

/// The commits of one partition in the order of its feed, which must be those that were
/// acknowledged.
async fn chain<'s>(
    bench: &Bench<'_>,
    place: &Place,
    steps: &'s [Step],
) -> Result<Chain<'s>, Found> {
    let chain = Chain::of(&place.partition, steps)?;
    let feed = bench.feed(&place.partition).await?.entries;
    let found = feed.iter().map(|entry| (entry.position, entry.commit));
    if !chain.order().eq(found) {
        return seen(format_args!(
            "the feed of {} does not hold the commits that were acknowledged",
            place.partition
        ));
    }
    Ok(chain)
}

/// A partition and its keys.
struct Place {
    partition: Partition,
    keys: Vec<Key>,
    /// What every commit to the partition writes and none reads, so that no two of the
    /// partition's states are alike.
    stamp: Key,
    /// All of these.
    watched: Vec<Key>,
}

impl Place {
    fn new(partition: Partition) -> Result<Self, Found> {
        let keys = (0..KEYS).map(|number| key_in(&partition, &number.to_string()));
        let keys: Vec<Key> = keys.collect::<Result<_, _>>()?;
        let stamp = key_in(&partition, "stamp")?;
        let watched = keys.iter().chain([&stamp]).cloned().collect();
        Ok(Self {
            partition,
            keys,
            stamp,
            watched,
        })
    }
}

/// What a transaction is going to do, whatever it finds.
struct Plan {
    keys: Vec<Key>,
    ranges: Vec<KeyRange>,
    writes: BTreeMap<Key, Write>,
}

/// What a transaction has read.
#[derive(Default)]
struct Seen {
    keys: BTreeMap<Key, Option<String>>,
    ranges: Vec<(KeyRange, State)>,
}

/// One thread and its chance.
struct Player<'b> {
    bench: &'b Bench<'b>,
    places: &'b [Place; 2],
    /// The store, for those commits whose answers get lost.
    store: FaultyStore,
    dice: Dice,
    /// The newest place of this thread's own commits in each feed, which whatever it does next
    /// must come after.
    after: BTreeMap<Partition, FeedPosition>,
}

impl Player<'_> {
    fn plan(&mut self, name: &str) -> Plan {
        let mut plan = Plan {
            keys: Vec::new(),
            ranges: Vec::new(),
            writes: BTreeMap::new(),
        };
        for _ in 0..self.dice.roll(3) {
            plan.keys.extend(self.key());
        }
        for place in self.places {
            if self.dice.roll(4) == 0 {
                let (from, to) = (self.dice.roll(KEYS), self.dice.roll(KEYS));
                if let (Some(from), Some(to)) = (place.keys.get(from), place.keys.get(to))
                    && from < to
                {
                    plan.ranges.push(KeyRange::new(from.as_str(), to.as_str()));
                }
            }
        }
        for number in 0..=self.dice.roll(2) {
            if let Some(key) = self.key() {
                let write = if self.dice.roll(4) == 0 {
                    delete(&key)
                } else {
                    put(&key, &format!("{name}-{number}"))
                };
                plan.writes.insert(key, write);
            }
        }
        for place in self.places {
            if plan.writes.keys().any(|key| place.keys.contains(key)) {
                let stamp = put(&place.stamp, name);
                plan.writes.insert(place.stamp.clone(), stamp);
            }
        }
        plan
    }

    fn key(&mut self) -> Option<Key> {
        let (place, key) = (self.dice.roll(2), self.dice.roll(KEYS));
        self.places.get(place)?.keys.get(key).cloned()
    }

    /// One transaction: some reads, then some writes that say who wrote them.
    async fn play(&mut self, name: &str) -> Result<Option<Step>, Found> {
        let plan = self.plan(name);
        let outcome = if self.dice.roll(2) == 0 {
            self.by_steps(&plan).await
        } else {
            match self.dice.roll(6) {
                0 => self.store.plan([Fault::LostAnswer]),
                1 => self.store.plan([Fault::LostCommit]),
                2 => self.store.plan([Fault::LostAnswer, Fault::LostAnswer]),
                _ => {}
            }
            self.by_transact(&plan).await
        };
        let (found, committed) = match outcome {
            Ok(done) => done,
            Err(Found::Error(StoreError::Conflict)) => return Ok(None),
            Err(error) => return Err(error),
        };
        let written: BTreeSet<_> = plan.writes.keys().map(Key::partition).collect();
        if !committed.positions.keys().eq(&written) {
            return seen(format_args!(
                "a commit to {written:?} was told the places {:?}",
                committed.positions
            ));
        }
        let after = self.after.clone();
        self.after.extend(committed.positions.clone());
        Ok(Some(Step {
            commit: committed.id,
            positions: committed.positions,
            after,
            keys: found.keys,
            ranges: found.ranges,
            writes: plan.writes.into_values().collect(),
        }))
    }

    /// As an engine sees it.
    async fn by_steps(&mut self, plan: &Plan) -> Result<(Seen, Committed), Found> {
        let snapshot = self.bench.snapshot().await?;
        let (mut seen, mut reads) = (Seen::default(), ReadSet::default());
        for key in &plan.keys {
            let entry = one(&*snapshot, key).await?;
            let version = entry.as_ref().map(|entry| entry.version);
            reads.keys.insert(key.clone(), version);
            seen.keys.insert(key.clone(), entry.as_ref().map(text));
        }
        for range in &plan.ranges {
            seen.ranges
                .push((range.clone(), state(&*snapshot, range).await?));
            reads.ranges.push(range.clone());
        }
        if self.dice.roll(3) == 0 {
            self.bench.pause(0).await?; // someone else may go first
        }
        let writes = plan.writes.values().cloned().collect();
        let committed = self.bench.commit(snapshot, reads, writes).await?;
        Ok((seen, committed))
    }

    /// As a program does it.
    async fn by_transact(&self, plan: &Plan) -> Result<(Seen, Committed), Found> {
        let work = |tx: Tx| async move {
            let mut seen = Seen::default();
            for key in &plan.keys {
                let value = tx.get(key).await?;
                seen.keys
                    .insert(key.clone(), value.map(|value| text_of(&value)));
            }
            for range in &plan.ranges {
                let rows = tx.range(range, Page::first(KEYS)).await?.entries;
                let state = rows
                    .iter()
                    .map(|(key, value)| (key.clone(), text_of(value)));
                seen.ranges.push((range.clone(), state.collect()));
            }
            for write in plan.writes.values() {
                match write.clone() {
                    Write::Put { key, value } => tx.put(key, value)?,
                    Write::Delete { key } => tx.delete(key)?,
                }
            }
            Ok::<_, StoreError>(seen)
        };
        let (seen, committed) = transact(&self.store, &self.bench.policy, work).await?;
        match committed {
            Some(committed) => Ok((seen, committed)),
            None => Err(Found::Silence("a transaction that writes")),
        }
    }

    /// What a snapshot sees, key by key while others commit, and how many commits had been in the
    /// feeds before it.
    async fn observe(&mut self) -> Result<Observed, Found> {
        let mut observed = Observed::default();
        for place in self.places {
            let feed = self
                .bench
                .store
                .feed(&place.partition, FeedPosition::START, 0);
            let own = self.after.get(&place.partition).copied();
            let head = feed.await?.head.max(own.unwrap_or_default());
            observed.after.insert(place.partition.clone(), head);
        }
        let snapshot = self.bench.snapshot().await?;
        for place in self.places {
            for key in &place.watched {
                if let Some(entry) = one(&*snapshot, key).await? {
                    observed.state.insert(key.clone(), text(&entry));
                }
                std::thread::yield_now();
            }
        }
        Ok(observed)
    }
}

async fn state(snapshot: &dyn Snapshot, range: &KeyRange) -> Result<State, Found> {
    let entries = all(snapshot, range, false).await?;
    Ok(entries
        .iter()
        .map(|(key, entry)| (key.clone(), text(entry)))
        .collect())
}
