//! What an appliance tells of its machine.

/// What the descriptor of an appliance tells of the machine, as it is written there: texts of strangers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Appliance {
    /// The name of the machine.
    pub name: Option<String>,
    /// The note on it.
    pub description: Option<String>,
    /// The operating system, in words.
    pub system: Option<String>,
    /// The operating system, as a number of `CIM_OperatingSystem`.
    pub system_id: Option<u16>,
    /// Processors.
    pub processors: Option<u64>,
    /// Bytes of memory.
    pub memory: Option<u64>,
    /// It is started by UEFI with secure boot.
    pub has_secure_boot: bool,
}

/// Where a machine has a disk.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Device {
    /// The name, as it is written.
    pub name: Option<String>,
    /// What it is connected to.
    pub bus: Option<Bus>,
    /// The number of the controller among those of its kind.
    pub bus_number: Option<u32>,
    /// The place on the controller.
    pub unit: Option<u32>,
}

/// A kind of controllers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
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
