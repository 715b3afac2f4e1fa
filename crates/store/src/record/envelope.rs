//! What surrounds a record in its value: a checksum, a schema number, and its whole key where the
//! key had to be cut.

use super::{Record, RecordError};
use crate::{Condition, Key, StoreError, Value, hex, key::FullKey};
use atlas_base::canonical;
use std::collections::BTreeSet;
use twox_hash::XxHash3_64;

/// What comes before the checksum.
const OPENING: &[u8] = br#"{"c":""#;
/// Hex digits of the checksum.
const CHECKSUM_DIGITS: usize = 16;

/// Writes a record: `{"c":"<checksum>","s":<schema>,"v":<record>}`, with `"k":"<whole key>"` before
/// the schema where the key was cut. The text is canonical JSON.
///
/// The checksum covers the key and all that follows the checksum, so that a value under another's
/// key is found out.
pub(crate) fn seal<R: Record>(key: &FullKey, record: &R) -> Result<Value, RecordError> {
    let write = |error| RecordError::Unwritable { source: error };
    let json = canonical::to_string(record).map_err(write)?;
    let mut text = Vec::with_capacity(json.len() + 64);
    text.extend(OPENING);
    text.extend([b'0'; CHECKSUM_DIGITS]);
    text.extend(b"\",");
    let covered = text.len();
    if let Some(uncut) = &key.uncut {
        let uncut = canonical::to_string(uncut).map_err(write)?;
        for part in [r#""k":"#, &uncut, ","] {
            text.extend(part.as_bytes());
        }
    }
    text.extend(format!(r#""s":{},"v":"#, R::SCHEMA).as_bytes());
    text.extend(json.as_bytes());
    text.push(b'}');
    let sum = checksum(&key.key, text.get(covered..).unwrap_or_default());
    let digits = text.iter_mut().skip(OPENING.len()).take(CHECKSUM_DIGITS);
    for (place, digit) in digits.zip(format!("{sum:016x}").bytes()) {
        *place = digit;
    }
    Ok(text.into())
}

/// Reads a record; `uncut` is the whole text of the key it was asked for, where that is known and
/// the key was cut.
pub(crate) fn open<R: Record>(
    key: &Key,
    uncut: Option<&str>,
    value: &[u8],
) -> Result<R, StoreError> {
    let opened = Opened::read(key, value)?;
    if let (Some(wanted), Some(found)) = (uncut, &opened.uncut)
        && wanted != found
    {
        return Err(StoreError::corrupt_at(
            key,
            "two long keys share one digest",
        ));
    }
    opened.record(key)
}

/// Reads the record that a value under a key is, as a table that holds it would.
///
/// # Errors
///
/// The value is no record, or not of this key, or of a schema that this program does not know.
pub fn read_value<R: Record>(key: &Key, value: &[u8]) -> Result<R, StoreError> {
    open(key, None, value)
}

/// Reads a record if its JSON meets every condition. One that does not is not made a record of,
/// unless it has to be upgraded first.
pub(crate) fn open_where<R: Record>(
    key: &Key,
    value: &[u8],
    conditions: &BTreeSet<Condition>,
) -> Result<Option<R>, StoreError> {
    let opened = Opened::read(key, value)?;
    let meets = |json: &str| {
        Condition::all_met(conditions, json)
            .map_err(|error| StoreError::corrupt_at(key, NOT_ITS_SCHEMA).with_source(error))
    };
    if opened.schema == R::SCHEMA {
        return meets(opened.json)?.then(|| opened.record(key)).transpose();
    }
    let record: R = opened.record(key)?;
    let newest = canonical::to_string(&record).map_err(|error| {
        StoreError::corrupt_at(key, "an upgraded record cannot be written").with_source(error)
    })?;
    Ok(meets(&newest)?.then_some(record))
}

const NOT_ITS_SCHEMA: &str = "a record is not what its schema says";

/// Checks that a value is a record's and undamaged, without knowing whose.
///
/// # Errors
///
/// [`StoreError::Corrupt`] where it is not.
pub fn check_value(key: &Key, value: &[u8]) -> Result<(), StoreError> {
    let opened = Opened::read(key, value)?;
    serde_json::from_str::<serde::de::IgnoredAny>(opened.json)
        .map(drop)
        .map_err(|error| StoreError::corrupt_at(key, "a record is no JSON").with_source(error))
}

/// The whole text of a key, where it was cut.
pub(crate) fn uncut_key(key: &Key, value: &[u8]) -> Result<Option<String>, StoreError> {
    Opened::read(key, value).map(|opened| opened.uncut)
}

/// The number of the schema that a record was written with.
pub(crate) fn schema_of(key: &Key, value: &[u8]) -> Result<u32, StoreError> {
    Opened::read(key, value).map(|opened| opened.schema)
}

struct Opened<'a> {
    uncut: Option<String>,
    schema: u32,
    json: &'a str,
}

impl<'a> Opened<'a> {
    /// The record, upgraded if it must be.
    fn record<R: Record>(&self, key: &Key) -> Result<R, StoreError> {
        if self.schema == R::SCHEMA {
            return serde_json::from_str(self.json)
                .map_err(|error| StoreError::corrupt_at(key, NOT_ITS_SCHEMA).with_source(error));
        }
        if self.schema > R::SCHEMA {
            return Err(StoreError::Unsupported {
                what: "a record written by a newer version of the program; upgrade this one",
            });
        }
        R::upgrade(self.schema, self.json).map_err(|error| {
            StoreError::corrupt_at(key, "a record of an older schema cannot be upgraded")
                .with_source(error)
        })
    }

    fn read(key: &Key, value: &'a [u8]) -> Result<Self, StoreError> {
        let damaged = || StoreError::corrupt_at(key, "a value is not the envelope of a record");
        let text = core::str::from_utf8(value).map_err(|error| damaged().with_source(error))?;
        let (sum, rest) = text
            .strip_prefix(r#"{"c":""#)
            .and_then(|rest| rest.split_at_checked(CHECKSUM_DIGITS))
            .ok_or_else(damaged)?;
        let rest = rest.strip_prefix(r#"","#).ok_or_else(damaged)?;
        // INVARIANT: written in one way, so that a value has one form only.
        let digits = sum.bytes().all(|digit| hex::nibble(digit).is_some());
        if !digits || u64::from_str_radix(sum, 16) != Ok(checksum(key, rest.as_bytes())) {
            return Err(StoreError::corrupt_at(
                key,
                "the checksum of a record does not match",
            ));
        }
        Self::read_rest(rest).ok_or_else(damaged)
    }

    fn read_rest(mut rest: &'a str) -> Option<Self> {
        let mut uncut = None;
        if let Some(quoted) = rest.strip_prefix(r#""k":"#) {
            // INVARIANT: keys hold no control characters, and this is the first text of a form
            // that the checksum has vouched for.
            let end = quoted.find(r#"","s":"#)? + 1;
            let (quoted, after) = quoted.split_at_checked(end)?;
            uncut = Some(serde_json::from_str(quoted).ok()?);
            rest = after.strip_prefix(',')?;
        }
        let rest = rest.strip_prefix(r#""s":"#)?;
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let (schema, rest) = rest.split_at_checked(digits)?;
        Some(Self {
            uncut,
            schema: schema.parse().ok()?,
            json: rest.strip_prefix(r#","v":"#)?.strip_suffix('}')?,
        })
    }
}

/// XXH3 of what follows the checksum, seeded with that of the key: it finds accidents, not forgers,
/// at a small part of what a digest would cost each read.
fn checksum(key: &Key, rest: &[u8]) -> u64 {
    let seed = XxHash3_64::oneshot(key.as_str().as_bytes());
    XxHash3_64::oneshot_with_seed(seed, rest)
}
