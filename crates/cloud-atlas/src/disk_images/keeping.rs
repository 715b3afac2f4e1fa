//! Disk images are kept, and what they come to.

use crate::{
    Error, NotFound, Noun,
    tables::{
        DISK_IMAGES, DISK_USAGE, KeptDiskImage, KeptDiskUsage, StoredUsage, disk_image_parts,
        partition_of,
    },
    unit::{Change, Unit},
};
use atlas_image::{DiskImage, DiskImageError, DiskImageState, DiskUsage};
use atlas_image_id::AmiId;
use atlas_scope::{Permission, Scope};

impl Unit {
    /// Keeps what a project comes to.
    pub(crate) async fn keep_usage(&self, scope: &Scope, usage: DiskUsage) -> Result<(), Error> {
        let (at, parts) = (partition_of(scope)?, scope.as_str());
        if usage == DiskUsage::default() {
            DISK_USAGE.delete(&self.tx, &at, parts).await?;
            return Ok(());
        }
        let kept = KeptDiskUsage(StoredUsage {
            scope: scope.clone(),
            usage,
        });
        Ok(DISK_USAGE.put(&self.tx, &at, parts, &kept).await?)
    }

    /// Keeps what became of a disk image, and says so where it is in another state.
    pub(crate) async fn put_disk_image(
        &self,
        action: Permission,
        before: &DiskImage,
        after: &DiskImage,
    ) -> Result<(), Error> {
        let kept = KeptDiskImage(after.clone());
        let at = partition_of(&after.scope)?;
        DISK_IMAGES
            .put(&self.tx, &at, disk_image_parts(after.id), &kept)
            .await?;
        if before.size() != after.size() {
            let usage = self.disk_usage(&after.scope).await?;
            let usage = usage.with_bytes(before.size(), after.size());
            self.keep_usage(&after.scope, usage).await?;
        }
        if before.state.as_str() == after.state.as_str() {
            return Ok(());
        }
        let change = Change::between(&before.state.as_str(), &after.state.as_str());
        self.audit(action, &after.scope, after.id, change).await
    }

    /// A disk image that somebody makes, as it is now. Before an attempt has ids for its devices, it is
    /// known by when it began.
    pub(super) async fn attempted_disk_image(&self, image: &DiskImage) -> Result<DiskImage, Error> {
        let kept = self.owned_disk_image(image.id, &image.scope).await?;
        let begun = |image: &DiskImage| match image.state {
            DiskImageState::Creating { since, .. } if image.devices.is_empty() => Some(since),
            _ => None,
        };
        match (begun(image), begun(&kept)) {
            (Some(own), Some(other)) if own != other => {
                Err(DiskImageError::OtherAttempt { id: image.id }.into())
            }
            _ => Ok(kept),
        }
    }

    /// A disk image that a scope owns itself.
    pub(crate) async fn owned_disk_image(
        &self,
        id: AmiId,
        scope: &Scope,
    ) -> Result<DiskImage, Error> {
        let found = self.disk_image_in(&partition_of(scope)?, id).await?;
        found
            .filter(|image| image.scope == *scope)
            .ok_or_else(|| NotFound::new(Noun::DiskImage, id, scope).into())
    }
}
