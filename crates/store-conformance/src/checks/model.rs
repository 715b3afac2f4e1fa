//! The simplest store there is, to compare with.

use crate::failure::{Found, Verdict, seen};
use atlas_store::{CommitId, FeedPosition, Key, KeyRange, Write};
use std::collections::BTreeMap;

pub(super) type State = BTreeMap<Key, String>;

/// A transaction that was committed: what it saw, and what it wrote.
pub(super) struct Step {
    pub(super) position: FeedPosition,
    pub(super) commit: CommitId,
    pub(super) keys: BTreeMap<Key, Option<String>>,
    pub(super) ranges: Vec<(KeyRange, State)>,
    pub(super) writes: Vec<Write>,
}

/// What a snapshot saw.
pub(super) struct Observed {
    /// The newest commit that was in the feed before the snapshot was taken.
    pub(super) at_least: FeedPosition,
    pub(super) state: State,
}

/// Every state that the store went through.
pub(super) struct Model {
    states: Vec<State>,
}

impl Model {
    /// Runs the transactions again, one after another in the order of the feed: each must have
    /// seen exactly what was there when its turn came.
    pub(super) fn replay(steps: &[Step]) -> Result<Self, Found> {
        let mut states = vec![State::new()];
        let mut now = State::new();
        for step in steps {
            let place = step.position;
            for (key, found) in &step.keys {
                let expected = now.get(key);
                if found.as_ref() != expected {
                    return seen(format_args!(
                        "commit {place} had read {found:?} at {key}, where {expected:?} was"
                    ));
                }
            }
            for (range, found) in &step.ranges {
                let inside = now.iter().filter(|(key, _)| range.contains(key));
                let expected: State = inside.map(|(k, v)| (k.clone(), v.clone())).collect();
                if *found != expected {
                    return seen(format_args!(
                        "commit {place} had read {found:?} in {range:?}, where {expected:?} was"
                    ));
                }
            }
            for write in &step.writes {
                match write {
                    Write::Put { key, value } => {
                        let text = String::from_utf8_lossy(value).trim_matches('"').to_owned();
                        now.insert(key.clone(), text);
                    }
                    Write::Delete { key } => drop(now.remove(key)),
                }
            }
            states.push(now.clone());
        }
        Ok(Self { states })
    }

    /// Whether a snapshot saw one of the states, and none from before it was taken.
    pub(super) fn explains(&self, observed: &Observed) -> Verdict {
        let skipped = usize::try_from(observed.at_least.as_u64()).unwrap_or(usize::MAX);
        if self
            .states
            .iter()
            .skip(skipped)
            .any(|state| *state == observed.state)
        {
            return Ok(());
        }
        seen(format_args!(
            "a snapshot taken after commit {} saw {:?}, which was never the state since",
            observed.at_least, observed.state
        ))
    }
}
