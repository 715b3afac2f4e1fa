//! An image that was opened: what it is, and its disks.

use crate::{
    Budget, DiskError, Firmware, Format,
    firmware::{Partitions, partitions},
    guest::Guest,
    layer::Layer,
    probe::{HEAD, TAIL, check_declared, check_inside},
    qcow2::Qcow2,
    raw::Raw,
    read_at::{ReadAt, SourceState, View},
    vhd::Vhd,
    vhdx::Vhdx,
    vmdk::Vmdk,
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
    warnings: Vec<Warning>,
}

/// One disk of an image.
#[derive(Debug)]
pub struct Disk {
    pub(crate) layer: Box<dyn Layer>,
    source: Source,
    kind: DiskKind,
    boots: bool,
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
        }
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
        let source = Source { of: source, state };
        check_declared(&view, declared)?;
        let mut firmware = None;
        let layers: Vec<Box<dyn Layer>> = match declared {
            Format::Raw | Format::Iso => vec![Box::new(Raw::open(view, budget)?)],
            Format::Qcow2 => vec![Box::new(Qcow2::open(view, budget)?)],
            Format::Vmdk => vec![Box::new(Vmdk::open(view, budget)?)],
            Format::Vhd => vec![Box::new(Vhd::open(view, budget)?)],
            Format::Vhdx => vec![Box::new(Vhdx::open(view, budget)?)],
            Format::Ova => Vec::new(),
        };
        let kind = match declared {
            Format::Iso => DiskKind::Cdrom,
            _ => DiskKind::Disk,
        };
        let mut disks = Vec::new();
        let mut warnings = Vec::new();
        let mut shown = None;
        for layer in layers {
            layer.check(budget)?;
            let parts = look_inside(layer.as_ref(), kind)?;
            shown.get_or_insert_with(|| parts.firmware());
            let boots = parts.boots() || kind == DiskKind::Cdrom;
            disks.push(Disk {
                layer,
                source: source.clone(),
                kind,
                boots,
            });
        }
        if disks.iter().all(|disk| !disk.boots) {
            warnings.push(Warning::NothingBoots);
        }
        match (firmware, shown) {
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

    /// Refuses an image that somebody wrote to since it was opened.
    pub(crate) fn check_unchanged(&self) -> Result<(), DiskError> {
        self.source.check_unchanged()
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
