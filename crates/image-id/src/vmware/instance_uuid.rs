//! UUIDs of virtual machines.

use crate::{
    Cloud, ParseImageIdError,
    scan::{Flaw, Piece, ShortText},
    text::id_text,
    uuid::uuid,
};

/// The `instanceUuid` that a vCenter gives a virtual machine; lower case, with dashes.
///
/// It is unique in one vCenter. `Copy`, kept in place.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct InstanceUuid(ShortText);

impl InstanceUuid {
    /// Reads a hyphenated UUID in any case.
    ///
    /// # Errors
    ///
    /// The text is none.
    pub fn parse(text: &str) -> Result<Self, ParseImageIdError> {
        Piece::capped(text)
            .and_then(Self::scan)
            .map_err(|flaw| ParseImageIdError::new(Cloud::Vmware, text, flaw))
    }

    pub(super) fn scan(piece: Piece<'_>) -> Result<Self, Flaw> {
        // Other clouds read 32 digits without dashes too.
        if piece.text.len() == 36
            && let Ok(uuid) = uuid(piece, UUID)
        {
            return Ok(Self(uuid));
        }
        Err(flaw_of(piece))
    }

    /// The lower-case hyphenated text.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

id_text!(InstanceUuid);

/// Finds the byte at which the hyphenated spelling was left.
#[cold]
fn flaw_of(piece: Piece<'_>) -> Flaw {
    let fits = |(at, byte): (usize, u8)| match at {
        8 | 13 | 18 | 23 => byte == b'-',
        _ => at < 36 && byte.is_ascii_hexdigit(),
    };
    let bytes = piece.text.bytes().enumerate();
    let at = bytes.take_while(|byte| fits(*byte)).count();
    let flaw = Flaw::found(piece.at + at, UUID);
    match piece.text.as_bytes().get(at) {
        Some(b'-' | b'0'..=b'9' | b'a'..=b'f' | b'A'..=b'F') => {
            flaw.hint("the dashes stand behind 8, 4, 4 and 4 digits")
        }
        _ => flaw,
    }
}

const UUID: &str = "a UUID as 8-4-4-4-12";
