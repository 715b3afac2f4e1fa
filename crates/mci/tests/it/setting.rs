use crate::{URN, at, bytes, instance_type, named, setting};
use atlas_image_id::{Cloud, ImageId, MismatchKind};
use atlas_mci::{EditError, HeadEdit, Setting, SettingError, UserData};
use atlas_testkit::mci::user_data;
use proptest::prelude::*;

const AMI: &str = "ami-0123456789abcdef0";
const UUID: &str = "2f0b0a4e-0d7e-4c3d-8d4d-3c1b7d3a9f10";

/// A location of every cloud, an image for it, and the most bytes of user data that it takes.
const OCID: &str =
    "ocid1.image.oc1.iad.aaaaaaaa2uqsnlxswtgp7ebqfqxi6jvwulu6vzzznbyqc5ywx7fdbzqkz5ya";

const CLOUDS: &[(&str, &str, usize)] = &[
    ("aws/us-east-1", AMI, 16_384),
    ("azure/westeurope", URN, 49_149),
    ("gcp", "projects/acme/global/images/web-1", 262_144),
    ("openstack:corp/RegionOne", UUID, 49_149),
    ("vmware:vc1/DC1/cluster-a", "vm-42", 16_384),
    ("oracle/us-ashburn-1", OCID, 16_384),
    ("alibaba/cn-hangzhou", "m-0xi73vgiftq4g73n6vpl", 16_384),
    (
        "ibm/us-south",
        "r006-0e578411-53ab-44ba-a0f8-d003d0011993",
        16_384,
    ),
    ("digitalocean", "119192817", 16_384),
    ("hetzner", "114690387", 16_384),
    ("linode", "private/1337", 16_384),
    ("tencent/ap-guangzhou", "img-gvbnzy6f", 16_384),
    ("huawei/cn-north-4", UUID, 16_384),
    ("nutanix:pc1/cluster-a", UUID, 16_384),
    ("proxmox:lab/node-1", "9000", 16_384),
    ("oci", "quay.io/fedora/fedora-bootc:43", 16_384),
    ("local/main", AMI, 16_384),
];

/// The refusal of a setting, also when it is set in a content.
#[track_caller]
fn refused(location: &str, setting: Setting) -> SettingError {
    let error = setting.check(&at(location)).unwrap_err();
    let edit = HeadEdit::set(at(location), setting);
    assert_eq!(
        named("web").edited([edit]),
        Err(EditError::Setting(error.clone()))
    );
    error
}

#[test]
fn m03_clouds_that_sell_no_sizes_have_no_instance_types() {
    assert_eq!(CLOUDS.len(), Cloud::all().len());
    for &(location, image, _) in CLOUDS {
        let cloud = at(location).cloud();
        let bare = Setting::new(ImageId::parse(cloud, image).unwrap());
        let sized = bare.clone().with_instance_type(instance_type("m7i.large"));
        let location_ = at(location);
        if [Cloud::Vmware, Cloud::Nutanix, Cloud::Proxmox, Cloud::Oci].contains(&cloud) {
            assert_eq!(bare.check(&location_), Ok(()));
            let instance_type = instance_type("m7i.large");
            let unused = SettingError::InstanceTypeUnused {
                location: location_,
                instance_type,
            };
            assert_eq!(refused(location, sized), unused);
        } else {
            assert_eq!(sized.check(&location_), Ok(()), "{location}");
            let missing = SettingError::InstanceTypeMissing {
                location: location_,
            };
            assert_eq!(refused(location, bare), missing);
        }
    }
}

#[test]
fn m03_ec2_alone_has_kernels_and_ramdisks() {
    let parse = |text| ImageId::parse(Cloud::Aws, text).unwrap();
    let (kernel, ramdisk) = (parse("aki-1a2b3c4d"), parse("ari-1a2b3c4d"));
    let with = |location, image| {
        setting(location, image)
            .with_kernel(Some(kernel.clone()))
            .with_ramdisk(Some(ramdisk.clone()))
    };
    let booting = with("aws/us-east-1", AMI);
    assert_eq!(booting.check(&at("aws/us-east-1")), Ok(()));
    assert_eq!(
        (booting.kernel(), booting.ramdisk()),
        (Some(&kernel), Some(&ramdisk))
    );
    for &(location, image, _) in CLOUDS.iter().filter(|row| !row.0.starts_with("aws")) {
        let boot = |part, id: &ImageId| SettingError::BootPart {
            location: at(location),
            part,
            id: id.clone(),
        };
        assert_eq!(
            refused(location, with(location, image)),
            boot("kernel", &kernel)
        );
        let alone = with(location, image).with_kernel(None);
        assert_eq!(refused(location, alone), boot("ramdisk", &ramdisk));
    }
    // Neither can be the other, and an image can be neither.
    for (part, id) in [("kernel", &ramdisk), ("kernel", &parse(AMI))] {
        let wrong = setting("aws/us-east-1", AMI).with_kernel(Some(id.clone()));
        let location = at("aws/us-east-1");
        let expected = SettingError::BootPart {
            location,
            part,
            id: id.clone(),
        };
        assert_eq!(refused("aws/us-east-1", wrong), expected);
    }
    let wrong = setting("aws/us-east-1", AMI).with_ramdisk(Some(kernel));
    assert!(matches!(
        refused("aws/us-east-1", wrong),
        SettingError::BootPart {
            part: "ramdisk",
            ..
        }
    ));
}

#[test]
fn m03_a_kernel_is_no_image() {
    for id in ["aki-1a2b3c4d", "ari-1a2b3c4d"] {
        let wrong = setting("aws/us-east-1", id);
        assert!(
            matches!(
                refused("aws/us-east-1", wrong),
                SettingError::NoImage { .. }
            ),
            "{id}"
        );
    }
}

#[test]
fn m04_user_data_has_a_limit_in_every_cloud() {
    for &(location, image, limit) in CLOUDS {
        let with =
            |length: usize| setting(location, image).with_user_data(bytes(&vec![b'x'; length]));
        assert_eq!(with(limit).check(&at(location)), Ok(()), "{location}");
        let found = limit + 1;
        let too_long = SettingError::UserDataTooLong {
            location: at(location),
            limit,
            found,
        };
        assert_eq!(refused(location, with(found)), too_long);
    }
    assert_eq!(Setting::EC2_USER_DATA_BYTES, 16_384);
}

#[test]
fn m04_counts_bytes_and_never_cuts() {
    let characters = "é".repeat(8_193);
    let data = bytes(characters.as_bytes());
    assert_eq!(data.as_ref().unwrap().as_bytes().len(), 16_386);
    let long = setting("aws/us-east-1", AMI).with_user_data(data.clone());
    assert_eq!(long.user_data(), data.as_ref());
    let error = refused("aws/us-east-1", long);
    assert!(matches!(
        error,
        SettingError::UserDataTooLong { found: 16_386, .. }
    ));
}

#[test]
fn m05_the_id_must_be_of_that_location() {
    let kind = |location, id: &str, cloud| {
        let wrong = Setting::new(ImageId::parse(cloud, id).unwrap())
            .with_instance_type(instance_type("m7i.large"));
        match refused(location, wrong) {
            SettingError::Image(mismatch) => mismatch.kind(),
            other => panic!("{other}"),
        }
    };
    assert_eq!(kind("azure", AMI, Cloud::Aws), MismatchKind::OtherCloud);
    assert_eq!(
        kind("local/main", AMI, Cloud::Aws),
        MismatchKind::OtherCloud
    );
    let arn = "arn:aws:ec2:us-east-1::image/ami-0123456789abcdef0";
    assert_eq!(
        kind("aws/us-east-2", arn, Cloud::Aws),
        MismatchKind::OtherRegion
    );
    let managed = "/subscriptions/2f0b0a4e-0d7e-4c3d-8d4d-3c1b7d3a9f10/resourceGroups/web/providers/Microsoft.Compute/images/web-1";
    assert_eq!(
        kind("azure", managed, Cloud::Azure),
        MismatchKind::NeedsRegion
    );
}

#[test]
fn says_why_a_setting_cannot_stand_there() {
    let kernel = ImageId::parse(Cloud::Aws, "aki-1a2b3c4d").ok();
    let lines: Vec<_> = [
        refused("azure", setting("aws/us-east-1", AMI)),
        refused(
            "aws/us-east-1",
            Setting::new(ImageId::parse(Cloud::Aws, AMI).unwrap()),
        ),
        refused(
            "vmware/DC1",
            setting("vmware/DC1", "vm-42").with_instance_type(instance_type("m1")),
        ),
        refused(
            "gcp",
            setting("gcp", "projects/acme/global/images/web-1").with_kernel(kernel),
        ),
        refused("aws/us-east-1", setting("aws/us-east-1", "ari-1a2b3c4d")),
        refused(
            "aws/us-east-1",
            setting("aws/us-east-1", AMI).with_user_data(bytes(&vec![0; 20_000])),
        ),
    ]
    .iter()
    .map(ToString::to_string)
    .collect();
    insta::assert_snapshot!(lines.join("\n"), @"
    `ami-0123456789abcdef0` is an image of AWS, `azure` is a location of Azure: give a location of AWS
    a setting at aws/us-east-1 needs an instance type
    a setting at vmware/DC1 takes no instance type, leave out `m1`
    `aki-1a2b3c4d` cannot be the kernel at gcp: EC2 alone has kernels (`aki-…`) and ramdisks (`ari-…`)
    `ari-1a2b3c4d` at aws/us-east-1 is a ramdisk and no image: set an image (`ami-…`)
    the user data at aws/us-east-1 has 20000 bytes, the limit is 16384 before base64: compress it, or let it fetch the rest
    ");
}

#[test]
fn m04_user_data_is_text_or_bytes() {
    let text = UserData::new("#!é".as_bytes()).unwrap();
    assert_eq!(text.as_text(), Some("#!é"));
    assert_eq!(serde_json::to_string(&text).unwrap(), r##"{"text":"#!é"}"##);
    let bytes = UserData::new(&[0x1f, 0x8b, 0x00]).unwrap();
    assert_eq!(bytes.as_text(), None);
    assert_eq!(
        serde_json::to_string(&bytes).unwrap(),
        r#"{"base64":"H4sA"}"#
    );
    assert_eq!(UserData::new(b""), None);
    for refused in [
        r#"{"text":""}"#,
        r#"{"base64":""}"#,
        r#"{"base64":"H4s"}"#,
        r#"{"base64":"H4s$"}"#,
        r#"{"text":"a","base64":"H4sA"}"#,
        r#"{"hex":"00"}"#,
        r#""H4sA""#,
        "null",
    ] {
        assert!(
            serde_json::from_str::<UserData>(refused).is_err(),
            "{refused}"
        );
    }
}

#[test]
fn debug_shows_no_user_data() {
    let secret = "password=hunter2";
    let setting = setting("gcp", "projects/acme/global/images/web-1")
        .with_user_data(bytes(secret.as_bytes()));
    let content = named("web")
        .edited([HeadEdit::set(at("gcp"), setting.clone())])
        .unwrap();
    let diff = atlas_mci::Diff::between(&named("web"), &content);
    for shown in [
        format!("{setting:?}"),
        format!("{content:#?}"),
        format!("{diff:?}"),
    ] {
        assert!(
            !shown.contains("hunter2") && shown.contains("UserData(16 bytes)"),
            "{shown}"
        );
    }
    let rows = format!("{:?}", diff.rows());
    assert!(
        !rows.contains("hunter2") && rows.contains("16 bytes"),
        "{rows}"
    );
}

proptest! {
    #[test]
    fn m04_user_data_leads_back(data in user_data()) {
        let stored = serde_json::to_string(&data).unwrap();
        prop_assert_eq!(serde_json::from_str::<UserData>(&stored).unwrap(), data.clone());
        prop_assert_eq!(stored.starts_with(r#"{"text":"#), data.as_text().is_some());
    }
}

#[test]
fn m05_half_an_id_is_refused() {
    let partial = setting("gcp", "global/images/x");
    let error = refused("gcp", partial);
    assert_eq!(
        error.to_string(),
        "`global/images/x` is only a part of an id, at gcp: write its project too"
    );
}
