//! What is asked for when an image is registered.

use crate::{
    AgentFacts, Architecture, Devices, Ec2Facts, Firmware, GuestFacts, ImageDescription, ImageName,
    Labels, Origin, OsFacts, Virtualization,
};
use atlas_base::{Name, Tag};
use atlas_image_id::{CloudLocation, ImageId};
use atlas_scope::Scope;
use core::num::NonZeroU32;
use std::collections::BTreeSet;

/// How a request came in, which settles what must be said and what is assumed.
///
/// | | operating system | agent |
/// |---|---|---|
/// | `Form` | mandatory | installed unless said otherwise |
/// | `Bundle` | mandatory | unknown unless said |
/// | `Bulk` | mandatory | mandatory |
/// | `Metadata` | mandatory | unknown unless said |
/// | `Ec2`, `Repository`, `Copy` | unknown unless said | unknown unless said |
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Via {
    /// A person gives one image.
    Form,
    /// A host reports what it bundled.
    Bundle,
    /// A person gives a file of many.
    Bulk,
    /// Public image metadata is imported.
    Metadata,
    /// The EC2-compatible API.
    Ec2,
    /// The image repository.
    Repository,
    /// An image that has a record is copied: what that says, the copy says too.
    Copy,
}

/// An image to be registered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegisterImage {
    /// The scope that is to hold the record.
    pub scope: Scope,
    /// Where the image is.
    pub location: CloudLocation,
    /// Whether the region was filled in, as `CloudLocation::parse_completing` says.
    pub region_assumed: bool,
    /// The cloud's id of the image.
    pub image_id: ImageId,
    /// How the request came in.
    pub via: Via,
    /// The name; mandatory for GCP, OpenStack and VMware.
    pub name: Option<ImageName>,
    /// What the image is for.
    pub description: Option<ImageDescription>,
    /// The operating system inside.
    pub os: Option<OsFacts>,
    /// The processor architecture.
    pub architecture: Option<Architecture>,
    /// The size in gigabytes, at least 1.
    pub size_gb: Option<NonZeroU32>,
    /// The agent that runs scripts.
    pub agent: Option<AgentFacts>,
    /// The agent that sets a server up at its first boot.
    pub init_agent: AgentFacts,
    /// How a person reaches the server that is launched from it.
    pub guest: GuestFacts,
    /// How it starts.
    pub firmware: Option<Firmware>,
    /// How its processor is shared.
    pub virtualization: Option<Virtualization>,
    /// Its devices.
    pub devices: Devices,
    /// What EC2 says of it; of images of AWS and of the repository alone.
    pub ec2: Box<Ec2Facts>,
    /// Whether lower scopes see it; where nothing is said a form shares it (Scalr), and otherwise the
    /// level of the scope settles it.
    pub shared: Option<bool>,
    /// Tags.
    pub tags: BTreeSet<Tag>,
    /// Labels.
    pub labels: Labels,
    /// The name of the credential to use; needed where several fit.
    pub credential: Option<Name>,
    /// How the record comes to be.
    pub origin: Origin,
    /// Takes an image of VMware that the inventory does not list (Scalr); of another cloud it
    /// changes nothing.
    pub unverified: bool,
}

impl RegisterImage {
    /// A request that says nothing but what every one must say.
    #[must_use]
    pub fn new(scope: Scope, location: CloudLocation, image_id: ImageId, via: Via) -> Self {
        Self {
            scope,
            location,
            region_assumed: false,
            image_id,
            via,
            name: None,
            description: None,
            os: None,
            architecture: None,
            size_gb: None,
            agent: None,
            init_agent: AgentFacts::Unknown,
            guest: GuestFacts::default(),
            firmware: None,
            virtualization: None,
            devices: Devices::default(),
            ec2: Box::default(),
            shared: None,
            tags: BTreeSet::new(),
            labels: Labels::default(),
            credential: None,
            origin: Origin::Registered,
            unverified: false,
        }
    }
}
