//! The devices that a server gets with an image.

use crate::{CloudText, DeviceBus, DeviceKind};
use core::{fmt, num::NonZeroU32};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// One device of an image (Symphony: block device mapping; AWS: the same).
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Device {
    /// What the guest calls it: `/dev/sda1`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<CloudText>,
    /// What it is; a disk where nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<DeviceKind>,
    /// How it is attached; natively where nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bus: Option<DeviceBus>,
    /// The storage pool that it is made in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pool: Option<CloudText>,
    /// Its size in gigabytes, at least 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size_gb: Option<NonZeroU32>,
    /// The snapshot that it begins with: `snap-0123456789abcdef0`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub snapshot: Option<CloudText>,
    /// The kind of its volume: `gp3`, `standard`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub volume_type: Option<CloudText>,
    /// Its input and output operations a second.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub iops: Option<NonZeroU32>,
    /// Its throughput in MiB a second.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub throughput_mib: Option<NonZeroU32>,
    /// Whether it is encrypted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub encrypted: Option<bool>,
    /// The name of the key that it is encrypted with; never a key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<CloudText>,
    /// Whether it goes with its server.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delete_on_termination: Option<bool>,
    /// A disk of the machine itself: `ephemeral0`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub virtual_name: Option<CloudText>,
    /// Whether a device of that name is left out.
    #[serde(default, skip_serializing_if = "core::ops::Not::not")]
    pub left_out: bool,
}

/// The devices of an image in their order, at most [`Devices::MOST`], no two of one name.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "Vec<Device>", into = "Vec<Device>")]
pub struct Devices(Vec<Device>);

impl Devices {
    /// The most devices that an image can have (ours).
    pub const MOST: usize = 64;

    /// Checks a list.
    ///
    /// # Errors
    ///
    /// It is too long, or two devices have the same name.
    pub fn new(devices: Vec<Device>) -> Result<Self, DevicesError> {
        if devices.len() > Self::MOST {
            return Err(DevicesError::TooMany {
                found: devices.len(),
            });
        }
        let mut names = BTreeSet::new();
        for name in devices.iter().filter_map(|device| device.name.as_ref()) {
            if !names.insert(name) {
                return Err(DevicesError::Twice { name: name.clone() });
            }
        }
        Ok(Self(devices))
    }

    /// The devices, in order.
    pub fn as_slice(&self) -> &[Device] {
        &self.0
    }

    /// Whether nothing is known of them.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The same devices elsewhere: snapshots and keys are of one region.
    #[must_use]
    pub(crate) fn elsewhere(mut self) -> Self {
        for device in &mut self.0 {
            (device.snapshot, device.key) = (None, None);
        }
        self
    }

    /// The same devices with every volume encrypted.
    #[must_use]
    pub(crate) fn encrypted(mut self, key: Option<&CloudText>) -> Self {
        let volumes = self.0.iter_mut();
        for device in volumes.filter(|device| device.virtual_name.is_none() && !device.left_out) {
            (device.encrypted, device.key) = (Some(true), key.cloned());
        }
        self
    }
}

impl TryFrom<Vec<Device>> for Devices {
    type Error = DevicesError;

    fn try_from(devices: Vec<Device>) -> Result<Self, DevicesError> {
        Self::new(devices)
    }
}

impl From<Devices> for Vec<Device> {
    fn from(devices: Devices) -> Self {
        devices.0
    }
}

/// Why a list of devices is none.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum DevicesError {
    /// It is too long.
    TooMany {
        /// How many there are.
        found: usize,
    },
    /// Two devices have the same name.
    Twice {
        /// The name.
        name: CloudText,
    },
}

impl fmt::Display for DevicesError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooMany { found } => {
                let most = Devices::MOST;
                write!(f, "an image has at most {most} devices, not {found}")
            }
            Self::Twice { name } => {
                let shown = atlas_base::quoted(name.as_str());
                write!(f, "two devices are named {shown}: name each once")
            }
        }
    }
}

impl std::error::Error for DevicesError {}
