//! UUIDs of virtual machines.

use crate::{
    Cloud, ParseImageIdError,
    scan::{Flaw, Piece},
    text::id_text,
    uuid::{self, Spelled, Uuid},
};

/// The `instanceUuid` that a vCenter gives a virtual machine; lower case, with dashes.
///
/// It is unique in one vCenter. `Copy`, kept in place.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct InstanceUuid(Uuid);

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
        match Spelled::hyphenated(piece.text) {
            Some(spelled) => Ok(Self(spelled.uuid())),
            None => Err(uuid::of_hyphenated(piece, UUID)),
        }
    }

    /// The lower-case hyphenated text.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

id_text!(InstanceUuid);

const UUID: &str = "a UUID as 8-4-4-4-12";
