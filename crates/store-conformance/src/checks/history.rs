//! Random transactions from several threads, which one serial order must explain.

use super::model::{Model, Observed, Step};
use crate::{
    bench::{Bench, all, delete, home, key, one, put, text},
    dice::Dice,
    failure::{Found, Verdict, seen},
};
use atlas_store::{FeedPosition, Key, KeyRange, ReadSet, Snapshot, StoreError, Write};
use std::collections::BTreeMap;

/// Few keys, so that transactions meet.
const KEYS: usize = 7;

pub(crate) async fn histories_are_serializable(bench: &Bench<'_>) -> Verdict {
    let keys = (0..KEYS)
        .map(|n| key(&n.to_string()))
        .collect::<Result<Vec<_>, _>>()?;
    let keys = &keys;
    let logs = bench.on_threads(bench.harness.writers, |thread| async move {
        let salt = u64::try_from(thread)
            .unwrap_or(0)
            .wrapping_mul(0x5851_f42d_4c95_7f2d);
        let mut dice = Dice::new(bench.harness.seed ^ salt);
        let mut log = Log::default();
        for round in 0..bench.harness.rounds {
            if dice.roll(4) == 0 {
                log.observed.push(observe(bench, keys).await?);
            } else if let Some(step) = play(bench, keys, &mut dice, (thread, round)).await? {
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
    steps.sort_by_key(|step| step.position);
    let feed = bench.feed(&home()).await?.entries;
    let order: Vec<_> = feed
        .iter()
        .map(|entry| (entry.position, entry.commit))
        .collect();
    let acknowledged: Vec<_> = steps
        .iter()
        .map(|step| (step.position, step.commit))
        .collect();
    if order != acknowledged {
        return seen(format_args!(
            "the feed does not hold the commits that were acknowledged"
        ));
    }
    let model = Model::replay(&steps)?;
    observed
        .iter()
        .try_for_each(|observed| model.explains(observed))
}

#[derive(Default)]
struct Log {
    steps: Vec<Step>,
    observed: Vec<Observed>,
}

/// One transaction: some reads, then some writes that say who wrote them.
async fn play(
    bench: &Bench<'_>,
    keys: &[Key],
    dice: &mut Dice,
    name: (usize, usize),
) -> Result<Option<Step>, Found> {
    let snapshot = bench.snapshot().await?;
    let mut reads = ReadSet::default();
    let mut found = BTreeMap::new();
    let mut ranges = Vec::new();
    for _ in 0..dice.roll(3) {
        let Some(key) = keys.get(dice.roll(KEYS)) else {
            continue;
        };
        let entry = one(&*snapshot, key).await?;
        reads
            .keys
            .insert(key.clone(), entry.as_ref().map(|entry| entry.version));
        found.insert(key.clone(), entry.as_ref().map(text));
    }
    if dice.roll(3) == 0 {
        let bounds = (keys.get(dice.roll(KEYS)), keys.get(dice.roll(KEYS)));
        if let (Some(start), Some(end)) = bounds {
            let range = KeyRange::new(start.as_str(), end.as_str());
            if !range.is_empty() {
                ranges.push((range.clone(), state(&*snapshot, &range).await?));
                reads.ranges.push(range);
            }
        }
    }
    let mut writes = BTreeMap::<Key, Write>::new();
    for number in 0..=dice.roll(2) {
        let Some(key) = keys.get(dice.roll(KEYS)) else {
            continue;
        };
        let value = format!("{}-{}-{number}", name.0, name.1);
        let write = if dice.roll(4) == 0 {
            delete(key)
        } else {
            put(key, &value)
        };
        writes.insert(key.clone(), write);
    }
    if dice.roll(3) == 0 {
        bench.pause(0).await?; // someone else may go first
    }
    let writes: Vec<_> = writes.into_values().collect();
    match bench.commit(snapshot, reads, writes.clone()).await {
        Ok(committed) => Ok(Some(Step {
            position: committed
                .positions
                .get(&home())
                .copied()
                .unwrap_or_default(),
            commit: committed.id,
            keys: found,
            ranges,
            writes,
        })),
        Err(StoreError::Conflict) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// What a snapshot sees, key by key while others commit, and how many commits had been
/// acknowledged before it.
async fn observe(bench: &Bench<'_>, keys: &[Key]) -> Result<Observed, Found> {
    let head = bench
        .store
        .feed(&home(), FeedPosition::START, 0)
        .await?
        .head;
    let snapshot = bench.snapshot().await?;
    let mut state = BTreeMap::new();
    for key in keys {
        if let Some(entry) = one(&*snapshot, key).await? {
            state.insert(key.clone(), text(&entry));
        }
        std::thread::yield_now();
    }
    Ok(Observed {
        at_least: head,
        state,
    })
}

async fn state(snapshot: &dyn Snapshot, range: &KeyRange) -> Result<BTreeMap<Key, String>, Found> {
    let entries = all(snapshot, range, false).await?;
    Ok(entries
        .iter()
        .map(|(key, entry)| (key.clone(), text(entry)))
        .collect())
}
