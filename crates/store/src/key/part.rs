//! One part of a key: how it is written, and how it is read back.

use crate::hex::{self, nibble};
use atlas_base::Digest;
use core::fmt::Write;
use std::borrow::Cow;

/// The most bytes of a part.
const MAX_PART_BYTES: usize = 96;
/// What a cut part keeps of its beginning: with the mark and the digest it fills the 96 bytes.
const KEPT_BYTES: usize = 62;
/// Between the beginning of a cut part and its digest. No text writes `!` before anything but a
/// hex digit.
const CUT: &str = "!~";
/// Hex digits of the digest of a cut part.
const DIGEST_DIGITS: usize = 32;

/// One part of a key, as it is written there. Whoever reads it knows what it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyPart<'a>(&'a str);

impl<'a> KeyPart<'a> {
    pub(super) fn new(written: &'a str) -> Self {
        Self(written)
    }

    /// The part as it is written in the key.
    pub fn as_written(self) -> &'a str {
        self.0
    }

    /// Whether the part was too long, so that only its beginning and a digest are here.
    pub fn is_cut(self) -> bool {
        self.0.contains(CUT)
    }

    /// The part as a text, which nearly always is what is written; none where it was cut.
    pub(crate) fn to_text(self) -> Option<Cow<'a, str>> {
        if self.0.bytes().fold(true, |all, byte| all & is_plain(byte)) {
            return Some(Cow::Borrowed(self.0));
        }
        self.as_text().map(Cow::Owned)
    }

    /// The part as a text; none where it was cut.
    pub fn as_text(self) -> Option<String> {
        let mut bytes = Vec::with_capacity(self.0.len());
        let mut rest = self.0.bytes();
        while let Some(byte) = rest.next() {
            bytes.push(match byte {
                b'!' => nibble(rest.next()?)? << 4 | nibble(rest.next()?)?,
                b'~' => 0x70 | nibble(rest.next()?)?,
                other => other,
            });
        }
        String::from_utf8(bytes).ok()
    }

    /// The part as a number.
    pub fn as_u64(self) -> Option<u64> {
        let (_, digits) = self.0.split_at_checked(1)?;
        let value = digits.parse().ok()?;
        (number(value) == self.0).then_some(value)
    }

    /// The part as bytes; none where it was cut.
    pub fn as_bytes(self) -> Option<Vec<u8>> {
        hex::decode(self.0)
    }
}

/// How a text is written: nearly always as it is.
pub(super) fn text(text: &str) -> Cow<'_, str> {
    if text.bytes().fold(true, |all, byte| all & is_plain(byte)) {
        return Cow::Borrowed(text);
    }
    let mut written = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\0'..='!' => {
                push_formatted(&mut written, format_args!("!{:02x}", u32::from(character)));
            }
            '~' => written.push_str("~e"),
            '\u{7f}' => written.push_str("~f"),
            other => written.push(other),
        }
    }
    Cow::Owned(written)
}

/// Whether a byte of a text stands for itself.
fn is_plain(byte: u8) -> bool {
    matches!(byte, b'"'..=b'}' | 0x80..)
}

/// How a number is written.
pub(super) fn number(number: u64) -> String {
    let length = u8::try_from(number.checked_ilog10().unwrap_or_default()).unwrap_or(u8::MAX);
    // INVARIANT: a u64 has 1 to 20 digits, so that the letters end at `t`.
    format!("{}{number}", char::from(b'a'.saturating_add(length)))
}

/// What is written in place of a part that is too long.
pub(super) fn cut(written: &str, content: &[u8]) -> Option<String> {
    if written.len() <= MAX_PART_BYTES {
        return None;
    }
    let digest = Digest::of("cloud-atlas key part", content);
    let digest = hex::encode(
        digest
            .as_bytes()
            .get(..DIGEST_DIGITS / 2)
            .unwrap_or_default(),
    );
    Some([beginning(written), CUT, &digest].concat())
}

/// Whether these are parts with blanks between them in which nothing is escaped or cut. Where it
/// says no, they may be parts all the same.
pub(super) fn are_plain(parts: &str) -> bool {
    let plain = |byte: u8| byte == b' ' || is_plain(byte);
    // Without an early end, so that many bytes are looked at at a time.
    parts.bytes().fold(true, |all, byte| all & plain(byte))
        && (parts.len() <= MAX_PART_BYTES
            || parts.split(' ').all(|part| part.len() <= MAX_PART_BYTES))
}

/// Where a written part stops being one, if it does.
pub(super) fn misfit(part: &str) -> Option<usize> {
    if part.len() > MAX_PART_BYTES {
        return Some(part.floor_char_boundary(MAX_PART_BYTES));
    }
    let (start, digest) = part
        .split_once(CUT)
        .map_or((part, None), |(a, b)| (a, Some(b)));
    let mut bytes = start.bytes().enumerate();
    while let Some((at, byte)) = bytes.next() {
        let next = |offset: usize| start.as_bytes().get(at + offset).copied();
        let fits = match byte {
            b'!' => {
                let escaped = next(1).and_then(nibble).zip(next(2).and_then(nibble));
                bytes.nth(1);
                escaped.is_some_and(|(high, low)| high << 4 | low <= b'!')
            }
            b'~' => {
                bytes.next();
                matches!(next(1), Some(b'e' | b'f'))
            }
            0..=b' ' | 0x7f => false,
            _ => true,
        };
        if !fits {
            return Some(at);
        }
    }
    let digest = digest?;
    let good = digest
        .bytes()
        .take_while(|&byte| nibble(byte).is_some())
        .count();
    let at = start.len() + CUT.len() + good.min(DIGEST_DIGITS);
    (good != DIGEST_DIGITS || digest.len() != DIGEST_DIGITS).then_some(at)
}

/// At most the first 62 bytes of a written part, without half a character or half an escape.
pub(super) fn beginning(written: &str) -> &str {
    if written.len() <= KEPT_BYTES {
        return written;
    }
    let mut end = written.floor_char_boundary(KEPT_BYTES);
    let tail = |from: usize| written.get(from..end).unwrap_or_default();
    // INVARIANT: `!` and `~` are written as the first byte of an escape and nowhere else.
    if tail(end - 1) == "!" || tail(end - 1) == "~" {
        end -= 1;
    } else if tail(end - 2).starts_with('!') {
        end -= 2;
    }
    written.get(..end).unwrap_or_default()
}

fn push_formatted(written: &mut String, text: core::fmt::Arguments<'_>) {
    // Writing to a string cannot fail.
    let _ = written.write_fmt(text);
}
