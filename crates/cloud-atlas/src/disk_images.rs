//! Disk images: what the repository makes and keeps.

#[cfg(feature = "repository")]
mod beginning;
#[cfg(feature = "repository")]
mod care;
#[cfg(feature = "repository")]
mod cleaning;
#[cfg(feature = "repository")]
mod importing;
#[cfg(feature = "repository")]
mod keeping;
#[cfg(feature = "repository")]
mod options;
#[cfg(feature = "repository")]
mod reading;
#[cfg(feature = "repository")]
mod removing;
#[cfg(feature = "repository")]
mod sources;
#[cfg(feature = "repository")]
mod working;

#[cfg(feature = "repository")]
pub use self::{
    care::PoolsVerified,
    cleaning::{DiskImageLeft, PoolsCleaned},
    importing::DiskImageImported,
    options::{DiskWatch, ImportDiskOptions},
    reading::{OpenedDevice, OpenedDiskImage},
    removing::DiskImageDeleted,
    sources::{BringDisk, BringError, BroughtDisk, FileDisk, UrlDisk, VolumeDisk},
};
use crate::{
    Error, NotFound, Noun, Page, Paging, Session,
    tables::{
        DISK_IMAGES, DISK_QUOTAS, DISK_USAGE, KeptDiskQuota, OPENED, disk_image_name_parts,
        disk_image_parts, partition_of, partitions_above,
    },
    unit::{Change, Unit},
};
use atlas_image::{
    DiskImage, DiskImageError, DiskImageState, DiskQuota, DiskUsage, ImageName, ImageRecord,
};
use atlas_image_id::{AmiId, ImageId};
use atlas_scope::{Permission, Scope, visible};
use atlas_store::{Partition, Parts, Query};
use serde::Serialize;

/// What a project may keep, and what it keeps.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct DiskQuotaView {
    /// What it may keep; a limit that is not said there is none.
    pub quota: DiskQuota,
    /// What it keeps.
    pub usage: DiskUsage,
}

impl Session {
    /// The disk images that a scope owns, and those of that scope alone, by name: those that are being
    /// made or failed too. What it sees of others, it sees as image records.
    ///
    /// # Errors
    ///
    /// The scope is not there, the caller may not see its images, or the page is none of this list.
    pub async fn disk_images(
        &self,
        scope: &Scope,
        paging: &Paging,
    ) -> Result<Page<DiskImage>, Error> {
        let unit = self.read().await?;
        unit.disk_images_by("name", scope, paging).await
    }

    /// As [`disk_images`](Self::disk_images), of those alone that are being made or failed (AWS: images
    /// that are `pending` or `failed`). It reads no others.
    ///
    /// # Errors
    ///
    /// As of [`disk_images`](Self::disk_images).
    pub async fn unfinished_disk_images(
        &self,
        scope: &Scope,
        paging: &Paging,
    ) -> Result<Page<DiskImage>, Error> {
        let unit = self.read().await?;
        unit.disk_images_by("unfinished", scope, paging).await
    }

    /// The disk images of a name that a scope owns.
    ///
    /// # Errors
    ///
    /// The scope is not there, or the caller may not see its images.
    pub async fn disk_images_named(
        &self,
        name: &ImageName,
        scope: &Scope,
    ) -> Result<Vec<DiskImage>, Error> {
        let unit = self.read().await?;
        unit.enter(Permission::DiskView, scope).await?;
        let parts = disk_image_name_parts(scope, name.as_str());
        let at = partition_of(scope)?;
        let found = unit.all_by(&DISK_IMAGES, "name", &at, parts).await?;
        Ok(found.into_iter().map(|kept| kept.0).collect())
    }

    /// One disk image: of the scope itself, or one above or elsewhere whose record the scope sees. Of
    /// what was opened to it from elsewhere, it is not told who made it, from what and where.
    ///
    /// # Errors
    ///
    /// It is not there or not visible.
    pub async fn disk_image(&self, id: AmiId, from: &Scope) -> Result<DiskImage, Error> {
        let unit = self.read().await?;
        unit.enter(Permission::DiskView, from).await?;
        let seen = unit.seen_disk_image(id, from).await?;
        Ok(if seen.is_opened {
            seen.image.as_opened()
        } else {
            seen.image
        })
    }

    /// Says how much a project may keep; a quota without limits is forgotten. What it keeps already
    /// stays, whatever it comes to.
    ///
    /// # Errors
    ///
    /// The scope is not there, or the caller may not manage scopes above it.
    pub async fn set_disk_quota(&self, quota: DiskQuota) -> Result<DiskQuotaView, Error> {
        self.write(|unit| {
            let quota = quota.clone();
            async move {
                // Who is bound by a quota does not set it.
                let scope = quota.scope.clone();
                let above = scope.parent().unwrap_or_else(Scope::global);
                unit.require(Permission::ScopeManage, &above).await?;
                if unit.scope_record(&scope).await?.is_none() {
                    return Err(NotFound::new(Noun::Scope, &scope, &scope).into());
                }
                let before = unit.disk_quota(&scope).await?;
                let (at, parts) = (partition_of(&scope)?, scope.as_str());
                if quota == DiskQuota::new(scope.clone()) {
                    DISK_QUOTAS.delete(&unit.tx, &at, parts).await?;
                } else {
                    let kept = KeptDiskQuota(quota.clone());
                    DISK_QUOTAS.put(&unit.tx, &at, parts, &kept).await?;
                }
                let told = |quota: Option<&DiskQuota>| match quota {
                    None => "no quota".to_owned(),
                    Some(quota) => quota.to_string(),
                };
                if before.as_ref() != Some(&quota) {
                    let change = Change::between(&told(before.as_ref()), &told(Some(&quota)));
                    unit.audit(Permission::ScopeManage, &scope, &scope, change)
                        .await?;
                }
                let usage = unit.disk_usage(&scope).await?;
                Ok(DiskQuotaView { quota, usage })
            }
        })
        .await
    }

    /// What a project may keep, and what it keeps.
    ///
    /// # Errors
    ///
    /// The scope is not there, or the caller may not see its images.
    pub async fn disk_quota(&self, scope: &Scope) -> Result<DiskQuotaView, Error> {
        let unit = self.read().await?;
        unit.enter(Permission::DiskView, scope).await?;
        let quota = unit.disk_quota(scope).await?;
        Ok(DiskQuotaView {
            quota: quota.unwrap_or_else(|| DiskQuota::new(scope.clone())),
            usage: unit.disk_usage(scope).await?,
        })
    }
}

/// A disk image that a scope sees.
#[derive(Debug)]
pub(crate) struct SeenDiskImage {
    pub(crate) image: DiskImage,
    /// Whether it is of another branch of the tree, be it of the same account.
    pub(crate) is_opened: bool,
}

impl Unit {
    /// A page of the disk images that a scope owns, of those that an index has.
    async fn disk_images_by(
        &self,
        index: &'static str,
        scope: &Scope,
        paging: &Paging,
    ) -> Result<Page<DiskImage>, Error> {
        self.enter(Permission::DiskView, scope).await?;
        let query = Query::all(&partition_of(scope)?)
            .index(index)
            .prefix(scope.as_str());
        self.page(&DISK_IMAGES, vec![query], paging, |kept| Ok(kept.0))
            .await
    }

    /// A disk image that a scope sees; the caller has checked the permission.
    pub(crate) async fn seen_disk_image(
        &self,
        id: AmiId,
        from: &Scope,
    ) -> Result<SeenDiskImage, Error> {
        for partition in partitions_above(from)? {
            if let Some(image) = self.disk_image_in(&partition, id).await?
                && self.sees_disk_image(&image, from).await?
            {
                // Of a sibling, whose record was lifted, no more is told than of another branch.
                let is_opened = !(image.scope.contains(from) || from.contains(&image.scope));
                return Ok(SeenDiskImage { image, is_opened });
            }
        }
        match self.opened_disk_image(id, from).await? {
            Some(image) => Ok(SeenDiskImage {
                image,
                is_opened: true,
            }),
            None => Err(NotFound::new(Noun::DiskImage, id, from).into()),
        }
    }

    /// Whether a scope sees it by the tree: its own, and of those above it what is whole and shared.
    async fn sees_disk_image(&self, image: &DiskImage, from: &Scope) -> Result<bool, Error> {
        if image.scope == *from {
            return Ok(true);
        }
        let Some(record) = image.record() else {
            return Ok(false);
        };
        let record = self.held_image(record, from).await?;
        Ok(record.is_some_and(|record| visible(record.scope(), record.shared(), from)))
    }

    async fn opened_disk_image(&self, id: AmiId, from: &Scope) -> Result<Option<DiskImage>, Error> {
        let global = Partition::global();
        let key = ImageId::Local(id);
        for to in self.held_permissions(from).await? {
            let parts = Parts::from(to.to_string()).and(key.equality_key().as_ref());
            for kept in self.all_by(&OPENED, "image", &global, parts).await? {
                let Some(record) = self.behind(&kept.0).await? else {
                    continue;
                };
                let partition = partition_of(&kept.0.scope)?;
                let found = self.disk_image_in(&partition, id).await?;
                if let Some(image) = found.filter(|image| image.record() == Some(record.id())) {
                    return Ok(Some(image));
                }
            }
        }
        Ok(None)
    }

    pub(crate) async fn disk_image_in(
        &self,
        partition: &Partition,
        id: AmiId,
    ) -> Result<Option<DiskImage>, Error> {
        let found = DISK_IMAGES.get(&self.tx, partition, disk_image_parts(id));
        Ok(found.await?.map(|kept| kept.0))
    }

    pub(crate) async fn disk_quota(&self, scope: &Scope) -> Result<Option<DiskQuota>, Error> {
        let at = partition_of(scope)?;
        let found = DISK_QUOTAS.get(&self.tx, &at, scope.as_str()).await?;
        Ok(found.map(|kept| kept.0))
    }

    pub(crate) async fn disk_usage(&self, scope: &Scope) -> Result<DiskUsage, Error> {
        let at = partition_of(scope)?;
        let found = DISK_USAGE.get(&self.tx, &at, scope.as_str()).await?;
        Ok(found.map(|kept| kept.0.usage).unwrap_or_default())
    }

    /// Forgets what a scope may keep that is removed; it keeps nothing.
    pub(crate) async fn forget_disk_quota(&self, scope: &Scope) -> Result<(), Error> {
        let (at, parts) = (partition_of(scope)?, scope.as_str());
        DISK_QUOTAS.delete(&self.tx, &at, parts).await?;
        Ok(())
    }

    /// What a scope may keep, it may keep under its new name.
    pub(crate) async fn move_disk_quota(&self, from: &Scope, to: &Scope) -> Result<(), Error> {
        let Some(quota) = self.disk_quota(from).await? else {
            return Ok(());
        };
        self.forget_disk_quota(from).await?;
        let mut moved = quota;
        moved.scope = to.clone();
        let (at, kept) = (partition_of(to)?, KeptDiskQuota(moved));
        Ok(DISK_QUOTAS.put(&self.tx, &at, to.as_str(), &kept).await?)
    }

    /// The disk image that a record is of, wherever in the tree it is kept: a record may have been
    /// lifted since.
    pub(crate) async fn disk_image_of(
        &self,
        record: &ImageRecord,
    ) -> Result<Option<DiskImage>, Error> {
        let ImageId::Local(id) = record.image_id() else {
            return Ok(None);
        };
        let mut partitions = vec![partition_of(record.scope())?];
        if *record.scope() == Scope::global() {
            partitions.extend(self.accounts().await?);
        }
        for partition in partitions {
            let found = self.disk_image_in(&partition, *id).await?;
            // Anybody may register the id of an image: only its own record speaks for it.
            if let Some(image) = found.filter(|image| image.record() == Some(record.id())) {
                return Ok(Some(image));
            }
        }
        Ok(None)
    }

    /// Whether a record that was to be deleted may be as it was before: not where the bytes of its
    /// image have begun to go.
    pub(crate) async fn check_kept(&self, record: &ImageRecord) -> Result<(), Error> {
        match self.disk_image_of(record).await? {
            Some(image) if !matches!(image.state, DiskImageState::Ready { .. }) => {
                Err(DiskImageError::State {
                    state: image.state.as_str(),
                    needed: "ready",
                    what: "restored",
                }
                .into())
            }
            _ => Ok(()),
        }
    }
}
