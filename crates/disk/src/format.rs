//! The formats.

use core::{fmt, str::FromStr};
use serde::{Serialize, Serializer};
use thiserror::Error;

/// A format of disk images.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Format {
    /// The bytes of the disk, one after the other.
    Raw,
    /// QEMU's format, versions 2 and 3.
    Qcow2,
    /// VMware's format in one file: monolithicSparse and streamOptimized.
    Vmdk,
    /// A virtual appliance: an archive of an OVF descriptor and its disks.
    Ova,
    /// Microsoft's older format, fixed and dynamic.
    Vhd,
    /// Microsoft's newer format.
    Vhdx,
    /// The image of a CD, which is kept as it is.
    Iso,
}

impl Format {
    /// All of them.
    pub const ALL: &[Self] = &[
        Self::Raw,
        Self::Qcow2,
        Self::Vmdk,
        Self::Ova,
        Self::Vhd,
        Self::Vhdx,
        Self::Iso,
    ];

    /// The name: `qcow2`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Raw => "raw",
            Self::Qcow2 => "qcow2",
            Self::Vmdk => "vmdk",
            Self::Ova => "ova",
            Self::Vhd => "vhd",
            Self::Vhdx => "vhdx",
            Self::Iso => "iso",
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// A text that names no format.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("there is no disk format of this name; there are raw, qcow2, vmdk, ova, vhd, vhdx and iso")]
pub struct UnknownFormat;

impl FromStr for Format {
    type Err = UnknownFormat;

    fn from_str(text: &str) -> Result<Self, UnknownFormat> {
        let mut all = Self::ALL.iter().copied();
        all.find(|format| format.name() == text)
            .ok_or(UnknownFormat)
    }
}

impl Serialize for Format {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}
