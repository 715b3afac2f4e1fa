//! Which firmware starts a disk, by its partitions (UEFI specification, chapter 5).

use crate::{
    DiskError,
    bytes::{array, le32, le64},
    guest::Guest,
};
use core::{fmt, str::FromStr};
use serde::{Serialize, Serializer};
use thiserror::Error;

/// What starts a machine.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(clippy::exhaustive_enums, reason = "there have been two for long")]
pub enum Firmware {
    /// The code in the first sector of a disk is run.
    #[default]
    Bios,
    /// A program in the EFI system partition is run.
    Uefi,
}

impl Firmware {
    /// The name: `bios`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Bios => "bios",
            Self::Uefi => "uefi",
        }
    }
}

impl fmt::Display for Firmware {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// A text that names no firmware.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("there is no firmware of this name; there are bios and uefi")]
pub struct UnknownFirmware;

impl FromStr for Firmware {
    type Err = UnknownFirmware;

    fn from_str(text: &str) -> Result<Self, UnknownFirmware> {
        match text {
            "bios" => Ok(Self::Bios),
            "uefi" | "efi" => Ok(Self::Uefi),
            _ => Err(UnknownFirmware),
        }
    }
}

impl Serialize for Firmware {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

/// How a disk is parted, and what can start from it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Partitions {
    pub(crate) table: Option<Table>,
    /// It has code in its first sector, or a partition for such code.
    pub(crate) has_boot_code: bool,
    /// It has an EFI system partition.
    pub(crate) has_esp: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Table {
    Mbr,
    Gpt,
}

impl Partitions {
    /// Whether a machine can start from it.
    pub(crate) fn boots(self) -> bool {
        self.has_boot_code || self.has_esp
    }

    /// UEFI, where nothing else can start from it.
    pub(crate) fn firmware(self) -> Firmware {
        if self.has_esp && !self.has_boot_code {
            Firmware::Uefi
        } else {
            Firmware::Bios
        }
    }
}

/// `C12A7328-F81F-11D2-BA4B-00A0C93EC93B`, as it is written.
const ESP: [u8; 16] = [
    0x28, 0x73, 0x2a, 0xc1, 0x1f, 0xf8, 0xd2, 0x11, 0xba, 0x4b, 0x00, 0xa0, 0xc9, 0x3e, 0xc9, 0x3b,
];
/// `21686148-6449-6E6F-744E-656564454649`, as it is written.
const BIOS_BOOT: [u8; 16] = *b"Hah!IdontNeedEFI";
/// The types of partitions in an MBR for an EFI system partition, and for a whole disk with a GPT.
const MBR_ESP: u8 = 0xef;
const MBR_PROTECTIVE: u8 = 0xee;

/// Reads the table of partitions of a disk; one that is damaged is none.
pub(crate) fn partitions(guest: &mut Guest<'_>) -> Result<Partitions, DiskError> {
    let first = guest.bytes(0, 512)?;
    let mut found = Partitions::default();
    if first.get(510..512) != Some(&[0x55, 0xaa]) {
        return Ok(found);
    }
    let code = first.get(..440).unwrap_or_default();
    found.has_boot_code = code.iter().any(|byte| *byte != 0);
    let entries = first.get(446..510).unwrap_or_default();
    let kinds = entries.chunks_exact(16).filter_map(|entry| entry.get(4));
    let kinds: Vec<_> = kinds.copied().filter(|kind| *kind != 0).collect();
    found.has_esp = kinds.contains(&MBR_ESP);
    if !kinds.is_empty() {
        found.table = Some(Table::Mbr);
    }
    if kinds.contains(&MBR_PROTECTIVE) {
        // A sector of the disk has 512 bytes, or 4,096.
        for sector in [512, 4096] {
            if gpt(guest, sector, &mut found)? {
                break;
            }
        }
    }
    Ok(found)
}

/// Reads a GPT, and says whether there is one.
fn gpt(guest: &mut Guest<'_>, sector: u64, found: &mut Partitions) -> Result<bool, DiskError> {
    const MOST_ENTRIES: u32 = 1024;
    let header = guest.bytes(sector, 512)?;
    if !header.starts_with(b"EFI PART") {
        return Ok(false);
    }
    let at = le64(&header, 72).unwrap_or_default().saturating_mul(sector);
    let count = le32(&header, 80).unwrap_or_default().min(MOST_ENTRIES);
    let size = le32(&header, 84).unwrap_or_default();
    if !(128..=4096).contains(&size) {
        return Ok(false);
    }
    found.table = Some(Table::Gpt);
    let size = usize::try_from(size).unwrap_or(128);
    let length = usize::try_from(count)
        .unwrap_or_default()
        .saturating_mul(size);
    let entries = guest.bytes(at, length)?;
    for entry in entries.chunks_exact(size) {
        let kind = array::<16>(entry, 0);
        found.has_esp |= kind == Some(ESP);
        found.has_boot_code |= kind == Some(BIOS_BOOT);
    }
    Ok(true)
}
