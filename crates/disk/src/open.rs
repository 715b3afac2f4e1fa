//! Which reader reads what: the one place that knows all of them.

use crate::{
    Appliance, Budget, Device, DiskError, DiskKind, Firmware, Format, Reason, Refusal, Warning,
    error::refuse, layer::Layer, ova, qcow2::Qcow2, raw::Raw, read_at::View, vhd::Vhd, vhdx::Vhdx,
    vmdk::Vmdk,
};

/// What an image comes to, before anybody looked into its disks.
#[derive(Default)]
pub(crate) struct Opened {
    /// Its disks and CDs, in the order in which a machine has them.
    pub(crate) disks: Vec<Found>,
    /// What a descriptor says of the firmware.
    pub(crate) firmware: Option<Firmware>,
    pub(crate) appliance: Option<Appliance>,
    pub(crate) warnings: Vec<Warning>,
}

/// One disk or CD of it.
pub(crate) struct Found {
    pub(crate) layer: Box<dyn Layer>,
    pub(crate) kind: DiskKind,
    pub(crate) device: Option<Device>,
}

/// Opens an image of a format that was declared and found.
pub(crate) fn image(view: View, format: Format, budget: &Budget<'_>) -> Result<Opened, DiskError> {
    if format == Format::Ova {
        return ova::open(&view, budget);
    }
    let layer = layer(view, format, budget)?;
    let kind = match format {
        Format::Iso => DiskKind::Cdrom,
        _ => DiskKind::Disk,
    };
    let device = None;
    let disks = vec![Found {
        layer,
        kind,
        device,
    }];
    Ok(Opened {
        disks,
        ..Opened::default()
    })
}

/// Opens one disk of a format that was declared and found.
pub(crate) fn layer(
    view: View,
    format: Format,
    budget: &Budget<'_>,
) -> Result<Box<dyn Layer>, DiskError> {
    Ok(match format {
        Format::Raw | Format::Iso => Box::new(Raw::open(view, budget)?),
        Format::Qcow2 => Box::new(Qcow2::open(view, budget)?),
        Format::Vmdk => Box::new(Vmdk::open(view, budget)?),
        Format::Vhd => Box::new(Vhd::open(view, budget)?),
        Format::Vhdx => Box::new(Vhdx::open(view, budget)?),
        // An archive holds disks, and is none.
        Format::Ova => return refuse(Refusal::new(Reason::NestedFormat).named(format.name())),
    })
}
