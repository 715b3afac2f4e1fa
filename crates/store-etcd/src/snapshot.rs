//! One point of a store: a revision of the servers.

use crate::{
    commit::Work,
    fault::{Meaning, meaning},
    request::found,
    rows,
    shared::Shared,
};
use atlas_store::{
    Commit, Committed, Entry, Fut, Key, KeyRange, Page, Slice, Snapshot, StoreError,
};
use etcd_client::{Error, GetOptions, GetResponse, SortOrder, SortTarget, Txn, TxnOp, TxnResponse};
use std::sync::{Arc, OnceLock};
use tokio::sync::Mutex;

/// The most entries that are fetched at once: servers are slow at more.
const PAGE: usize = 250;

pub(crate) struct EtcdSnapshot {
    shared: Arc<Shared>,
    point: Arc<Point>,
}

/// The revision of a snapshot, which its first read finds out.
#[derive(Default)]
struct Point {
    revision: OnceLock<i64>,
    /// Held by the first read, for which others wait.
    first: Mutex<()>,
}

impl EtcdSnapshot {
    pub(crate) fn new(shared: Arc<Shared>) -> Self {
        Self {
            shared,
            point: Arc::default(),
        }
    }
}

/// A read at a point.
struct Reader {
    shared: Arc<Shared>,
    point: Arc<Point>,
}

impl Reader {
    fn of(snapshot: &EtcdSnapshot) -> Result<Self, StoreError> {
        if snapshot.shared.is_closed() {
            return Err(StoreError::Closed);
        }
        Ok(Self {
            shared: Arc::clone(&snapshot.shared),
            point: Arc::clone(&snapshot.point),
        })
    }

    /// Runs a read at the point; the first one finds it.
    ///
    /// Where the point is known any server that has come so far may answer alone. Only one that has
    /// not asks the others.
    async fn at_point<T, F: Future<Output = Result<T, Error>>>(
        &self,
        read: impl Fn(Option<i64>, bool) -> F,
        revision: impl Fn(&T) -> Option<i64>,
    ) -> Result<T, StoreError> {
        if self.point.revision.get().is_none() {
            let _first = self.point.first.lock().await;
            if self.point.revision.get().is_none() {
                let answer = read(None, false).await;
                let answer = answer.map_err(|error| self.shared.error(error))?;
                let found = revision(&answer).ok_or_else(rows::misread)?;
                let _ = self.point.revision.set(found);
                return Ok(answer);
            }
        }
        let point = self.point.revision.get().copied();
        let alone = match read(point, true).await {
            Err(error) if meaning(&error) == Meaning::Behind => read(point, false).await,
            alone => alone,
        };
        alone.map_err(|error| self.shared.error(error))
    }

    async fn get(&self, keys: &[Key]) -> Result<Vec<Option<Entry>>, StoreError> {
        let mut entries = Vec::with_capacity(keys.len());
        // A part of a transaction that asks for nothing costs what any other does.
        for keys in keys.chunks(self.shared.operations.max(1)) {
            let read = |point: Option<i64>, alone: bool| {
                let options = options(point, alone);
                let get = |key: &Key| {
                    let key = self.shared.layout.entry(key.as_str());
                    TxnOp::get(key, Some(options.clone()))
                };
                let gets: Vec<TxnOp> = keys.iter().map(get).collect();
                self.shared.nodes.look(Txn::new().and_then(gets))
            };
            let revision = |response: &TxnResponse| Some(response.header()?.revision());
            let response = self.at_point(read, revision).await?;
            for found in found(&response) {
                entries.push(found.kvs().first().map(rows::value).transpose()?);
            }
        }
        if entries.len() == keys.len() {
            Ok(entries)
        } else {
            Err(rows::misread())
        }
    }

    async fn range(&self, range: &KeyRange, page: Page) -> Result<Slice, StoreError> {
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
        let layout = &self.shared.layout;
        let span = layout.entries(range.start(), range.end());
        let read = |point: Option<i64>, alone: bool| {
            let limit = i64::try_from(limit).unwrap_or(i64::MAX);
            let mut options = options(point, alone)
                .with_range(span.end.clone())
                .with_limit(limit);
            if page.reverse {
                options = options.with_sort(SortTarget::Key, SortOrder::Descend);
            }
            self.shared.nodes.get(&span.start, options)
        };
        let revision = |response: &GetResponse| Some(response.header()?.revision());
        let response = self.at_point(read, revision).await?;
        for found in response.kvs() {
            slice.entries.push(rows::entry(layout, found)?);
        }
        if response.more() {
            let last = slice.entries.last();
            slice.next = last.map(|(last, _)| range.beyond(last, page.reverse));
        }
        Ok(slice)
    }
}

/// At a revision, or now; from one server alone, or from most of them.
fn options(point: Option<i64>, alone: bool) -> GetOptions {
    let options = GetOptions::new().with_revision(point.unwrap_or_default());
    if alone {
        options.with_serializable()
    } else {
        options
    }
}

impl Snapshot for EtcdSnapshot {
    fn get<'a>(&'a self, keys: &'a [Key]) -> Fut<'a, Vec<Option<Entry>>> {
        let reader = Reader::of(self);
        let keys = keys.to_vec();
        Box::pin(async move {
            let reader = reader?;
            let shared = Arc::clone(&reader.shared);
            shared
                .tasks
                .ask(async move { reader.get(&keys).await })
                .await
        })
    }

    fn range<'a>(&'a self, range: &'a KeyRange, page: Page) -> Fut<'a, Slice> {
        let reader = Reader::of(self);
        let range = range.clone();
        Box::pin(async move {
            let reader = reader?;
            let shared = Arc::clone(&reader.shared);
            let read = async move { reader.range(&range, page).await };
            shared.tasks.ask(read).await
        })
    }

    fn commit(self: Box<Self>, commit: Commit) -> Fut<'static, Committed> {
        Box::pin(async move {
            if self.shared.is_closed() {
                return Err(StoreError::Closed);
            }
            let token = commit.token;
            let work = Work {
                shared: Arc::clone(&self.shared),
                commit,
                point: self.point.revision.get().copied(),
            };
            // Whoever waits may go away: the task comes to its end.
            let outcome = self.shared.tasks.run(work.run()).await;
            outcome.unwrap_or(Err(StoreError::UnknownOutcome {
                token,
                source: None,
            }))
        })
    }
}
