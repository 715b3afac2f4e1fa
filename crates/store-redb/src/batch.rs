//! Commits that share one write transaction.

use crate::{
    Options,
    guard::engine,
    layout::{
        COMMITS, COUNTERS, ENTRIES, FEED, HEADS, Head, TOKENS, commit_id, commit_row, entry,
        feed_entry, feed_key, head, misread, read_commit,
    },
    recent::Recent,
    shared::{Request, Shared},
};
use atlas_store::{
    Commit, CommitToken, Committed, FeedPosition, Key, Partition, StoreError, Write,
};
use redb::{ReadableTable as _, Table, WriteTransaction};
use std::collections::BTreeMap;

pub(crate) struct Batch<'a> {
    shared: &'a Shared,
    recent: &'a mut Recent,
    first: u64,
    newest: u64,
    heads: BTreeMap<Partition, Head>,
}

/// What a batch changed.
pub(crate) struct Progress {
    pub(crate) newest: u64,
    pub(crate) heads: BTreeMap<Partition, Head>,
}

struct Tables<'t> {
    entries: Table<'t, &'static [u8], &'static [u8]>,
    feed: Table<'t, &'static [u8], &'static [u8]>,
    commits: Table<'t, u64, &'static [u8]>,
    tokens: Table<'t, &'static [u8], u64>,
}

impl<'a> Batch<'a> {
    pub(crate) fn new(shared: &'a Shared, newest: u64, recent: &'a mut Recent) -> Self {
        Self {
            shared,
            recent,
            first: newest,
            newest,
            heads: BTreeMap::new(),
        }
    }

    /// Judges each request against its own snapshot, those before it in this batch included, and
    /// writes what wins. An error is the whole batch's.
    pub(crate) fn judge(
        &mut self,
        transaction: &WriteTransaction,
        requests: &[Request],
    ) -> Result<Vec<Result<Committed, StoreError>>, StoreError> {
        let mut tables = Tables {
            entries: transaction.open_table(ENTRIES).map_err(engine)?,
            feed: transaction.open_table(FEED).map_err(engine)?,
            commits: transaction.open_table(COMMITS).map_err(engine)?,
            tokens: transaction.open_table(TOKENS).map_err(engine)?,
        };
        let mut verdicts = Vec::with_capacity(requests.len());
        for Request { base, commit, .. } in requests {
            let verdict = match tables.committed(commit.token)? {
                Some(first) => Ok(first),
                None => match self.refusal(base.commit, commit) {
                    Some(refusal) => Err(refusal),
                    None => Ok(self.apply(&mut tables, commit)?),
                },
            };
            verdicts.push(verdict);
        }
        Ok(verdicts)
    }

    /// Writes what all winners share; nothing where none won.
    pub(crate) fn finish(
        self,
        transaction: &WriteTransaction,
        options: &Options,
    ) -> Result<Option<Progress>, StoreError> {
        if self.newest == self.first {
            return Ok(None);
        }
        let mut counters = transaction.open_table(COUNTERS).map_err(engine)?;
        counters.insert("commit", self.newest).map_err(engine)?;
        let mut heads = self.heads;
        let mut table = transaction.open_table(HEADS).map_err(engine)?;
        let mut feed = transaction.open_table(FEED).map_err(engine)?;
        for (partition, place) in &mut heads {
            let oldest = place.newest.as_u64().saturating_sub(options.feed_retention);
            while place.oldest.as_u64() < oldest {
                place.oldest = place.oldest.next();
                feed.remove(feed_key(partition, place.oldest).as_slice())
                    .map_err(engine)?;
            }
            let row = head(*place);
            table
                .insert(partition.as_str().as_bytes(), row.as_slice())
                .map_err(engine)?;
        }
        let mut commits = transaction.open_table(COMMITS).map_err(engine)?;
        let mut tokens = transaction.open_table(TOKENS).map_err(engine)?;
        let expired = self.newest.saturating_sub(options.token_retention);
        let old = |number: u64, row: &[u8]| read_commit(number, row).ok_or_else(misread);
        for row in commits
            .extract_from_if(..=expired, |_, _| true)
            .map_err(engine)?
        {
            let (number, row) = row.map_err(engine)?;
            let (token, _) = old(number.value(), row.value())?;
            tokens
                .remove(token.as_u128().to_be_bytes().as_slice())
                .map_err(engine)?;
        }
        Ok(Some(Progress {
            newest: self.newest,
            heads,
        }))
    }

    fn refusal(&self, base: u64, commit: &Commit) -> Option<StoreError> {
        let limits = self.shared.capability.check(commit);
        let moved = || self.recent.has_moved(base, &commit.reads);
        limits
            .err()
            .or_else(|| moved().then_some(StoreError::Conflict))
    }

    fn apply(&mut self, tables: &mut Tables<'_>, commit: &Commit) -> Result<Committed, StoreError> {
        let number = self.newest.saturating_add(1);
        let mut changed = BTreeMap::<Partition, Vec<&Key>>::new();
        for write in &commit.writes {
            let key = write.key();
            let row = key.as_str().as_bytes();
            match write {
                Write::Put { value, .. } => {
                    let value = entry(number, value);
                    tables
                        .entries
                        .insert(row, value.as_slice())
                        .map_err(engine)?;
                }
                Write::Delete { .. } => drop(tables.entries.remove(row).map_err(engine)?),
            }
            changed.entry(key.partition()).or_default().push(key);
        }
        let mut committed = Committed {
            id: commit_id(number),
            positions: BTreeMap::new(),
        };
        for (partition, mut keys) in changed {
            keys.sort_unstable();
            keys.dedup();
            let position = self.advance(&partition);
            let row = feed_entry(number, &keys);
            let place = feed_key(&partition, position);
            tables
                .feed
                .insert(place.as_slice(), row.as_slice())
                .map_err(engine)?;
            committed.positions.insert(partition, position);
        }
        tables.keep(number, commit.token, &committed)?;
        self.newest = number;
        let keys = commit
            .writes
            .iter()
            .map(|write| write.key().clone())
            .collect();
        self.recent.add(number, keys);
        Ok(committed)
    }

    fn advance(&mut self, partition: &Partition) -> FeedPosition {
        let shared = self.shared;
        let head = self
            .heads
            .entry(partition.clone())
            .or_insert_with(|| shared.head(partition));
        head.newest = head.newest.next();
        head.newest
    }
}

impl Tables<'_> {
    /// What the commit with this token returned, if it is kept.
    fn committed(&self, token: CommitToken) -> Result<Option<Committed>, StoreError> {
        let token_row = token.as_u128().to_be_bytes();
        let Some(number) = self.tokens.get(token_row.as_slice()).map_err(engine)? else {
            return Ok(None);
        };
        let number = number.value();
        let row = self
            .commits
            .get(number)
            .map_err(engine)?
            .ok_or_else(misread)?;
        match read_commit(number, row.value()) {
            Some((kept, committed)) if kept == token => Ok(Some(committed)),
            _ => Err(misread()),
        }
    }

    fn keep(
        &mut self,
        number: u64,
        token: CommitToken,
        committed: &Committed,
    ) -> Result<(), StoreError> {
        let row = commit_row(token, committed);
        self.commits
            .insert(number, row.as_slice())
            .map_err(engine)?;
        let token_row = token.as_u128().to_be_bytes();
        self.tokens
            .insert(token_row.as_slice(), number)
            .map_err(engine)?;
        Ok(())
    }
}
