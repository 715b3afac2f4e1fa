use super::{Grammar, NearMiss};
use atlas_image_id::Cloud;

/// By the slugs that `doctl compute image list-distribution` and the catalogue of the Marketplace
/// print, and by the numbers of the API, which are within 64 bits.
pub(super) fn grammar() -> Grammar {
    Grammar {
        cloud: Cloud::DigitalOcean,
        pattern: "[a-z0-9](?:[-a-z0-9]{0,126}[a-z0-9])?".to_owned(),
        besides: |text| {
            let is_number = text.bytes().all(|byte| byte.is_ascii_digit());
            !is_number || (!text.starts_with('0') && text.parse::<u64>().is_ok())
        },
        ids: &[
            "119192817",
            "7",
            "18446744073709551615",
            "ubuntu-24-04-x64",
            "3cxcommunication-3cx",
            "gpu-h100x8-base",
            "docker",
        ],
        pieces: &[
            "0",
            "000",
            "18446744073709551615",
            "184467440737095516",
            "-x64",
            "a-slug-of-sixty-four-bytes-which-is-half-of-what-a-slug-may-have",
        ],
    }
}

pub(super) const NEAR_MISSES: &[NearMiss] = &[
    (Cloud::DigitalOcean, "Ubuntu-22-04-x64", "ubuntu-22-04-x64"),
    (Cloud::DigitalOcean, "ubuntu_22_04_x64", "ubuntu-22-04-x64"),
    (Cloud::DigitalOcean, "Rocky Linux 9", "rocky-linux-9"),
    (Cloud::DigitalOcean, "#119192817", "119192817"),
    (Cloud::DigitalOcean, "0119192817", "119192817"),
    (
        Cloud::DigitalOcean,
        "https://cloud.digitalocean.com/images/snapshots/droplets/119192817?i=a1b2c3",
        "119192817",
    ),
    (
        Cloud::DigitalOcean,
        "https://api.digitalocean.com/v2/snapshots/6372321",
        "6372321",
    ),
    (
        Cloud::DigitalOcean,
        "https://cloud.digitalocean.com/droplets/new?size=s-1vcpu-1gb&image=zabbix-7-6&region=nyc3",
        "zabbix-7-6",
    ),
];
