//! What an appliance tells of its machine.

use serde::Serialize;

/// What the descriptor of an appliance tells of the machine, as it is written there: texts of strangers.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Appliance {
    /// The name of the machine.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The note on it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The operating system, in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub system: Option<String>,
    /// The operating system, as a number of `CIM_OperatingSystem`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub system_id: Option<u16>,
    /// Processors.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub processors: Option<u64>,
    /// Bytes of memory.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub memory: Option<u64>,
    /// It is started by UEFI with secure boot.
    #[serde(rename = "secure_boot")]
    pub has_secure_boot: bool,
}

/// Where a machine has a disk.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Device {
    /// The name, as it is written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What it is connected to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bus: Option<Bus>,
    /// The number of the controller among those of its kind.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bus_number: Option<u32>,
    /// The place on the controller.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unit: Option<u32>,
}

/// A kind of controllers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Bus {
    /// IDE.
    Ide,
    /// SCSI.
    Scsi,
    /// SATA.
    Sata,
    /// `NVMe`.
    Nvme,
    /// Virtio.
    Virtio,
    /// Another one.
    Other,
}
