//! What becomes of the sources once they were looked at.

use super::{
    AskedDevice, DiskImage, DiskImageError, DiskImageState, DiskImageWarning, DiskQuota, DiskUsage,
    KeptDevice, KeptDeviceId,
};
use crate::{DeviceBus, DeviceKind, Devices, Firmware};
use atlas_base::Timestamp;

/// A source that was opened.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "whoever opens sources makes it")]
pub struct FoundSource {
    /// How it says, or shows, that it starts.
    pub firmware: Firmware,
    /// Its disks, in the order of the machine.
    pub disks: Vec<FoundDisk>,
}

/// A disk of a source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "whoever opens sources makes it")]
pub struct FoundDisk {
    /// Its bytes.
    pub size: u64,
    /// What it is.
    pub kind: DeviceKind,
    /// Whether a machine can start from it.
    pub boots: bool,
}

/// What [`settle_devices`] must know.
#[derive(Debug, Clone)]
pub struct SettleFacts<'a> {
    /// What was found, a source for each that was asked for.
    pub found: &'a [FoundSource],
    /// What the project may keep.
    pub quota: Option<&'a DiskQuota>,
    /// What it keeps.
    pub usage: DiskUsage,
    /// The moment.
    pub now: Timestamp,
}

/// Decides which devices the image has, which of them boots, how large they are and how it starts
/// (Symphony). Each gets an id of its own, under which its pool will keep it.
///
/// # Errors
///
/// It is not being created, or the devices do not fit what was asked for, or the quota.
pub fn settle_devices(
    image: &DiskImage,
    facts: &SettleFacts<'_>,
    mut new_id: impl FnMut() -> KeptDeviceId,
) -> Result<(DiskImage, Vec<DiskImageWarning>), DiskImageError> {
    let DiskImageState::Creating { .. } = image.state else {
        return Err(image.state.misfit("creating", "filled"));
    };
    if !image.devices.is_empty() {
        return Err(DiskImageError::OtherAttempt { id: image.id });
    }
    let mut devices = Vec::new();
    for (asked, found) in image.asked.iter().zip(facts.found) {
        if asked.size.is_some() && found.disks.len() != 1 {
            let found = found.disks.len();
            return Err(DiskImageError::SizeOfSeveral { found });
        }
        for disk in &found.disks {
            let place = u32::try_from(devices.len()).unwrap_or(u32::MAX);
            devices.push((kept(place, asked, *disk, new_id())?, disk.boots));
        }
    }
    if devices.is_empty() {
        return Err(DiskImageError::NoDevice);
    }
    if devices.len() > Devices::MOST {
        let found = devices.len();
        return Err(DiskImageError::TooManyDevices { found });
    }
    let boot = boot_device(image.asked_boot, &devices)?;
    let mut warnings = Vec::new();
    if let Some((device, can_boot)) = devices.get_mut(boot) {
        device.boots = true;
        if !*can_boot {
            let device = u32::try_from(boot).unwrap_or(u32::MAX);
            warnings.push(DiskImageWarning::BootsNothing { device });
        }
    }
    let firmware = firmware(image.firmware, facts.found, &mut warnings);
    let mut settled = DiskImage {
        firmware: Some(firmware),
        devices: devices.into_iter().map(|(device, _)| device).collect(),
        ..image.clone()
    };
    settled.state = DiskImageState::Creating {
        since: facts.now,
        done: 0,
        total: settled.size(),
    };
    if let Some(quota) = facts.quota {
        quota.check_bytes(facts.usage, settled.size())?;
    }
    Ok((settled, warnings))
}

fn kept(
    place: u32,
    asked: &AskedDevice,
    disk: FoundDisk,
    id: KeptDeviceId,
) -> Result<KeptDevice, DiskImageError> {
    let size = match asked.size {
        Some(asked) if asked < disk.size => {
            return Err(DiskImageError::TooSmall {
                device: place,
                asked,
                found: disk.size,
            });
        }
        asked => asked.unwrap_or(disk.size),
    };
    Ok(KeptDevice {
        id,
        pool: asked.pool.clone(),
        from: Some(asked.from.clone()),
        format: asked.format,
        kind: disk.kind,
        bus: asked.bus.unwrap_or(DeviceBus::Native),
        size,
        boots: false,
        made: None,
    })
}

/// Symphony: the device that was named, else the first disk; where there are CDs only, the first one.
fn boot_device(
    asked: Option<u32>,
    devices: &[(KeptDevice, bool)],
) -> Result<usize, DiskImageError> {
    let first_disk = devices
        .iter()
        .position(|(device, _)| device.kind == DeviceKind::Disk);
    let Some(asked) = asked else {
        return Ok(first_disk.unwrap_or(0));
    };
    let place = usize::try_from(asked).unwrap_or(usize::MAX);
    match devices.get(place) {
        None => Err(DiskImageError::NoSuchBoot {
            asked,
            found: devices.len(),
        }),
        Some((device, _)) if device.kind == DeviceKind::Cdrom && first_disk.is_some() => {
            Err(DiskImageError::BootsCd { asked })
        }
        Some(_) => Ok(place),
    }
}

/// Symphony: what was asked for; ours: else what the first source says or shows.
fn firmware(
    asked: Option<Firmware>,
    found: &[FoundSource],
    warnings: &mut Vec<DiskImageWarning>,
) -> Firmware {
    let found = found.first().map(|source| source.firmware);
    match (asked, found) {
        (Some(asked), Some(found)) if asked != found => {
            warnings.push(DiskImageWarning::OtherFirmware { asked, found });
            asked
        }
        (Some(firmware), _) | (None, Some(firmware)) => firmware,
        (None, None) => Firmware::Bios,
    }
}
