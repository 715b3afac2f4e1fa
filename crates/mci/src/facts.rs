//! What is known of the images of a content.

mod newer;

use atlas_base::Timestamp;
use atlas_image::{AgentFacts, Architecture, ImageRecord, LifecycleState, OsFacts};
use atlas_image_id::{CloudLocation, ImageId};
use std::collections::BTreeMap;

pub use self::newer::newer_of_line;

/// What is known of the image of each setting; what is not in it was not looked up, and is not
/// judged. A content names images by the ids of their clouds, so that what is known of them lies
/// elsewhere, and changes while the content does not.
pub type Facts = BTreeMap<CloudLocation, ImageFacts>;

/// What is known of the image of one setting.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(
    clippy::exhaustive_enums,
    reason = "there is a record that is seen, or there is none"
)]
pub enum ImageFacts {
    /// No record of it is seen from where the content is.
    Unregistered,
    /// Its record is seen.
    Registered(Box<RegisteredImage>),
}

/// What the record of an image says that checks go by.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct RegisteredImage {
    /// The operating system, if anybody said.
    pub os: Option<OsFacts>,
    /// The architecture, if it is known.
    pub architecture: Option<Architecture>,
    /// The agent that runs scripts.
    pub agent: AgentFacts,
    /// Where the record stands in its life; one to be deprecated from a later day on is active.
    pub state: LifecycleState,
    /// Whether some who see the content do not see the record: it is not shared, for instance.
    pub private: bool,
    /// A newer image of the same line, where there is one.
    pub newer: Option<ImageId>,
}

impl RegisteredImage {
    /// An active image of which no more is known.
    pub fn unknown() -> Self {
        Self {
            os: None,
            architecture: None,
            agent: AgentFacts::Unknown,
            state: LifecycleState::Active,
            private: false,
            newer: None,
        }
    }

    /// What a record says now. It counts as private unless it is shared, and no newer image is
    /// known: whoever knows better changes the two fields.
    pub fn of(record: &ImageRecord, now: Timestamp) -> Self {
        let state = match record.lifecycle().state() {
            LifecycleState::Deprecated if !record.lifecycle().is_deprecated(now) => {
                LifecycleState::Active
            }
            state => state,
        };
        Self {
            os: record.os().cloned(),
            architecture: record.architecture(),
            agent: record.agent().clone(),
            state,
            private: !record.shared(),
            newer: None,
        }
    }
}

impl ImageFacts {
    /// What the record says, if one is seen.
    pub fn registered(&self) -> Option<&RegisteredImage> {
        match self {
            Self::Unregistered => None,
            Self::Registered(image) => Some(image),
        }
    }
}
