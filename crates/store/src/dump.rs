//! A whole store as lines of JSON, from one snapshot.

use crate::{Key, KeyRange, Snapshot, StoreError, hex, scan::Scan};
use atlas_base::{Digest, canonical};
use serde::{Deserialize, Serialize};

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
/// header says what follows.
///
/// # Errors
///
/// The snapshot cannot be read, or the sink refuses a line.
pub async fn dump<E: From<StoreError>>(
    snapshot: &dyn Snapshot,
    mut sink: impl FnMut(&str) -> Result<(), E>,
) -> Result<DumpHeader, E> {
    let header = header_of(snapshot).await?;
    sink(&canonical::to_string(&header).unwrap_or_default())?;
    let mut scan = Scan::new(KeyRange::all());
    while let Some(entries) = scan.next(snapshot).await? {
        for (key, entry) in entries {
            sink(&line(&key, &entry.value))?;
        }
    }
    Ok(header)
}

/// The header that a dump of a snapshot begins with.
///
/// # Errors
///
/// The snapshot cannot be read.
pub async fn header_of(snapshot: &dyn Snapshot) -> Result<DumpHeader, StoreError> {
    let mut tally = Tally::default();
    let mut scan = Scan::new(KeyRange::all());
    while let Some(entries) = scan.next(snapshot).await? {
        for (key, entry) in entries {
            tally.add(&line(&key, &entry.value));
        }
    }
    Ok(tally.header())
}

/// The count and the digest of lines so far. Each step hashes the digest before and the line.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    entries: u64,
    digest: Option<Digest>,
    buffer: Vec<u8>,
}

impl Tally {
    pub(crate) fn add(&mut self, line: &str) {
        self.buffer.clear();
        self.buffer
            .extend(self.digest.iter().flat_map(Digest::as_bytes));
        self.buffer.extend(line.as_bytes());
        self.digest = Some(Digest::of(DOMAIN, &self.buffer));
        self.entries = self.entries.saturating_add(1);
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

/// The line of one key.
pub(crate) fn line(key: &Key, value: &[u8]) -> String {
    let quoted = canonical::to_string(key).unwrap_or_default();
    match core::str::from_utf8(value) {
        Ok(text) if is_one_line_of_json(text) => format!(r#"{{"k":{quoted},"v":{text}}}"#),
        _ => format!(r#"{{"k":{quoted},"x":"{}"}}"#, hex::encode(value)),
    }
}

/// The key and the value of a line; none where [`line`] would not have written it.
pub(crate) fn read_line(text: &str) -> Option<(Key, Vec<u8>)> {
    let rest = text.strip_prefix(r#"{"k":"#)?.strip_suffix('}')?;
    let mut keys = serde_json::Deserializer::from_str(rest).into_iter::<String>();
    let key = Key::parse(&keys.next()?.ok()?).ok()?;
    let rest = rest.get(keys.byte_offset()..)?;
    let value = match rest.strip_prefix(r#","v":"#) {
        Some(json) => json.as_bytes().to_owned(),
        None => hex::decode(rest.strip_prefix(r#","x":""#)?.strip_suffix('"')?)?,
    };
    (line(&key, &value) == text).then_some((key, value))
}

fn is_one_line_of_json(text: &str) -> bool {
    let bare = text.trim() == text && !text.contains(char::is_control);
    bare && serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok()
}
