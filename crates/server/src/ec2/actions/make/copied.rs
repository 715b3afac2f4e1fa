//! The devices of a copy.

use crate::ec2::asking::Asking;
use atlas_ec2::CopyImage;
use cloud_atlas::{
    LaunchableImage,
    image::{AddSnapshot, Devices, ImageDescription},
    image_id::AmiId,
};

/// The devices of a copy, and the snapshots that they begin with: each snapshot of the source is copied
/// too, and whoever copies what is another's is not told of the source's snapshots (AWS).
pub(super) fn devices(
    asking: &Asking<'_>,
    ask: &CopyImage,
    source: &LaunchableImage,
    ami: AmiId,
) -> (Devices, Vec<AddSnapshot>) {
    let mut devices = source.record.devices().as_slice().to_vec();
    let mut snapshots = Vec::new();
    let is_encrypted = ask.encrypted.unwrap_or_default();
    for device in &mut devices {
        let from = device.snapshot.take();
        device.key = None;
        if device.virtual_name.is_some() || device.left_out {
            continue;
        }
        if source.is_own && from.is_none() {
            continue;
        }
        let mut snapshot = AddSnapshot::new(asking.session.new_snapshot_id());
        let of = from.map(|from| format!(" for SourceSnapshot {from}"));
        let description = format!(
            "Copied for DestinationAmi {ami} from SourceAmi {}{}.",
            ask.source_image_id.as_str(),
            of.unwrap_or_default()
        );
        snapshot.description = ImageDescription::parse(&description).ok();
        snapshot.size_gb = device.size_gb;
        snapshot.encrypted = is_encrypted || device.encrypted.unwrap_or_default();
        device.snapshot = snapshot.id.to_text();
        snapshots.push(snapshot);
    }
    // INVARIANT: they were one list.
    (Devices::new(devices).unwrap_or_default(), snapshots)
}
