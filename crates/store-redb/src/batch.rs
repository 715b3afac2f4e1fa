//! Commits that share one write transaction.

use crate::{
    Options,
    guard::engine,
    layout::{
        COMMITS, ENTRIES, FEED, Head, commit_id, commit_row, feed_entry, feed_key, misread,
        read_commit, write_entry,
    },
    recent::Recent,
    shared::{Request, Shared},
    tokens::Tokens,
};
use atlas_store::{
    Commit, CommitToken, Committed, FeedPosition, Key, Partition, StoreError, Write,
};
use redb::{ReadableTable as _, Table, WriteTransaction};
use std::collections::BTreeMap;

pub(crate) struct Batch<'a> {
    shared: &'a Shared,
    recent: &'a mut Recent,
    tokens: &'a mut Tokens,
    first: u64,
    newest: u64,
    heads: BTreeMap<Partition, Head>,
}

/// What a batch changed.
pub(crate) struct Progress {
    pub(crate) newest: u64,
    pub(crate) heads: BTreeMap<Partition, Head>,
}

/// Up to where rows go, if the first `old` of `newest` are gone and about `kept` are to stay.
///
/// Rows go many at a time, since each visit to that end of a table costs a commit some pages. The
/// newest row always stays: it tells the number of what comes next.
fn expired(old: u64, newest: u64, kept: u64) -> Option<u64> {
    let most = kept.saturating_add(kept / 8);
    (newest.saturating_sub(old) > most).then(|| newest.saturating_sub(kept))
}

struct Tables<'t> {
    entries: Table<'t, &'static [u8], &'static [u8]>,
    feed: Table<'t, &'static [u8], &'static [u8]>,
    commits: Table<'t, u64, &'static [u8]>,
}

impl<'a> Batch<'a> {
    pub(crate) fn new(
        shared: &'a Shared,
        newest: u64,
        recent: &'a mut Recent,
        tokens: &'a mut Tokens,
    ) -> Self {
        Self {
            shared,
            recent,
            tokens,
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
        };
        self.tokens.read(&tables.commits)?;
        let mut verdicts = Vec::with_capacity(requests.len());
        for Request { base, commit, .. } in requests {
            let verdict = match tables.committed(self.tokens, commit.token)? {
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
        let mut heads = self.heads;
        let mut feed = transaction.open_table(FEED).map_err(engine)?;
        for (partition, place) in &mut heads {
            let kept = options.feed_retention.max(1);
            let Some(oldest) = expired(place.oldest.as_u64(), place.newest.as_u64(), kept) else {
                continue;
            };
            let oldest = FeedPosition::from_u64(oldest);
            let bounds = feed_key(partition, place.oldest)..=feed_key(partition, oldest);
            let bounds = bounds.start().as_slice()..=bounds.end().as_slice();
            feed.retain_in::<&[u8], _>(bounds, |_, _| false)
                .map_err(engine)?;
            place.oldest = oldest;
        }
        let kept = options.token_retention.max(1);
        if let Some(oldest) = expired(self.tokens.expired(), self.newest, kept) {
            let mut commits = transaction.open_table(COMMITS).map_err(engine)?;
            commits.retain_in(..=oldest, |_, _| false).map_err(engine)?;
            self.tokens.expire(oldest);
        }
        Ok(Some(Progress {
            newest: self.newest,
            heads,
        }))
    }

    fn refusal(&mut self, base: u64, commit: &Commit) -> Option<StoreError> {
        if let Err(limit) = self.shared.capability.check(commit) {
            return Some(limit);
        }
        let moved = self.recent.has_moved(base, &commit.reads);
        moved.then_some(StoreError::Conflict)
    }

    fn apply(&mut self, tables: &mut Tables<'_>, commit: &Commit) -> Result<Committed, StoreError> {
        let number = self.newest.saturating_add(1);
        let mut changed = BTreeMap::<&str, Vec<&Key>>::new();
        for write in &commit.writes {
            let key = write.key();
            let row = key.as_str().as_bytes();
            match write {
                Write::Put { value, .. } => {
                    let length = value.len().saturating_add(size_of::<u64>());
                    let mut place = tables.entries.insert_reserve(row, length).map_err(engine)?;
                    write_entry(place.as_mut(), number, value);
                }
                Write::Delete { .. } => drop(tables.entries.remove(row).map_err(engine)?),
            }
            let partition = key.as_str().split(' ').next().unwrap_or_default();
            changed.entry(partition).or_default().push(key);
        }
        let mut committed = Committed {
            id: commit_id(number),
            positions: BTreeMap::new(),
        };
        for mut keys in changed.into_values() {
            keys.sort_unstable();
            keys.dedup();
            let Some(partition) = keys.first().map(|key| key.partition()) else {
                continue;
            };
            let position = self.advance(&partition);
            let row = feed_entry(number, &keys);
            let place = feed_key(&partition, position);
            tables
                .feed
                .insert(place.as_slice(), row.as_slice())
                .map_err(engine)?;
            committed.positions.insert(partition, position);
        }
        let row = commit_row(commit.token, &committed);
        tables
            .commits
            .insert(number, row.as_slice())
            .map_err(engine)?;
        self.tokens.add(commit.token, number);
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
    fn committed(
        &self,
        tokens: &Tokens,
        token: CommitToken,
    ) -> Result<Option<Committed>, StoreError> {
        let Some(number) = tokens.get(token) else {
            return Ok(None);
        };
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
}
