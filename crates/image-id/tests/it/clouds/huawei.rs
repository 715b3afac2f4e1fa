use super::{Grammar, NearMiss, nothing};
use atlas_image_id::Cloud;

/// The Image Management Service is a glance: its ids are hyphenated UUIDs.
pub(super) fn grammar() -> Grammar {
    Grammar {
        cloud: Cloud::Huawei,
        pattern: "[a-fA-F0-9]{8}(?:-[a-fA-F0-9]{4}){3}-[a-fA-F0-9]{12}".to_owned(),
        besides: nothing,
        ids: &[
            "0b7e48ce-eb45-4f35-86a8-7d1e31c47c3e",
            "0B7E48CE-EB45-4F35-86A8-7D1E31C47C3E",
            "ffffffff-0000-1111-aAaA-999999999999",
        ],
        pieces: &["0b7e48ce", "eb45", "-", "-eb45-", "{", "}", "urn:uuid:"],
    }
}

pub(super) const NEAR_MISSES: &[NearMiss] = &[
    (
        Cloud::Huawei,
        "0b7e48ceeb454f3586a87d1e31c47c3e",
        "0b7e48ce-eb45-4f35-86a8-7d1e31c47c3e",
    ),
    (
        Cloud::Huawei,
        "urn:uuid:0b7e48ce-eb45-4f35-86a8-7d1e31c47c3e",
        "0b7e48ce-eb45-4f35-86a8-7d1e31c47c3e",
    ),
];
