//! The lines of a dump, checked one by one.

use super::{LoadError, journal};
use crate::{
    Capability, DumpHeader, Key, Limit, Phase, StoreError, Value, Watcher,
    dump::{Line, Tally},
    key,
    progress::Meter,
};
use core::error::Error;
use std::borrow::Cow;

/// A dump that was read to its end: it is what its header says, and a store of these limits takes
/// every entry of it. That is what [`load`](crate::load()) begins with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckedDump {
    header: DumpHeader,
    bytes: u64,
}

impl CheckedDump {
    /// Its header.
    pub fn header(&self) -> &DumpHeader {
        &self.header
    }

    /// Bytes of its keys and values.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }
}

/// Reads a dump to its end and compares it with its header, and each entry with the limits of the
/// store that it is to be loaded into. Nothing is kept of it.
///
/// Nothing in the dump is trusted: each line must be just what a dump has, keys ascend, and count
/// and digest must be those of the header.
///
/// # Errors
///
/// Every [`LoadError`] but those of a store.
pub fn verify<S: Into<Box<dyn Error + Send + Sync>>>(
    lines: impl IntoIterator<Item = Result<String, S>>,
    capability: &Capability,
    watcher: Watcher<'_>,
) -> Result<CheckedDump, LoadError> {
    let journal = journal::key()?;
    let mut reader = Reader::new(lines.into_iter())?;
    let entries = Some(reader.header.entries);
    let mut meter = Meter::new(watcher, Phase::Checking, entries, None);
    let mut last = String::new();
    while let Some(text) = reader.line()? {
        let number = reader.line;
        let refused = LoadError::Line { line: number };
        let Some(Line { key, value }) = Line::read(&text) else {
            return Err(refused);
        };
        if key::misfit(&key).is_some() {
            return Err(refused);
        }
        // No key is empty.
        if *last >= *key {
            return Err(LoadError::Order { line: number });
        }
        if *key == *journal.as_str() {
            return Err(LoadError::NotWhole { line: number });
        }
        fits(capability, &key, &value).map_err(|error| match error {
            StoreError::TooLarge { what, limit, found } => LoadError::TooLarge {
                line: number,
                what,
                limit,
                found,
            },
            error => error.into(),
        })?;
        reader.tally.add(&key, &value);
        last.clear();
        last.push_str(&key);
        meter.advance(reader.tally.entries, reader.tally.bytes);
    }
    meter.end();
    let (found, expected) = (reader.tally.header(), reader.header);
    if found != expected {
        return Err(LoadError::Incomplete {
            expected: expected.entries,
            found: found.entries,
            same_digest: found.digest == expected.digest,
        });
    }
    Ok(CheckedDump {
        header: found,
        bytes: reader.tally.bytes,
    })
}

/// Whether an entry can be committed, with the journal beside it.
fn fits(capability: &Capability, key: &str, value: &[u8]) -> Result<(), StoreError> {
    Limit::KeyBytes.check(Some(capability.max_key_bytes), key.len())?;
    Limit::ValueBytes.check(Some(capability.max_value_bytes), value.len())?;
    let bytes = key.len().saturating_add(value.len());
    let bytes = bytes.saturating_add(journal::BYTES);
    Limit::CommitBytes.check(capability.max_commit_bytes, bytes)
}

/// The lines of a dump, and a tally of their entries.
pub(super) struct Reader<I> {
    lines: I,
    header: DumpHeader,
    pub(super) tally: Tally,
    /// The number of the last line that was read.
    line: u64,
}

impl<S, I> Reader<I>
where
    S: Into<Box<dyn Error + Send + Sync>>,
    I: Iterator<Item = Result<String, S>>,
{
    pub(super) fn new(mut lines: I) -> Result<Self, LoadError> {
        let text = match lines.next() {
            Some(line) => line.map_err(unread)?,
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
            tally: Tally::new(),
            line: 1,
        })
    }

    pub(super) fn header(&self) -> &DumpHeader {
        &self.header
    }

    /// Passes over an entry that a load has written before, counted and hashed.
    pub(super) fn pass(&mut self) -> Result<bool, LoadError> {
        let Some(text) = self.line()? else {
            return Ok(false);
        };
        let line = Line::split(&text).ok_or(LoadError::Changed)?;
        self.tally.add(&line.key, &line.value);
        Ok(true)
    }

    /// The next entry of a dump that was checked, counted and not hashed: whether it still is what
    /// it was is seen in the end, when the store is compared with the header.
    pub(super) fn entry(&mut self) -> Result<Option<(Key, Value)>, LoadError> {
        let Some(text) = self.line()? else {
            return Ok(None);
        };
        let line = Line::split(&text).ok_or(LoadError::Changed)?;
        self.tally.count(&line.key, &line.value);
        let key = Key::parse(&line.key).map_err(|_| LoadError::Changed)?;
        let value = match line.value {
            Cow::Borrowed(bytes) => bytes.into(),
            Cow::Owned(bytes) => bytes.into(),
        };
        Ok(Some((key, value)))
    }

    fn line(&mut self) -> Result<Option<String>, LoadError> {
        let line = self.lines.next().transpose().map_err(unread)?;
        self.line = self.line.saturating_add(1);
        Ok(line)
    }
}

fn unread(error: impl Into<Box<dyn Error + Send + Sync>>) -> LoadError {
    LoadError::Source {
        source: error.into(),
    }
}
