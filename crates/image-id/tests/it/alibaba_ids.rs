//! Alibaba's two sorts of ids, and their refusals.

use atlas_image_id::{AlibabaImageId, AlibabaImageIdRef, Cloud, IdKind, ImageId, Stability};

#[track_caller]
fn refused(text: &str, at: usize, hint: Option<&str>) {
    let error = AlibabaImageId::parse(text).unwrap_err();
    assert_eq!((error.at(), error.hint()), (at, hint), "{error}");
}

#[test]
fn a_system_image_has_its_name_and_date() {
    for (text, name, published) in [
        (
            "win2022_21H2_x64_dtc_en-us_40G_alibase_20241211.vhd",
            "win2022_21H2_x64_dtc_en-us_40G",
            (2024, 12, 11),
        ),
        // October 15 and November 2.
        (
            "centos_7_04_64_20G_alibase_201701015.vhd",
            "centos_7_04_64_20G",
            (2017, 10, 15),
        ),
        (
            "rhel_7_4_64_20G_alibase_201701102.vhd",
            "rhel_7_4_64_20G",
            (2017, 11, 2),
        ),
        (
            "freebsd1001_64_20G_aliaegis_20150527.vhd",
            "freebsd1001_64_20G",
            (2015, 5, 27),
        ),
        (
            "ubuntu1404_64_40G_cloudinit_20160727.raw",
            "ubuntu1404_64_40G",
            (2016, 7, 27),
        ),
        (
            "a_alibase_x_base_20170322.vhd",
            "a_alibase_x",
            (2017, 3, 22),
        ),
    ] {
        let view = AlibabaImageIdRef::parse(text).unwrap();
        let id = view.into_owned();
        assert_eq!((id.as_str(), view.kind()), (text, IdKind::SystemImage));
        assert_eq!(
            (id.kind(), id.stability()),
            (IdKind::SystemImage, Stability::Fixed)
        );
        assert_eq!(
            (view.system_name(), id.system_name()),
            (Some(name), Some(name))
        );
        assert_eq!(
            (view.published(), id.published()),
            (Some(published), Some(published))
        );
    }
}

#[test]
fn an_own_image_has_nine_or_twenty_characters() {
    for length in 0..30 {
        let text = format!("m-{}", "0".repeat(length));
        let found = AlibabaImageId::parse(&text);
        assert_eq!(found.is_ok(), matches!(length, 9 | 20), "{text}");
        if let Ok(id) = found {
            assert_eq!(
                (id.kind(), id.system_name(), id.published()),
                (IdKind::Image, None, None)
            );
        }
    }
}

#[test]
fn the_case_of_a_name_counts() {
    let one = ImageId::parse(Cloud::Alibaba, "a_20G_alibase_20240101.vhd").unwrap();
    let other = ImageId::parse(Cloud::Alibaba, "a_20g_alibase_20240101.vhd").unwrap();
    assert_ne!(one, other);
}

#[test]
fn refusals_say_where_and_why() {
    refused("m-", 2, None);
    refused("m-0xi73vgiftq4g73n6vp", 21, None);
    refused("m-0xi73vgiftq4g73n6vpl1", 22, None);
    refused("ubuntu_22_04_x64_20G_alibase_20240101.vhdx", 41, None);
    refused("ubuntu_22_04_x64_20G_alibase_20240101.raw", 38, None);
    refused("ubuntu_22_04_x64_20G_alibase_20241301.vhd", 29, None);
    refused("ubuntu_22_04_x64_20G_alibase_2024.vhd", 29, None);
    refused("ubuntu_22_04_x64_20G_alibase_202401011.vhd", 29, None);
    refused("ubuntu_22_04_x64_20G_alibase_201700901.vhd", 29, None);
    refused("ubuntu_22_04_x64_20G_20240101.vhd", 29, None);
    refused("_alibase_20240101.vhd", 0, None);
    refused("centos6u5_64_20G_aliaegis_2014****.vhd", 30, None);
    let file = "this is a file to download, no image of the cloud";
    refused(
        "aliyun_3_x64_20G_nocloud_alibase_20251030.qcow2",
        42,
        Some(file),
    );
    let family = "this is a family: take the id of one of its images";
    refused("acs:ubuntu_22_04_x64", 0, Some(family));
    let instance = "this is an instance: make an image of it first";
    refused("i-28n7dkvov", 0, Some(instance));
}
