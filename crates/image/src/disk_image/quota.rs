//! How much a project may keep.

use super::QuotaError;
use atlas_scope::Scope;
use core::fmt;
use serde::{Deserialize, Serialize};

/// The most that the disk images of a project may be (ours); what is not said has no limit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct DiskQuota {
    /// The project.
    pub scope: Scope,
    /// Images, those that are being created too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub images: Option<u64>,
    /// Bytes of their devices, holes included.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bytes: Option<u64>,
}

/// What the disk images of a project are. An image that failed counts as an image, without bytes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct DiskUsage {
    /// Images.
    pub images: u64,
    /// Bytes of their devices, holes included.
    pub bytes: u64,
}

impl fmt::Display for DiskQuota {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.images {
            None => f.write_str("any number of images, ")?,
            Some(images) => write!(f, "{images} images, ")?,
        }
        match self.bytes {
            None => f.write_str("any number of bytes"),
            Some(bytes) => write!(f, "{bytes} bytes"),
        }
    }
}

impl DiskUsage {
    /// What it is with one image more.
    #[must_use]
    pub fn with_image(self) -> Self {
        let images = self.images.saturating_add(1);
        Self { images, ..self }
    }

    /// What it is with one image less.
    #[must_use]
    pub fn without_image(self) -> Self {
        let images = self.images.saturating_sub(1);
        Self { images, ..self }
    }

    /// What it is where the devices of an image come to other bytes.
    #[must_use]
    pub fn with_bytes(self, before: u64, after: u64) -> Self {
        let bytes = self.bytes.saturating_sub(before).saturating_add(after);
        Self { bytes, ..self }
    }
}

impl DiskQuota {
    /// A quota without limits.
    #[must_use]
    pub fn new(scope: Scope) -> Self {
        Self {
            scope,
            images: None,
            bytes: None,
        }
    }

    /// Whether one image more may be kept.
    pub(super) fn check_image(&self, usage: DiskUsage) -> Result<(), QuotaError> {
        match self.images {
            Some(most) if usage.images >= most => Err(QuotaError::Images {
                scope: self.scope.clone(),
                most,
                used: usage.images,
            }),
            _ => Ok(()),
        }
    }

    /// Whether so many bytes more may be kept.
    pub(super) fn check_bytes(&self, usage: DiskUsage, more: u64) -> Result<(), QuotaError> {
        match self.bytes {
            Some(most) if usage.bytes.saturating_add(more) > most => Err(QuotaError::Bytes {
                scope: self.scope.clone(),
                most,
                used: usage.bytes,
                asked: more,
            }),
            _ => Ok(()),
        }
    }
}
