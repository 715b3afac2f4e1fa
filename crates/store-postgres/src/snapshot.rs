//! One point of a store: a transaction that reads, on a connection of its own.

use crate::{
    commit::Work,
    fault::engine,
    pipeline::{call, command, pipelined},
    pool::Session,
    rows,
    shared::Shared,
    sql::BEGIN_SNAPSHOT,
};
use atlas_store::{
    Commit, Committed, Entry, Fut, Key, KeyRange, Page, Schema, Slice, Snapshot, StoreError,
};
use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, PoisonError},
};
use tokio_postgres::{Error, Row, types::ToSql};

/// The most entries that are fetched at once.
const PAGE: usize = 1000;

pub(crate) struct PostgresSnapshot {
    shared: Arc<Shared>,
    /// There until the snapshot is committed or dropped.
    session: Option<Session>,
    /// What the first look has found: most transactions ask for that before anything else.
    schema: (Key, Option<Entry>),
    /// The keys that were asked for and are there: a commit may update their rows.
    present: Mutex<BTreeSet<Key>>,
}

impl PostgresSnapshot {
    pub(crate) async fn begin(shared: Arc<Shared>) -> Result<Self, StoreError> {
        let key = Schema::key()?;
        let begun = shared
            .pool
            .session(|session| Box::pin(begin(session, key.as_str().to_owned())));
        let (session, rows) = begun.await?;
        let schema = rows.first().map(|row| rows::entry(row, 0)).transpose()?;
        Ok(Self {
            shared,
            session: Some(session),
            schema: (key, schema),
            present: Mutex::default(),
        })
    }

    fn session(&self) -> Result<&Session, StoreError> {
        if self.shared.is_closed() {
            return Err(StoreError::Closed);
        }
        self.session.as_ref().ok_or(StoreError::Closed)
    }

    async fn get(&self, keys: &[Key]) -> Result<Vec<Option<Entry>>, StoreError> {
        let session = self.session()?;
        let (known, schema) = &self.schema;
        if let [key] = keys
            && key == known
        {
            if schema.is_some() {
                self.note(key);
            }
            return Ok(vec![schema.clone()]);
        }
        let get = |key: &Key| {
            let key = key.as_str().to_owned();
            call(
                session.client(),
                &session.statements().get,
                vec![Box::new(key)],
            )
        };
        let answers = pipelined(keys.iter().map(get).collect()).await;
        let mut found = Vec::with_capacity(keys.len());
        for (key, answer) in keys.iter().zip(answers) {
            let rows = answer.map_err(|error| self.shared.error(error))?;
            let entry = rows.first().map(|row| rows::entry(row, 0)).transpose()?;
            if entry.is_some() {
                self.note(key);
            }
            found.push(entry);
        }
        Ok(found)
    }

    /// Notes that a key is there.
    fn note(&self, key: &Key) {
        let mut present = self.present.lock().unwrap_or_else(PoisonError::into_inner);
        present.insert(key.clone());
    }

    async fn range(&self, range: &KeyRange, page: Page) -> Result<Slice, StoreError> {
        let session = self.session()?;
        let mut slice = Slice {
            entries: Vec::new(),
            next: None,
        };
        if range.is_empty() {
            return Ok(slice);
        }
        let limit = page.limit.min(PAGE);
        if limit == 0 {
            slice.next = Some(range.clone());
            return Ok(slice);
        }
        let statements = session.statements();
        let statement = if page.reverse {
            &statements.range_reverse
        } else {
            &statements.range
        };
        // One more tells whether there is more.
        let wanted = i64::try_from(limit).unwrap_or(i64::MAX).saturating_add(1);
        let (start, end) = (range.start(), range.end());
        let params: [&(dyn ToSql + Sync); 3] = [&start, &end, &wanted];
        let rows = session.client().query(statement, &params).await;
        let rows = rows.map_err(|error| self.shared.error(error))?;
        for row in rows.iter().take(limit) {
            let key = rows::key(row)?;
            // INVARIANT: the server keeps the order that was proved when the store was opened; if it
            // did not, paging would not come to an end.
            let is_in_order = match slice.entries.last() {
                Some((last, _)) if page.reverse => key < *last && range.contains(&key),
                Some((last, _)) => *last < key && range.contains(&key),
                None => range.contains(&key),
            };
            if !is_in_order {
                return Err(StoreError::corrupt("the keys are out of order"));
            }
            slice.entries.push((key, rows::entry(row, 1)?));
        }
        if rows.len() > limit {
            let last = slice.entries.last();
            slice.next = last.map(|(last, _)| range.beyond(last, page.reverse));
        }
        Ok(slice)
    }
}

/// Begins the transaction, and fixes what it sees by a first look, at a key.
async fn begin(session: &Session, key: String) -> Result<Vec<Row>, Error> {
    let client = session.client();
    let look = vec![Box::new(key) as _];
    let begun = pipelined(vec![
        command(client, BEGIN_SNAPSHOT),
        call(client, &session.statements().get, look),
    ]);
    let mut rows = Vec::new();
    for answer in begun.await {
        rows = answer?;
    }
    Ok(rows)
}

impl Snapshot for PostgresSnapshot {
    fn get<'a>(&'a self, keys: &'a [Key]) -> Fut<'a, Vec<Option<Entry>>> {
        Box::pin(self.get(keys))
    }

    fn range<'a>(&'a self, range: &'a KeyRange, page: Page) -> Fut<'a, Slice> {
        Box::pin(self.range(range, page))
    }

    fn commit(mut self: Box<Self>, commit: Commit) -> Fut<'static, Committed> {
        Box::pin(async move {
            let token = commit.token;
            let session = match self.session.take() {
                Some(session) if !self.shared.is_closed() => session,
                _ => return Err(StoreError::Closed),
            };
            let present = std::mem::take(&mut self.present);
            let work = Work {
                shared: Arc::clone(&self.shared),
                commit,
                present: present.into_inner().unwrap_or_else(PoisonError::into_inner),
            };
            // Whoever waits may go away: the task comes to its end, and nothing stays locked.
            let outcome = self.shared.tasks.run(work.run(session)).await;
            outcome.unwrap_or(Err(StoreError::UnknownOutcome {
                token,
                source: None,
            }))
        })
    }
}

impl Drop for PostgresSnapshot {
    fn drop(&mut self) {
        if let Some(session) = self.session.take() {
            self.shared.give_up(session);
        }
    }
}

/// The error of a read, by what the store is to the reader.
impl Shared {
    pub(crate) fn error(&self, error: Error) -> StoreError {
        if self.is_closed() {
            StoreError::Closed
        } else {
            engine(error)
        }
    }
}
