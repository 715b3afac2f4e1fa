//! Work of which every loss, double and half shows, for engines whose processes are killed: what it
//! leaves is known from how often each writer has committed.
//!
//! Processes call [`apply`] and tell whoever started them what was acknowledged. Once they are
//! gone, [`audit`] looks at what they have left.

use atlas_store::{
    CommitToken, Committed, FeedPosition, Key, KeyRange, Page, Partition, Store, StoreError, Tx,
};
use std::collections::{BTreeMap, BTreeSet};

/// How many of its inserts a writer keeps; it deletes older ones.
const KEPT: u64 = 8;
/// Every so many commits, a writer adds to the total that all writers share.
const SHARED: u64 = 3;

/// What was lost, done twice or done in part.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LedgerError {
    /// A commit that was acknowledged is not there.
    #[error("writer {writer}: {acknowledged} commits were acknowledged, and {found} are there")]
    Lost {
        /// Whose.
        writer: usize,
        /// How many were acknowledged.
        acknowledged: u64,
        /// How many are there.
        found: u64,
    },
    /// There are more commits than the writer can have begun.
    #[error(
        "writer {writer}: {acknowledged} commits were acknowledged, {found} are there, and it can have begun one more"
    )]
    TooMany {
        /// Whose.
        writer: usize,
        /// How many were acknowledged.
        acknowledged: u64,
        /// How many are there.
        found: u64,
    },
    /// A commit was done again under the token that it had been done with.
    #[error("{found:?} commits of each writer instead of {expected:?}: done twice")]
    Twice {
        /// How many there should be of each writer.
        expected: Vec<u64>,
        /// How many there are.
        found: Vec<u64>,
    },
    /// A key is not what that many commits leave.
    #[error("after {counts:?} commits of each writer, {key:?} is another")]
    Row {
        /// How often each writer has committed.
        counts: Vec<u64>,
        /// The first such key.
        key: Option<String>,
    },
    /// The feed of a partition does not name each commit once and in order.
    #[error("the feed of `{partition}` is not the {commits} commits that changed it")]
    Feed {
        /// Which partition.
        partition: Partition,
        /// How many commits there are.
        commits: u64,
    },
    /// The store answers with an error.
    #[error("the store answers with an error")]
    Store(#[from] StoreError),
}

/// The commit of a writer with this number, the first of which is 1: counts it, inserts a row and
/// a mark, deletes an old row, and sometimes adds to the shared total. It does not look at what it
/// finds, so that a second time shows. The token is the writer's and the number's own.
///
/// # Errors
///
/// What the store answers, but for conflicts: those are tried again.
pub async fn apply(store: &dyn Store, writer: usize, round: u64) -> Result<Committed, StoreError> {
    let token = CommitToken::from_u128((number_of(writer) + 1) << 64 | u128::from(round));
    loop {
        let tx = Tx::begin(store).await?;
        let insert = insert_key(writer, round)?;
        let times = number(tx.get(&insert).await?.as_deref()) + 1;
        tx.put(insert, text(round, times).into_bytes())?;
        tx.put(mark_key(writer, round)?, b"1".as_slice())?;
        let mut counters = vec![count_key(writer)?];
        if round.is_multiple_of(SHARED) {
            counters.push(total_key()?);
        }
        for key in counters {
            let count = number(tx.get(&key).await?.as_deref()) + 1;
            tx.put(key, count.to_string().into_bytes())?;
        }
        if round > KEPT {
            tx.delete(insert_key(writer, round - KEPT)?)?;
        }
        match tx.commit(token).await {
            Err(StoreError::Conflict) => {}
            // INVARIANT: it has writes, and of such a commit there is something to tell.
            Ok(None) => return Err(StoreError::Closed),
            Ok(Some(committed)) => return Ok(committed),
            Err(error) => return Err(error),
        }
    }
}

/// How often each of so many writers has committed, as its counter says.
///
/// # Errors
///
/// What the store answers.
pub async fn counts(store: &dyn Store, writers: usize) -> Result<Vec<u64>, StoreError> {
    let tx = Tx::begin(store).await?;
    let keys: Vec<_> = (0..writers).map(count_key).collect::<Result<_, _>>()?;
    let found = tx.get_many(&keys).await?;
    Ok(found.iter().map(|found| number(found.as_deref())).collect())
}

/// Looks at what a stop in the middle has left: of each writer all acknowledged commits, perhaps
/// the one after them, and nothing twice or in part. Then it does that last one again under its
/// own token, and looks again. Tells how many commits were there that nobody knew of; afterwards
/// each writer has committed once more than it was acknowledged.
///
/// Nobody else may write meanwhile.
///
/// # Errors
///
/// What is wrong.
pub async fn audit(store: &dyn Store, acknowledged: &[u64]) -> Result<u64, LedgerError> {
    let found = whole(store, acknowledged.len()).await?;
    for (writer, (&found, &acknowledged)) in found.iter().zip(acknowledged).enumerate() {
        if found < acknowledged {
            return Err(LedgerError::Lost {
                writer,
                acknowledged,
                found,
            });
        }
        if found > acknowledged + 1 {
            return Err(LedgerError::TooMany {
                writer,
                acknowledged,
                found,
            });
        }
    }
    for (writer, &known) in acknowledged.iter().enumerate() {
        // The newest one that was acknowledged, under its old token, changes nothing.
        for round in [known, known + 1].into_iter().filter(|&round| round > 0) {
            apply(store, writer, round).await?;
        }
    }
    let expected: Vec<_> = acknowledged.iter().map(|known| known + 1).collect();
    let settled = whole(store, acknowledged.len()).await?;
    if settled != expected {
        return Err(LedgerError::Twice {
            expected,
            found: settled,
        });
    }
    Ok(found.iter().sum::<u64>() - acknowledged.iter().sum::<u64>())
}

/// Whether rows and feeds are what commits leave that happened once each and as a whole; how
/// often each writer has committed.
async fn whole(store: &dyn Store, writers: usize) -> Result<Vec<u64>, LedgerError> {
    let counts = counts(store, writers).await?;
    let (rows, expected) = (everything(store).await?, expected(&counts)?);
    if rows != expected {
        let differs = |key: &&String| rows.get(*key) != expected.get(*key);
        let key = expected.keys().chain(rows.keys()).find(differs).cloned();
        return Err(LedgerError::Row { counts, key });
    }
    let wrong = |partition, commits| LedgerError::Feed { partition, commits };
    let mut commits = BTreeSet::new();
    for (writer, &count) in counts.iter().enumerate() {
        let account = account(writer)?;
        let feed = feed(store, &account).await?;
        let changed = (1..=count).map(|round| changed(writer, round));
        let changed = changed.collect::<Result<Vec<_>, _>>()?;
        let is_theirs =
            |feed: &Vec<(u128, Vec<Key>)>| feed.iter().map(|(_, keys)| keys).eq(&changed);
        let Some(feed) = feed.filter(is_theirs) else {
            return Err(wrong(account, count));
        };
        commits.extend(feed.into_iter().map(|(commit, _)| commit));
    }
    let all: u64 = counts.iter().sum();
    let global = feed(store, &Partition::global()).await?;
    let is_all = |feed: &Vec<(u128, Vec<Key>)>| {
        let named: BTreeSet<_> = feed.iter().map(|(commit, _)| *commit).collect();
        named == commits && u64::try_from(feed.len()) == Ok(all)
    };
    if !global.is_some_and(|feed| is_all(&feed)) {
        return Err(wrong(Partition::global(), all));
    }
    Ok(counts)
}

/// The commits of a feed and the keys of each; nothing where it has a gap.
async fn feed(
    store: &dyn Store,
    partition: &Partition,
) -> Result<Option<Vec<(u128, Vec<Key>)>>, StoreError> {
    let mut entries = Vec::new();
    let mut at = FeedPosition::START;
    loop {
        let page = store.feed(partition, at, 50).await?;
        for entry in page.entries {
            if entry.position != at.next() {
                return Ok(None);
            }
            at = entry.position;
            entries.push((entry.commit.as_u128(), entry.keys));
        }
        if at == page.head {
            return Ok(Some(entries));
        }
    }
}

/// Every key and value of a store.
async fn everything(store: &dyn Store) -> Result<BTreeMap<String, Vec<u8>>, StoreError> {
    let snapshot = store.snapshot().await?;
    let mut found = BTreeMap::new();
    let mut rest = Some(KeyRange::all());
    while let Some(range) = rest.take() {
        let slice = snapshot.range(&range, Page::first(500)).await?;
        let rows = slice.entries.into_iter();
        found.extend(rows.map(|(key, entry)| (key.to_string(), entry.value.to_vec())));
        rest = slice.next;
    }
    Ok(found)
}

/// What all writers together leave.
fn expected(counts: &[u64]) -> Result<BTreeMap<String, Vec<u8>>, StoreError> {
    let mut rows = BTreeMap::new();
    let mut put = |key: Key, value: String| rows.insert(key.to_string(), value.into_bytes());
    let mut total = 0;
    for (writer, &count) in counts.iter().enumerate() {
        for round in 1..=count {
            put(mark_key(writer, round)?, "1".to_owned());
            if round + KEPT > count {
                put(insert_key(writer, round)?, text(round, 1));
            }
            total += u64::from(round.is_multiple_of(SHARED));
        }
        if count > 0 {
            put(count_key(writer)?, count.to_string());
        }
    }
    if total > 0 {
        put(total_key()?, total.to_string());
    }
    Ok(rows)
}

/// The keys of its own partition that a commit changes, in order.
fn changed(writer: usize, round: u64) -> Result<Vec<Key>, StoreError> {
    let mut keys = vec![insert_key(writer, round)?, mark_key(writer, round)?];
    if round > KEPT {
        keys.push(insert_key(writer, round - KEPT)?);
    }
    keys.sort_unstable();
    Ok(keys)
}

fn account(writer: usize) -> Result<Partition, StoreError> {
    // INVARIANT: such a name is one of an account.
    Partition::account(&format!("writer-{writer}")).map_err(|_| StoreError::Closed)
}

fn count_key(writer: usize) -> Result<Key, StoreError> {
    let key = Key::builder(&Partition::global(), "count");
    key.u64(u64::try_from(writer).unwrap_or(u64::MAX)).build()
}

fn total_key() -> Result<Key, StoreError> {
    Key::builder(&Partition::global(), "total").build()
}

fn insert_key(writer: usize, round: u64) -> Result<Key, StoreError> {
    Key::builder(&account(writer)?, "insert").u64(round).build()
}

fn mark_key(writer: usize, round: u64) -> Result<Key, StoreError> {
    Key::builder(&account(writer)?, "mark").u64(round).build()
}

/// A JSON text of a length that makes some rows share a page and others take several.
fn text(round: u64, times: u64) -> String {
    let filler = usize::try_from(round * 977 % 7001).unwrap_or_default();
    format!("[{times},\"{}\"]", "x".repeat(filler))
}

/// The first number in a text.
fn number(value: Option<&[u8]>) -> u64 {
    let text = value.and_then(|value| str::from_utf8(value).ok());
    let digits = text.and_then(|text| {
        let text = text.trim_start_matches('[');
        text.split(',').next()
    });
    digits.and_then(|number| number.parse().ok()).unwrap_or(0)
}

fn number_of(writer: usize) -> u128 {
    u128::try_from(writer).unwrap_or(u128::MAX >> 64)
}
