//! Strategies for contents of MultiCloud Images, their settings and their edits.
//!
//! Two contents from here often share locations, images and tags, so that their diffs have
//! something to say.

use crate::{base, image_id};
use atlas_image_id::{Cloud, CloudLocation, IdKind, ImageId, Stability};
use atlas_mci::{Content, Description, HeadEdit, InstanceType, Setting, UserData};
use proptest::{
    collection::{btree_set, vec},
    option,
    prelude::*,
    sample::select,
};

/// Locations that contain one another, and others.
const LOCATIONS: &[&str] = &[
    "aws/us-east-1",
    "aws/eu-west-1",
    "azure",
    "azure/westeurope",
    "gcp",
    "gcp/us-central1",
    "openstack:corp/RegionOne",
    "vmware:vc1/DC1",
    "vmware:vc1/DC1/cluster-a",
    "local/main",
];

/// Ids that can be at those locations: for Azure the same one in two spellings, too.
const IMAGES: &[(Cloud, &str)] = &[
    (Cloud::Aws, "ami-0123456789abcdef0"),
    (Cloud::Aws, "ami-0fedcba9876543210"),
    (
        Cloud::Azure,
        "Canonical:ubuntu-24_04-lts:server:24.04.202401010",
    ),
    (
        Cloud::Azure,
        "canonical:ubuntu-24_04-lts:server:24.04.202401010",
    ),
    (Cloud::Azure, "Canonical:ubuntu-24_04-lts:server:latest"),
    (Cloud::Gcp, "projects/acme/global/images/web-1"),
    (Cloud::Gcp, "projects/acme/global/images/web-2"),
    (Cloud::OpenStack, "2f0b0a4e-0d7e-4c3d-8d4d-3c1b7d3a9f10"),
    (Cloud::Vmware, "vm-42"),
    (Cloud::Local, "ami-0123456789abcdef0"),
];

/// One of few locations, some of which contain others.
pub fn location() -> impl Strategy<Value = CloudLocation> {
    select(LOCATIONS).prop_filter_map("no location", |text| CloudLocation::parse(text).ok())
}

/// The name of an instance type.
pub fn instance_type() -> impl Strategy<Value = InstanceType> {
    prop_oneof![
        select(&["m5.large", "m7i.large", "Standard_D2s_v5"][..]).prop_map(str::to_owned),
        "[!-~]{1,12}",
    ]
    .prop_filter_map("no instance type", |text| InstanceType::parse(&text).ok())
}

/// User data, as text or as bytes that are no text.
pub fn user_data() -> impl Strategy<Value = UserData> {
    prop_oneof![
        ".{1,12}".prop_map(String::into_bytes),
        vec(any::<u8>(), 1..12),
        vec(0x80_u8..0xc0, 1..4),
    ]
    .prop_filter_map("empty", |bytes| UserData::new(&bytes))
}

/// A setting that can stand at a location, mostly with one of few images.
pub fn setting_at(location: &CloudLocation) -> BoxedStrategy<Setting> {
    let cloud = location.cloud();
    let known: Vec<ImageId> = IMAGES
        .iter()
        .filter(|image| image.0 == cloud)
        .filter_map(|image| ImageId::parse(cloud, image.1).ok())
        .collect();
    let image = prop_oneof![
        4 => select(known),
        1 => image_id::image_id_at(location).prop_filter("no image by itself", |id| {
            !matches!(id.kind(), IdKind::Kernel | IdKind::Ramdisk)
                && id.stability() != Stability::NeedsDefault
        }),
    ];
    let part = |prefix: &'static str| {
        option::of("[0-9a-f]{8}").prop_map(move |digits| {
            let text = format!("{prefix}-{}", digits?);
            ImageId::parse(cloud, &text).ok()
        })
    };
    (
        image,
        instance_type(),
        part("aki"),
        part("ari"),
        option::of(user_data()),
    )
        .prop_map(move |(image, instance_type, kernel, ramdisk, user_data)| {
            let setting = Setting::new(image).with_user_data(user_data);
            let setting = match cloud {
                Cloud::Aws => setting.with_kernel(kernel).with_ramdisk(ramdisk),
                _ => setting,
            };
            match cloud {
                Cloud::Vmware => setting,
                _ => setting.with_instance_type(instance_type),
            }
        })
        .boxed()
}

/// A location and a setting that can stand there.
pub fn placed_setting() -> impl Strategy<Value = (CloudLocation, Setting)> {
    location().prop_flat_map(|location| {
        let setting = setting_at(&location);
        (Just(location), setting)
    })
}

/// A description.
pub fn description() -> impl Strategy<Value = Description> {
    "(web|[ -~\n\té]{0,16})"
        .prop_filter_map("no description", |text| Description::parse(&text).ok())
}

/// An edit that can always be made.
pub fn edit() -> impl Strategy<Value = HeadEdit> {
    let tag = prop_oneof![
        select(&["a", "b", "provides:rs_agent_type=right_link"][..])
            .prop_filter_map("no tag", |text| atlas_base::Tag::parse(text).ok()),
        base::tag(),
    ];
    prop_oneof![
        1 => base::name().prop_map(HeadEdit::SetNickname),
        1 => description().prop_map(HeadEdit::SetDescription),
        2 => tag.prop_map(HeadEdit::AddTag),
        6 => placed_setting().prop_map(|(location, setting)| HeadEdit::set(location, setting)),
    ]
}

/// A content with a few settings, or none.
pub fn content() -> impl Strategy<Value = Content> {
    (
        prop_oneof![
            base::name(),
            Just("web".to_owned()).prop_filter_map("", |text| text.parse().ok())
        ],
        vec(edit(), 0..8),
    )
        .prop_filter_map("an edit was refused", |(nickname, edits)| {
            Content::new(nickname).edited(edits).ok()
        })
}

/// Locations, each once.
pub fn locations() -> impl Strategy<Value = Vec<CloudLocation>> {
    btree_set(location(), 0..6).prop_map(|locations| locations.into_iter().collect())
}
