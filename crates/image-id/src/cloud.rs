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
            Self::Local,
        ]
    }

    /// The word that texts use: `aws`, `azure`, `gcp`, `openstack`, `vmware`, `local`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Aws => "aws",
            Self::Azure => "azure",
            Self::Gcp => "gcp",
            Self::OpenStack => "openstack",
            Self::Vmware => "vmware",
            Self::Local => "local",
        }
    }

    /// The name that people read: `AWS`, `Azure`, `GCP`, `OpenStack`, `VMware`, `local`.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Aws => "AWS",
            Self::Azure => "Azure",
            Self::Gcp => "GCP",
            Self::OpenStack => "OpenStack",
            Self::Vmware => "VMware",
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

    pub(crate) fn unknown(word: &str) -> Flaw {
        let flaw = Flaw::says(0, "the cloud is unknown", CLOUDS);
        let wanted = match word.to_ascii_lowercase().as_str() {
            "amazon" | "ec2" => Self::Aws,
            "google" | "gce" | "googlecloud" => Self::Gcp,
            "microsoft" | "azurerm" => Self::Azure,
            "vsphere" | "vcenter" => Self::Vmware,
            "nova" | "glance" => Self::OpenStack,
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

const CLOUDS: &str = "`aws`, `azure`, `gcp`, `openstack`, `vmware` or `local`";
