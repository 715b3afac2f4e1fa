//! Image ids of every cloud, borrowed.

use crate::{
    AlibabaImageIdRef, AmiId, AwsImageIdRef, AzureImageIdRef, Cloud, DigitalOceanImageIdRef,
    GcpImageIdRef, HetznerImageIdRef, HuaweiImageId, IbmImageIdRef, IdKind, ImageId,
    LinodeImageIdRef, NutanixImageId, OciImageIdRef, OpenStackImageId, OracleImageIdRef,
    ParseImageIdError, ProxmoxImageIdRef, Stability, TencentImageIdRef, VmwareImageIdRef,
    scan::{Cursor, Flaw},
};
use core::fmt;

/// An [`ImageId`] as it stands in a text that somebody else owns: reading it allocates nothing.
///
/// `Display` writes the canonical text. It keeps the spelling, so it does not compare: compare owned
/// ids, or what both display.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub enum ImageIdRef<'a> {
    /// Of AWS.
    Aws(AwsImageIdRef<'a>),
    /// Of Azure.
    Azure(AzureImageIdRef<'a>),
    /// Of GCP.
    Gcp(GcpImageIdRef<'a>),
    /// Of OpenStack.
    OpenStack(OpenStackImageId),
    /// Of VMware.
    Vmware(VmwareImageIdRef<'a>),
    /// Of Oracle.
    Oracle(OracleImageIdRef<'a>),
    /// Of Alibaba Cloud.
    Alibaba(AlibabaImageIdRef<'a>),
    /// Of IBM Cloud.
    Ibm(IbmImageIdRef<'a>),
    /// Of DigitalOcean.
    DigitalOcean(DigitalOceanImageIdRef<'a>),
    /// Of Hetzner.
    Hetzner(HetznerImageIdRef<'a>),
    /// Of Linode.
    Linode(LinodeImageIdRef<'a>),
    /// Of Tencent Cloud.
    Tencent(TencentImageIdRef<'a>),
    /// Of Huawei Cloud.
    Huawei(HuaweiImageId),
    /// Of Nutanix.
    Nutanix(NutanixImageId),
    /// Of Proxmox.
    Proxmox(ProxmoxImageIdRef<'a>),
    /// Of OCI.
    Oci(OciImageIdRef<'a>),
    /// Of the image repository.
    Local(AmiId),
}

impl<'a> ImageIdRef<'a> {
    /// Reads an id as `cloud` writes it, in any spelling that the cloud has for it.
    ///
    /// The whole text counts: nothing is trimmed, and nothing but ASCII is read.
    ///
    /// # Errors
    ///
    /// The text is none of the cloud's forms; the error says at which byte and why.
    pub fn parse(cloud: Cloud, text: &'a str) -> Result<Self, ParseImageIdError> {
        Self::scan(cloud, text).map_err(|flaw| ParseImageIdError::new(cloud, text, flaw))
    }

    pub(crate) fn scan(cloud: Cloud, text: &'a str) -> Result<Self, Flaw> {
        let cursor = Cursor::capped(text)?;
        match cloud {
            Cloud::Aws => AwsImageIdRef::scan(cursor).map(Self::Aws),
            Cloud::Azure => AzureImageIdRef::scan(cursor).map(Self::Azure),
            Cloud::Gcp => GcpImageIdRef::scan(cursor).map(Self::Gcp),
            Cloud::OpenStack => OpenStackImageId::scan(cursor).map(Self::OpenStack),
            Cloud::Vmware => VmwareImageIdRef::scan(cursor).map(Self::Vmware),
            Cloud::Oracle => OracleImageIdRef::scan(cursor).map(Self::Oracle),
            Cloud::Alibaba => AlibabaImageIdRef::scan(cursor).map(Self::Alibaba),
            Cloud::Ibm => IbmImageIdRef::scan(cursor).map(Self::Ibm),
            Cloud::DigitalOcean => DigitalOceanImageIdRef::scan(cursor).map(Self::DigitalOcean),
            Cloud::Hetzner => HetznerImageIdRef::scan(cursor).map(Self::Hetzner),
            Cloud::Linode => LinodeImageIdRef::scan(cursor).map(Self::Linode),
            Cloud::Tencent => TencentImageIdRef::scan(cursor).map(Self::Tencent),
            Cloud::Huawei => HuaweiImageId::scan(cursor).map(Self::Huawei),
            Cloud::Nutanix => NutanixImageId::scan(cursor).map(Self::Nutanix),
            Cloud::Proxmox => ProxmoxImageIdRef::scan(cursor).map(Self::Proxmox),
            Cloud::Oci => OciImageIdRef::scan(cursor).map(Self::Oci),
            Cloud::Local => AmiId::scan(cursor.rest()).map(Self::Local),
        }
    }

    /// The id in a text of its own. Ids that are kept in place (AMIs, UUIDs) allocate nothing, the
    /// others once.
    pub fn into_owned(self) -> ImageId {
        match self {
            Self::Aws(id) => ImageId::Aws(id.into_owned()),
            Self::Azure(id) => ImageId::Azure(id.into_owned()),
            Self::Gcp(id) => ImageId::Gcp(id.into_owned()),
            Self::OpenStack(id) => ImageId::OpenStack(id),
            Self::Vmware(id) => ImageId::Vmware(id.into_owned()),
            Self::Oracle(id) => ImageId::Oracle(id.into_owned()),
            Self::Alibaba(id) => ImageId::Alibaba(id.into_owned()),
            Self::Ibm(id) => ImageId::Ibm(id.into_owned()),
            Self::DigitalOcean(id) => ImageId::DigitalOcean(id.into_owned()),
            Self::Hetzner(id) => ImageId::Hetzner(id.into_owned()),
            Self::Linode(id) => ImageId::Linode(id.into_owned()),
            Self::Tencent(id) => ImageId::Tencent(id.into_owned()),
            Self::Huawei(id) => ImageId::Huawei(id),
            Self::Nutanix(id) => ImageId::Nutanix(id),
            Self::Proxmox(id) => ImageId::Proxmox(id.into_owned()),
            Self::Oci(id) => ImageId::Oci(id.into_owned()),
            Self::Local(id) => ImageId::Local(id),
        }
    }

    /// The cloud that the id belongs to.
    pub const fn cloud(self) -> Cloud {
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
        }
    }

    /// What sort of id this is.
    pub fn kind(self) -> IdKind {
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
        }
    }

    /// Whether the id always means the same image.
    pub fn stability(self) -> Stability {
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
            | Self::Local(_) => Stability::Fixed,
        }
    }
}

/// The canonical text.
impl fmt::Display for ImageIdRef<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Aws(id) => fmt::Display::fmt(id, f),
            Self::Azure(id) => fmt::Display::fmt(id, f),
            Self::Gcp(id) => fmt::Display::fmt(id, f),
            Self::OpenStack(id) => fmt::Display::fmt(id, f),
            Self::Vmware(id) => fmt::Display::fmt(id, f),
            Self::Oracle(id) => fmt::Display::fmt(id, f),
            Self::Alibaba(id) => fmt::Display::fmt(id, f),
            Self::Ibm(id) => fmt::Display::fmt(id, f),
            Self::DigitalOcean(id) => fmt::Display::fmt(id, f),
            Self::Hetzner(id) => fmt::Display::fmt(id, f),
            Self::Linode(id) => fmt::Display::fmt(id, f),
            Self::Tencent(id) => fmt::Display::fmt(id, f),
            Self::Huawei(id) => fmt::Display::fmt(id, f),
            Self::Nutanix(id) => fmt::Display::fmt(id, f),
            Self::Proxmox(id) => fmt::Display::fmt(id, f),
            Self::Oci(id) => fmt::Display::fmt(id, f),
            Self::Local(id) => fmt::Display::fmt(id, f),
        }
    }
}

impl From<ImageIdRef<'_>> for ImageId {
    fn from(id: ImageIdRef<'_>) -> Self {
        id.into_owned()
    }
}

/// Whether the cloud reads the text.
pub(crate) fn reads(cloud: Cloud, text: &str) -> bool {
    ImageIdRef::scan(cloud, text).is_ok()
}
