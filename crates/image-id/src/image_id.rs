//! Image ids of every cloud.

use crate::{
    AmiId, AwsImageId, AzureImageId, Cloud, GcpImageId, IdKind, LocationUse, OpenStackImageId,
    ParseImageIdError, Sameness, Stability, VmwareImageId,
    folded::Folded,
    scan::{Flaw, Piece},
};
use core::{
    cmp::Ordering,
    fmt,
    hash::{Hash, Hasher},
};
use serde::{Serialize, Serializer};
use std::{borrow::Cow, sync::Arc};

/// An image id of a cloud.
///
/// Equality, order and hash are those of the cloud and [`ImageId::equality_key`]. The text needs its
/// cloud to be read, so the type serializes as its canonical text and does not deserialize by itself:
/// whoever holds it reads it with [`ImageId::from_stored`] and the cloud of its location.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum ImageId {
    /// Of AWS.
    Aws(AwsImageId),
    /// Of Azure.
    Azure(AzureImageId),
    /// Of GCP.
    Gcp(GcpImageId),
    /// Of OpenStack.
    OpenStack(OpenStackImageId),
    /// Of VMware.
    Vmware(VmwareImageId),
    /// Of the image repository, whose ids are AMI ids (Symphony; C05, E02).
    Local(AmiId),
    /// A stored text that today's grammar does not read.
    Legacy(LegacyImageId),
}

impl ImageId {
    /// Reads an id as `cloud` writes it, in any spelling that the cloud has for it.
    ///
    /// The whole text counts: nothing is trimmed, and nothing but ASCII is read.
    ///
    /// # Errors
    ///
    /// The text is none of the cloud's forms; the error says at which byte and why.
    pub fn parse(cloud: Cloud, text: &str) -> Result<Self, ParseImageIdError> {
        Self::scan(cloud, text).map_err(|flaw| ParseImageIdError::new(cloud, text, flaw))
    }

    fn scan(cloud: Cloud, text: &str) -> Result<Self, Flaw> {
        match cloud {
            Cloud::Aws => AwsImageId::scan(text).map(Self::Aws),
            Cloud::Azure => AzureImageId::scan(text).map(Self::Azure),
            Cloud::Gcp => GcpImageId::scan(text).map(Self::Gcp),
            Cloud::OpenStack => OpenStackImageId::scan(text).map(Self::OpenStack),
            Cloud::Vmware => VmwareImageId::scan(text).map(Self::Vmware),
            Cloud::Local => Piece::capped(text).and_then(AmiId::scan).map(Self::Local),
        }
    }

    /// Reads a text that was stored as an id of `cloud`, and never fails: a record stored under an older
    /// grammar loads as [`ImageId::Legacy`], which whoever shows it warns about.
    pub fn from_stored(cloud: Cloud, text: &str) -> Self {
        Self::scan(cloud, text).unwrap_or_else(|_| {
            Self::Legacy(LegacyImageId {
                cloud,
                text: text.into(),
            })
        })
    }

    /// The cloud that the id belongs to.
    pub fn cloud(&self) -> Cloud {
        match self {
            Self::Aws(_) => Cloud::Aws,
            Self::Azure(_) => Cloud::Azure,
            Self::Gcp(_) => Cloud::Gcp,
            Self::OpenStack(_) => Cloud::OpenStack,
            Self::Vmware(_) => Cloud::Vmware,
            Self::Local(_) => Cloud::Local,
            Self::Legacy(id) => id.cloud,
        }
    }

    /// The canonical text, for display and storage.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Aws(id) => id.as_str(),
            Self::Azure(id) => id.as_str(),
            Self::Gcp(id) => id.as_str(),
            Self::OpenStack(id) => id.as_str(),
            Self::Vmware(id) => id.as_str(),
            Self::Local(id) => id.as_str(),
            Self::Legacy(id) => id.as_str(),
        }
    }

    /// The text that is the same for equal ids: the canonical one, for Azure (VHDs apart) in ASCII
    /// lower case.
    pub fn equality_key(&self) -> Cow<'_, str> {
        self.folded().key()
    }

    /// What sort of id this is.
    pub fn kind(&self) -> IdKind {
        match self {
            Self::Aws(id) => id.kind(),
            Self::Azure(id) => id.kind(),
            Self::Gcp(id) => id.kind(),
            Self::OpenStack(id) => id.kind(),
            Self::Vmware(id) => id.kind(),
            Self::Local(id) if id.is_symphony() => IdKind::SymphonyAmi,
            Self::Local(_) => IdKind::Ami,
            Self::Legacy(_) => IdKind::Legacy,
        }
    }

    /// Whether the id always means the same image.
    pub fn stability(&self) -> Stability {
        match self {
            Self::Aws(id) => id.stability(),
            Self::Azure(id) => id.stability(),
            Self::Gcp(id) => id.stability(),
            Self::OpenStack(_) | Self::Vmware(_) | Self::Local(_) | Self::Legacy(_) => {
                Stability::Fixed
            }
        }
    }

    /// Whether the id is common to all regions of its cloud (Scalr; I02): a marketplace URN of Azure and
    /// everything of GCP is.
    pub fn location_use(&self) -> LocationUse {
        match self {
            Self::Azure(AzureImageId::Urn(_)) | Self::Gcp(_) => LocationUse::Common,
            Self::Legacy(id) if id.cloud == Cloud::Gcp => LocationUse::Common,
            _ => LocationUse::PerRegion,
        }
    }

    /// Whether this and `other` are one image, as far as their texts can tell.
    pub fn compare(&self, other: &Self) -> Sameness {
        match (self, other) {
            (Self::Gcp(a), Self::Gcp(b)) => a.compare(b),
            _ if self == other => Sameness::Equal,
            _ => Sameness::Different,
        }
    }

    fn folded(&self) -> Folded<'_> {
        let fold = matches!(self, Self::Azure(id) if id.folds());
        Folded {
            text: self.as_str(),
            fold,
        }
    }
}

impl PartialEq for ImageId {
    fn eq(&self, other: &Self) -> bool {
        self.cloud() == other.cloud() && self.folded() == other.folded()
    }
}

impl Eq for ImageId {}

impl PartialOrd for ImageId {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for ImageId {
    fn cmp(&self, other: &Self) -> Ordering {
        self.cloud()
            .cmp(&other.cloud())
            .then_with(|| self.folded().cmp(&other.folded()))
    }
}

impl Hash for ImageId {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.cloud().hash(state);
        self.folded().hash(state);
    }
}

impl fmt::Display for ImageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl Serialize for ImageId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// A stored id that today's grammar does not read, kept as it was stored.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LegacyImageId {
    cloud: Cloud,
    text: Arc<str>,
}

impl LegacyImageId {
    /// The cloud it was stored for.
    pub fn cloud(&self) -> Cloud {
        self.cloud
    }

    /// The text as it was stored.
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

impl fmt::Display for LegacyImageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.text)
    }
}

impl fmt::Debug for LegacyImageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}
