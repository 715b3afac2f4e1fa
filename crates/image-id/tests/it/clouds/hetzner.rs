use super::{Grammar, NearMiss};
use atlas_image_id::Cloud;

/// By the names that `hcloud image list` prints, and by the numbers of the API, which keep to what a
/// JSON number holds exactly.
pub(super) fn grammar() -> Grammar {
    Grammar {
        cloud: Cloud::Hetzner,
        pattern: "[1-9][0-9]{0,15}|[a-z](?:[-.a-z0-9]{0,126}[a-z0-9])?".to_owned(),
        besides: |text| match text.parse::<u64>() {
            Ok(number) => number <= 9_007_199_254_740_991,
            Err(_) => true,
        },
        ids: &[
            "114690387",
            "7",
            "9007199254740991",
            "ubuntu-24.04",
            "centos-stream-9",
            "lamp",
        ],
        pieces: &[
            "0",
            "900719925474099",
            "1",
            "-24.04",
            "a-name-of-sixty-four-bytes-which-is-half-of-what-a-name.may-have",
        ],
    }
}

pub(super) const NEAR_MISSES: &[NearMiss] = &[
    (Cloud::Hetzner, "Ubuntu-24.04", "ubuntu-24.04"),
    (Cloud::Hetzner, "CentOS Stream 9", "centos-stream-9"),
    (Cloud::Hetzner, "debian_12", "debian-12"),
    (Cloud::Hetzner, "#114690387", "114690387"),
    (Cloud::Hetzner, "0114690387", "114690387"),
    (
        Cloud::Hetzner,
        "https://api.hetzner.cloud/v1/images/114690387",
        "114690387",
    ),
];
