//! What attempts that came to nothing may have left in storage pools.

use super::{DiskImage, KeptDeviceId};
use crate::CloudText;
use serde::{Deserialize, Serialize};

/// A device of an attempt that came to nothing: a storage pool may keep bytes of it, which nobody can
/// read any more. It is known until they are gone, since nothing else names them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(
    clippy::exhaustive_structs,
    reason = "it is where bytes are, and no more"
)]
pub struct LeftDevice {
    /// Under which id the pool keeps it.
    pub id: KeptDeviceId,
    /// The storage pool.
    pub pool: CloudText,
}

impl DiskImage {
    /// All that storage pools may keep of it: its devices, and what was left.
    pub fn in_pools(&self) -> Vec<LeftDevice> {
        let own = self.devices.iter().map(|device| LeftDevice {
            id: device.id,
            pool: device.pool.clone(),
        });
        own.chain(self.left.iter().cloned()).collect()
    }

    /// Gives its devices up: they are left.
    pub(super) fn leave_devices(&mut self) {
        self.left = self.in_pools();
        self.devices.clear();
    }
}

/// Notes that nothing is left of some devices.
#[must_use]
pub fn forget_left(image: &DiskImage, gone: &[LeftDevice]) -> DiskImage {
    let mut image = image.clone();
    image.left.retain(|left| !gone.contains(left));
    image
}
