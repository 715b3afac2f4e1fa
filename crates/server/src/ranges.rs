//! Which bytes are asked for (RFC 9110, 14).

use axum::http::{HeaderMap, header};
use core::ops::Range;

/// What a request asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Asked {
    /// All of it.
    Whole,
    /// Some of it: at least one range, none of them empty, no two of them with a byte in common.
    Some(Vec<Range<u64>>),
    /// Nothing that there is, or nothing that can be read, or too much.
    Refused,
}

/// Reads what is asked for of so many bytes, in so many ranges at most.
///
/// A unit that is not known is ignored, as it must be. Whatever else is wrong is refused, as it may
/// be: nobody who asked for a part is happy with the whole of a disk.
pub(crate) fn asked(headers: &HeaderMap, size: u64, most: usize) -> Asked {
    let mut said = headers.get_all(header::RANGE).iter();
    let Some(first) = said.next() else {
        return Asked::Whole;
    };
    if said.next().is_some() {
        return Asked::Refused;
    }
    let Some((unit, set)) = split_once(first.as_bytes(), b'=') else {
        return Asked::Refused;
    };
    if !unit.trim_ascii().eq_ignore_ascii_case(b"bytes") {
        return Asked::Whole;
    }
    let mut ranges = Vec::new();
    let mut named = 0_usize;
    for one in set.split(|byte| *byte == b',') {
        let one = one.trim_ascii();
        if one.is_empty() {
            continue; // empty elements of a list mean nothing
        }
        named = named.saturating_add(1);
        let Some(range) = read(one, size) else {
            return Asked::Refused;
        };
        if named > most {
            return Asked::Refused;
        }
        if !range.is_empty() {
            ranges.push(range);
        }
    }
    if ranges.is_empty() {
        return Asked::Refused;
    }
    Asked::Some(apart(ranges))
}

/// The bytes that one range means of what there is; an empty one if there is nothing of it.
fn read(text: &[u8], size: u64) -> Option<Range<u64>> {
    let (first, last) = split_once(text, b'-')?;
    let (first, last) = (first.trim_ascii_end(), last.trim_ascii_start());
    if first.is_empty() {
        let length = number(last)?;
        return Some(size.saturating_sub(length)..size);
    }
    let first = number(first)?;
    let end = if last.is_empty() {
        size
    } else {
        let last = number(last)?;
        if last < first {
            return None;
        }
        last.saturating_add(1).min(size)
    };
    Some(first.min(end)..end)
}

/// Digits, however many; beyond all that there can be, they all mean the same.
fn number(digits: &[u8]) -> Option<u64> {
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let digit = |sum: u64, byte: &u8| {
        let digit = u64::from(byte.saturating_sub(b'0'));
        sum.saturating_mul(10).saturating_add(digit)
    };
    Some(digits.iter().fold(0, digit))
}

/// Ranges that have no byte in common, and do not touch: as they were asked for, if they are so
/// already, or else in order.
fn apart(asked: Vec<Range<u64>>) -> Vec<Range<u64>> {
    let mut sorted = asked.clone();
    sorted.sort_by_key(|range| (range.start, range.end));
    let mut merged: Vec<Range<u64>> = Vec::new();
    for range in sorted {
        match merged.last_mut() {
            Some(last) if range.start <= last.end => last.end = last.end.max(range.end),
            _ => merged.push(range),
        }
    }
    if merged.len() == asked.len() {
        asked
    } else {
        merged
    }
}

fn split_once(text: &[u8], at: u8) -> Option<(&[u8], &[u8])> {
    let mut parts = text.splitn(2, |byte| *byte == at);
    Some((parts.next()?, parts.next()?))
}
