//! What to launch in one cloud location.

use crate::{InstanceType, UserData};
use atlas_image_id::{Cloud, CloudLocation, IdKind, ImageId, LocationMismatch, Stability};
use core::fmt;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// What to launch in one cloud location (RightScale: a MultiCloud Image's setting).
///
/// It holds the cloud's own image id in canonical form, not the id of a record here: the record is
/// found when the image is used, so that digests agree across accounts.
///
/// Clones share it: contents that were made from one another hold most of their settings in common.
#[derive(Clone, PartialEq, Eq, Hash, Serialize)]
#[serde(transparent)]
pub struct Setting(Arc<Parts>);

#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
struct Parts {
    image: ImageId,
    #[serde(skip_serializing_if = "Option::is_none")]
    instance_type: Option<InstanceType>,
    #[serde(skip_serializing_if = "Option::is_none")]
    kernel: Option<ImageId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ramdisk: Option<ImageId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    user_data: Option<UserData>,
}

impl fmt::Debug for Setting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

/// A setting as it is stored: its ids are texts of the location's cloud.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct StoredSetting {
    image: String,
    instance_type: Option<InstanceType>,
    kernel: Option<String>,
    ramdisk: Option<String>,
    user_data: Option<UserData>,
}

impl StoredSetting {
    pub(crate) fn at(self, location: &CloudLocation) -> Setting {
        let id = |text: String| ImageId::from_stored(location.cloud(), &text);
        Setting(Arc::new(Parts {
            image: id(self.image),
            instance_type: self.instance_type,
            kernel: self.kernel.map(id),
            ramdisk: self.ramdisk.map(id),
            user_data: self.user_data,
        }))
    }
}

impl Setting {
    /// The most bytes of user data on EC2, before base64 (AWS, RightScale).
    pub const EC2_USER_DATA_BYTES: usize = 16_384;

    /// A setting with an image alone.
    pub fn new(image: ImageId) -> Self {
        Self(Arc::new(Parts {
            image,
            instance_type: None,
            kernel: None,
            ramdisk: None,
            user_data: None,
        }))
    }

    fn with(mut self, change: impl FnOnce(&mut Parts)) -> Self {
        change(Arc::make_mut(&mut self.0));
        self
    }

    /// Whether it is one setting that two contents share: then it is the same in every letter.
    pub(crate) fn is_shared_with(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    /// This setting with an instance type.
    #[must_use]
    pub fn with_instance_type(self, instance_type: InstanceType) -> Self {
        self.with(|parts| parts.instance_type = Some(instance_type))
    }

    /// This setting with another image.
    #[must_use]
    pub fn with_image(self, image: ImageId) -> Self {
        self.with(|parts| parts.image = image)
    }

    /// This setting with a kernel (EC2 only).
    #[must_use]
    pub fn with_kernel(self, kernel: Option<ImageId>) -> Self {
        self.with(|parts| parts.kernel = kernel)
    }

    /// This setting with a ramdisk (EC2 only).
    #[must_use]
    pub fn with_ramdisk(self, ramdisk: Option<ImageId>) -> Self {
        self.with(|parts| parts.ramdisk = ramdisk)
    }

    /// This setting with user data.
    #[must_use]
    pub fn with_user_data(self, user_data: Option<UserData>) -> Self {
        self.with(|parts| parts.user_data = user_data)
    }

    /// The image.
    pub fn image(&self) -> &ImageId {
        &self.0.image
    }

    /// The default instance type, where the cloud has instance types.
    pub fn instance_type(&self) -> Option<&InstanceType> {
        self.0.instance_type.as_ref()
    }

    /// The kernel, on EC2.
    pub fn kernel(&self) -> Option<&ImageId> {
        self.0.kernel.as_ref()
    }

    /// The ramdisk, on EC2.
    pub fn ramdisk(&self) -> Option<&ImageId> {
        self.0.ramdisk.as_ref()
    }

    /// What the server is told at its first boot.
    pub fn user_data(&self) -> Option<&UserData> {
        self.0.user_data.as_ref()
    }

    pub(crate) fn without_instance_type(self) -> Self {
        self.with(|parts| parts.instance_type = None)
    }

    /// Checks that this setting can stand at a location (RightScale: an image and, where the cloud
    /// has them, an instance type; kernel and ramdisk on EC2 only; user data within its limit).
    ///
    /// # Errors
    ///
    /// The first of its parts that cannot stand there.
    pub fn check(&self, location: &CloudLocation) -> Result<(), SettingError> {
        self.0
            .image
            .check_location(location)
            .map_err(SettingError::Image)?;
        let kind = self.0.image.kind();
        if matches!(kind, IdKind::Kernel | IdKind::Ramdisk) {
            return Err(SettingError::NoImage {
                location: location.clone(),
                id: self.0.image.clone(),
                kind,
            });
        }
        if self.0.image.stability() == Stability::NeedsDefault {
            let image = Box::new(self.0.image.clone());
            return Err(SettingError::Partial {
                location: location.clone(),
                image,
            });
        }
        let cloud = location.cloud();
        match &self.0.instance_type {
            None if has_instance_types(cloud) => {
                return Err(SettingError::InstanceTypeMissing {
                    location: location.clone(),
                });
            }
            Some(instance_type) if !has_instance_types(cloud) => {
                let instance_type = instance_type.clone();
                return Err(SettingError::InstanceTypeUnused {
                    location: location.clone(),
                    instance_type,
                });
            }
            _ => {}
        }
        for (part, id, kind) in [
            ("kernel", &self.0.kernel, IdKind::Kernel),
            ("ramdisk", &self.0.ramdisk, IdKind::Ramdisk),
        ] {
            let Some(id) = id else { continue };
            if cloud != Cloud::Aws || id.kind() != kind {
                return Err(SettingError::BootPart {
                    location: location.clone(),
                    part,
                    id: id.clone(),
                });
            }
        }
        let found = self.user_data().map_or(0, |data| data.as_bytes().len());
        match user_data_limit(cloud) {
            limit if found > limit => Err(SettingError::UserDataTooLong {
                location: location.clone(),
                limit,
                found,
            }),
            _ => Ok(()),
        }
    }
}

/// Whether a launch in this cloud names an instance type.
pub(crate) fn has_instance_types(cloud: Cloud) -> bool {
    !matches!(
        cloud,
        Cloud::Vmware | Cloud::Nutanix | Cloud::Proxmox | Cloud::Oci
    )
}

/// The most bytes of user data that a launch in this cloud takes, before base64.
///
/// EC2: 16 KiB. Azure: custom data of 64 KiB, in base64. GCE: a metadata value of 256 KiB. Nova:
/// 65,535 bytes, in base64. Elsewhere EC2's, which is the least of them.
fn user_data_limit(cloud: Cloud) -> usize {
    match cloud {
        Cloud::Azure | Cloud::OpenStack => 65_535 / 4 * 3,
        Cloud::Gcp => 262_144,
        _ => Setting::EC2_USER_DATA_BYTES,
    }
}

/// Why a setting cannot stand at a location.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SettingError {
    /// The image is of another cloud or region.
    #[error(transparent)]
    Image(LocationMismatch),
    /// What should be the image boots one, and is none.
    #[error("`{id}` at {location} is a {kind} and no image: set an image (`ami-…`)")]
    NoImage {
        /// Where.
        location: CloudLocation,
        /// What was given.
        id: ImageId,
        /// What it is.
        kind: IdKind,
    },
    /// The id leaves out what only a default of the caller's could fill in.
    #[error("`{image}` is only a part of an id, at {location}: write its project too")]
    Partial {
        /// Where.
        location: CloudLocation,
        /// What was given.
        image: Box<ImageId>,
    },
    /// The cloud has instance types and the setting names none.
    #[error("a setting at {location} needs an instance type")]
    InstanceTypeMissing {
        /// Where.
        location: CloudLocation,
    },
    /// The cloud has no instance types.
    #[error("a setting at {location} takes no instance type, leave out `{instance_type}`")]
    InstanceTypeUnused {
        /// Where.
        location: CloudLocation,
        /// What was given.
        instance_type: InstanceType,
    },
    /// A kernel or ramdisk that is none, or is not on EC2.
    #[error(
        "`{id}` cannot be the {part} at {location}: EC2 alone has kernels (`aki-…`) and ramdisks (`ari-…`)"
    )]
    BootPart {
        /// Where.
        location: CloudLocation,
        /// `kernel` or `ramdisk`.
        part: &'static str,
        /// What was given.
        id: ImageId,
    },
    /// The user data is longer than the cloud takes; it is never cut.
    #[error(
        "the user data at {location} has {found} bytes, the limit is {limit} before base64: compress it, or let it fetch the rest"
    )]
    UserDataTooLong {
        /// Where.
        location: CloudLocation,
        /// The limit in bytes.
        limit: usize,
        /// How many there are.
        found: usize,
    },
}
