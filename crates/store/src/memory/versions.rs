//! The versions of one key.

use crate::{Entry, Value, Version};

/// What a key holds since some commit; none where that commit deleted it.
#[derive(Debug)]
struct State {
    since: u64,
    value: Option<Value>,
}

/// The newest state of a key, and older ones back to the oldest live snapshot.
#[derive(Debug)]
pub(super) struct Versions {
    newest: State,
    /// Oldest first.
    older: Vec<State>,
}

impl Versions {
    pub(super) fn new(since: u64, value: Option<Value>) -> Self {
        Self {
            newest: State { since, value },
            older: Vec::new(),
        }
    }

    pub(super) fn push(&mut self, since: u64, value: Option<Value>) {
        let before = core::mem::replace(&mut self.newest, State { since, value });
        if before.since < since {
            self.older.push(before);
        }
    }

    /// What a snapshot of this commit sees.
    pub(super) fn at(&self, commit: u64) -> Option<Entry> {
        let mut states = core::iter::once(&self.newest).chain(self.older.iter().rev());
        let state = states.find(|state| state.since <= commit)?;
        let value = state.value.clone()?;
        Some(Entry {
            value,
            version: Version::from_u64(state.since),
        })
    }

    /// Forgets what no snapshot of this commit or a later one sees; false where nothing is left.
    pub(super) fn prune(&mut self, oldest: u64) -> bool {
        if self.newest.since <= oldest {
            self.older.clear();
            return self.newest.value.is_some();
        }
        let seen = self.older.partition_point(|state| state.since <= oldest);
        self.older.drain(..seen.saturating_sub(1));
        if self
            .older
            .first()
            .is_some_and(|first| first.since <= oldest && first.value.is_none())
        {
            self.older.remove(0);
        }
        true
    }

    /// How many of the states are not simply the value of the key.
    pub(super) fn old(&self) -> usize {
        self.older.len() + usize::from(self.newest.value.is_none())
    }
}
