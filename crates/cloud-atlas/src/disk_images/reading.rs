//! Disk images are read.

use super::working::{apart, stored_id};
use crate::{DiskRefusal, Error, Session, unit::Unit};
use atlas_image::{CopyError, DiskImage, DiskImageError, DiskImageState, KeptDevice};
use atlas_image_id::AmiId;
use atlas_repository::StoredImage;
use atlas_scope::{Permission, Scope};

/// A disk image that is open: it reads like the RAW of its devices, each chunk verified.
#[derive(Debug)]
#[non_exhaustive]
pub struct OpenedDiskImage {
    /// The image, as the caller sees it.
    pub image: DiskImage,
    /// Its devices, in order.
    pub devices: Vec<OpenedDevice>,
}

/// A device of a disk image that is open.
#[derive(Debug)]
#[non_exhaustive]
pub struct OpenedDevice {
    /// The device.
    pub device: KeptDevice,
    /// Its bytes. Reading them waits for the pool: in a program with a runtime, on a thread of its own.
    pub stored: StoredImage,
}

impl Session {
    /// Opens a disk image that is ready, to read it or to export it. Who may export disk images of the scope
    /// that sees it may have its bytes, as long as the image can be copied: not while its record is
    /// disabled, or deleted and can still be restored.
    ///
    /// # Errors
    ///
    /// It is not there, not visible, or not ready; its pool fails, or has lost what says where its bytes
    /// are; or the caller may not.
    pub async fn open_disk_image(&self, id: AmiId, from: &Scope) -> Result<OpenedDiskImage, Error> {
        let unit = self.read().await?;
        unit.enter(Permission::DiskExport, from).await?;
        let seen = unit.seen_disk_image(id, from).await?;
        let image = seen.image;
        if !matches!(image.state, DiskImageState::Ready { .. }) {
            return Err(DiskImageError::State {
                state: image.state.as_str(),
                needed: "ready",
                what: "read",
            }
            .into());
        }
        unit.check_exportable(&image).await?;
        drop(unit);
        let pools = self.atlas.shared.pools.clone();
        let shown = if seen.is_opened {
            image.as_opened()
        } else {
            image.clone()
        };
        let opened = apart(move || {
            let open = |device: &KeptDevice| {
                let pool = pools.get(device.pool.as_str())?;
                let stored = match &device.made {
                    Some(made) => pool.open_exact(stored_id(device.id), made.content),
                    None => pool.open(stored_id(device.id)),
                };
                Ok::<_, DiskRefusal>(stored?)
            };
            image
                .devices
                .iter()
                .map(open)
                .collect::<Result<Vec<_>, _>>()
        });
        let stored = opened.await??;
        let devices = shown.devices.iter().cloned().zip(stored);
        Ok(OpenedDiskImage {
            devices: devices
                .map(|(device, stored)| OpenedDevice { device, stored })
                .collect(),
            image: shown,
        })
    }
}

impl Unit {
    /// What is not to be launched is not to be launched elsewhere either. The bytes of an image whose
    /// record was forgotten for good are their owner's.
    async fn check_exportable(&self, image: &DiskImage) -> Result<(), Error> {
        let Some(id) = image.record() else {
            return Ok(());
        };
        match self.image_at(id, &image.scope).await? {
            Some(record) if !record.lifecycle().is_usable() => Err(CopyError::NotUsable {
                record: id,
                state: record.lifecycle().as_str(),
            }
            .into()),
            _ => Ok(()),
        }
    }
}
