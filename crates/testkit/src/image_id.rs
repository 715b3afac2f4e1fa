//! Strategies for image ids and cloud locations, in every form and spelling.
//!
//! Texts are generated, then parsed: a strategy that makes a text the parser refuses panics, and so
//! proves the grammar from the other side.

mod alibaba;
mod aws;
mod azure;
mod digitalocean;
mod gcp;
mod hetzner;
mod huawei;
mod ibm;
mod linode;
mod nutanix;
mod oci;
mod openstack;
mod oracle;
mod proxmox;
mod tencent;
mod vmware;

use atlas_image_id::{AwsPartition, Cloud, CloudLocation, ImageId};
use proptest::{prelude::*, sample::select, strategy::Union, string::string_regex};

/// An id of any cloud.
pub fn image_id() -> BoxedStrategy<ImageId> {
    select(Cloud::all()).prop_flat_map(image_id_of).boxed()
}

/// An id of this cloud.
pub fn image_id_of(cloud: Cloud) -> BoxedStrategy<ImageId> {
    id_text(cloud)
        .prop_map(move |text| parsed(cloud, &text))
        .boxed()
}

/// A cloud and a text that it reads as an id, canonical or not.
pub fn any_id_text() -> BoxedStrategy<(Cloud, String)> {
    select(Cloud::all())
        .prop_flat_map(|cloud| (Just(cloud), id_text(cloud)))
        .boxed()
}

/// A text that this cloud reads as an id, canonical or not.
pub fn id_text(cloud: Cloud) -> BoxedStrategy<String> {
    match cloud {
        Cloud::Aws => aws::ids(),
        Cloud::Azure => azure::ids(),
        Cloud::Gcp => gcp::ids(),
        Cloud::OpenStack => openstack::ids(),
        Cloud::Vmware => vmware::ids(),
        Cloud::Oracle => oracle::ids(),
        Cloud::Alibaba => alibaba::ids(),
        Cloud::Ibm => ibm::ids(),
        Cloud::DigitalOcean => digitalocean::ids(),
        Cloud::Hetzner => hetzner::ids(),
        Cloud::Linode => linode::ids(),
        Cloud::Tencent => tencent::ids(),
        Cloud::Huawei => huawei::ids(),
        Cloud::Nutanix => nutanix::ids(),
        Cloud::Proxmox => proxmox::ids(),
        Cloud::Oci => oci::ids(),
        Cloud::Local => text("ami-([0-9a-f]{8}|[0-9a-f]{17}|[0-9a-f]{32})"),
        other => unknown(other),
    }
}

/// An id that can be in this location.
pub fn image_id_at(location: &CloudLocation) -> BoxedStrategy<ImageId> {
    let location = location.clone();
    let ids = match (location.cloud(), location.region()) {
        // Every one of its ids names a region.
        (Cloud::Oracle, Some(region)) => oracle::ids_in(region)
            .prop_map(|text| parsed(Cloud::Oracle, &text))
            .boxed(),
        (cloud, _) => image_id_of(cloud),
    };
    ids.prop_filter("the id names another region, or needs one", move |id| {
        id.check_location(&location).is_ok()
    })
    .boxed()
}

/// A location of any cloud.
pub fn location() -> BoxedStrategy<CloudLocation> {
    select(Cloud::all()).prop_flat_map(location_of).boxed()
}

/// A location of this cloud, with its parts or without those that it can do without.
pub fn location_of(cloud: Cloud) -> BoxedStrategy<CloudLocation> {
    let installation = "(:[A-Za-z0-9]([A-Za-z0-9._-]{0,8}[A-Za-z0-9])?)?";
    let texts = match cloud {
        Cloud::Aws => aws_region()
            .prop_map(|(_, region)| format!("aws/{region}"))
            .boxed(),
        Cloud::Azure => text("azure(/[a-z][a-z0-9]{0,12})?"),
        Cloud::Gcp => text("gcp(/[a-z]{2,8}-[a-z]{4,9}[1-9][0-9]?)?"),
        Cloud::OpenStack => text(&format!(
            "openstack{installation}/[!-.0-~]([ -.0-~]{{0,8}}[!-.0-~])?"
        )),
        Cloud::Vmware => {
            let prefix = text(&format!("vmware{installation}"));
            (
                prefix,
                inventory_name(),
                proptest::option::of(inventory_name()),
            )
                .prop_map(|(prefix, datacenter, compute)| match compute {
                    Some(compute) => format!("{prefix}/{datacenter}/{compute}"),
                    None => format!("{prefix}/{datacenter}"),
                })
                .boxed()
        }
        Cloud::Oracle => {
            text("oracle/(us-phoenix-1|us-ashburn-1|[a-z]{2}(-gov)?-[a-z]{3,9}-[1-9])")
        }
        Cloud::Alibaba | Cloud::Ibm | Cloud::Tencent | Cloud::Huawei => {
            text(&format!("{cloud}/[a-z]{{2,4}}-[a-z]{{3,9}}(-[1-9])?"))
        }
        Cloud::DigitalOcean | Cloud::Hetzner | Cloud::Linode => {
            text(&format!("{cloud}(/[a-z]{{2,4}}(-[a-z]{{2,9}})?[1-9]?)?"))
        }
        Cloud::Nutanix | Cloud::Proxmox => text(&format!(
            "{cloud}{installation}/[a-z0-9]([A-Za-z0-9-]{{0,8}}[a-z0-9])?"
        )),
        Cloud::Oci => text("oci"),
        Cloud::Local => text(&format!(
            "local{installation}/[a-z0-9]([a-z0-9-]{{0,8}}[a-z0-9])?"
        )),
        other => unknown(other),
    };
    texts
        .prop_map(|text| match CloudLocation::parse(&text) {
            Ok(location) => location,
            Err(error) => refused(&error),
        })
        .boxed()
}

/// A partition and a region of it.
pub fn aws_region() -> BoxedStrategy<(AwsPartition, String)> {
    let regions = |partition, prefix: &'static str| {
        text("(east|west|north|south|central|northeast|southeast|zulu)-[1-9]")
            .prop_map(move |tail| (partition, format!("{prefix}-{tail}")))
            .boxed()
    };
    Union::new(
        [
            (AwsPartition::Aws, "us"),
            (AwsPartition::Aws, "ap"),
            (AwsPartition::China, "cn"),
            (AwsPartition::GovCloud, "us-gov"),
            (AwsPartition::Iso, "us-iso"),
            (AwsPartition::IsoB, "us-isob"),
            (AwsPartition::IsoE, "eu-isoe"),
            (AwsPartition::IsoF, "us-isof"),
            (AwsPartition::EuSovereign, "eusc-de"),
        ]
        .map(|(partition, prefix)| regions(partition, prefix)),
    )
    .boxed()
}

/// One name of a vCenter's inventory, escapes included.
pub fn inventory_name() -> BoxedStrategy<String> {
    let inner = "[A-Za-z0-9 ._,()-]|%2[fF5]|%5[cC]";
    text(&format!(
        "[A-Za-z0-9_(]({inner}){{0,8}}[A-Za-z0-9_)]|[A-Za-z0-9]"
    ))
}

fn text(pattern: &str) -> BoxedStrategy<String> {
    match string_regex(pattern) {
        Ok(strategy) => strategy.boxed(),
        Err(error) => refused(&error),
    }
}

fn parsed(cloud: Cloud, text: &str) -> ImageId {
    match ImageId::parse(cloud, text) {
        Ok(id) => id,
        Err(error) => refused(&error),
    }
}

#[expect(
    clippy::panic,
    reason = "a strategy that makes texts of another grammar is a failed test"
)]
fn refused(error: &dyn core::fmt::Display) -> ! {
    panic!("this strategy's text is refused: {error}")
}

#[expect(clippy::panic, reason = "a cloud without strategies is a failed test")]
fn unknown(cloud: Cloud) -> BoxedStrategy<String> {
    panic!("no strategies for {cloud} yet")
}
