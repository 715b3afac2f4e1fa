//! UUIDs: one scanner for every cloud that names its images by them.
//!
//! The text is kept in place, in lower case and with its dashes.

mod flaw;
mod near;

pub(crate) use self::near::near;

use crate::scan::{Flaw, Piece, ShortText};
use core::fmt;

/// Reads 32 hex digits of any case with dashes behind 8, 4, 4 and 4 of them.
pub(crate) fn hyphenated(piece: Piece<'_>, expected: &'static str) -> Result<ShortText, Flaw> {
    let text = piece.text.as_bytes().try_into().ok();
    text.and_then(lower)
        .ok_or_else(|| flaw::of(piece, flaw::Forms::Hyphenated, expected))
}

/// Reads 32 hex digits of any case, hyphenated or without any dash.
pub(crate) fn uuid(piece: Piece<'_>, expected: &'static str) -> Result<ShortText, Flaw> {
    let text = piece.text.as_bytes();
    let found = match text.len() {
        32 => text.try_into().ok().and_then(grouped),
        _ => text.try_into().ok().and_then(lower),
    };
    found.ok_or_else(|| flaw::of(piece, flaw::Forms::Both, expected))
}

// Neither of these two leaves its loops early: so the compiler looks at sixteen bytes at a time,
// which is four times as fast as to stop at the first wrong one.

/// In lower case, if it is hyphenated.
fn lower(text: &[u8; ShortText::MOST]) -> Option<ShortText> {
    let (head, tail) = text.split_first_chunk::<32>()?;
    let mut is_wrong = false;
    for (byte, is_dash) in head.iter().zip(&IS_DASH) {
        is_wrong |= if *is_dash {
            *byte != b'-'
        } else {
            !byte.is_ascii_hexdigit()
        };
    }
    for byte in tail {
        is_wrong |= !byte.is_ascii_hexdigit();
    }
    // The bit that makes a letter small is set in digits and dashes.
    (!is_wrong).then(|| ShortText::full(text.map(|byte| byte | 0x20)))
}

/// In lower case and with dashes, if it is 32 digits.
fn grouped(digits: &[u8; 32]) -> Option<ShortText> {
    let mut is_wrong = false;
    for digit in digits {
        is_wrong |= !digit.is_ascii_hexdigit();
    }
    (!is_wrong).then(|| with_dashes(&digits.map(|digit| digit | 0x20)))
}

fn with_dashes(digits: &[u8; 32]) -> ShortText {
    let mut text = [b'-'; ShortText::MOST];
    for (to, from, count) in [(0, 0, 8), (9, 8, 4), (14, 12, 4), (19, 16, 4), (24, 20, 12)] {
        let group = digits.get(from..from + count);
        if let (Some(slots), Some(group)) = (text.get_mut(to..to + count), group) {
            slots.copy_from_slice(group);
        }
    }
    ShortText::full(text)
}

/// The text of a UUID's 128 bits.
pub(crate) fn from_bits(bits: u128) -> ShortText {
    let mut bits = bits;
    let digits = [(); 32].map(|()| {
        bits = bits.rotate_left(4);
        // The cast keeps the four bits that the mask leaves.
        match (bits & 0xf) as u8 {
            digit @ 0..10 => b'0' + digit,
            letter => b'a' + letter - 10,
        }
    });
    with_dashes(&digits)
}

/// The 128 bits of a UUID's text.
pub(crate) fn to_bits(text: &str) -> u128 {
    let digits = text.chars().filter_map(|digit| digit.to_digit(16));
    digits.fold(0, |bits, digit| (bits << 4) | u128::from(digit))
}

/// Where the dashes stand, in the first 32 bytes.
const IS_DASH: [bool; 32] = {
    let mut is_dash = [false; 32];
    is_dash[8] = true;
    is_dash[13] = true;
    is_dash[18] = true;
    is_dash[23] = true;
    is_dash
};

/// Displays a UUID as 32 lower-case hex digits without dashes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SimpleUuid<'a>(pub(crate) &'a str);

impl fmt::Display for SimpleUuid<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.split('-').try_for_each(|group| f.write_str(group))
    }
}

/// Displays a UUID as `urn:uuid:` and its hyphenated text (RFC 9562).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UuidUrn<'a>(pub(crate) &'a str);

impl fmt::Display for UuidUrn<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("urn:uuid:")?;
        f.write_str(self.0)
    }
}

/// An id that is a UUID and nothing else; its module says by `scan` which spellings it reads.
macro_rules! uuid_id {
    ($(#[$doc:meta])* $name:ident, $cloud:expr) => {
        $(#[$doc])*
        ///
        /// `Copy`: its text, lower-case and hyphenated, is kept in place.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name($crate::scan::ShortText);

        impl $name {
            /// Reads an id without allocating.
            ///
            /// # Errors
            ///
            /// The text is no UUID in a spelling of this cloud.
            pub fn parse(text: &str) -> Result<Self, $crate::ParseImageIdError> {
                $crate::scan::Cursor::capped(text)
                    .and_then(Self::scan)
                    .map_err(|flaw| $crate::ParseImageIdError::new($cloud, text, flaw))
            }

            /// The id of these 128 bits, the first digit being the highest four.
            pub fn from_bits(bits: u128) -> Self {
                Self($crate::uuid::from_bits(bits))
            }

            /// The 128 bits, the highest four being the first digit.
            pub fn to_bits(self) -> u128 {
                $crate::uuid::to_bits(self.as_str())
            }

            /// The canonical text: 36 bytes, lower-case and hyphenated.
            pub fn as_str(&self) -> &str {
                self.0.as_str()
            }

            /// What sort of id this is.
            pub fn kind(&self) -> $crate::IdKind {
                $crate::IdKind::Image
            }
        }

        $crate::text::id_text!($name);
    };
}

pub(crate) use uuid_id;
