//! Bare ids.

use crate::{
    Cloud,
    scan::{Cursor, Flaw, Piece, is_digit, is_lower_hex},
    text::{borrowed_twin, id_text},
};
use core::fmt;

/// `rNNN-UUID`, kept in place: the three digits stand for the image's region (`r006` for `us-south`).
///
/// The API allows more (64 characters of `-0-9a-z_`); every image that it lists has this form. Ids of
/// its first generation, which has been switched off, had no prefix.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct VpcImageId([u8; Self::LENGTH]);

/// [`VpcImageId`] as it stands in a text that somebody else owns.
#[derive(Clone, Copy)]
pub struct VpcImageIdRef<'a> {
    text: &'a str,
}

impl<'a> VpcImageIdRef<'a> {
    pub(crate) fn scan(cursor: Cursor<'a>) -> Result<Self, Flaw> {
        let text = cursor.rest().text;
        if is_id(text) {
            Ok(Self { text })
        } else {
            Err(no_id(cursor.rest()))
        }
    }

    /// The id at the end of a longer one that has been read.
    pub(super) fn at_end_of(text: &'a str) -> Self {
        let start = text.len().saturating_sub(VpcImageId::LENGTH);
        let text = text.get(start..).unwrap_or_default();
        Self { text }
    }

    /// The id, kept in place.
    pub fn into_owned(self) -> VpcImageId {
        let bytes = self.text.as_bytes().try_into();
        VpcImageId(bytes.unwrap_or([0; VpcImageId::LENGTH]))
    }

    /// The text.
    pub fn as_str(self) -> &'a str {
        self.text
    }
}

/// The canonical text.
impl fmt::Display for VpcImageIdRef<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text)
    }
}

impl VpcImageId {
    /// The length of every id, in characters.
    pub const LENGTH: usize = 41;

    /// The canonical text.
    pub fn as_str(&self) -> &str {
        core::str::from_utf8(&self.0).unwrap_or_default()
    }

    /// The prefix, which stands for the region: `r006`.
    pub fn prefix(&self) -> &str {
        self.as_str().get(..4).unwrap_or_default()
    }

    /// The UUID behind the prefix, hyphenated.
    pub fn uuid(&self) -> &str {
        self.as_str().get(5..).unwrap_or_default()
    }
}

id_text!(VpcImageId);
borrowed_twin!(VpcImageId, VpcImageIdRef, Cloud::Ibm);

pub(super) fn is_id(text: &str) -> bool {
    match <&[u8; VpcImageId::LENGTH]>::try_from(text.as_bytes()) {
        Ok([b'r', a, b, c, b'-', uuid @ ..]) => {
            is_digit(*a) && is_digit(*b) && is_digit(*c) && is_uuid(uuid)
        }
        _ => false,
    }
}

fn is_uuid(bytes: &[u8; 36]) -> bool {
    // Without an early end, so that many bytes are looked at together: digits and dashes, of which
    // four are where they belong.
    let mut is_good = true;
    let mut dashes = 0;
    for byte in bytes {
        is_good &= is_lower_hex(*byte) || *byte == b'-';
        dashes += u8::from(*byte == b'-');
    }
    let places = [8, 13, 18, 23].map(|at| bytes.get(at));
    is_good && dashes == 4 && places == [Some(&b'-'); 4]
}

const fn fits(at: usize, byte: u8) -> bool {
    match at {
        0 => byte == b'r',
        1..=3 => is_digit(byte),
        4 | 13 | 18 | 23 | 28 => byte == b'-',
        _ => is_lower_hex(byte),
    }
}

#[cold]
fn no_id(text: Piece<'_>) -> Flaw {
    let mut bytes = text.text.bytes().enumerate();
    let wrong = bytes.find(|(at, byte)| *at >= VpcImageId::LENGTH || !fits(*at, *byte));
    let at = wrong.map_or(text.end(), |(at, _)| text.at + at);
    Flaw::found(at, "`r`, three digits, `-` and a UUID in lower case")
}
