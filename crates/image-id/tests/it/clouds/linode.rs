use super::{Grammar, NearMiss};
use atlas_image_id::Cloud;

/// By the API's words on namespaces, the fixtures of `linode-api4` for `shared/`, and the names
/// that `linode-cli images list` prints.
pub(super) fn grammar() -> Grammar {
    Grammar {
        cloud: Cloud::Linode,
        pattern: "linode/[a-z](?:[-.a-z0-9]{0,126}[a-z0-9])?|(?:private|shared)/[1-9][0-9]{0,19}"
            .to_owned(),
        besides: |text| match text.split_once('/') {
            Some(("private" | "shared", number)) => number.parse::<u64>().is_ok(),
            _ => true,
        },
        ids: &[
            "linode/debian12",
            "linode/debian9-kube-v1.15.12",
            "linode/arch",
            "private/1337",
            "private/18446744073709551615",
            "shared/1",
        ],
        pieces: &[
            "linode/",
            "private/",
            "shared/",
            "18446744073709551615",
            "0",
            "a-name-of-sixty-four-bytes-which-is-half-of-what-a-name.may-have",
        ],
    }
}

pub(super) const NEAR_MISSES: &[NearMiss] = &[
    (Cloud::Linode, "debian12", "linode/debian12"),
    (Cloud::Linode, "Debian 12", "linode/debian12"),
    (Cloud::Linode, "linode:debian12", "linode/debian12"),
    (Cloud::Linode, "Linode/debian12", "linode/debian12"),
    (Cloud::Linode, "linode//debian12", "linode/debian12"),
    (Cloud::Linode, "/linode/debian12/", "linode/debian12"),
    (Cloud::Linode, "1337", "private/1337"),
    (Cloud::Linode, "#1337", "private/1337"),
    (Cloud::Linode, "private/012", "private/12"),
    (
        Cloud::Linode,
        "https://api.linode.com/v4/images/linode%2Fdebian12",
        "linode/debian12",
    ),
];
