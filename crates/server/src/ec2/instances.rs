//! What must be known of an instance to make an image of it.

use super::Ec2Caller;
use cloud_atlas::image::{Architecture, CloudText, Devices, Ec2Facts, Firmware, Virtualization};
use core::{fmt::Debug, pin::Pin};

/// Knows instances, of which images are made.
pub trait Ec2Instances: Debug + Send + Sync {
    /// What there is to know of the instance of this id; none if the caller has no such instance in the
    /// region that she asks.
    fn instance<'a>(
        &'a self,
        id: &'a str,
        caller: &'a Ec2Caller,
    ) -> Pin<Box<dyn Future<Output = Option<Ec2Instance>> + Send + 'a>>;
}

/// What is known of an instance.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Ec2Instance {
    /// The id of the image that it was launched from.
    pub image: Option<CloudText>,
    /// The processor architecture.
    pub architecture: Option<Architecture>,
    /// How its processor is shared.
    pub virtualization: Option<Virtualization>,
    /// How it starts.
    pub firmware: Option<Firmware>,
    /// Its devices; those that are volumes become snapshots of the image.
    pub devices: Devices,
    /// What EC2 says of it beyond that: its root device, its kernel, its product codes. What images alone have is
    /// left out.
    pub facts: Ec2Facts,
}
