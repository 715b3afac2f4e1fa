//! An image that was opened: what it is, and its disks.

use crate::{
    Appliance, Budget, Device, DiskError, Firmware, Format,
    firmware::{Partitions, partitions},
    guest::Guest,
    layer::Layer,
    open::{self, Found},
    probe::{HEAD, TAIL, check_declared, check_inside},
    read_at::{ReadAt, SourceState, View},
};
use core::fmt;
use std::sync::Arc;

/// An image whose headers and tables were read and found right. Compressed data is looked at when the
/// disk is read.
#[derive(Debug)]
pub struct Image {
    format: Format,
    firmware: Option<Firmware>,
    disks: Vec<Disk>,
    appliance: Option<Appliance>,
    warnings: Vec<Warning>,
}

/// One disk of an image.
#[derive(Debug)]
pub struct Disk {
    pub(crate) layer: Box<dyn Layer>,
    source: Source,
    kind: DiskKind,
    boots: bool,
    device: Option<Device>,
}

/// What an image was opened from, and what it was then.
#[derive(Clone)]
struct Source {
    of: Arc<dyn ReadAt>,
    state: SourceState,
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Source({} bytes)", self.state.length)
    }
}

impl Source {
    /// Refuses a source that somebody wrote to since it was opened.
    fn check_unchanged(&self) -> Result<(), DiskError> {
        if self.of.state()? == self.state {
            Ok(())
        } else {
            Err(DiskError::Changed)
        }
    }
}

/// What a device is (Stratoscale).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(clippy::exhaustive_enums, reason = "Stratoscale has these two")]
pub enum DiskKind {
    /// A disk.
    #[default]
    Disk,
    /// A CD, which is only read.
    Cdrom,
}

/// What is allowed of an image, and worth saying.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Warning {
    /// No disk has a boot sector or an EFI system partition (B02).
    NothingBoots,
    /// The descriptor names another firmware than the disk shows (B04).
    OtherFirmware {
        /// What the descriptor says.
        told: Firmware,
        /// What the disk shows.
        shown: Firmware,
    },
    /// The descriptor tells another size of a file than the archive has.
    FileSize {
        /// The name of the file.
        name: String,
        /// What the descriptor says.
        told: u64,
        /// What the archive has.
        found: u64,
    },
    /// The descriptor has a disk that its machine does not use; it is left out.
    UnusedDisk {
        /// The id of the disk.
        id: String,
    },
    /// There is a certificate, and nobody verified it.
    UnverifiedCertificate,
}

impl Warning {
    /// A code for programs, which stays.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NothingBoots => "nothing-boots",
            Self::OtherFirmware { .. } => "other-firmware",
            Self::FileSize { .. } => "file-size",
            Self::UnusedDisk { .. } => "unused-disk",
            Self::UnverifiedCertificate => "unverified-certificate",
        }
    }
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NothingBoots => {
                f.write_str("no disk has a boot sector or an EFI system partition")
            }
            Self::OtherFirmware { told, shown } => {
                write!(
                    f,
                    "the descriptor asks for {told}, and the disk looks like {shown}"
                )
            }
            Self::FileSize { name, told, found } => {
                write!(
                    f,
                    "the descriptor says that {name:?} has {told} bytes, and it has {found}"
                )
            }
            Self::UnusedDisk { id } => {
                write!(
                    f,
                    "the machine does not use the disk {id:?}: it is left out"
                )
            }
            Self::UnverifiedCertificate => {
                f.write_str("there is a certificate, which nobody verified")
            }
        }
    }
}

impl Image {
    /// Opens an image that is said to be of a format: its headers and tables are read, and refused
    /// unless all is right.
    ///
    /// # Errors
    ///
    /// The source cannot be read, the caller stopped the work, or the image is refused:
    /// [`Reason`](crate::Reason) has all that is looked for.
    pub fn open(
        source: Arc<dyn ReadAt>,
        declared: Format,
        budget: &Budget<'_>,
    ) -> Result<Self, DiskError> {
        let budget = &budget.fresh();
        let state = source.state()?;
        let view = View::whole(Arc::clone(&source))?;
        let source = Source { of: source, state };
        check_declared(&view, declared)?;
        let opened = open::image(view, declared, budget)?;
        let (mut firmware, mut warnings) = (opened.firmware, opened.warnings);
        let mut disks = Vec::new();
        let (mut shown, mut shown_by_cd) = (None, None);
        for Found {
            layer,
            kind,
            device,
        } in opened.disks
        {
            layer.check(budget)?;
            let parts = look_inside(layer.as_ref(), kind)?;
            // A CD beside disks is for setting up, and tells nothing of them.
            match kind {
                DiskKind::Disk => shown.get_or_insert(parts.firmware()),
                DiskKind::Cdrom => shown_by_cd.get_or_insert(parts.firmware()),
            };
            let boots = parts.boots() || kind == DiskKind::Cdrom;
            disks.push(Disk {
                layer,
                source: source.clone(),
                kind,
                boots,
                device,
            });
        }
        if !boots(&disks) {
            warnings.push(Warning::NothingBoots);
        }
        match (firmware, shown.or(shown_by_cd)) {
            (Some(told), Some(shown)) if told != shown => {
                warnings.push(Warning::OtherFirmware { told, shown });
            }
            (None, shown) => firmware = shown,
            _ => {}
        }
        source.check_unchanged()?;
        Ok(Self {
            format: declared,
            firmware,
            disks,
            appliance: opened.appliance,
            warnings,
        })
    }

    /// What it is.
    pub fn format(&self) -> Format {
        self.format
    }

    /// What starts it: as its descriptor says, or else as its first disk shows.
    pub fn firmware(&self) -> Firmware {
        self.firmware.unwrap_or_default()
    }

    /// Its disks, in the order in which the machine has them.
    pub fn disks(&self) -> &[Disk] {
        &self.disks
    }

    /// What the descriptor of an OVA tells of its machine.
    pub fn appliance(&self) -> Option<&Appliance> {
        self.appliance.as_ref()
    }

    /// What is worth saying of it.
    pub fn warnings(&self) -> &[Warning] {
        &self.warnings
    }
}

impl Disk {
    /// Bytes of the disk.
    pub fn virtual_size(&self) -> u64 {
        self.layer.size()
    }

    /// Whether it is a disk or a CD.
    pub fn kind(&self) -> DiskKind {
        self.kind
    }

    /// Whether a machine can start from it.
    pub fn boots(&self) -> bool {
        self.boots
    }

    /// Where the machine of an OVA has it.
    pub fn device(&self) -> Option<&Device> {
        self.device.as_ref()
    }

    /// Refuses an image that somebody wrote to since it was opened.
    pub(crate) fn check_unchanged(&self) -> Result<(), DiskError> {
        self.source.check_unchanged()
    }
}

/// Whether any disk boots, or a CD where there are only CDs (B02).
fn boots(disks: &[Disk]) -> bool {
    let is_disk = |disk: &Disk| disk.kind == DiskKind::Disk;
    let has_disks = disks.iter().any(is_disk);
    disks
        .iter()
        .any(|disk| disk.boots && is_disk(disk) == has_disks)
}

/// Looks at a disk as a machine would; an image file inside of it is refused.
fn look_inside(layer: &dyn Layer, kind: DiskKind) -> Result<Partitions, DiskError> {
    let mut guest = Guest::new(layer);
    if kind == DiskKind::Disk {
        let head = guest.bytes(0, HEAD)?;
        let from = layer
            .size()
            .saturating_sub(u64::try_from(TAIL).unwrap_or_default());
        let tail = guest.bytes(from, TAIL)?;
        check_inside(&head, &tail)?;
    }
    partitions(&mut guest)
}
