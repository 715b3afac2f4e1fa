//! A store from the lines of a dump.

mod batches;
mod error;
mod journal;
mod reader;

pub use self::{
    error::LoadError,
    journal::{UnfinishedLoad, unfinished_load},
    reader::{CheckedDump, verify},
};

use self::{
    batches::{Batches, Limits, Ready},
    reader::Reader,
};
use crate::{
    DumpHeader, Key, KeyRange, Page, Phase, RetryPolicy, Rows, Store, Tx, Watcher, dump::Tally,
    progress::Meter, transact,
};
use core::{
    error::Error,
    future::{Future as _, poll_fn},
    pin::pin,
    task::Poll,
};

/// How many entries are read at a time.
const PAGE: usize = 1024;

/// Loads a dump that [`verify`] has checked into a store that holds nothing, or nothing but keys of
/// which `may_replace` says that they may be deleted; or goes on where a load of the same dump was
/// stopped.
///
/// The first commit writes a journal and deletes what may be replaced. Each further commit writes
/// a batch of entries and moves the journal on; the last one deletes it, after the whole store was
/// read once more and compared with the header. So a store is in one of three states: as it was,
/// with a journal, or whole; [`unfinished_load`] tells which. Where there is a journal of the same
/// dump, what is there is first compared with the beginning of the dump.
///
/// While one batch is committed the next one is read. Memory is that of the two, each of at most
/// 20,000 entries and 8 MiB or one larger entry, however large the dump is.
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
    };
    if load.journal.done == 0 {
        load.clear(&may_replace, &limits).await?;
    } else {
        while reader.tally.entries < load.journal.done && reader.pass()? {}
        load.compare_with(&reader.tally, watcher).await?;
    }
    let (entries, bytes) = (Some(dump.header().entries), Some(dump.bytes()));
    let mut meter = Meter::new(watcher, Phase::Loading, entries, bytes);
    let mut batches = Batches::new(limits);
    let mut ready = batches.next(&mut reader)?;
    let mut written = Ready::default();
    while !ready.is_empty() {
        let (done, bytes) = batches.done;
        let following = {
            let mut commit = pin!(load.write(&ready, done));
            // The first poll hands the commit to the engine, which may work meanwhile.
            let begun = poll_fn(|context| Poll::Ready(commit.as_mut().poll(context))).await;
            drop(written);
            let following = batches.next(&mut reader);
            match begun {
                Poll::Ready(outcome) => outcome?,
                Poll::Pending => commit.await?,
            }
            following?
        };
        meter.advance(done, bytes);
        written = core::mem::replace(&mut ready, following);
    }
    if reader.tally.entries != dump.header().entries {
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
            done: 0,
            dump: dump.header().clone(),
        };
        journal::write(&tx, &begun).await?;
        Ok(begun)
    };
    Ok(transact(store, policy, run).await?.0)
}

/// A load under way.
struct Load<'a> {
    store: &'a dyn Store,
    policy: &'a RetryPolicy,
    /// What the store says of it.
    journal: UnfinishedLoad,
}

impl Load<'_> {
    /// Deletes what the first commit had no room for.
    async fn clear(
        &self,
        may_replace: &(impl Fn(&Key) -> bool + Send + Sync),
        limits: &Limits,
    ) -> Result<(), LoadError> {
        let journal = journal::key()?;
        let (expected, journal) = (&self.journal, &journal);
        let most = limits.deletes();
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

    /// Compares what a load that was stopped has left with the beginning of the dump.
    async fn compare_with(&self, begun: &Tally, watcher: Watcher<'_>) -> Result<(), LoadError> {
        let (entries, bytes) = (Some(begun.entries), Some(begun.bytes));
        let meter = Meter::new(watcher, Phase::Resuming, entries, bytes);
        let tx = Tx::begin(self.store).await?;
        let found = tally(&tx, meter).await?.header();
        if found.entries == self.journal.done && found == begun.header() {
            Ok(())
        } else {
            Err(LoadError::Disturbed)
        }
    }

    /// Writes a batch, and moves the journal on with it.
    async fn write(&mut self, ready: &Ready, done: u64) -> Result<(), LoadError> {
        let next = UnfinishedLoad {
            done,
            dump: self.journal.dump.clone(),
        };
        let (expected, then, ready) = (&self.journal, &next, ready);
        let run = |tx: Tx| async move {
            journal::hold(&tx, expected).await?;
            tx.put_all(ready.writes())?;
            journal::write(&tx, then).await
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
    let mut tally = Tally::new();
    let mut rest = Some(KeyRange::all());
    while let Some(range) = rest.take() {
        let Rows { entries, next } = tx.range(&range, Page::first(PAGE)).await?;
        for (key, value) in entries {
            if key != journal {
                tally.add(key.as_str(), &value);
                meter.advance(tally.entries, tally.bytes);
            }
        }
        rest = next;
    }
    meter.end();
    Ok(tally)
}
