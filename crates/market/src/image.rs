//! What is inside the images of a publication, as it is known at its publisher.

use crate::PublicationRef;
use atlas_image::{AgentFacts, Architecture, GuestFacts, ImageRecord, OsFacts};
use atlas_image_id::CloudLocation;
use atlas_mci::{ImageFacts, RegisteredImage};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What is inside one image. The record that says so stays with its publisher (ours).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct PublishedImage {
    /// The operating system, if anybody said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub os: Option<OsFacts>,
    /// The architecture, if it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub architecture: Option<Architecture>,
    /// The agent that runs scripts.
    #[serde(default)]
    pub agent: AgentFacts,
    /// The agent that sets a server up at its first boot.
    #[serde(default)]
    pub init_agent: AgentFacts,
    /// How a person reaches a server that is launched from it.
    #[serde(default, skip_serializing_if = "GuestFacts::is_empty")]
    pub guest: GuestFacts,
}

impl PublishedImage {
    /// What a record says of what is inside: nothing of the account that holds it.
    pub fn of(record: &ImageRecord) -> Self {
        Self {
            os: record.os().cloned(),
            architecture: record.architecture(),
            agent: record.agent().clone(),
            init_agent: record.init_agent().clone(),
            guest: record.guest().clone(),
        }
    }

    /// The same as what checks and launches go by, where the receiver has no record of its own.
    pub fn as_facts(&self) -> ImageFacts {
        let mut image = RegisteredImage::unknown();
        image.os.clone_from(&self.os);
        image.architecture = self.architecture;
        image.agent = self.agent.clone();
        ImageFacts::Registered(Box::new(image))
    }
}

/// What is inside the images of a publication: kept beside it, since lists do without, and copied by
/// every import. A setting whose image nobody registered is not in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PublishedImages {
    /// Which publication.
    pub publication: PublicationRef,
    /// The images, by the locations of its settings; none for a ServerTemplate, whose images are
    /// those of what it links.
    pub images: BTreeMap<CloudLocation, PublishedImage>,
}
