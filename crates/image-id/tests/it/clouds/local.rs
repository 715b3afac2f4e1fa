use super::{Grammar, NearMiss, nothing};
use atlas_image_id::Cloud;

/// The image repository's ids are AMI ids (Symphony; C05, E02).
pub(super) fn grammar() -> Grammar {
    Grammar {
        cloud: Cloud::Local,
        pattern: "ami-(?:[0-9a-f]{8}|[0-9a-f]{17}|[0-9a-f]{32})".into(),
        besides: nothing,
        ids: &[
            "ami-03cf127a",
            "ami-0ae8605ed708e3c3e",
            "ami-0123456789abcdef0123456789abcdef",
        ],
        pieces: &["ami-", "0123456789abcdef", "03cf127a", "aki-"],
    }
}

pub(super) const NEAR_MISSES: &[NearMiss] = &[
    (
        Cloud::Local,
        "01234567-89ab-cdef-0123-456789ABCDEF",
        "ami-0123456789abcdef0123456789abcdef",
    ),
    (
        Cloud::Local,
        "arn:aws:ec2:us-east-1::image/ami-0ae8605ed708e3c3e",
        "ami-0ae8605ed708e3c3e",
    ),
];
