//! Huawei Cloud image ids: UUIDs.
//!
//! The Image Management Service gives hyphenated UUIDs. Hex digits of any case are read; 32 digits
//! without dashes, braces and `urn:uuid:` are refused, with the right spelling as a suggestion.

use crate::{
    Cloud,
    scan::{Flaw, Piece},
    uuid::{self, Spelled, uuid_id},
};

pub(crate) use crate::uuid::near;

uuid_id! {
    /// An image of Huawei Cloud.
    HuaweiImageId, Cloud::Huawei, Spelled::hyphenated, refuse
}

fn refuse(piece: Piece<'_>) -> Flaw {
    uuid::of_hyphenated(piece, "a UUID: 32 hex digits as 8-4-4-4-12")
}
