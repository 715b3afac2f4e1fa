//! A store from the lines of a dump.

use crate::{
    Capability, DumpHeader, Key, KeyRange, RetryPolicy, Snapshot, Store, StoreError, Value,
    dump::{Tally, read_line},
    header_of,
    scan::Scan,
    transact,
};
use core::error::Error;
use std::collections::BTreeSet;
use std::sync::Arc;

/// The most keys of one commit, where the engine sets no lower limit.
const BATCH_KEYS: usize = 500;
/// The most bytes of one commit, where the engine sets no lower limit.
const BATCH_BYTES: usize = 1 << 20;

/// Why a dump was not loaded. Whatever the reason, a store into which part of a dump may have come
/// says so at the next try: it is not empty.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LoadError {
    /// The store holds something that may not be replaced; nothing was written.
    #[error("the store already holds {}: load into a new one", atlas_base::quoted(key.as_str()))]
    NotEmpty {
        /// The first such key.
        key: Key,
    },
    /// The first line is no header of a dump; nothing was written.
    #[error("the first line is no header of a store dump")]
    NoHeader,
    /// The dump is of another format; nothing was written.
    #[error(
        "dumps of format {format} cannot be read: use the version of the program that wrote it"
    )]
    Format {
        /// Its format.
        format: u32,
    },
    /// A line is none that a dump has.
    #[error("line {line} is no entry of a store dump")]
    Line {
        /// Its number; the header is line 1.
        line: u64,
    },
    /// The keys of a dump ascend, and this one does not.
    #[error("line {line} is out of order: its key does not come after the one before")]
    Order {
        /// Its number; the header is line 1.
        line: u64,
    },
    /// Lines were added, lost or changed.
    #[error("the lines are not those the header tells of: {expected} entries expected, {found} found, digests {verdict}", verdict = if *.same_digest { "agree" } else { "differ" })]
    Incomplete {
        /// Entries the header tells of.
        expected: u64,
        /// Entries found.
        found: u64,
        /// Whether the digest is the one the header tells.
        same_digest: bool,
    },
    /// The store does not hold what was written: somebody else wrote to it.
    #[error("the store does not hold what was loaded: let nobody else write to it meanwhile")]
    Disturbed,
    /// The lines could not be read on.
    #[error("the dump cannot be read")]
    Source {
        /// The reader's error.
        source: Box<dyn Error + Send + Sync>,
    },
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Reads a dump to its end and compares it with its header, without a store.
///
/// # Errors
///
/// Every [`LoadError`] but those of a store.
pub fn verify<S: Into<Box<dyn Error + Send + Sync>>>(
    lines: impl IntoIterator<Item = Result<String, S>>,
) -> Result<DumpHeader, LoadError> {
    let mut reader = Reader::new(lines.into_iter())?;
    while reader.next()?.is_some() {}
    reader.end()
}

/// Loads a dump into a store that holds nothing, or nothing but keys of which `may_replace` says
/// that they may be deleted.
///
/// Nothing in the dump is trusted: each line must be just what a dump has, keys ascend, and count
/// and digest must be those of the header. That is known only at the end, while lines are written
/// in batches as they come: [`verify`] reads the same lines first, where they can be read twice.
/// In the end the store is read once more and compared with the header.
///
/// # Errors
///
/// The dump is not whole, the store is not empty or fails, or somebody else wrote to it meanwhile.
pub async fn load<S: Into<Box<dyn Error + Send + Sync>>>(
    store: &dyn Store,
    policy: &RetryPolicy,
    may_replace: impl Fn(&Key) -> bool,
    lines: impl IntoIterator<Item = Result<String, S>>,
) -> Result<DumpHeader, LoadError> {
    let mut reader = Reader::new(lines.into_iter())?;
    let mut batch = Batch::new(store.capability());
    let mut replaced = replaced(&*store.snapshot().await?, may_replace).await?;
    while let Some((key, value)) = reader.next()? {
        replaced.remove(&key);
        batch.add(store, policy, key, Some(value.into())).await?;
    }
    for key in replaced {
        batch.add(store, policy, key, None).await?;
    }
    batch.flush(store, policy).await?;
    let header = reader.end()?;
    if header_of(&*store.snapshot().await?).await? != header {
        return Err(LoadError::Disturbed);
    }
    Ok(header)
}

/// The keys that are there already, all of which may go.
async fn replaced(
    snapshot: &dyn Snapshot,
    may_replace: impl Fn(&Key) -> bool,
) -> Result<BTreeSet<Key>, LoadError> {
    let mut keys = BTreeSet::new();
    let mut scan = Scan::new(KeyRange::all());
    while let Some(entries) = scan.next(snapshot).await? {
        for (key, _) in entries {
            if !may_replace(&key) {
                return Err(LoadError::NotEmpty { key });
            }
            keys.insert(key);
        }
    }
    Ok(keys)
}

/// The lines of a dump, checked one by one.
struct Reader<I> {
    lines: I,
    header: DumpHeader,
    tally: Tally,
    line: u64,
    last: Option<Key>,
}

impl<S, I> Reader<I>
where
    S: Into<Box<dyn Error + Send + Sync>>,
    I: Iterator<Item = Result<String, S>>,
{
    fn new(mut lines: I) -> Result<Self, LoadError> {
        let text = match lines.next() {
            Some(line) => line.map_err(|error| LoadError::Source {
                source: error.into(),
            })?,
            None => return Err(LoadError::NoHeader),
        };
        let header: DumpHeader = serde_json::from_str(&text).map_err(|_| LoadError::NoHeader)?;
        if !header.is_readable() {
            return Err(LoadError::Format {
                format: header.format,
            });
        }
        Ok(Self {
            lines,
            header,
            tally: Tally::default(),
            line: 1,
            last: None,
        })
    }

    fn next(&mut self) -> Result<Option<(Key, Vec<u8>)>, LoadError> {
        let Some(text) = self.lines.next() else {
            return Ok(None);
        };
        let text = text.map_err(|error| LoadError::Source {
            source: error.into(),
        })?;
        self.line = self.line.saturating_add(1);
        let (key, value) = read_line(&text).ok_or(LoadError::Line { line: self.line })?;
        if self.last.as_ref().is_some_and(|last| *last >= key) {
            return Err(LoadError::Order { line: self.line });
        }
        self.tally.add(&text);
        self.last = Some(key.clone());
        Ok(Some((key, value)))
    }

    fn end(self) -> Result<DumpHeader, LoadError> {
        let found = self.tally.header();
        if found == self.header {
            return Ok(found);
        }
        Err(LoadError::Incomplete {
            expected: self.header.entries,
            found: found.entries,
            same_digest: found.digest == self.header.digest,
        })
    }
}

/// Writes that wait for a commit.
struct Batch {
    writes: Vec<(Key, Option<Value>)>,
    bytes: usize,
    max_keys: usize,
    max_bytes: usize,
}

impl Batch {
    fn new(capability: &Capability) -> Self {
        Self {
            writes: Vec::new(),
            bytes: 0,
            max_keys: capability
                .max_operations
                .unwrap_or(BATCH_KEYS)
                .min(BATCH_KEYS),
            max_bytes: capability
                .max_commit_bytes
                .unwrap_or(BATCH_BYTES)
                .min(BATCH_BYTES),
        }
    }

    async fn add(
        &mut self,
        store: &dyn Store,
        policy: &RetryPolicy,
        key: Key,
        value: Option<Value>,
    ) -> Result<(), StoreError> {
        let bytes = key.as_str().len() + value.as_ref().map_or(0, |value| value.len());
        if self.writes.len() >= self.max_keys || self.bytes + bytes > self.max_bytes {
            self.flush(store, policy).await?;
        }
        self.bytes += bytes;
        self.writes.push((key, value));
        Ok(())
    }

    async fn flush(&mut self, store: &dyn Store, policy: &RetryPolicy) -> Result<(), StoreError> {
        self.bytes = 0;
        let writes = Arc::new(core::mem::take(&mut self.writes));
        transact(store, policy, |tx| {
            let writes = Arc::clone(&writes);
            async move {
                for (key, value) in writes.iter() {
                    match value {
                        Some(value) => tx.put(key.clone(), Arc::clone(value))?,
                        None => tx.delete(key.clone())?,
                    }
                }
                Ok::<_, StoreError>(())
            }
        })
        .await?;
        Ok(())
    }
}
