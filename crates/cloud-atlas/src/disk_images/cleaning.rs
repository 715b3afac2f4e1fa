//! The care of storage pools: what nobody needs, and what was left undone.

use super::{
    DiskWatch,
    removing::LEASE,
    working::{self, apart},
};
use crate::{
    DiskRefusal, Error, Session,
    tables::{DISK_IMAGES, WORK},
    unit::Unit,
};
use atlas_image::{
    DiskImage, DiskImageState, FailureCode, Reason, WorkAction, WorkOrder, delete_disk_image,
    fail_import, forget_left, take_work,
};
use atlas_image_id::{AmiId, Cloud};
use atlas_repository::{Collected, Gc, RunId};
use atlas_scope::{Permission, Scope};
use core::time::Duration;
use std::collections::BTreeMap;

/// What was removed from the storage pools.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct PoolsCleaned {
    /// By the name of the pool.
    pub pools: BTreeMap<String, Collected>,
    /// Images whose makers were gone: they have failed.
    pub interrupted: Vec<DiskImage>,
    /// Images whose removal was ordered, interrupted, or had failed: they are gone.
    pub removed: Vec<DiskImage>,
    /// Images that could not be ended or removed, each with the reason.
    pub left: Vec<DiskImageLeft>,
}

/// A disk image that a clean-up could not help.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct DiskImageLeft {
    /// The image.
    pub id: AmiId,
    /// The project that owns it.
    pub scope: Scope,
    /// Why it stays.
    pub reason: String,
}

impl DiskImageLeft {
    fn new(image: &DiskImage, error: &Error) -> Self {
        Self {
            id: image.id,
            scope: image.scope.clone(),
            reason: crate::error::convert::whole_text(error),
        }
    }
}

impl Session {
    /// Removes what nobody needs from the storage pools, and ends what was left undone: images whose
    /// maker has not been heard of for the period of grace have failed; those that were about to be
    /// removed go, and so do those whose deletion in the cloud `local` was ordered and that no host has
    /// taken. What is found unneeded by one run goes with a later one, after the same period.
    ///
    /// `rewrite` also rewrites what is partly needed: objects of which more than so many of a hundred
    /// bytes are needed by nobody.
    ///
    /// An image that cannot be helped is told, and keeps no other from it.
    ///
    /// # Errors
    ///
    /// A pool cannot be cleaned, the store fails, the caller stopped the work, or may not delete all
    /// images.
    pub async fn clean_pools(
        &self,
        grace: Duration,
        rewrite: Option<u8>,
        watch: &DiskWatch,
    ) -> Result<PoolsCleaned, Error> {
        let unit = self.read().await?;
        unit.enter(Permission::DiskDelete, &Scope::global()).await?;
        let (now, run) = (unit.now, RunId::from_u128(unit.id()));
        let (open, ordered) = (
            unit.open_disk_images().await?,
            unit.ordered_deletions().await?,
        );
        drop(unit);
        let micros = i64::try_from(grace.as_micros()).unwrap_or(i64::MAX);
        let before = now.as_micros().saturating_sub(micros);
        let (mut interrupted, mut removed, mut left) = (Vec::new(), Vec::new(), Vec::new());
        for image in open {
            let ended = match image.state {
                DiskImageState::Creating { since, .. } if since.as_micros() <= before => {
                    let ended = self.end_interrupted(&image, before).await;
                    ended.map(|ended| interrupted.extend(ended))
                }
                DiskImageState::Deleting { since, .. } if since.as_micros() <= before => {
                    let gone = Box::pin(self.finish_removal(image.clone())).await;
                    gone.map(|gone| removed.push(gone.0))
                }
                DiskImageState::DeleteFailed { .. } => {
                    let gone = self.delete_disk_image(image.id, &image.scope, None);
                    Box::pin(gone).await.map(|gone| removed.push(gone.image))
                }
                _ => Box::pin(self.discard_left(&image, Permission::DiskDelete)).await,
            };
            if let Err(error) = ended {
                left.push(DiskImageLeft::new(&image, &error));
            }
        }
        for (order, image) in ordered {
            match Box::pin(self.carry_out(&order, &image)).await {
                Ok(gone) => removed.extend(gone),
                Err(error) => left.push(DiskImageLeft::new(&image, &error)),
            }
        }
        let mut ask = Gc::new(run, now);
        (ask.grace, ask.rewrite) = (grace, rewrite);
        let pools = self
            .each_pool(watch, move |pool, watch| Ok(pool.gc(&ask, watch)?))
            .await?;
        Ok(PoolsCleaned {
            pools,
            interrupted,
            removed,
            left,
        })
    }

    /// An image whose maker was not heard of since `before` has failed; none where she was heard of
    /// meanwhile. What she told before that may come to be known as late as now.
    async fn end_interrupted(
        &self,
        image: &DiskImage,
        before: i64,
    ) -> Result<Option<DiskImage>, Error> {
        let reason = "whoever made it is gone: try it again, or delete it";
        let code = FailureCode::INTERRUPTED;
        let reason = Reason::parse(reason).map_err(DiskRefusal::Text)?;
        let ended = self.write(|unit| {
            let (code, reason) = (code.clone(), reason.clone());
            async move {
                let kept = unit.owned_disk_image(image.id, &image.scope).await?;
                match kept.state {
                    DiskImageState::Creating { since, .. } if since.as_micros() <= before => {}
                    _ => return Ok(None),
                }
                let ids: Vec<_> = kept.devices.iter().map(|device| device.id).collect();
                let failed = fail_import(&kept, &ids, code, reason, unit.now)?;
                unit.put_disk_image(Permission::DiskDelete, &kept, &failed)
                    .await?;
                Ok(Some(failed))
            }
        });
        let Some(failed) = ended.await? else {
            return Ok(None);
        };
        // It may have been at its last step: what it published is no image of anybody.
        self.discard_left(&failed, Permission::DiskDelete).await?;
        Ok(Some(failed))
    }

    /// Removes what attempts to make an image have left in pools.
    pub(super) async fn discard_left(
        &self,
        image: &DiskImage,
        action: Permission,
    ) -> Result<(), Error> {
        if image.left.is_empty() {
            return Ok(());
        }
        let (pools, left) = (self.atlas.shared.pools.clone(), image.left.clone());
        apart(move || working::discard(&left, &pools)).await??;
        self.write(|unit| async move {
            let kept = unit.owned_disk_image(image.id, &image.scope).await?;
            let clean = forget_left(&kept, &image.left);
            unit.put_disk_image(action, &kept, &clean).await
        })
        .await
    }

    /// Does what a host does that takes an order to delete an image: whoever ordered it for the cloud
    /// `local` asked this program. None where somebody else has the order by now.
    async fn carry_out(
        &self,
        order: &WorkOrder,
        image: &DiskImage,
    ) -> Result<Option<DiskImage>, Error> {
        let begun = self.write(|unit| async move {
            let order = unit.work_order(order.id, &order.scope).await?;
            if !order.is_free(unit.now) {
                return Ok(Begun::Elsewhere);
            }
            let action = Permission::DiskDelete;
            let taken = take_work(&order, &unit.who, LEASE, unit.now)?;
            let kept = Box::pin(unit.kept_from_deletion(&taken, &order.scope)).await?;
            if let Some(kept) = kept {
                unit.move_work(&order, &kept, action).await?;
                return Ok(Begun::Elsewhere);
            }
            let image = unit.owned_disk_image(image.id, &image.scope).await?;
            let deleting = delete_disk_image(&image, unit.now);
            unit.move_work(&order, &taken, action).await?;
            unit.put_disk_image(action, &image, &deleting).await?;
            Ok(Begun::Here(Box::new(deleting)))
        });
        match begun.await? {
            Begun::Here(image) => Ok(Some(Box::pin(self.finish_removal(*image)).await?.0)),
            Begun::Elsewhere => Ok(None),
        }
    }
}

/// Who has an order to delete an image.
enum Begun {
    /// This clean-up.
    Here(Box<DiskImage>),
    /// Somebody else; or nobody, since the image is used, as the order says by now.
    Elsewhere,
}

impl Unit {
    /// What somebody is, or was, at work on, and what has something left in a pool.
    async fn open_disk_images(&self) -> Result<Vec<DiskImage>, Error> {
        let mut images = Vec::new();
        for (partition, _) in self.partitions_below(&Scope::global()).await? {
            let kept = self.all_by(&DISK_IMAGES, "open", &partition, ()).await?;
            images.extend(kept.into_iter().map(|kept| kept.0));
        }
        Ok(images)
    }

    /// Orders to delete disk images that are ready, which no host has taken.
    async fn ordered_deletions(&self) -> Result<Vec<(WorkOrder, DiskImage)>, Error> {
        let mut ordered = Vec::new();
        for (partition, _) in self.partitions_below(&Scope::global()).await? {
            for order in self.all_by(&WORK, "waiting", &partition, ()).await? {
                let order = order.0;
                let WorkAction::Delete { record, image } = &order.action else {
                    continue;
                };
                if image.location.cloud() != Cloud::Local || !order.is_free(self.now) {
                    continue;
                }
                let Some(record) = self.image_at(*record, &order.scope).await? else {
                    continue;
                };
                let image = self.disk_image_of(&record).await?;
                let is_ready =
                    |image: &DiskImage| matches!(image.state, DiskImageState::Ready { .. });
                if let Some(image) = image.filter(is_ready) {
                    ordered.push((order, image));
                }
            }
        }
        Ok(ordered)
    }
}
