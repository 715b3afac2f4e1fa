//! Stream documents.

use atlas_base::Timestamp;
use atlas_image_id::{Cloud, CloudLocation, ImageId};
use atlas_streams::{
    Family, Generator, Release, StreamArch, StreamDocument, StreamImage, StreamName,
};
use proptest::{collection::btree_map, option, prelude::*, sample};
use std::fmt::Debug;

/// Regions of AWS, of three partitions.
pub const AWS_REGIONS: &[&str] = &[
    "af-south-1",
    "ap-northeast-3",
    "ap-southeast-7",
    "ca-central-1",
    "cn-northwest-1",
    "eu-central-2",
    "il-central-1",
    "mx-central-1",
    "us-east-1",
    "us-gov-west-1",
    "us-west-2",
];

/// Any stream document: up to three architectures, some without images.
pub fn document() -> impl Strategy<Value = StreamDocument> {
    let stream = parsed("[a-z][a-z0-9._-]{0,12}", StreamName::parse);
    let date =
        option::of((0_i64..4_000_000_000_000_000).prop_filter_map("time", Timestamp::from_micros));
    let generator = option::of(parsed("[!-~]([ -~]{0,20})", Generator::parse));
    let architecture = sample::select(vec!["x86_64", "aarch64", "ppc64le", "s390x", "riscv64"]);
    let architectures = btree_map(architecture, images(), 0..4);
    (stream, date, generator, architectures).prop_filter_map(
        "a document",
        |(stream, date, generator, architectures)| {
            let mut document = StreamDocument::new(stream)
                .with_last_modified(date)
                .with_generator(generator);
            for (architecture, images) in architectures {
                let architecture = StreamArch::parse(architecture).ok()?;
                document.add_architecture(architecture.clone());
                for (location, image) in images {
                    document
                        .insert(architecture.clone(), location, image)
                        .ok()?;
                }
            }
            Some(document)
        },
    )
}

/// Any AMI.
pub fn ami() -> impl Strategy<Value = ImageId> {
    parsed("ami-([0-9a-f]{8}|[0-9a-f]{17})", |text| {
        ImageId::parse(Cloud::Aws, text)
    })
}

/// Any release.
pub fn release() -> impl Strategy<Value = Release> {
    parsed(
        "[A-Za-z0-9][A-Za-z0-9._+~-]{0,12}|4[0-9]\\.20[0-9]{6}\\.[0-9]\\.[0-9]",
        Release::parse,
    )
}

fn images() -> impl Strategy<Value = Vec<(CloudLocation, StreamImage)>> {
    let regions = sample::subsequence(AWS_REGIONS, 0..=AWS_REGIONS.len());
    let aws = regions.prop_flat_map(|regions| {
        let count = regions.len();
        let images = proptest::collection::vec((ami(), release()), count);
        (Just(regions), images)
    });
    let family = option::of(parsed("[a-z][a-z0-9-]{0,20}", Family::parse));
    let gcp = option::of((gcp_image(), release(), family));
    (aws, gcp).prop_filter_map("locations", |((regions, amis), gcp)| {
        let mut images = Vec::new();
        for (region, (ami, release)) in regions.into_iter().zip(amis) {
            let location = CloudLocation::new(Cloud::Aws, None, Some(region), None).ok()?;
            images.push((location, StreamImage::new(ami, release)));
        }
        if let Some((image, release, family)) = gcp {
            let location = CloudLocation::new(Cloud::Gcp, None, None, None).ok()?;
            images.push((
                location,
                StreamImage::new(image, release).with_family(family),
            ));
        }
        Some(images)
    })
}

fn gcp_image() -> impl Strategy<Value = ImageId> {
    let text = "projects/([a-z][a-z0-9-]{4,20}[a-z0-9]|example\\.com:[a-z]{6})/global/images/[a-z]([a-z0-9-]{0,20}[a-z0-9])?";
    // An image called `family` is legal, and as good as any other.
    parsed(text, |text| ImageId::parse(Cloud::Gcp, text))
}

/// What `parse` makes of the texts of a pattern. Texts that it refuses are drawn again.
fn parsed<T: Debug + Clone, E>(
    pattern: &'static str,
    parse: impl Fn(&str) -> Result<T, E> + Clone,
) -> impl Strategy<Value = T> + Clone {
    pattern.prop_filter_map("a legal text", move |text| parse(&text).ok())
}
