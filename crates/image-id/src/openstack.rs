//! OpenStack image ids: UUIDs.
//!
//! The hyphenated lower-case form is canonical; upper case, 32 digits without dashes, one pair of
//! braces and `urn:uuid:` are read. Python's `uuid.UUID`, which peers lean on, reads much more
//! (dashes anywhere, unclosed braces): refused here.

use crate::{
    Cloud, IdKind, ParseImageIdError,
    scan::{Cursor, Flaw, Piece, ShortText},
};
use core::fmt;

/// An image of OpenStack: the UUID that its Image section shows (Scalr; I13).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OpenStackImageId(ShortText);

impl OpenStackImageId {
    /// Reads a UUID in any of its spellings.
    ///
    /// # Errors
    ///
    /// The text is no UUID.
    pub fn parse(text: &str) -> Result<Self, ParseImageIdError> {
        Cursor::capped(text)
            .and_then(Self::scan)
            .map_err(|flaw| ParseImageIdError::new(Cloud::OpenStack, text, flaw))
    }

    pub(crate) fn scan(cursor: Cursor<'_>) -> Result<Self, Flaw> {
        let piece = cursor.rest();
        let inner = match piece.strip("{") {
            Some(open) => match open.strip_end("}") {
                Some(inner) => inner,
                None => return Err(open_brace(open)),
            },
            None => piece.strip_any_case("urn:uuid:").unwrap_or(piece),
        };
        uuid(inner, UUID).map(Self)
    }

    /// The id of these bits.
    pub fn from_bits(bits: u128) -> Self {
        Self(from_digits(format!("{bits:032x}").bytes()))
    }

    /// The lower-case hyphenated text.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// What sort of id this is.
    pub fn kind(&self) -> IdKind {
        IdKind::Image
    }
}

impl fmt::Display for OpenStackImageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Debug for OpenStackImageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

atlas_base::text_form!(OpenStackImageId, ParseImageIdError);

/// Reads 32 hex digits, hyphenated or without any dash, into the canonical spelling.
pub(crate) fn uuid(piece: Piece<'_>, expected: &'static str) -> Result<ShortText, Flaw> {
    let bytes = piece.text.as_bytes();
    let spelled = match bytes.len() {
        36 => bytes.iter().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => *byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        }),
        32 => bytes.iter().all(u8::is_ascii_hexdigit),
        _ => false,
    };
    if !spelled {
        return Err(flaw_of(piece, expected));
    }
    Ok(match bytes.len() {
        36 => ShortText::new(bytes.iter().map(u8::to_ascii_lowercase)),
        _ => from_digits(bytes.iter().map(u8::to_ascii_lowercase)),
    })
}

/// Puts the dashes between 32 digits.
fn from_digits(digits: impl Iterator<Item = u8>) -> ShortText {
    ShortText::new(digits.enumerate().flat_map(|(at, digit)| {
        let dash = matches!(at, 8 | 12 | 16 | 20).then_some(b'-');
        dash.into_iter().chain([digit])
    }))
}

#[cold]
fn flaw_of(piece: Piece<'_>, expected: &'static str) -> Flaw {
    let digit_or_dash = |byte: u8| byte.is_ascii_hexdigit() || byte == b'-';
    if let Some(at) = piece.misfit(digit_or_dash) {
        let flaw = Flaw::found(at, expected);
        if piece.strip_any_case("0x").is_some() {
            return flaw.hint("leave `0x` out");
        }
        if piece.text.starts_with("xxxxxxxx") {
            return flaw.hint("fill in the placeholder");
        }
        return match piece.text.as_bytes().get(at - piece.at) {
            Some(b'@') => flaw.hint("the region belongs to the location, not to the id"),
            Some(b'{') => flaw.hint("one pair of braces is enough"),
            _ => flaw,
        };
    }
    if let Some(at) = piece.text.bytes().position(|byte| byte == b'-') {
        // Dashes: they stand behind 8, 4, 4 and 4 digits.
        let wrong =
            piece.text.bytes().enumerate().position(|(at, byte)| {
                (byte == b'-') != matches!(at, 8 | 13 | 18 | 23) || at >= 36
            });
        let at = piece.at + wrong.unwrap_or(piece.text.len().max(at));
        let flaw = Flaw::found(at, expected);
        return flaw.hint("the dashes stand behind 8, 4, 4 and 4 digits");
    }
    let found = piece.text.len();
    let flaw = Flaw::digits(piece.end(), found, expected);
    if (1..20).contains(&found) && piece.misfit(|byte| byte.is_ascii_digit()).is_none() {
        return flaw.hint("integer ids are of an old API: take the UUID");
    }
    flaw
}

#[cold]
fn open_brace(open: Piece<'_>) -> Flaw {
    match open.text.find('}') {
        Some(at) => Flaw::found(open.at + at + 1, "nothing behind the closing brace"),
        None => Flaw::found(open.end(), "a closing brace"),
    }
}

const UUID: &str = "a UUID: 32 hex digits as 8-4-4-4-12 or without dashes";

/// Texts that may have been meant by one that is no id, most likely first.
#[cold]
pub(crate) fn near(_text: &str) -> Vec<String> {
    Vec::new()
}
