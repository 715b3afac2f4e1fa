//! Sources that are volumes and snapshots.

use super::FileDisk;
use crate::DiskRefusal;
use atlas_image::{AskedDevice, CloudText, ConvertedFrom, DiskFormat, ImageName, OriginText};
use atlas_repository::{VolumeFormat, VolumeHost, VolumeSource};

/// A volume or a snapshot that is open, for an image (Symphony). It is in use until it is dropped.
#[derive(Debug)]
#[non_exhaustive]
pub struct VolumeDisk {
    /// What the image asks for: as its host declares it.
    pub asked: AskedDevice,
    /// Its bytes.
    pub bring: FileDisk,
    /// The name that the image gets: the one that was given, else that of the volume.
    pub name: ImageName,
}

impl VolumeDisk {
    /// Opens it.
    ///
    /// # Errors
    ///
    /// There is none; a running server has the volume, so that it takes a snapshot first; a snapshot is
    /// given no name; or its host cannot open it.
    pub fn open(
        host: &dyn VolumeHost,
        source: &VolumeSource,
        name: Option<&ImageName>,
        pool: CloudText,
    ) -> Result<Self, DiskRefusal> {
        let (name, opened) = source.open(host, name.map(ImageName::as_str))?;
        let id = |text: &str| OriginText::parse(text).map_err(DiskRefusal::Text);
        let from = match source {
            VolumeSource::Volume(volume) => ConvertedFrom::Volume {
                id: id(&volume.to_string())?,
            },
            VolumeSource::Snapshot(snapshot) => ConvertedFrom::Snapshot {
                id: id(&snapshot.to_string())?,
            },
        };
        let format = match opened.format {
            VolumeFormat::Raw => DiskFormat::Raw,
            VolumeFormat::Qcow2 => DiskFormat::Qcow2,
        };
        Ok(Self {
            asked: AskedDevice::new(from, format, pool),
            bring: FileDisk::new(opened.disk),
            name: ImageName::parse(&name).map_err(DiskRefusal::Text)?,
        })
    }
}
