//! Nutanix image ids: UUIDs.
//!
//! The `extId` of the v4 API is a hyphenated UUID with hex digits of any case (pattern of the
//! vendor's client). 32 digits without dashes, braces and `urn:uuid:` are refused, with the right
//! spelling as a suggestion.

use crate::{
    Cloud,
    scan::{Flaw, Piece},
    uuid::{self, Spelled, uuid_id},
};

pub(crate) use crate::uuid::near;

uuid_id! {
    /// An image of Nutanix: its `extId` in Prism Central.
    NutanixImageId, Cloud::Nutanix, Spelled::hyphenated, refuse
}

fn refuse(piece: Piece<'_>) -> Flaw {
    uuid::of_hyphenated(piece, "a UUID: 32 hex digits as 8-4-4-4-12")
}
