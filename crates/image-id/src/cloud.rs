//! The clouds.

use crate::{ParseLocationError, scan::Flaw};
use core::fmt;

/// A cloud that machine images live in.
///
/// Order is the order of [`Cloud::all`]. [`Cloud::Local`] is the image repository, which is a cloud
/// of its own (Symphony; C05).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Cloud {
    /// Amazon EC2, and what speaks its ids.
    Aws,
    /// Microsoft Azure.
    Azure,
    /// Google Compute Engine.
    Gcp,
    /// OpenStack, any installation.
    OpenStack,
    /// VMware vSphere, any vCenter.
    Vmware,
    /// Oracle Cloud Infrastructure.
    Oracle,
    /// Alibaba Cloud ECS.
    Alibaba,
    /// IBM Cloud VPC.
    Ibm,
    /// DigitalOcean.
    DigitalOcean,
    /// Hetzner Cloud.
    Hetzner,
    /// Linode (Akamai).
    Linode,
    /// Tencent Cloud CVM.
    Tencent,
    /// Huawei Cloud IMS.
    Huawei,
    /// Nutanix AHV, any Prism Central.
    Nutanix,
    /// Proxmox VE, any cluster.
    Proxmox,
    /// Container registries: OCI and bootc images, named by distribution references.
    Oci,
    /// The image repository.
    Local,
}

impl Cloud {
    /// Every cloud, in order.
    pub const fn all() -> &'static [Self] {
        &[
            Self::Aws,
            Self::Azure,
            Self::Gcp,
            Self::OpenStack,
            Self::Vmware,
            Self::Oracle,
            Self::Alibaba,
            Self::Ibm,
            Self::DigitalOcean,
            Self::Hetzner,
            Self::Linode,
            Self::Tencent,
            Self::Huawei,
            Self::Nutanix,
            Self::Proxmox,
            Self::Oci,
            Self::Local,
        ]
    }

    /// The word that texts use: `aws`, `azure`, `gcp`, `openstack`, `vmware`, …
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Aws => "aws",
            Self::Azure => "azure",
            Self::Gcp => "gcp",
            Self::OpenStack => "openstack",
            Self::Vmware => "vmware",
            Self::Oracle => "oracle",
            Self::Alibaba => "alibaba",
            Self::Ibm => "ibm",
            Self::DigitalOcean => "digitalocean",
            Self::Hetzner => "hetzner",
            Self::Linode => "linode",
            Self::Tencent => "tencent",
            Self::Huawei => "huawei",
            Self::Nutanix => "nutanix",
            Self::Proxmox => "proxmox",
            Self::Oci => "oci",
            Self::Local => "local",
        }
    }

    /// The name that people read: `AWS`, `Azure`, `GCP`, `OpenStack`, `VMware`, …
    pub const fn label(self) -> &'static str {
        match self {
            Self::Aws => "AWS",
            Self::Azure => "Azure",
            Self::Gcp => "GCP",
            Self::OpenStack => "OpenStack",
            Self::Vmware => "VMware",
            Self::Oracle => "Oracle",
            Self::Alibaba => "Alibaba Cloud",
            Self::Ibm => "IBM Cloud",
            Self::DigitalOcean => "DigitalOcean",
            Self::Hetzner => "Hetzner",
            Self::Linode => "Linode",
            Self::Tencent => "Tencent Cloud",
            Self::Huawei => "Huawei Cloud",
            Self::Nutanix => "Nutanix",
            Self::Proxmox => "Proxmox",
            Self::Oci => "OCI",
            Self::Local => "local",
        }
    }

    /// Reads the word of [`Cloud::as_str`].
    ///
    /// # Errors
    ///
    /// The text is not exactly one of these words.
    pub fn parse(text: &str) -> Result<Self, ParseLocationError> {
        let known = Self::all()
            .iter()
            .copied()
            .find(|cloud| cloud.as_str() == text);
        known.ok_or_else(|| ParseLocationError::new("cloud", text, Self::unknown(text)))
    }

    /// Whether an image of the cloud is in all its regions at once, so that the cloud alone says where
    /// it is.
    pub(crate) const fn is_one_place(self) -> bool {
        matches!(
            self,
            Self::Gcp | Self::DigitalOcean | Self::Hetzner | Self::Linode | Self::Oci
        )
    }

    /// Whether the cloud alone is a location: its ids can be common to all regions.
    pub(crate) const fn stands_alone(self) -> bool {
        self.is_one_place() || matches!(self, Self::Azure)
    }

    /// Whether anybody can install the cloud, so that there are several of it.
    pub const fn has_installations(self) -> bool {
        matches!(
            self,
            Self::OpenStack | Self::Vmware | Self::Nutanix | Self::Proxmox | Self::Local
        )
    }

    pub(crate) fn unknown(word: &str) -> Flaw {
        let flaw = Flaw::says(0, "the cloud is unknown", CLOUDS);
        let wanted = match word.to_ascii_lowercase().as_str() {
            "amazon" | "ec2" => Self::Aws,
            "google" | "gce" | "googlecloud" => Self::Gcp,
            "microsoft" | "azurerm" => Self::Azure,
            "vsphere" | "vcenter" => Self::Vmware,
            "nova" | "glance" => Self::OpenStack,
            "aliyun" | "alicloud" | "alibabacloud" => Self::Alibaba,
            "do" => Self::DigitalOcean,
            "hcloud" => Self::Hetzner,
            "akamai" => Self::Linode,
            "tencentcloud" | "qcloud" => Self::Tencent,
            "huaweicloud" => Self::Huawei,
            "ahv" | "prism" => Self::Nutanix,
            "pve" => Self::Proxmox,
            "docker" | "bootc" | "container" => Self::Oci,
            "ibmcloud" => Self::Ibm,
            lower => match Self::all().iter().find(|cloud| cloud.as_str() == lower) {
                Some(cloud) => *cloud,
                None => return flaw,
            },
        };
        flaw.hint(format!("write `{wanted}`"))
    }
}

impl fmt::Display for Cloud {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

atlas_base::text_form!(Cloud, ParseLocationError);

const CLOUDS: &str = "`aws`, `azure`, `gcp`, `openstack`, `vmware`, `local`, `oracle`, `alibaba`, `ibm`, `digitalocean`, `hetzner`, `linode`, `tencent`, `huawei`, `nutanix`, `proxmox` or `oci`";
