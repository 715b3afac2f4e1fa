//! Huawei Cloud image ids: UUIDs.
//!
//! The Image Management Service gives hyphenated UUIDs. Hex digits of any case are read; 32 digits
//! without dashes, braces and `urn:uuid:` are refused, with the right spelling as a suggestion.

use crate::{
    Cloud,
    scan::{Cursor, Flaw},
    uuid::{self, uuid_id},
};

pub(crate) use crate::uuid::near;

uuid_id! {
    /// An image of Huawei Cloud.
    HuaweiImageId, Cloud::Huawei
}

impl HuaweiImageId {
    pub(crate) fn scan(cursor: Cursor<'_>) -> Result<Self, Flaw> {
        uuid::hyphenated(cursor.rest(), UUID).map(Self)
    }
}

const UUID: &str = "a UUID: 32 hex digits as 8-4-4-4-12";
