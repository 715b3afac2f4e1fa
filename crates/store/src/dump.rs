//! A whole store as lines of JSON, from one snapshot.

mod digester;
mod line;

use crate::{KeyRange, Phase, Snapshot, StoreError, Watcher, progress::Meter, scan::Scan};
use atlas_base::{Digest, canonical};
use serde::{Deserialize, Serialize};

use self::digester::Digester;
pub(crate) use self::line::{Line, write_line};

/// The format that is written, and the only one that is read.
const FORMAT: u32 = 1;

/// The first line of a dump: `{"digest":"blake3:…","entries":2,"format":1}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct DumpHeader {
    /// Digest of the entries that follow: of each its key, a line end, the length of its value as
    /// eight bytes, most significant first, and its value.
    pub digest: Digest,
    /// How many lines follow.
    pub entries: u64,
    /// The format.
    pub format: u32,
}

impl DumpHeader {
    /// Whether this version of the program reads the format.
    pub fn is_readable(&self) -> bool {
        self.format == FORMAT
    }
}

/// Writes everything that a snapshot holds, line by line, in key order: a header, then a line for
/// each key. Lines come without their line end.
///
/// A key whose value is one line of JSON, as every record is, becomes `{"k":"<key>","v":<value>}`
/// with the value as it is stored; any other value becomes `{"k":"<key>","x":"<hex>"}`. Equal
/// stores give equal dumps, whatever engine they are on. The snapshot is read twice, since the
/// header says what follows, and page by page.
///
/// # Errors
///
/// The snapshot cannot be read, or the sink refuses a line.
pub async fn dump<E: From<StoreError>>(
    snapshot: &dyn Snapshot,
    mut sink: impl FnMut(&str) -> Result<(), E>,
    watcher: Watcher<'_>,
) -> Result<DumpHeader, E> {
    let counted = tally(snapshot, Meter::new(watcher, Phase::Counting, None, None)).await?;
    let header = counted.header();
    sink(&canonical::to_string(&header).unwrap_or_default())?;
    let (entries, bytes) = (Some(counted.entries), Some(counted.bytes));
    let mut meter = Meter::new(watcher, Phase::Dumping, entries, bytes);
    let mut written = Tally::new();
    let mut line = String::new();
    let mut scan = Scan::new(KeyRange::all());
    while let Some(entries) = scan.next(snapshot).await? {
        for (key, entry) in entries {
            line.clear();
            write_line(&mut line, key.as_str(), &entry.value);
            sink(&line)?;
            written.count(key.as_str(), &entry.value);
            meter.advance(written.entries, written.bytes);
        }
    }
    meter.end();
    if (written.entries, written.bytes) != (counted.entries, counted.bytes) {
        return Err(
            StoreError::corrupt("a snapshot was not the same when it was read again").into(),
        );
    }
    Ok(header)
}

/// The header that a dump of a snapshot begins with.
///
/// # Errors
///
/// The snapshot cannot be read.
pub async fn header_of(snapshot: &dyn Snapshot) -> Result<DumpHeader, StoreError> {
    let meter = Meter::new(&|_| {}, Phase::Counting, None, None);
    Ok(tally(snapshot, meter).await?.header())
}

async fn tally(snapshot: &dyn Snapshot, mut meter: Meter<'_>) -> Result<Tally, StoreError> {
    let mut tally = Tally::new();
    let mut scan = Scan::new(KeyRange::all());
    while let Some(entries) = scan.next(snapshot).await? {
        for (key, entry) in entries {
            tally.add(key.as_str(), &entry.value);
            meter.advance(tally.entries, tally.bytes);
        }
    }
    meter.end();
    Ok(tally)
}

/// The count and the digest of entries so far.
#[derive(Debug)]
pub(crate) struct Tally {
    pub(crate) entries: u64,
    /// Bytes of keys and values.
    pub(crate) bytes: u64,
    digester: Digester,
}

impl Tally {
    pub(crate) fn new() -> Self {
        Self {
            entries: 0,
            bytes: 0,
            digester: Digester::new(DOMAIN),
        }
    }

    /// Adds an entry.
    pub(crate) fn add(&mut self, key: &str, value: &[u8]) {
        let length = u64::try_from(value.len()).unwrap_or(u64::MAX);
        self.digester.add(key.as_bytes());
        // INVARIANT: no key holds a line end, and the length tells where the value ends: other
        // entries are other bytes.
        self.digester.add(b"\n");
        self.digester.add(&length.to_be_bytes());
        self.digester.add(value);
        self.count(key, value);
    }

    /// Counts an entry, and leaves the digest as it is.
    pub(crate) fn count(&mut self, key: &str, value: &[u8]) {
        self.entries = self.entries.saturating_add(1);
        let bytes = key.len().saturating_add(value.len());
        let bytes = u64::try_from(bytes).unwrap_or(u64::MAX);
        self.bytes = self.bytes.saturating_add(bytes);
    }

    pub(crate) fn header(&self) -> DumpHeader {
        DumpHeader {
            digest: self.digester.digest(),
            entries: self.entries,
            format: FORMAT,
        }
    }
}

const DOMAIN: &str = "cloud-atlas dump";
