//! Which entries go into one commit.

use super::{LoadError, journal, reader::Reader};
use crate::{Capability, Key, MAX_KEY_BYTES, Value, tx::Writes};
use core::error::Error;
use std::sync::{Mutex, PoisonError};

/// The most keys of one commit, where the engine sets no lower limit: a flush then costs little
/// beside them.
const BATCH_KEYS: usize = 20_000;
/// The most bytes of one commit, where the engine sets no lower limit and one entry is not larger.
const BATCH_BYTES: usize = 8 << 20;

/// What one commit of a load may hold, the journal apart.
pub(super) struct Limits {
    keys: usize,
    bytes: usize,
}

impl Limits {
    pub(super) fn of(capability: &Capability) -> Self {
        let keys = capability.max_operations.unwrap_or(usize::MAX);
        let bytes = capability.max_commit_bytes.unwrap_or(usize::MAX);
        Self {
            keys: keys.saturating_sub(1).clamp(1, BATCH_KEYS),
            bytes: bytes.saturating_sub(journal::BYTES).min(BATCH_BYTES),
        }
    }

    /// How many keys may be deleted at once, and are remembered until then.
    pub(super) fn deletes(&self) -> usize {
        self.keys.min(self.bytes / MAX_KEY_BYTES).max(1)
    }
}

/// The entries of one commit, sorted for it while the one before is under way.
#[derive(Default)]
pub(super) struct Ready {
    entries: Vec<(Key, Value)>,
    writes: Mutex<Option<Writes>>,
}

impl Ready {
    pub(super) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// What an attempt puts; the first one finds it sorted.
    pub(super) fn writes(&self) -> Writes {
        let sorted = self.writes.lock().unwrap_or_else(PoisonError::into_inner);
        { sorted }
            .take()
            .unwrap_or_else(|| sorted_in(&self.entries))
    }
}

impl From<Vec<(Key, Value)>> for Ready {
    fn from(entries: Vec<(Key, Value)>) -> Self {
        Self {
            writes: Mutex::new(Some(sorted_in(&entries))),
            entries,
        }
    }
}

fn sorted_in(entries: &[(Key, Value)]) -> Writes {
    let put = |(key, value): &(Key, Value)| (key.clone(), Some(Value::clone(value)));
    entries.iter().map(put).collect()
}

/// The entries of a dump, as many at a time as one commit may hold.
pub(super) struct Batches {
    limits: Limits,
    /// The entry that had no room in the last batch.
    held: Option<(Key, Value)>,
    /// Entries of the dump up to the end of the last batch, and their bytes.
    pub(super) done: (u64, u64),
}

impl Batches {
    pub(super) fn new(limits: Limits) -> Self {
        Self {
            limits,
            held: None,
            done: (0, 0),
        }
    }

    /// The next entries; none at the end.
    pub(super) fn next<S, I>(&mut self, reader: &mut Reader<I>) -> Result<Ready, LoadError>
    where
        S: Into<Box<dyn Error + Send + Sync>>,
        I: Iterator<Item = Result<String, S>>,
    {
        let mut batch = Vec::new();
        let mut bytes = 0_usize;
        loop {
            let before = self.done;
            let next = match self.held.take() {
                Some(held) => Some(held),
                None => reader.entry()?,
            };
            let Some((key, value)) = next else {
                return Ok(batch.into());
            };
            self.done = (reader.tally.entries, reader.tally.bytes);
            bytes = bytes.saturating_add(key.as_str().len());
            bytes = bytes.saturating_add(value.len());
            let full = batch.len() >= self.limits.keys || bytes > self.limits.bytes;
            if full && !batch.is_empty() {
                self.held = Some((key, value));
                self.done = before;
                return Ok(batch.into());
            }
            batch.push((key, value));
        }
    }
}
