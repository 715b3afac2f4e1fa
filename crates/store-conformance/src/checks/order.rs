//! Whether one serial order explains what transactions and snapshots saw.
//!
//! The feed of each partition gives the order of its commits, and keys of one partition change by
//! its commits only. So a serial order of two partitions is a way from "none of either" to "all of
//! both" that takes the next commit of one, or a commit to both where it is next in both; on it,
//! every transaction must find what it has read, and every snapshot must be passed by.

use crate::{
    bench::text_of,
    failure::{Found, Verdict, seen},
};
use atlas_store::{CommitId, FeedPosition, Key, KeyRange, Partition, Write};
use std::collections::{BTreeMap, BTreeSet};

pub(super) type State = BTreeMap<Key, String>;

/// A transaction that was committed: what it saw, and what it wrote.
pub(super) struct Step {
    pub(super) commit: CommitId,
    pub(super) positions: BTreeMap<Partition, FeedPosition>,
    /// What it must come after, since its thread had been told of it.
    pub(super) after: BTreeMap<Partition, FeedPosition>,
    pub(super) keys: BTreeMap<Key, Option<String>>,
    pub(super) ranges: Vec<(KeyRange, State)>,
    pub(super) writes: Vec<Write>,
}

/// What a snapshot saw.
#[derive(Default)]
pub(super) struct Observed {
    /// The newest commits that were known when it was taken.
    pub(super) after: BTreeMap<Partition, FeedPosition>,
    pub(super) state: State,
}

/// The commits of one partition in order, and the states that they made of it.
pub(super) struct Chain<'s> {
    partition: Partition,
    keys: KeyRange,
    steps: Vec<&'s Step>,
    /// One more than there are commits.
    states: Vec<State>,
}

impl<'s> Chain<'s> {
    /// Runs the commits of a partition again; each must have read what was there.
    pub(super) fn of(partition: &Partition, steps: &'s [Step]) -> Result<Self, Found> {
        let inside = steps
            .iter()
            .filter(|step| step.positions.contains_key(partition));
        let mut chain = Self {
            partition: partition.clone(),
            keys: KeyRange::partition(partition),
            steps: inside.collect(),
            states: vec![State::new()],
        };
        chain
            .steps
            .sort_by_key(|step| step.positions.get(partition));
        let mut now = State::new();
        for (number, step) in chain.steps.iter().enumerate() {
            if !chain.holds(step, number) {
                let (keys, ranges) = (&step.keys, &step.ranges);
                return seen(format_args!(
                    "the commit after {number} others of {partition} had read {keys:?} and \
                     {ranges:?}, where {now:?} was"
                ));
            }
            for write in &step.writes {
                match write {
                    Write::Put { key, value } if chain.keys.contains(key) => {
                        now.insert(key.clone(), text_of(value));
                    }
                    Write::Put { .. } => {}
                    Write::Delete { key } => drop(now.remove(key)),
                }
            }
            chain.states.push(now.clone());
        }
        Ok(chain)
    }

    /// Its places and commits.
    pub(super) fn order(&self) -> impl Iterator<Item = (FeedPosition, CommitId)> {
        self.steps.iter().map(|step| {
            let place = step.positions.get(&self.partition).copied();
            (place.unwrap_or_default(), step.commit)
        })
    }

    /// Whether after so many commits here there was what the step has read here, and had happened
    /// what it must come after.
    fn holds(&self, step: &Step, number: usize) -> bool {
        let Some(state) = self.states.get(number) else {
            return false;
        };
        let inside = |key: &&Key| self.keys.contains(key);
        let in_range = |range: &KeyRange| -> State {
            let found = state.iter().filter(|(key, _)| range.contains(key));
            found
                .map(|(key, text)| (key.clone(), text.clone()))
                .collect()
        };
        let told = step.after.get(&self.partition).copied();
        count(told) <= number
            && step
                .keys
                .iter()
                .filter(|(key, _)| inside(key))
                .all(|(key, found)| state.get(key) == found.as_ref())
            && step
                .ranges
                .iter()
                .filter(|(range, _)| range.intersects(&self.keys))
                .all(|(range, found)| in_range(range) == *found)
    }

    /// After how many commits a snapshot was taken.
    fn place_of(&self, observed: &Observed) -> Result<usize, Found> {
        let seen_here = observed
            .state
            .iter()
            .filter(|(key, _)| self.keys.contains(key));
        let seen_here: State = seen_here.map(|(k, v)| (k.clone(), v.clone())).collect();
        let told = count(observed.after.get(&self.partition).copied());
        let later = self.states.iter().enumerate().skip(told);
        match later.into_iter().find(|(_, state)| **state == seen_here) {
            Some((number, _)) => Ok(number),
            None => seen(format_args!(
                "a snapshot taken after commit {told} of {} saw {seen_here:?}, which was never \
                 its state since",
                self.partition
            )),
        }
    }
}

fn count(position: Option<FeedPosition>) -> usize {
    usize::try_from(position.unwrap_or_default().as_u64()).unwrap_or(usize::MAX)
}

/// How many commits of each of two partitions have happened.
type Point = (usize, usize);

/// Fails unless there is a serial order.
pub(super) fn explain(chains: &[Chain<'_>; 2], observed: &[Observed]) -> Verdict {
    let [one, two] = chains;
    let mut points = BTreeSet::new();
    for observed in observed {
        points.insert((one.place_of(observed)?, two.place_of(observed)?));
    }
    points.insert((one.steps.len(), two.steps.len()));
    let mut here = (0, 0);
    for point in points {
        if !leads(chains, here, point) {
            return seen(format_args!(
                "no serial order leads from {} commits of {} and {} of {}, which a snapshot saw or \
                 nobody had made, to {} and {}, which another saw or was the end",
                here.0, one.partition, here.1, two.partition, point.0, point.1
            ));
        }
        here = point;
    }
    Ok(())
}

/// Whether there is a way from one point to another.
fn leads([one, two]: &[Chain<'_>; 2], from: Point, to: Point) -> bool {
    let mut reached = BTreeSet::from([from]);
    // A step leads to a greater point, so that each is looked at once.
    while let Some(point) = reached.pop_first() {
        if point == to {
            return true;
        }
        let (first, second) = (one.steps.get(point.0), two.steps.get(point.1));
        let mut go = |first, second| {
            if first <= to.0 && second <= to.1 {
                reached.insert((first, second));
            }
        };
        let alone = |step: &&&Step| step.positions.len() == 1;
        if let Some(step) = first.filter(alone)
            && two.holds(step, point.1)
        {
            go(point.0 + 1, point.1);
        }
        if let Some(step) = second.filter(alone)
            && one.holds(step, point.0)
        {
            go(point.0, point.1 + 1);
        }
        if let (Some(step), Some(other)) = (first, second)
            && step.commit == other.commit
        {
            go(point.0 + 1, point.1 + 1);
        }
    }
    false
}
