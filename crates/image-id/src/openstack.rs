//! OpenStack image ids: UUIDs.
//!
//! The hyphenated lower-case form is canonical. Hex digits of any case, 32 digits without dashes, one
//! pair of braces and `urn:uuid:` are read. Python's `uuid.UUID`, which peers lean on, reads much
//! more (dashes anywhere, unclosed braces): refused here, with the right spelling as a suggestion.

use crate::{
    Cloud,
    scan::{Flaw, Piece},
    uuid::{self, SimpleUuid, Spelled, UuidUrn, uuid_id},
};

pub(crate) use crate::uuid::near;

uuid_id! {
    /// An image of OpenStack: the UUID that its Image section shows (Scalr; I13).
    OpenStackImageId, Cloud::OpenStack, read, refuse
}

impl OpenStackImageId {
    /// Displays 32 hex digits without dashes.
    pub fn simple(&self) -> SimpleUuid<'_> {
        SimpleUuid(self.as_str())
    }

    /// Displays `urn:uuid:` and the canonical text.
    pub fn urn(&self) -> UuidUrn<'_> {
        UuidUrn(self.as_str())
    }
}

fn read(text: &str) -> Option<Spelled<'_>> {
    match text.as_bytes().first() {
        Some(b'{') => Spelled::any(text.strip_prefix('{')?.strip_suffix('}')?),
        Some(b'u' | b'U') => {
            let (urn, digits) = text.split_at_checked(URN.len())?;
            if urn.eq_ignore_ascii_case(URN) {
                Spelled::any(digits)
            } else {
                None
            }
        }
        _ => Spelled::any(text),
    }
}

#[cold]
fn refuse(piece: Piece<'_>) -> Flaw {
    if let Some(open) = piece.strip("{") {
        return not_braced(open);
    }
    match piece.strip_any_case(URN) {
        Some(digits) => uuid::of_any(digits, UUID),
        None if piece.text.starts_with(['u', 'U']) => no_urn(piece),
        None => uuid::of_any(piece, UUID),
    }
}

/// What is wrong behind a brace.
fn not_braced(open: Piece<'_>) -> Flaw {
    let (inner, behind) = open.split('}');
    match (Spelled::any(inner.text), behind) {
        (None, _) => uuid::of_any(inner, UUID),
        (Some(_), Some(behind)) => Flaw::found(behind.at, "nothing behind the closing brace"),
        (Some(_), None) => Flaw::found(inner.end(), "a closing brace"),
    }
}

/// A text that begins as `urn:uuid:` does, and goes on otherwise.
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
