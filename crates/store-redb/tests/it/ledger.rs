//! Work of which every loss, double and half shows: what it leaves is known from how often each
//! writer has committed.

use crate::support::everything;
use atlas_store::{CommitToken, Committed, FeedPosition, Key, Partition, Store, StoreError, Tx};
use pollster::block_on;
use std::collections::{BTreeMap, BTreeSet};

/// How many of its inserts a writer keeps; it deletes older ones.
const KEPT: u64 = 8;
/// Every so many commits, a writer adds to the total that all writers share.
const SHARED: u64 = 3;

fn account(writer: usize) -> Partition {
    Partition::account(&format!("writer-{writer}")).unwrap()
}

fn count_key(writer: usize) -> Key {
    let key = Key::builder(&Partition::global(), "count");
    key.u64(u64::try_from(writer).unwrap()).build().unwrap()
}

fn total_key() -> Key {
    Key::builder(&Partition::global(), "total").build().unwrap()
}

fn insert_key(writer: usize, round: u64) -> Key {
    let key = Key::builder(&account(writer), "insert");
    key.u64(round).build().unwrap()
}

fn mark_key(writer: usize, round: u64) -> Key {
    let key = Key::builder(&account(writer), "mark");
    key.u64(round).build().unwrap()
}

/// Of a length that makes some rows share a page and others take several.
fn text(round: u64, times: u64) -> String {
    let filler = usize::try_from(round * 977 % 7001).unwrap();
    format!("{times} {}", "x".repeat(filler))
}

fn number(value: Option<&[u8]>) -> u64 {
    let text = value.and_then(|value| str::from_utf8(value).ok());
    let first = text.and_then(|text| text.split(' ').next());
    first.and_then(|number| number.parse().ok()).unwrap_or(0)
}

fn token(writer: usize, round: u64) -> CommitToken {
    let writer = u128::try_from(writer).unwrap() + 1;
    CommitToken::from_u128(writer << 64 | u128::from(round))
}

/// The commit of a writer with this number, the first of which is 1: counts it, inserts a row and
/// a mark, deletes an old row, and sometimes adds to the shared total. It does not look at what it
/// finds, so that a second time shows.
pub(crate) fn apply(store: &dyn Store, writer: usize, round: u64) -> Result<Committed, StoreError> {
    block_on(async {
        loop {
            let tx = Tx::begin(store).await?;
            let insert = insert_key(writer, round);
            let times = number(tx.get(&insert).await?.as_deref()) + 1;
            tx.put(insert, text(round, times).into_bytes())?;
            tx.put(mark_key(writer, round), b"1".as_slice())?;
            let mut counters = vec![count_key(writer)];
            if round.is_multiple_of(SHARED) {
                counters.push(total_key());
            }
            for key in counters {
                let count = number(tx.get(&key).await?.as_deref()) + 1;
                tx.put(key, count.to_string().into_bytes())?;
            }
            if round > KEPT {
                tx.delete(insert_key(writer, round - KEPT))?;
            }
            match tx.commit(token(writer, round)).await {
                Err(StoreError::Conflict) => {}
                Ok(committed) => return Ok(committed.unwrap()),
                Err(error) => return Err(error),
            }
        }
    })
}

/// How often each writer has committed, as its counter says.
pub(crate) fn counts(store: &dyn Store, writers: usize) -> Result<Vec<u64>, StoreError> {
    block_on(async {
        let tx = Tx::begin(store).await?;
        let keys: Vec<_> = (0..writers).map(count_key).collect();
        let found = tx.get_many(&keys).await?;
        Ok(found.iter().map(|found| number(found.as_deref())).collect())
    })
}

/// What all writers together leave.
fn expected(counts: &[u64]) -> BTreeMap<String, Vec<u8>> {
    let mut rows = BTreeMap::new();
    let mut put = |key: Key, value: String| rows.insert(key.to_string(), value.into_bytes());
    let mut total = 0;
    for (writer, &count) in counts.iter().enumerate() {
        for round in 1..=count {
            put(mark_key(writer, round), "1".to_owned());
            if round + KEPT > count {
                put(insert_key(writer, round), text(round, 1));
            }
            total += u64::from(round.is_multiple_of(SHARED));
        }
        if count > 0 {
            put(count_key(writer), count.to_string());
        }
    }
    if total > 0 {
        put(total_key(), total.to_string());
    }
    rows
}

/// The keys of one partition that a commit changes, in order.
fn changed(writer: usize, round: u64) -> Vec<Key> {
    let mut keys = vec![insert_key(writer, round), mark_key(writer, round)];
    if round > KEPT {
        keys.push(insert_key(writer, round - KEPT));
    }
    keys.sort_unstable();
    keys
}

/// Whether rows and feeds are what commits leave that happened once each and as a whole; how
/// often each writer has committed.
fn whole(store: &dyn Store, writers: usize) -> Result<Vec<u64>, String> {
    let counts = counts(store, writers).map_err(|error| error.to_string())?;
    let rows: BTreeMap<_, _> = everything(store)
        .map_err(|error| error.to_string())?
        .into_iter()
        .collect();
    let expected = expected(&counts);
    if rows != expected {
        let differs = |key: &&String| rows.get(*key) != expected.get(*key);
        let key = expected.keys().chain(rows.keys()).find(differs);
        return Err(format!("after {counts:?} commits, {key:?} is another"));
    }
    let mut commits = BTreeSet::new();
    for (writer, &count) in counts.iter().enumerate() {
        let feed = feed(store, &account(writer))?;
        let expected = (1..=count).map(|round| changed(writer, round));
        if !feed.iter().map(|(_, keys)| keys.clone()).eq(expected) {
            return Err(format!(
                "the feed of writer {writer} is not its {count} commits"
            ));
        }
        commits.extend(feed.into_iter().map(|(commit, _)| commit));
    }
    let global = feed(store, &Partition::global())?;
    let count: u64 = counts.iter().sum();
    let named: BTreeSet<_> = global.iter().map(|(commit, _)| *commit).collect();
    if named != commits || u64::try_from(global.len()).unwrap() != count {
        return Err(format!("the global feed is not the {count} commits"));
    }
    Ok(counts)
}

/// The commits of a feed and the keys of each.
fn feed(store: &dyn Store, partition: &Partition) -> Result<Vec<(u128, Vec<Key>)>, String> {
    let mut entries = Vec::new();
    let mut at = FeedPosition::START;
    loop {
        let page = block_on(store.feed(partition, at, 50)).map_err(|error| error.to_string())?;
        for entry in page.entries {
            if entry.position != at.next() {
                return Err(format!("the feed of {partition} has a gap after {at}"));
            }
            at = entry.position;
            entries.push((entry.commit.as_u128(), entry.keys));
        }
        if at == page.head {
            return Ok(entries);
        }
    }
}

/// Looks at what a stop in the middle has left: of each writer all acknowledged commits, perhaps
/// the one after them, and nothing twice or in part. Then it does that last one again under its
/// own token, and looks again. How many commits were there that nobody knew of.
pub(crate) fn audit(store: &dyn Store, acknowledged: &[u64]) -> Result<u64, String> {
    let found = whole(store, acknowledged.len())?;
    for (writer, (&count, &known)) in found.iter().zip(acknowledged).enumerate() {
        if count < known {
            return Err(format!(
                "writer {writer}: {known} commits were acknowledged, and {count} are there"
            ));
        }
        if count > known + 1 {
            return Err(format!("writer {writer}: {count} of {known} commits"));
        }
    }
    for (writer, &known) in acknowledged.iter().enumerate() {
        // The newest one that was acknowledged, under its old token, changes nothing.
        for round in [known, known + 1].into_iter().filter(|&round| round > 0) {
            apply(store, writer, round).map_err(|error| error.to_string())?;
        }
    }
    let settled: Vec<_> = acknowledged.iter().map(|known| known + 1).collect();
    let counts = whole(store, acknowledged.len())?;
    if counts != settled {
        return Err(format!(
            "{counts:?} commits instead of {settled:?}: done twice"
        ));
    }
    Ok(found.iter().sum::<u64>() - acknowledged.iter().sum::<u64>())
}
