//! A store from the lines of a dump.

mod error;
mod journal;
mod reader;

pub use self::{
    error::LoadError,
    journal::{UnfinishedLoad, unfinished_load},
    reader::{CheckedDump, verify},
};

use self::reader::Reader;
use crate::{
    Capability, DumpHeader, Key, KeyRange, MAX_KEY_BYTES, Page, Phase, RetryPolicy, Rows, Store,
    Tx, Value, Watcher, dump::Tally, progress::Meter, transact,
};
use core::error::Error;
use std::sync::Arc;

/// The most keys of one commit, where the engine sets no lower limit: a flush then costs little
/// beside them.
const BATCH_KEYS: usize = 20_000;
/// The most bytes of one commit, where the engine sets no lower limit and one entry is not larger.
const BATCH_BYTES: usize = 8 << 20;
/// How many entries are read at a time.
const PAGE: usize = 256;

/// Loads a dump that [`verify`] has checked into a store that holds nothing, or nothing but keys of
/// which `may_replace` says that they may be deleted; or goes on where a load of the same dump was
/// stopped.
///
/// The first commit writes a journal and deletes what may be replaced. Each further commit writes
/// a batch of entries and moves the journal on; the last one deletes it, after the whole store was
/// read once more and compared with the header. So a store is in one of three states: as it was,
/// with a journal, or whole; [`unfinished_load`] tells which. Where there is a journal of the same
/// dump, what is there is compared with it first.
///
/// Memory is that of one batch, at most 20,000 entries and 8 MiB or one larger entry, however
/// large the dump is.
///
/// # Errors
///
/// The store holds something else, somebody else wrote to it meanwhile, the lines are no longer
/// those that were checked, or the store fails. What was loaded so far stays, and the next load of
/// the same dump goes on behind it.
pub async fn load<S: Into<Box<dyn Error + Send + Sync>>>(
    store: &dyn Store,
    policy: &RetryPolicy,
    may_replace: impl Fn(&Key) -> bool + Send + Sync,
    dump: &CheckedDump,
    lines: impl IntoIterator<Item = Result<String, S>>,
    watcher: Watcher<'_>,
) -> Result<DumpHeader, LoadError> {
    let mut reader = Reader::new(lines.into_iter())?;
    if reader.header() != dump.header() {
        return Err(LoadError::Changed);
    }
    let limits = Limits::of(store.capability());
    let mut load = Load {
        store,
        policy,
        journal: begin(store, policy, &may_replace, dump, &limits).await?,
        limits,
        writes: Vec::new(),
        bytes: 0,
    };
    if load.journal.done.entries == 0 {
        load.clear(&may_replace).await?;
    } else {
        load.compare_with_journal(watcher).await?;
    }
    let (entries, bytes) = (Some(dump.header().entries), Some(dump.bytes()));
    let mut meter = Meter::new(watcher, Phase::Loading, entries, bytes);
    while reader.tally.entries < load.journal.done.entries && reader.next()?.is_some() {
        meter.advance(reader.tally.entries, reader.tally.bytes);
    }
    if reader.tally.header() != load.journal.done {
        return Err(LoadError::Changed);
    }
    loop {
        // What the journal will say of the entries before the next one.
        let before = reader.tally.header();
        let Some((key, value)) = reader.entry()? else {
            load.flush(before).await?;
            break;
        };
        if !load.has_room(&key, &value) {
            load.flush(before).await?;
        }
        load.add(key, value);
        meter.advance(reader.tally.entries, reader.tally.bytes);
    }
    if reader.tally.header() != *dump.header() {
        return Err(LoadError::Changed);
    }
    meter.end();
    load.finish(dump, watcher).await?;
    Ok(dump.header().clone())
}

/// Takes the store, if it holds nothing that has to stay, or finds the journal of the same load.
async fn begin(
    store: &dyn Store,
    policy: &RetryPolicy,
    may_replace: &(impl Fn(&Key) -> bool + Send + Sync),
    dump: &CheckedDump,
    limits: &Limits,
) -> Result<UnfinishedLoad, LoadError> {
    let run = |tx: Tx| async move {
        if let Some(found) = journal::read(&tx).await? {
            if found.dump == *dump.header() {
                return Ok(found);
            }
            return Err(LoadError::Another {
                begun: found.dump.digest,
                given: dump.header().digest,
            });
        }
        let mut replaced = Vec::new();
        let mut rest = Some(KeyRange::all());
        while let Some(range) = rest.take() {
            let page = tx.range(&range, Page::first(PAGE)).await?;
            for (key, _) in page.entries {
                if !may_replace(&key) {
                    return Err(LoadError::NotEmpty { key });
                }
                if replaced.len() < limits.deletes() {
                    replaced.push(key);
                }
            }
            rest = page.next;
        }
        for key in replaced {
            tx.delete(key)?;
        }
        let begun = UnfinishedLoad {
            done: Tally::default().header(),
            dump: dump.header().clone(),
        };
        journal::write(&tx, &begun).await?;
        Ok(begun)
    };
    Ok(transact(store, policy, run).await?.0)
}

/// What one commit of a load may hold, the journal apart.
struct Limits {
    keys: usize,
    bytes: usize,
}

impl Limits {
    fn of(capability: &Capability) -> Self {
        let keys = capability.max_operations.unwrap_or(usize::MAX);
        let bytes = capability.max_commit_bytes.unwrap_or(usize::MAX);
        Self {
            keys: keys.saturating_sub(1).clamp(1, BATCH_KEYS),
            bytes: bytes.saturating_sub(journal::BYTES).min(BATCH_BYTES),
        }
    }

    /// How many keys may be deleted at once, and are remembered until then.
    fn deletes(&self) -> usize {
        self.keys.min(self.bytes / MAX_KEY_BYTES).max(1)
    }
}

/// A load under way.
struct Load<'a> {
    store: &'a dyn Store,
    policy: &'a RetryPolicy,
    limits: Limits,
    /// What the store says of it.
    journal: UnfinishedLoad,
    /// What waits for a commit.
    writes: Vec<(Key, Value)>,
    bytes: usize,
}

impl Load<'_> {
    /// Deletes what the first commit had no room for.
    async fn clear(
        &self,
        may_replace: &(impl Fn(&Key) -> bool + Send + Sync),
    ) -> Result<(), LoadError> {
        let journal = journal::key()?;
        let (expected, journal) = (&self.journal, &journal);
        let most = self.limits.deletes();
        let run = |tx: Tx| async move {
            journal::hold(&tx, expected).await?;
            // One more, since the journal is among them.
            let limit = most.saturating_add(1);
            let page = tx.range(&KeyRange::all(), Page::first(limit)).await?;
            let mut deleted = 0_usize;
            for (key, _) in page.entries {
                if key == *journal {
                    continue;
                }
                if !may_replace(&key) {
                    return Err(LoadError::Disturbed);
                }
                if deleted < most {
                    deleted = deleted.saturating_add(1);
                    tx.delete(key)?;
                }
            }
            Ok(deleted)
        };
        while transact(self.store, self.policy, run).await?.0 > 0 {}
        Ok(())
    }

    /// Compares what a load that was stopped has left with what its journal says.
    async fn compare_with_journal(&self, watcher: Watcher<'_>) -> Result<(), LoadError> {
        let entries = Some(self.journal.done.entries);
        let meter = Meter::new(watcher, Phase::Resuming, entries, None);
        let tx = Tx::begin(self.store).await?;
        if tally(&tx, meter).await?.header() == self.journal.done {
            Ok(())
        } else {
            Err(LoadError::Disturbed)
        }
    }

    fn has_room(&self, key: &Key, value: &Value) -> bool {
        let bytes = key.as_str().len().saturating_add(value.len());
        self.writes.is_empty()
            || self.writes.len() < self.limits.keys
                && self.bytes.saturating_add(bytes) <= self.limits.bytes
    }

    fn add(&mut self, key: Key, value: Value) {
        let bytes = key.as_str().len().saturating_add(value.len());
        self.bytes = self.bytes.saturating_add(bytes);
        self.writes.push((key, value));
    }

    /// Writes what waits, and the journal with it.
    async fn flush(&mut self, done: DumpHeader) -> Result<(), LoadError> {
        let writes = Arc::new(core::mem::take(&mut self.writes));
        self.bytes = 0;
        if writes.is_empty() {
            return Ok(());
        }
        let next = UnfinishedLoad {
            done,
            dump: self.journal.dump.clone(),
        };
        let (expected, then) = (&self.journal, &next);
        let run = |tx: Tx| {
            let writes = Arc::clone(&writes);
            async move {
                journal::hold(&tx, expected).await?;
                for (key, value) in writes.iter() {
                    tx.put(key.clone(), Arc::clone(value))?;
                }
                journal::write(&tx, then).await
            }
        };
        transact(self.store, self.policy, run).await?;
        self.journal = next;
        Ok(())
    }

    /// Compares the whole store with the header, and makes it one: nobody may have written to it
    /// between the comparison and the commit.
    async fn finish(&self, dump: &CheckedDump, watcher: Watcher<'_>) -> Result<(), LoadError> {
        let (entries, bytes) = (Some(dump.header().entries), Some(dump.bytes()));
        let expected = &self.journal;
        let run = |tx: Tx| async move {
            journal::hold(&tx, expected).await?;
            let meter = Meter::new(watcher, Phase::Comparing, entries, bytes);
            if tally(&tx, meter).await?.header() != expected.dump {
                return Err(LoadError::Disturbed);
            }
            Ok(journal::delete(&tx)?)
        };
        transact(self.store, self.policy, run).await?;
        Ok(())
    }
}

/// The tally of everything that is there, but for the journal.
async fn tally(tx: &Tx, mut meter: Meter<'_>) -> Result<Tally, LoadError> {
    let journal = journal::key()?;
    let mut tally = Tally::default();
    let mut rest = Some(KeyRange::all());
    while let Some(range) = rest.take() {
        let Rows { entries, next } = tx.range(&range, Page::first(PAGE)).await?;
        for (key, value) in entries {
            if key != journal {
                tally.add_entry(key.as_str(), &value);
                meter.advance(tally.entries, tally.bytes);
            }
        }
        rest = next;
    }
    meter.end();
    Ok(tally)
}
