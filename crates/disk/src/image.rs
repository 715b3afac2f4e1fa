//! An image that was opened: what it is, and its disks.

use crate::{
    Appliance, Budget, Device, DiskError, Firmware, Format,
    firmware::{Partitions, partitions},
    guest::Guest,
    layer::Layer,
    open, ova,
    probe::{HEAD, TAIL, check_declared, check_inside},
    read_at::{ReadAt, SourceState, View},
};
use core::fmt;
use std::sync::Arc;

/// An image whose headers and tables were read and found right. Compressed data is looked at when the
/// disk is read.
pub struct Image {
    source: Arc<dyn ReadAt>,
    state: SourceState,
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
    pub(crate) kind: DiskKind,
    pub(crate) boots: bool,
    pub(crate) device: Option<Device>,
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

impl fmt::Debug for Image {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Image")
            .field("format", &self.format)
            .field("firmware", &self.firmware)
            .field("disks", &self.disks)
            .finish_non_exhaustive()
    }
}

impl Image {
    /// Opens an image that is said to be of a format: its headers and tables are read, and refused
    /// unless all is right.
    ///
    /// # Errors
    ///
    /// The source cannot be read, the caller stopped the work, or the image is refused: [`Reason`] has
    /// all that is looked for.
    pub fn open(
        source: Arc<dyn ReadAt>,
        declared: Format,
        budget: &Budget<'_>,
    ) -> Result<Self, DiskError> {
        let state = source.state()?;
        let view = View::whole(Arc::clone(&source))?;
        check_declared(&view, declared)?;
        let (mut firmware, mut appliance, mut warnings) = (None, None, Vec::new());
        let layers: Vec<(Box<dyn Layer>, DiskKind, Option<Device>)> = match declared {
            Format::Ova => {
                let opened = ova::open(&view, budget)?;
                firmware = opened.firmware;
                warnings = opened.warnings;
                appliance = Some(opened.appliance);
                let disks = opened.disks.into_iter();
                disks
                    .map(|(layer, kind, at)| (layer, kind, Some(at)))
                    .collect()
            }
            Format::Iso => vec![(open::layer(view, declared, budget)?, DiskKind::Cdrom, None)],
            _ => vec![(open::layer(view, declared, budget)?, DiskKind::Disk, None)],
        };
        let mut disks = Vec::new();
        let (mut shown, mut shown_by_cd) = (None, None);
        for (layer, kind, device) in layers {
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
                kind,
                boots,
                device,
            });
        }
        if !boots(&disks) {
            warnings.push(Warning::NothingBoots);
        }
        if appliance.as_ref().is_some_and(|it| it.has_certificate) {
            warnings.push(Warning::UnverifiedCertificate);
        }
        match (firmware, shown.or(shown_by_cd)) {
            (Some(told), Some(shown)) if told != shown => {
                warnings.push(Warning::OtherFirmware { told, shown });
            }
            (None, shown) => firmware = shown,
            _ => {}
        }
        let image = Self {
            source,
            state,
            format: declared,
            firmware,
            disks,
            appliance,
            warnings,
        };
        image.check_unchanged()?;
        Ok(image)
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

    /// Refuses a source that somebody wrote to since it was opened.
    ///
    /// # Errors
    ///
    /// Somebody did, or the source does not tell.
    pub fn check_unchanged(&self) -> Result<(), DiskError> {
        if self.source.state()? == self.state {
            Ok(())
        } else {
            Err(DiskError::Changed)
        }
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
}

/// Whether any disk boots, or the CD where there are only CDs (B02).
fn boots(disks: &[Disk]) -> bool {
    let mut only = disks.iter().filter(|disk| disk.kind == DiskKind::Disk);
    match only.next() {
        Some(first) => first.boots || only.any(|disk| disk.boots),
        None => disks.iter().any(|disk| disk.boots),
    }
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
