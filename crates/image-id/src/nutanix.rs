//! Nutanix image ids: UUIDs.

use crate::{
    Cloud, IdKind, ParseImageIdError,
    openstack::uuid,
    scan::{Cursor, Flaw, ShortText},
    text::id_text,
};

/// An image of Nutanix.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NutanixImageId(ShortText);

impl NutanixImageId {
    /// Reads a UUID.
    ///
    /// # Errors
    ///
    /// The text is no UUID.
    pub fn parse(text: &str) -> Result<Self, ParseImageIdError> {
        Cursor::capped(text)
            .and_then(Self::scan)
            .map_err(|flaw| ParseImageIdError::new(Cloud::Nutanix, text, flaw))
    }

    pub(crate) fn scan(cursor: Cursor<'_>) -> Result<Self, Flaw> {
        if cursor.rest().text.len() != 36 {
            return Err(Flaw::found(cursor.at(), UUID));
        }
        uuid(cursor.rest(), UUID).map(Self)
    }

    /// The canonical text.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// What sort of id this is.
    pub fn kind(&self) -> IdKind {
        IdKind::Image
    }
}

id_text!(NutanixImageId);

const UUID: &str = "a UUID as 8-4-4-4-12";

/// Texts that may have been meant by one that is no id, most likely first.
#[cold]
pub(crate) fn near(_text: &str) -> Vec<String> {
    Vec::new()
}
