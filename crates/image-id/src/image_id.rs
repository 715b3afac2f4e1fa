//! Image ids of every cloud.

use crate::{
    AlibabaImageId, AmiId, AwsImageId, AzureImageId, Cloud, DigitalOceanImageId, GcpImageId,
    HetznerImageId, HuaweiImageId, IbmImageId, IdKind, ImageIdRef, LinodeImageId, LocationUse,
    NutanixImageId, OciImageId, OpenStackImageId, OracleImageId, ParseImageIdError, ProxmoxImageId,
    Sameness, Stability, TencentImageId, VmwareImageId, folded::Folded,
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
    /// Of Oracle.
    Oracle(OracleImageId),
    /// Of Alibaba Cloud.
    Alibaba(AlibabaImageId),
    /// Of IBM Cloud.
    Ibm(IbmImageId),
    /// Of DigitalOcean.
    DigitalOcean(DigitalOceanImageId),
    /// Of Hetzner.
    Hetzner(HetznerImageId),
    /// Of Linode.
    Linode(LinodeImageId),
    /// Of Tencent Cloud.
    Tencent(TencentImageId),
    /// Of Huawei Cloud.
    Huawei(HuaweiImageId),
    /// Of Nutanix.
    Nutanix(NutanixImageId),
    /// Of Proxmox.
    Proxmox(ProxmoxImageId),
    /// Of OCI.
    Oci(OciImageId),
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
        ImageIdRef::parse(cloud, text).map(ImageIdRef::into_owned)
    }

    /// Reads a text that was stored as an id of `cloud`, and never fails: a record stored under an older
    /// grammar loads as [`ImageId::Legacy`], which whoever shows it warns about.
    pub fn from_stored(cloud: Cloud, text: &str) -> Self {
        match ImageIdRef::scan(cloud, text) {
            Ok(id) => id.into_owned(),
            Err(_) => Self::Legacy(LegacyImageId {
                cloud,
                text: text.into(),
            }),
        }
    }

    /// The cloud that the id belongs to.
    pub fn cloud(&self) -> Cloud {
        match self {
            Self::Aws(_) => Cloud::Aws,
            Self::Azure(_) => Cloud::Azure,
            Self::Gcp(_) => Cloud::Gcp,
            Self::OpenStack(_) => Cloud::OpenStack,
            Self::Vmware(_) => Cloud::Vmware,
            Self::Oracle(_) => Cloud::Oracle,
            Self::Alibaba(_) => Cloud::Alibaba,
            Self::Ibm(_) => Cloud::Ibm,
            Self::DigitalOcean(_) => Cloud::DigitalOcean,
            Self::Hetzner(_) => Cloud::Hetzner,
            Self::Linode(_) => Cloud::Linode,
            Self::Tencent(_) => Cloud::Tencent,
            Self::Huawei(_) => Cloud::Huawei,
            Self::Nutanix(_) => Cloud::Nutanix,
            Self::Proxmox(_) => Cloud::Proxmox,
            Self::Oci(_) => Cloud::Oci,
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
            Self::Oracle(id) => id.as_str(),
            Self::Alibaba(id) => id.as_str(),
            Self::Ibm(id) => id.as_str(),
            Self::DigitalOcean(id) => id.as_str(),
            Self::Hetzner(id) => id.as_str(),
            Self::Linode(id) => id.as_str(),
            Self::Tencent(id) => id.as_str(),
            Self::Huawei(id) => id.as_str(),
            Self::Nutanix(id) => id.as_str(),
            Self::Proxmox(id) => id.as_str(),
            Self::Oci(id) => id.as_str(),
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
            Self::Oracle(id) => id.kind(),
            Self::Alibaba(id) => id.kind(),
            Self::Ibm(id) => id.kind(),
            Self::DigitalOcean(id) => id.kind(),
            Self::Hetzner(id) => id.kind(),
            Self::Linode(id) => id.kind(),
            Self::Tencent(id) => id.kind(),
            Self::Huawei(id) => id.kind(),
            Self::Nutanix(id) => id.kind(),
            Self::Proxmox(id) => id.kind(),
            Self::Oci(id) => id.kind(),
            Self::Local(id) => id.kind(),
            Self::Legacy(_) => IdKind::Legacy,
        }
    }

    /// Whether the id always means the same image.
    pub fn stability(&self) -> Stability {
        match self {
            Self::Aws(id) => id.stability(),
            Self::Azure(id) => id.stability(),
            Self::Gcp(id) => id.stability(),
            Self::Oracle(id) => id.stability(),
            Self::Alibaba(id) => id.stability(),
            Self::Ibm(id) => id.stability(),
            Self::DigitalOcean(id) => id.stability(),
            Self::Hetzner(id) => id.stability(),
            Self::Linode(id) => id.stability(),
            Self::Tencent(id) => id.stability(),
            Self::Proxmox(id) => id.stability(),
            Self::Oci(id) => id.stability(),
            Self::OpenStack(_)
            | Self::Vmware(_)
            | Self::Huawei(_)
            | Self::Nutanix(_)
            | Self::Local(_)
            | Self::Legacy(_) => Stability::Fixed,
        }
    }

    /// Whether the id is common to all regions of its cloud (Scalr; I02): a marketplace URN of Azure is,
    /// and everything of GCP, DigitalOcean, Hetzner, Linode and container registries.
    pub fn location_use(&self) -> LocationUse {
        match self {
            Self::Azure(AzureImageId::Urn(_))
            | Self::Gcp(_)
            | Self::DigitalOcean(_)
            | Self::Hetzner(_)
            | Self::Linode(_)
            | Self::Oci(_) => LocationUse::Common,
            Self::Legacy(id) if id.cloud.is_one_place() => LocationUse::Common,
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
