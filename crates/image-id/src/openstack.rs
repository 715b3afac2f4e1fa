//! OpenStack image ids: UUIDs.
//!
//! The hyphenated lower-case form is canonical. Hex digits of any case, 32 digits without dashes, one
//! pair of braces and `urn:uuid:` are read. Python's `uuid.UUID`, which peers lean on, reads much
//! more (dashes anywhere, unclosed braces): refused here, with the right spelling as a suggestion.

use crate::{
    Cloud,
    scan::{Cursor, Flaw, Piece},
    uuid::{SimpleUuid, UuidUrn, uuid_id},
};

pub(crate) use crate::uuid::{near, uuid};

uuid_id! {
    /// An image of OpenStack: the UUID that its Image section shows (Scalr; I13).
    OpenStackImageId, Cloud::OpenStack
}

impl OpenStackImageId {
    pub(crate) fn scan(cursor: Cursor<'_>) -> Result<Self, Flaw> {
        let piece = cursor.rest();
        if let Some(open) = piece.strip("{") {
            let inner = open.strip_end("}").map(|inner| uuid(inner, UUID));
            return match inner {
                Some(Ok(text)) => Ok(Self(text)),
                _ => Err(open_brace(open)),
            };
        }
        let digits = match cursor.peek() {
            Some(b'u' | b'U') => piece.strip_any_case(URN).ok_or_else(|| no_urn(piece))?,
            _ => piece,
        };
        uuid(digits, UUID).map(Self)
    }

    /// Displays 32 hex digits without dashes, as Symphony's ids have them.
    pub fn simple(&self) -> SimpleUuid<'_> {
        SimpleUuid(self.as_str())
    }

    /// Displays `urn:uuid:` and the canonical text.
    pub fn urn(&self) -> UuidUrn<'_> {
        UuidUrn(self.as_str())
    }
}

/// What is wrong behind a brace.
#[cold]
fn open_brace(open: Piece<'_>) -> Flaw {
    let (inner, behind) = open.split('}');
    match (uuid(inner, UUID), behind) {
        (Err(flaw), _) => flaw,
        (Ok(_), Some(behind)) => Flaw::found(behind.at, "nothing behind the closing brace"),
        (Ok(_), None) => Flaw::found(inner.end(), "a closing brace"),
    }
}

/// A text that begins as `urn:uuid:` does, and goes on otherwise.
#[cold]
fn no_urn(piece: Piece<'_>) -> Flaw {
    let same = |(a, b): &(u8, u8)| a.eq_ignore_ascii_case(b);
    let pairs = piece.text.bytes().zip(URN.bytes());
    let flaw = Flaw::found(piece.at + pairs.take_while(same).count(), UUID);
    match piece.strip_any_case("uuid:") {
        Some(_) => flaw.hint("write `urn:uuid:`, or the UUID alone"),
        None => flaw,
    }
}

const URN: &str = "urn:uuid:";

const UUID: &str = "a UUID: 32 hex digits as 8-4-4-4-12 or without dashes";
