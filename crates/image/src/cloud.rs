//! What a cloud says it holds.

use crate::{Architecture, Checksum, CloudText, ImageName, OriginText, WorkError};
use atlas_image_id::{CloudLocation, ImageId};
use core::{fmt, num::NonZeroU32};
use serde::{Deserialize, Deserializer, Serialize};

/// An image, as its cloud describes it. Which operating system is inside is not among it: that is
/// never guessed (Scalr).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct CloudImage {
    /// Where it is: the cloud alone where its ids are common to all regions.
    pub location: CloudLocation,
    /// The cloud's id of it.
    pub image_id: ImageId,
    /// The name that it has there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<ImageName>,
    /// The processor architecture.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub architecture: Option<Architecture>,
    /// The size in gigabytes, rounded up.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub size_gb: Option<NonZeroU32>,
    /// What its bytes add up to, in the cloud's own words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub checksum: Option<Checksum>,
    /// Whether it is there and the credential has no access to it: it cannot be launched, copied or
    /// registered (RightScale tells this apart from an image that is not there).
    #[serde(skip_serializing_if = "core::ops::Not::not")]
    pub closed: bool,
}

impl CloudImage {
    /// An image of which no more is known.
    #[must_use]
    pub fn new(location: CloudLocation, image_id: ImageId) -> Self {
        Self {
            location,
            image_id,
            name: None,
            architecture: None,
            size_gb: None,
            checksum: None,
            closed: false,
        }
    }
}

/// What looking for an image in its cloud has shown.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[expect(
    clippy::exhaustive_enums,
    reason = "nobody looked, or it is there, or it is not"
)]
pub enum Look {
    /// No inventory knows the cloud, or the id is a pointer that none can look up.
    #[default]
    Unasked,
    /// It is not there.
    Missing,
    /// It is there, open or [closed](CloudImage::closed).
    Found(Box<CloudImage>),
}

impl Look {
    /// What two credentials see together: that one of them may use the image is enough.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        let rank = |look: &Self| match look {
            Self::Unasked => 0,
            Self::Missing => 1,
            Self::Found(image) if image.closed => 2,
            Self::Found(_) => 3,
        };
        if rank(&other) > rank(&self) {
            other
        } else {
            self
        }
    }
}

impl From<Option<CloudImage>> for Look {
    fn from(answer: Option<CloudImage>) -> Self {
        answer.map_or(Self::Missing, |image| Self::Found(Box::new(image)))
    }
}

/// A server, as its cloud describes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct CloudServer {
    /// Where it runs.
    pub location: CloudLocation,
    /// The cloud's id of it: `i-0123456789abcdef0`.
    pub id: OriginText,
    /// What it is called there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<CloudText>,
    /// The image that it was launched from, if the cloud tells.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image_id: Option<ImageId>,
    /// Whether it runs.
    pub state: ServerState,
    /// Its disks.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub devices: Vec<Disk>,
}

impl CloudServer {
    /// A server of which no more is known.
    #[must_use]
    pub fn new(location: CloudLocation, id: OriginText, state: ServerState) -> Self {
        Self {
            location,
            id,
            name: None,
            image_id: None,
            state,
            devices: Vec::new(),
        }
    }
}

/// Whether a server runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum ServerState {
    /// It is on its way up.
    Pending,
    /// It runs, and can be bundled.
    Operational,
    /// It is there and does not run.
    Stopped,
    /// It is going, or gone.
    Terminated,
}

impl ServerState {
    const ALL: [Self; 4] = [
        Self::Pending,
        Self::Operational,
        Self::Stopped,
        Self::Terminated,
    ];

    /// The state in one word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Operational => "operational",
            Self::Stopped => "stopped",
            Self::Terminated => "terminated",
        }
    }

    /// The state of a word; `running` is `operational`.
    pub fn of(word: &str) -> Option<Self> {
        let word = if word == "running" {
            "operational"
        } else {
            word
        };
        Self::ALL.into_iter().find(|state| state.as_str() == word)
    }
}

impl fmt::Display for ServerState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// A disk of a server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Disk {
    /// What the cloud calls it: `/dev/sda1`.
    pub name: CloudText,
    /// What it is to the server.
    pub kind: DiskKind,
    /// Its size in gigabytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub size_gb: Option<NonZeroU32>,
}

impl Disk {
    /// A disk of unknown size.
    #[must_use]
    pub fn new(name: CloudText, kind: DiskKind) -> Self {
        Self {
            name,
            kind,
            size_gb: None,
        }
    }
}

/// What a disk is to its server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum DiskKind {
    /// The one it boots from, which a bundle holds.
    Root,
    /// One that goes with the server.
    Ephemeral,
    /// One that was attached.
    Volume,
}

impl DiskKind {
    /// The kind of a word.
    pub fn of(word: &str) -> Option<Self> {
        match word {
            "root" => Some(Self::Root),
            "ephemeral" => Some(Self::Ephemeral),
            "volume" => Some(Self::Volume),
            _ => None,
        }
    }
}

/// An image in a place, as a work order names it. It is written as an object.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
#[non_exhaustive]
pub struct CloudTarget {
    /// Where it is.
    pub location: CloudLocation,
    /// The cloud's id of it.
    pub image_id: ImageId,
}

impl CloudTarget {
    /// An image in a place.
    ///
    /// # Errors
    ///
    /// The id cannot be there.
    pub fn new(location: CloudLocation, image_id: ImageId) -> Result<Self, WorkError> {
        image_id.record_location(&location)?;
        Ok(Self { location, image_id })
    }
}

impl<'de> Deserialize<'de> for CloudTarget {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Stored {
            location: CloudLocation,
            image_id: String,
        }
        let Stored { location, image_id } = Stored::deserialize(deserializer)?;
        Ok(Self {
            image_id: ImageId::from_stored(location.cloud(), &image_id),
            location,
        })
    }
}
