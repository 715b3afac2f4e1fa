//! A whole store as lines of JSON, from one snapshot.

mod line;

use crate::{KeyRange, Phase, Snapshot, StoreError, Watcher, progress::Meter, scan::Scan};
use atlas_base::{Digest, canonical};
use serde::{Deserialize, Serialize};

pub(crate) use self::line::{Line, write_line};

/// The format that is written, and the only one that is read.
const FORMAT: u32 = 1;

/// The first line of a dump: `{"digest":"blake3:…","entries":2,"format":1}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct DumpHeader {
    /// Digest of the lines that follow.
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
    let mut written = Tally::default();
    let mut line = String::new();
    let mut scan = Scan::new(KeyRange::all());
    while let Some(entries) = scan.next(snapshot).await? {
        for (key, entry) in entries {
            line.clear();
            write_line(&mut line, key.as_str(), &entry.value);
            sink(&line)?;
            written.count(&line);
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
    let mut tally = Tally::default();
    let mut scan = Scan::new(KeyRange::all());
    while let Some(entries) = scan.next(snapshot).await? {
        for (key, entry) in entries {
            tally.add_entry(key.as_str(), &entry.value);
            meter.advance(tally.entries, tally.bytes);
        }
    }
    meter.end();
    Ok(tally)
}

/// The count and the digest of lines so far. Each step hashes the digest before and the line.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    pub(crate) entries: u64,
    /// Bytes of the lines and their line ends.
    pub(crate) bytes: u64,
    digest: Option<Digest>,
    buffer: Vec<u8>,
    line: String,
}

impl Tally {
    pub(crate) fn add(&mut self, line: &str) {
        self.buffer.clear();
        self.buffer
            .extend(self.digest.iter().flat_map(Digest::as_bytes));
        self.buffer.extend_from_slice(line.as_bytes());
        self.digest = Some(Digest::of(DOMAIN, &self.buffer));
        self.count(line);
    }

    /// Adds the line that a key would have.
    pub(crate) fn add_entry(&mut self, key: &str, value: &[u8]) {
        let mut line = core::mem::take(&mut self.line);
        line.clear();
        write_line(&mut line, key, value);
        self.add(&line);
        self.line = line;
    }

    pub(crate) fn count(&mut self, line: &str) {
        self.entries = self.entries.saturating_add(1);
        let bytes = u64::try_from(line.len()).unwrap_or(u64::MAX);
        self.bytes = self.bytes.saturating_add(bytes).saturating_add(1);
    }

    pub(crate) fn header(&self) -> DumpHeader {
        let digest = self.digest.unwrap_or_else(|| Digest::of(DOMAIN, &[]));
        DumpHeader {
            digest,
            entries: self.entries,
            format: FORMAT,
        }
    }
}

const DOMAIN: &str = "cloud-atlas dump";
