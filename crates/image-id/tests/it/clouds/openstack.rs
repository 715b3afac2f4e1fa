use super::{Grammar, NearMiss, nothing};
use atlas_image_id::Cloud;

/// By glance's schema of an image's id (hyphenated, any case), and the spellings of RFC 9562 and of
/// Python's `uuid.UUID` that name the same bits beyond doubt.
pub(super) fn grammar() -> Grammar {
    let hyphenated = "[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}";
    let uuid = format!("(?:{hyphenated}|[0-9a-fA-F]{{32}})");
    Grammar {
        cloud: Cloud::OpenStack,
        pattern: format!("(?:(?i:urn:uuid:))?{uuid}|\\{{{uuid}\\}}"),
        besides: nothing,
        ids: &[
            "0b7e48ce-eb45-4f35-86a8-7d1e31c47c3e",
            "0B7E48CE-EB45-4F35-86A8-7D1E31C47C3E",
            "0b7e48ceeb454f3586a87d1e31c47c3e",
            "0B7E48CEEB454F3586A87D1E31C47C3E",
            "{0b7e48ce-eb45-4f35-86a8-7d1e31c47c3e}",
            "{0b7e48ceeb454f3586a87d1e31c47c3e}",
            "urn:uuid:0b7e48ce-eb45-4f35-86a8-7d1e31c47c3e",
            "URN:Uuid:0b7e48ceeb454f3586a87d1e31c47c3e",
        ],
        pieces: &[
            "{",
            "}",
            "urn:uuid:",
            "URN:",
            "uuid:",
            "0b7e48ce",
            "eb45",
            "-",
            "-eb45-",
            "0x",
        ],
    }
}

pub(super) const NEAR_MISSES: &[NearMiss] = &[
    (
        Cloud::OpenStack,
        "{0b7e48ceeb454f3586a87d1e31c47c3e",
        "0b7e48ce-eb45-4f35-86a8-7d1e31c47c3e",
    ),
    (
        Cloud::OpenStack,
        "0x0b7e48ceeb454f3586a87d1e31c47c3e",
        "0b7e48ce-eb45-4f35-86a8-7d1e31c47c3e",
    ),
    (
        Cloud::OpenStack,
        "0b7e48ce-eb454f35-86a8-7d1e31c47c3e",
        "0b7e48ce-eb45-4f35-86a8-7d1e31c47c3e",
    ),
    (
        Cloud::OpenStack,
        "0b7e 48ce eb45 4f35 86a8 7d1e 31c4 7c3e",
        "0b7e48ce-eb45-4f35-86a8-7d1e31c47c3e",
    ),
    (
        Cloud::OpenStack,
        "0b7e48ce-eb45-4f35-86a8-7d1e31c47c3e@RegionOne",
        "0b7e48ce-eb45-4f35-86a8-7d1e31c47c3e",
    ),
    (
        Cloud::OpenStack,
        "https://glance.example.com:9292/v2/images/0B7E48CE-eb45-4f35-86a8-7d1e31c47c3e/file",
        "0b7e48ce-eb45-4f35-86a8-7d1e31c47c3e",
    ),
    (
        Cloud::OpenStack,
        "https://cloud.example.com/v2/aa0e48ceeb454f3586a87d1e31c47c3e/images/0b7e48ceeb454f3586a87d1e31c47c3e",
        "0b7e48ce-eb45-4f35-86a8-7d1e31c47c3e",
    ),
    (
        Cloud::OpenStack,
        "img-0b7e48ce-eb45-4f35-86a8-7d1e31c47c3e",
        "0b7e48ce-eb45-4f35-86a8-7d1e31c47c3e",
    ),
    (
        Cloud::OpenStack,
        "uuid:0b7e48ce-eb45-4f35-86a8-7d1e31c47c3e",
        "0b7e48ce-eb45-4f35-86a8-7d1e31c47c3e",
    ),
    (
        Cloud::OpenStack,
        "Ob7e48ce-eb45-4f35-86a8-7dle31c47c3e",
        "0b7e48ce-eb45-4f35-86a8-7d1e31c47c3e",
    ),
];
