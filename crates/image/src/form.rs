//! What a registration needs, cloud by cloud.

use atlas_image_id::{Cloud, where_to_find};

/// What the registration of an image of one cloud needs (Scalr: the form of that cloud).
///
/// Everywhere the operating system has to be said, since nobody guesses it; an agent counts as
/// installed, and the record as shared, unless it is said otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Form {
    /// The cloud.
    pub cloud: Cloud,
    /// Whether the location names a region.
    pub location: LocationNeed,
    /// A location as it is written: `aws/us-east-1`.
    pub example_location: &'static str,
    /// An image id as it is written.
    pub example_id: &'static str,
    /// Whether the image has to be given a name.
    pub name: NameNeed,
    /// What the id looks like and where a person finds it.
    pub where_to_find: &'static str,
}

/// Whether a location of the cloud names a region.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum LocationNeed {
    /// It does: each region has images of its own.
    Region,
    /// It does for some kinds of ids; others are common to all regions.
    ForSomeIds,
    /// It does, and a region that is left out is `RegionOne`.
    RegionOrDefault,
    /// It names the place, and may name a compute resource in it that tells apart the same template in
    /// several clusters.
    WithComputeResource,
    /// It does not: an image is common to all regions, and a region is ignored.
    Nothing,
}

/// Whether an image of the cloud has to be given a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum NameNeed {
    /// Its id stands for it where it has none.
    Optional,
    /// It has to.
    Mandatory,
    /// It has to, and the path of a template or of an item of a library gives one.
    FromPath,
}

impl LocationNeed {
    /// What it means, in words.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Region => "with its region: one record a region",
            Self::ForSomeIds => {
                "the cloud alone for a marketplace URN, which is common to all regions; with its region for a managed image, a VHD or a gallery version"
            }
            Self::RegionOrDefault => {
                "with its region: one record a region; RegionOne where none is named"
            }
            Self::WithComputeResource => {
                "with its datacenter, and behind it the cluster where the same template is in several; the path of a template names the datacenter already"
            }
            Self::Nothing => "the cloud alone: the image is common to all regions",
        }
    }
}

impl NameNeed {
    /// What it means, in words.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Optional => "optional: the id stands for it",
            Self::Mandatory => "needed",
            Self::FromPath => "needed, unless the id is a path, which ends with one",
        }
    }
}

/// What a registration of an image of this cloud needs (Scalr).
#[must_use]
pub const fn form(cloud: Cloud) -> Form {
    use {LocationNeed as L, NameNeed as N};
    let (location, example_location, example_id, name) = match cloud {
        Cloud::Aws => (
            L::Region,
            "aws/us-east-1",
            "ami-0ae8605ed708e3c3e",
            N::Optional,
        ),
        Cloud::Azure => (
            L::ForSomeIds,
            "azure",
            "Canonical:0001-com-ubuntu-server-jammy:22_04-lts-gen2:22.04.202404010",
            N::Optional,
        ),
        Cloud::Gcp => (
            L::Nothing,
            "gcp",
            "projects/debian-cloud/global/images/debian-12-bookworm-v20240415",
            N::Mandatory,
        ),
        Cloud::OpenStack => (
            L::RegionOrDefault,
            "openstack/RegionOne",
            "0b7e48ce-eb45-4f35-86a8-7d1e31c47c3e",
            N::Mandatory,
        ),
        Cloud::Vmware => (
            L::WithComputeResource,
            "vmware/DC01/cluster-a",
            "/DC01/vm/templates/rhel9",
            N::FromPath,
        ),
        Cloud::Local => (
            L::Region,
            "local/main",
            "ami-0ae8605ed708e3c3e",
            N::Optional,
        ),
        Cloud::Oracle => (L::Region, "oracle/eu-frankfurt-1", "an OCID", N::Optional),
        Cloud::Alibaba => (
            L::Region,
            "alibaba/eu-central-1",
            "m-0xi73vgiftq4g73n6vpl",
            N::Optional,
        ),
        Cloud::Ibm => (
            L::Region,
            "ibm/us-south",
            "r006-0e578411-53ab-44ba-a0f8-d003d0011993",
            N::Optional,
        ),
        Cloud::DigitalOcean => (L::Nothing, "digitalocean", "ubuntu-24-04-x64", N::Optional),
        Cloud::Hetzner => (L::Nothing, "hetzner", "ubuntu-24.04", N::Optional),
        Cloud::Linode => (L::Nothing, "linode", "linode/debian12", N::Optional),
        Cloud::Tencent => (
            L::Region,
            "tencent/ap-guangzhou",
            "img-gvbnzy6f",
            N::Optional,
        ),
        Cloud::Huawei => (
            L::Region,
            "huawei/eu-west-101",
            "0b7e48ce-eb45-4f35-86a8-7d1e31c47c3e",
            N::Optional,
        ),
        _ => (L::Region, "the cloud and its region", "its id", N::Optional),
    };
    Form {
        cloud,
        location,
        example_location,
        example_id,
        name,
        where_to_find: where_to_find(cloud),
    }
}
