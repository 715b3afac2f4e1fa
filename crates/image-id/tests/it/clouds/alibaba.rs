use super::{Grammar, NearMiss, nothing};
use atlas_image_id::Cloud;

/// By ids in public code: there is no documented pattern.
pub(super) fn grammar() -> Grammar {
    let date = "(?:20[0-9]{2}(?:0[1-9]|1[0-2])|201701[0-2])(?:0[1-9]|[12][0-9]|3[01])";
    let name = "[A-Za-z0-9](?:[A-Za-z0-9_-]*[A-Za-z0-9])?";
    let vhd = format!("{name}_(?:alibase|aliaegis|alibaba|base|cloudinit)_{date}\\.vhd");
    let raw = format!("{name}_cloudinit_{date}\\.raw");
    Grammar {
        cloud: Cloud::Alibaba,
        pattern: format!("m-(?:[a-z0-9]{{9}}|[a-z0-9]{{20}})|{vhd}|{raw}"),
        besides: nothing,
        ids: &[
            "m-0xi73vgiftq4g73n6vpl",
            "m-23k2dnem9",
            "win2022_21H2_x64_dtc_en-us_40G_alibase_20241211.vhd",
            "centos_7_04_64_20G_alibase_201701015.vhd",
            "ubuntu1404_64_20G_aliaegis_20150325.vhd",
            "rhel_7_7_64_20G_alibaba_20190830.vhd",
            "centos_7_3_64_40G_base_20170322.vhd",
            "ubuntu_16_0402_64_20G_cloudinit_20180922.vhd",
            "ubuntu1404_64_40G_cloudinit_20160727.raw",
            "m-x_alibase_20240101.vhd",
        ],
        pieces: &[
            "m-",
            "_alibase_",
            "_cloudinit_",
            "_base_",
            "20240131",
            "201701102",
            "20241301",
            "_20240132",
            ".vhd",
            ".raw",
            "abcdefghijk",
        ],
    }
}

pub(super) const NEAR_MISSES: &[NearMiss] = &[
    (
        Cloud::Alibaba,
        "M_0XI73VGIFTQ4G73N6VPL",
        "m-0xi73vgiftq4g73n6vpl",
    ),
    (
        Cloud::Alibaba,
        "ubuntu_22_04_x64_20G_alibase_20240101.VHD",
        "ubuntu_22_04_x64_20G_alibase_20240101.vhd",
    ),
    (
        Cloud::Alibaba,
        "ubuntu_22_04_x64_20G_alibase_20251226",
        "ubuntu_22_04_x64_20G_alibase_20251226.vhd",
    ),
    (
        Cloud::Alibaba,
        "https://ecs.console.aliyun.com/image/detail/m-0xi73vgiftq4g73n6vpl?x=1",
        "m-0xi73vgiftq4g73n6vpl",
    ),
];
