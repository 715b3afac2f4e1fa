//! What is allowed of a disk image, and worth saying.

use crate::Firmware;
use core::fmt;
use serde::Serialize;

/// Something about a disk image that is allowed and still worth saying.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "code", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum DiskImageWarning {
    /// Ours: the device that boots has no boot sector and no EFI system partition.
    BootsNothing {
        /// Which device, from 0.
        device: u32,
    },
    /// Ours: the firmware that was asked for is another than the source has.
    OtherFirmware {
        /// What was asked for, and is taken.
        asked: Firmware,
        /// What the source says or shows.
        found: Firmware,
    },
}

impl DiskImageWarning {
    /// The stable name of the warning: `boots-nothing`.
    pub fn code(&self) -> &'static str {
        match self {
            Self::BootsNothing { .. } => "boots-nothing",
            Self::OtherFirmware { .. } => "other-firmware",
        }
    }
}

impl fmt::Display for DiskImageWarning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BootsNothing { device } => write!(
                f,
                "device {device} is to boot, and has neither a boot sector nor an EFI system partition"
            ),
            Self::OtherFirmware { asked, found } => {
                write!(
                    f,
                    "it will start by {asked}, as asked, and its source is made for {found}"
                )
            }
        }
    }
}
