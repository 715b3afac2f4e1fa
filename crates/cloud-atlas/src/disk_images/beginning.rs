//! A disk image is asked for, and made later.

use super::{BringDisk, DiskImageImported, DiskWatch, ImportDiskOptions, importing::check_count};
use crate::{
    Error, Session,
    tables::{DISK_IMAGES, KeptDiskImage, disk_image_parts, partition_of},
    unit::Change,
};
use atlas_image::{
    BeginFacts, DiskImage, DiskImageError, DiskImageState, ImportDiskImage, begin_disk_image,
};
use atlas_image_id::AmiId;
use atlas_scope::{Permission, Scope};

impl Session {
    /// Begins a disk image, which is being created from then on, and does no work on it: that is
    /// [`make_disk_image`](Self::make_disk_image), which whoever must answer at once runs elsewhere
    /// (AWS: `ImportImage` gives the id of a task).
    ///
    /// # Errors
    ///
    /// It may not be made, or not so, or the caller may not.
    pub async fn begin_disk_image(&self, request: ImportDiskImage) -> Result<DiskImage, Error> {
        self.write(|unit| {
            let request = request.clone();
            async move {
                let scope = request.scope.clone();
                unit.enter(Permission::DiskImport, &scope).await?;
                let quota = unit.disk_quota(&scope).await?;
                let usage = unit.disk_usage(&scope).await?;
                let facts = BeginFacts {
                    pools: &unit.shared.pools.names(),
                    quota: quota.as_ref(),
                    usage,
                    id: AmiId::from_bits(unit.id()),
                    by: &unit.who,
                    now: unit.now,
                };
                let image = begin_disk_image(request, &facts)?;
                let (at, kept) = (partition_of(&scope)?, KeptDiskImage(image.clone()));
                DISK_IMAGES
                    .insert(&unit.tx, &at, disk_image_parts(image.id), &kept)
                    .await?;
                unit.keep_usage(&scope, usage.with_image()).await?;
                let change = Change::made(&format!("{}: {}", image.state.as_str(), image.name));
                unit.audit(Permission::DiskImport, &scope, image.id, change)
                    .await?;
                Ok(image)
            }
        })
        .await
    }

    /// Makes a disk image that was [begun](Self::begin_disk_image) and that nobody is at work on, of
    /// its sources. Where its maker is gone, it is [tried again](Self::retry_disk_image).
    ///
    /// # Errors
    ///
    /// As of [`import_disk_image`](Self::import_disk_image); or it is not there or not visible, or is
    /// no longer as it was begun.
    pub async fn make_disk_image(
        &self,
        id: AmiId,
        scope: &Scope,
        sources: Vec<Box<dyn BringDisk>>,
        options: &ImportDiskOptions,
        watch: &DiskWatch,
    ) -> Result<DiskImageImported, Error> {
        let given = sources.len();
        let begun = self.write(|unit| async move {
            unit.enter(Permission::DiskImport, scope).await?;
            let image = unit.owned_disk_image(id, scope).await?;
            check_count(image.asked.len(), given)?;
            check_begun(&image)?;
            Ok(image)
        });
        let image = begun.await?;
        Box::pin(self.make(image, sources, options, watch)).await
    }
}

/// Whether nothing of an image has been made yet.
fn check_begun(image: &DiskImage) -> Result<(), DiskImageError> {
    if matches!(image.state, DiskImageState::Creating { .. }) && image.devices.is_empty() {
        return Ok(());
    }
    Err(DiskImageError::State {
        state: image.state.as_str(),
        needed: "begun",
        what: "made",
    })
}
