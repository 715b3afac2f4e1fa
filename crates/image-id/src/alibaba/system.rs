//! Names of images that the cloud publishes.
#![expect(
    clippy::inline_always,
    reason = "a view keeps none of the parts: inlined, they are not even made, which is a third of the time"
)]

use crate::scan::{Class, Cursor, Flaw, Piece, is_alphanumeric};

/// The parts of a system image's name.
#[derive(Debug, Clone, Copy)]
pub(super) struct System<'a> {
    /// Letters, digits, `_` and `-`; letters or digits at the ends.
    pub(super) name: &'a str,
    pub(super) published: Date,
}

/// Year, month and day.
pub(super) type Date = (u16, u8, u8);

impl<'a> System<'a> {
    /// Reads a whole name.
    #[inline(always)]
    pub(super) fn read(text: &'a str) -> Option<Self> {
        let (stem, is_raw) = match text.as_bytes().split_last_chunk()? {
            (stem, b".vhd") => (stem, false),
            (stem, b".raw") => (stem, true),
            _ => return None,
        };
        let (front, published) = dated(stem)?;
        let name = match front.strip_suffix(b"_alibase") {
            Some(name) if !is_raw => name,
            _ => marked(front, is_raw)?,
        };
        if !is_name(name) {
            return None;
        }
        let name = text.get(..name.len())?;
        Some(Self { name, published })
    }
}

/// What stands before one of the old words.
#[inline]
fn marked(front: &[u8], is_raw: bool) -> Option<&[u8]> {
    if let Some(name) = front.strip_suffix(b"_cloudinit") {
        return Some(name);
    }
    if is_raw {
        return None;
    }
    front
        .strip_suffix(b"_aliaegis")
        .or_else(|| front.strip_suffix(b"_alibaba"))
        .or_else(|| front.strip_suffix(b"_base"))
}

/// What stands before the underscore and the date, and the date.
#[inline(always)]
fn dated(stem: &[u8]) -> Option<(&[u8], Date)> {
    let (head, [a, b, c, d]) = stem.split_last_chunk()?;
    let (month, day) = (two(*a, *b)?, two(*c, *d)?);
    let (front, year) = match head.split_last_chunk() {
        Some((front, [b'_', b'2', b'0', tens, ones])) => (front, two(*tens, *ones)?),
        // Late in 2017 the month was written with three digits.
        _ if month >= 10 => (head.strip_suffix(b"_20170")?, 17),
        _ => return None,
    };
    let is_date = matches!(month, 1..=12) && matches!(day, 1..=31);
    is_date.then_some((front, (2000 + u16::from(year), month, day)))
}

/// A number of two digits.
fn two(tens: u8, ones: u8) -> Option<u8> {
    match (tens, ones) {
        (b'0'..=b'9', b'0'..=b'9') => Some((tens - b'0') * 10 + (ones - b'0')),
        _ => None,
    }
}

/// Letters, digits, `_` and `-`, letters or digits at the ends.
fn is_name(name: &[u8]) -> bool {
    let ends_well = match name {
        [end] => is_alphanumeric(*end),
        [first, .., last] => is_alphanumeric(*first) && is_alphanumeric(*last),
        [] => false,
    };
    // Without an early end, so that many bytes are looked at together.
    let fits = |byte: u8| is_alphanumeric(byte) || matches!(byte, b'_' | b'-');
    ends_well && name.iter().fold(true, |good, byte| good & fits(*byte))
}

/// Why this is no name of a system image.
#[cold]
pub(super) fn no_system(text: Piece<'_>) -> Flaw {
    const NAME: &str = "a name of letters, digits, `_` and `-`, then a word such as `_alibase_`, a date as YYYYMMDD and `.vhd`";
    let mut cursor = Cursor::new(text);
    let stem = cursor.take(STEM);
    let starts_well = stem.text.bytes().next().is_some_and(|byte| END.has(byte));
    if !starts_well {
        return Flaw::found(text.at, NAME);
    }
    let name = [stem.text, ".vhd"].concat();
    if System::read(&name).is_some() {
        let flaw = cursor
            .rest()
            .differs(".vhd", "`.vhd` and nothing behind it");
        return match cursor.rest().text {
            ".qcow2" | ".img" => flaw.hint("this is a file to download, no image of the cloud"),
            _ => flaw,
        };
    }
    if !matches!(cursor.peek(), None | Some(b'.')) {
        return Flaw::found(stem.end(), NAME);
    }
    // With a date in place of the last word it may be a name.
    let word = stem.text.rsplit('_').next().unwrap_or_default();
    let head = stem.text.strip_suffix(word).unwrap_or_default();
    let dated = [head, "20240101.vhd"].concat();
    if word.starts_with(|first: char| first.is_ascii_digit()) && System::read(&dated).is_some() {
        return Flaw::says(stem.end() - word.len(), "no date", NAME);
    }
    Flaw::found(stem.end(), NAME)
}

/// What a name and what follows it are made of, up to the dot.
const STEM: Class = Class::ALPHANUMERIC.or(Class::UNDERSCORE).or(Class::DASH);
/// What a name begins and ends with.
const END: Class = Class::ALPHANUMERIC;
