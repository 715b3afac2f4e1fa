//! Nutanix image ids: UUIDs.
//!
//! The `extId` of the v4 API is a hyphenated UUID with hex digits of any case (pattern of the
//! vendor's client). 32 digits without dashes, braces and `urn:uuid:` are refused, with the right
//! spelling as a suggestion.

use crate::{
    Cloud,
    scan::{Cursor, Flaw},
    uuid::{self, uuid_id},
};

pub(crate) use crate::uuid::near;

uuid_id! {
    /// An image of Nutanix: its `extId` in Prism Central.
    NutanixImageId, Cloud::Nutanix
}

impl NutanixImageId {
    pub(crate) fn scan(cursor: Cursor<'_>) -> Result<Self, Flaw> {
        uuid::hyphenated(cursor.rest(), UUID).map(Self)
    }
}

const UUID: &str = "a UUID: 32 hex digits as 8-4-4-4-12";
