//! Which reader reads a disk: the one place that knows all of them.

use crate::{
    Budget, DiskError, Format, Reason, Refusal, error::refuse, layer::Layer, qcow2::Qcow2,
    raw::Raw, read_at::View,
};

/// Opens one disk of a format that was declared and found.
pub(crate) fn layer(
    view: View,
    format: Format,
    budget: &Budget<'_>,
) -> Result<Box<dyn Layer>, DiskError> {
    Ok(match format {
        Format::Raw | Format::Iso => Box::new(Raw::open(view, budget)?),
        Format::Qcow2 => Box::new(Qcow2::open(view, budget)?),
        // An archive holds disks, and is none.
        Format::Vmdk | Format::Vhd | Format::Vhdx | Format::Ova => {
            let refusal = Refusal::new(Reason::UnknownFeature).what("a reader of");
            return refuse(refusal.named(format.name()));
        }
    })
}
