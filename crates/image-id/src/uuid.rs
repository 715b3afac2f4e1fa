//! UUIDs: one scanner for every cloud that names its images by them.
//!
//! The text is kept in place, in lower case and with its dashes.

mod flaw;
mod near;

pub(crate) use self::flaw::{of_any, of_hyphenated};
pub(crate) use self::near::near;

use crate::scan::ShortText;
use core::fmt;

/// A UUID as it stands in a text, checked.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Spelled<'a> {
    /// 32 hex digits of any case with dashes behind 8, 4, 4 and 4 of them.
    Hyphenated(&'a [u8; ShortText::MOST]),
    /// 32 hex digits of any case.
    Simple(&'a [u8; 32]),
}

impl<'a> Spelled<'a> {
    /// Reads the hyphenated form.
    pub(crate) fn hyphenated(text: &'a str) -> Option<Self> {
        let text = text.as_bytes().try_into().ok()?;
        is_hyphenated(text).then_some(Self::Hyphenated(text))
    }

    /// Reads both forms.
    pub(crate) fn any(text: &'a str) -> Option<Self> {
        let bytes = text.as_bytes();
        if let Ok(text) = bytes.try_into() {
            is_hyphenated(text).then_some(Self::Hyphenated(text))
        } else {
            let digits = bytes.try_into().ok()?;
            are_digits(digits).then_some(Self::Simple(digits))
        }
    }

    /// The canonical text.
    pub(crate) fn uuid(self) -> Uuid {
        match self {
            Self::Hyphenated(text) => Uuid::lower(text),
            Self::Simple(digits) => Uuid::grouped(digits),
        }
    }
}

// Neither of these two leaves its loops early: so the compiler looks at sixteen bytes at a time,
// which is four times as fast as to stop at the first wrong one.

fn is_hyphenated(text: &[u8; ShortText::MOST]) -> bool {
    let Some((head, tail)) = text.split_first_chunk::<32>() else {
        return false;
    };
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
    !is_wrong
}

fn are_digits(digits: &[u8; 32]) -> bool {
    let mut is_wrong = false;
    for digit in digits {
        is_wrong |= !digit.is_ascii_hexdigit();
    }
    !is_wrong
}

/// A UUID's canonical text: lower-case, hyphenated.
// Aligned, so that it is moved by whole words.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(align(4))]
pub(crate) struct Uuid([u8; ShortText::MOST]);

impl Uuid {
    /// Of a hyphenated text: the bit that makes a letter small is set in digits and dashes.
    #[inline]
    pub(crate) fn lower(text: &[u8; ShortText::MOST]) -> Self {
        let mut text = *text;
        for byte in &mut text {
            *byte |= 0x20;
        }
        Self(text)
    }

    /// Of 32 digits.
    #[inline]
    pub(crate) fn grouped(digits: &[u8; 32]) -> Self {
        let mut text = [b'-'; ShortText::MOST];
        for (to, from, count) in [(0, 0, 8), (9, 8, 4), (14, 12, 4), (19, 16, 4), (24, 20, 12)] {
            let group = digits.get(from..from + count);
            if let (Some(slots), Some(group)) = (text.get_mut(to..to + count), group) {
                slots.copy_from_slice(group);
            }
        }
        Self::lower(&text)
    }

    pub(crate) fn from_bits(mut bits: u128) -> Self {
        let mut digits = [0; 32];
        for digit in &mut digits {
            bits = bits.rotate_left(4);
            // The cast keeps the four bits that the mask leaves.
            *digit = match (bits & 0xf) as u8 {
                low @ 0..10 => b'0' + low,
                high => b'a' + high - 10,
            };
        }
        Self::grouped(&digits)
    }

    pub(crate) fn to_bits(self) -> u128 {
        let digits = self.as_str().chars().filter_map(|digit| digit.to_digit(16));
        digits.fold(0, |bits, digit| (bits << 4) | u128::from(digit))
    }

    pub(crate) fn as_str(&self) -> &str {
        core::str::from_utf8(&self.0).unwrap_or_default()
    }
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

/// An id that is a UUID and nothing else; `read` says which spellings it has, and `refuse` what is
/// wrong with any other text.
macro_rules! uuid_id {
    ($(#[$doc:meta])* $name:ident, $cloud:expr, $read:expr, $refuse:expr) => {
        $(#[$doc])*
        ///
        /// `Copy`: its text, lower-case and hyphenated, is kept in place.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name($crate::uuid::Uuid);

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

            pub(crate) fn scan(cursor: $crate::scan::Cursor<'_>) -> Result<Self, $crate::scan::Flaw> {
                // An arm for each spelling makes the text where it stays: to hand it on from one
                // arm costs more than to read it.
                match $read(cursor.rest().text) {
                    Some($crate::uuid::Spelled::Hyphenated(text)) => Ok(Self($crate::uuid::Uuid::lower(text))),
                    Some($crate::uuid::Spelled::Simple(digits)) => Ok(Self($crate::uuid::Uuid::grouped(digits))),
                    None => Err($refuse(cursor.rest())),
                }
            }

            /// The id of these 128 bits, the first digit being the highest four.
            pub fn from_bits(bits: u128) -> Self {
                Self($crate::uuid::Uuid::from_bits(bits))
            }

            /// The 128 bits, the highest four being the first digit.
            pub fn to_bits(self) -> u128 {
                self.0.to_bits()
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
