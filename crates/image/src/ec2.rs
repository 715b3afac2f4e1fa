//! What EC2 says of an image beyond what every cloud does.

use crate::{CloudText, UefiData};
use atlas_base::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// The attributes of EC2 that have no place elsewhere in a record, in EC2's words.
///
/// Name, description, architecture, tags, boot mode, virtualization, devices, state, owner scope and
/// launch permissions are facts of every record.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Ec2Facts {
    /// The image location: the manifest of an image that lies in S3.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub manifest: Option<CloudText>,
    /// The account that owns the image in the cloud.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<CloudText>,
    /// The alias of that account: `amazon`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner_alias: Option<CloudText>,
    /// `windows`, where it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub platform: Option<CloudText>,
    /// What is billed: `Linux/UNIX`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub platform_details: Option<CloudText>,
    /// How it is billed: `RunInstances`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub usage_operation: Option<CloudText>,
    /// The kernel: `aki-88aa75e1`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kernel: Option<CloudText>,
    /// The ramdisk: `ari-a51cf9cc`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ramdisk: Option<CloudText>,
    /// The name of the root device: `/dev/sda1`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub root_device: Option<CloudText>,
    /// `ebs` or `instance-store`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub root_device_type: Option<CloudText>,
    /// `xen` or `ovm`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hypervisor: Option<CloudText>,
    /// Whether enhanced networking with ENA is on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ena_support: Option<bool>,
    /// Whether enhanced networking with a virtual function is on: `simple`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sriov_net_support: Option<CloudText>,
    /// The version of the trusted platform module: `v2.0`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tpm_support: Option<CloudText>,
    /// The version of the metadata service that is demanded: `v2.0`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub imds_support: Option<CloudText>,
    /// The UEFI variables.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uefi_data: Option<UefiData>,
    /// Product codes, which are never lost.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub product_codes: BTreeSet<ProductCode>,
    /// Billing products.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub billing_products: BTreeSet<CloudText>,
    /// The instance that it was made from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_instance: Option<CloudText>,
    /// The image that it was copied from, in the cloud's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_image: Option<CloudText>,
    /// The region of that image.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_region: Option<CloudText>,
    /// The token of the request that it was made by: the same request is not done twice.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_token: Option<CloudText>,
    /// When it was last launched, as the cloud says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_launched: Option<Timestamp>,
    /// Why the cloud has it in the state in which it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state_reason: Option<StateReason>,
}

/// A product code of an image.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProductCode {
    /// The code.
    pub code: CloudText,
    /// Its kind: `marketplace`, `devpay`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<CloudText>,
}

/// Why the cloud has an image in the state in which it is.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StateReason {
    /// The code: `Client.UserInitiatedDisable`.
    pub code: CloudText,
    /// In words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<CloudText>,
}

impl Ec2Facts {
    /// Whether nothing is said.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// The same facts of a copy in another region: a kernel and a ramdisk are of one region, and what
    /// the cloud says of the source it does not say of the copy.
    #[must_use]
    pub(crate) fn elsewhere(self) -> Self {
        Self {
            manifest: None,
            kernel: None,
            ramdisk: None,
            source_instance: None,
            client_token: None,
            last_launched: None,
            state_reason: None,
            ..self
        }
    }
}
