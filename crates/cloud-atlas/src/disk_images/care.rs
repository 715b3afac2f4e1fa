//! The care of storage pools: what is rotten, and what nobody needs.

use super::{
    DiskWatch,
    working::{self, apart},
};
use crate::{
    DiskRefusal, Error, Session,
    tables::{DISK_IMAGES, partition_of},
    unit::Unit,
};
use atlas_image::{DiskImage, DiskImageState, FailureCode, Reason, fail_import};
use atlas_repository::{Collected, Depth, Gc, Pool, RunId, Verified, Verify, Watch};
use atlas_scope::{Permission, Scope};
use atlas_store::Partition;
use core::{num::NonZeroUsize, time::Duration};
use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
};

/// What was found in the storage pools.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct PoolsVerified {
    /// By the name of the pool.
    pub pools: BTreeMap<String, Verified>,
    /// Images that the store knows and that have lost something, in order.
    pub damaged: Vec<DiskImage>,
}

impl PoolsVerified {
    /// Whether all is well.
    pub fn is_whole(&self) -> bool {
        self.damaged.is_empty() && self.pools.values().all(|pool| pool.rot.is_empty())
    }
}

/// What was removed from the storage pools.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct PoolsCleaned {
    /// By the name of the pool.
    pub pools: BTreeMap<String, Collected>,
    /// Images whose makers were gone: they have failed.
    pub interrupted: Vec<DiskImage>,
    /// Images whose removal was interrupted, or had failed: they are gone.
    pub removed: Vec<DiskImage>,
}

impl Session {
    /// Reads everything in the storage pools, and tells what is rotten or lost, and of which images.
    ///
    /// # Errors
    ///
    /// A pool fails, the caller stopped the work, or may not look at all images.
    pub async fn verify_pools(
        &self,
        depth: Depth,
        threads: NonZeroUsize,
        watch: &DiskWatch,
    ) -> Result<PoolsVerified, Error> {
        let unit = self.read().await?;
        unit.enter(Permission::ImageView, &Scope::global()).await?;
        drop(unit);
        let mut ask = Verify::default();
        (ask.depth, ask.threads) = (depth, threads);
        let pools = self
            .each_pool(watch, move |pool, watch| Ok(pool.verify(&ask, watch)?))
            .await?;
        // What is deleted meanwhile is not missed, and what comes is not looked for.
        let unit = self.read().await?;
        let mut damaged = Vec::new();
        for image in unit.every_disk_image().await? {
            let is_damaged = image.devices.iter().any(|device| {
                let rot = pools.get(device.pool.as_str()).map(|pool| &pool.rot);
                let id = working::stored_id(device.id);
                let mut rot = rot.into_iter().flatten();
                rot.any(|rot| rot.image == Some(id))
            });
            if is_damaged || self.has_lost(&image).await? {
                damaged.push(image);
            }
        }
        Ok(PoolsVerified { pools, damaged })
    }

    /// Whether a pool does not have an image at all that is ready.
    async fn has_lost(&self, image: &DiskImage) -> Result<bool, Error> {
        if !matches!(image.state, DiskImageState::Ready { .. }) {
            return Ok(false);
        }
        let (pools, devices) = (self.atlas.shared.pools.clone(), image.devices.clone());
        let lost = apart(move || {
            for device in &devices {
                let Ok(pool) = pools.get(device.pool.as_str()) else {
                    // It is not this program's to look at.
                    continue;
                };
                match pool.open(working::stored_id(device.id)) {
                    Ok(_) => {}
                    Err(atlas_repository::RepositoryError::NotFound(_)) => return Ok(true),
                    Err(error) if error.rot().is_some() => return Ok(true),
                    Err(error) => return Err(DiskRefusal::from(error)),
                }
            }
            Ok(false)
        });
        Ok(lost.await??)
    }

    /// Removes what nobody needs from the storage pools, and ends what was interrupted: images whose
    /// maker has not been heard of for the period of grace have failed, and those that were about to be
    /// removed go. What is found unneeded by one run goes with a later one, after the same period.
    ///
    /// `rewrite` also rewrites what is partly needed: objects of which more than so many of a hundred
    /// bytes are needed by nobody.
    ///
    /// # Errors
    ///
    /// A pool or the store fails, the caller stopped the work, or may not delete all images.
    pub async fn clean_pools(
        &self,
        grace: Duration,
        rewrite: Option<u8>,
        watch: &DiskWatch,
    ) -> Result<PoolsCleaned, Error> {
        let unit = self.read().await?;
        unit.enter(Permission::ImageDelete, &Scope::global())
            .await?;
        let (now, run) = (unit.now, RunId::from_u128(unit.id()));
        let open = unit.open_disk_images().await?;
        drop(unit);
        let micros = i64::try_from(grace.as_micros()).unwrap_or(i64::MAX);
        let before = now.as_micros().saturating_sub(micros);
        let (mut interrupted, mut removed) = (Vec::new(), Vec::new());
        for image in open {
            match image.state {
                DiskImageState::Creating { since, .. } if since.as_micros() <= before => {
                    interrupted.extend(self.end_interrupted(&image).await?);
                }
                DiskImageState::Deleting { since, .. } if since.as_micros() <= before => {
                    removed.push(Box::pin(self.finish_removal(image)).await?.0);
                }
                DiskImageState::DeleteFailed { .. } => {
                    let deleted = self.delete_disk_image(image.id, &image.scope, None);
                    removed.push(Box::pin(deleted).await?.image);
                }
                _ => {}
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
        })
    }

    /// An image whose maker is gone has failed; none where somebody moved it on meanwhile.
    async fn end_interrupted(&self, image: &DiskImage) -> Result<Option<DiskImage>, Error> {
        let reason = "whoever made it is gone: try it again, or delete it";
        let (Ok(code), Ok(reason)) = (FailureCode::parse("interrupted"), Reason::parse(reason))
        else {
            return Ok(None);
        };
        let ended = self.write(|unit| {
            let (code, reason) = (code.clone(), reason.clone());
            async move {
                let kept = unit.owned_disk_image(image.id, &image.scope).await?;
                if kept.state != image.state {
                    return Ok(None);
                }
                let ids: Vec<_> = kept.devices.iter().map(|device| device.id).collect();
                let failed = fail_import(&kept, &ids, code, reason, unit.now)?;
                unit.put_disk_image(Permission::ImageDelete, &kept, &failed)
                    .await?;
                Ok(Some(failed))
            }
        });
        let Some(failed) = ended.await? else {
            return Ok(None);
        };
        let (pools, devices) = (self.atlas.shared.pools.clone(), image.devices.clone());
        // It may have been at its last step: what it published is no image of anybody.
        apart(move || working::discard(&devices, &pools)).await??;
        Ok(Some(failed))
    }

    /// Does some work in each pool, one after the other.
    async fn each_pool<T: Send + 'static>(
        &self,
        watch: &DiskWatch,
        work: impl Fn(&Pool, Watch<'_>) -> Result<T, DiskRefusal> + Send + 'static,
    ) -> Result<BTreeMap<String, T>, Error> {
        let (pools, watch) = (self.atlas.shared.pools.clone(), watch.clone());
        let done = apart(move || {
            let mut all = BTreeMap::new();
            // Bytes of pools that are done; the next one's are not known before it is begun.
            let before = Mutex::new((0_u64, 0_u64));
            for (name, pool) in pools.iter() {
                let stop = || watch.is_stopped();
                let last = Mutex::new(0_u64);
                let tell = |now: atlas_repository::Progress| {
                    let (done, total) = *before.lock().unwrap_or_else(PoisonError::into_inner);
                    *last.lock().unwrap_or_else(PoisonError::into_inner) = now.total;
                    watch.tell(
                        done.saturating_add(now.done),
                        total.saturating_add(now.total),
                    );
                };
                all.insert(name.to_string(), work(pool, Watch::new(&stop, &tell))?);
                let bytes = last.into_inner().unwrap_or_else(PoisonError::into_inner);
                let mut before = before.lock().unwrap_or_else(PoisonError::into_inner);
                *before = (
                    before.0.saturating_add(bytes),
                    before.1.saturating_add(bytes),
                );
            }
            Ok::<_, DiskRefusal>(all)
        });
        Ok(done.await??)
    }
}

impl Unit {
    async fn every_disk_image(&self) -> Result<Vec<DiskImage>, Error> {
        let mut images = Vec::new();
        for partition in self.every_partition().await? {
            let kept = self.all(&DISK_IMAGES, &partition, ()).await?;
            images.extend(kept.into_iter().map(|kept| kept.0));
        }
        Ok(images)
    }

    /// What somebody is, or was, at work on.
    async fn open_disk_images(&self) -> Result<Vec<DiskImage>, Error> {
        let mut images = Vec::new();
        for partition in self.every_partition().await? {
            let kept = self.all_by(&DISK_IMAGES, "open", &partition, ()).await?;
            images.extend(kept.into_iter().map(|kept| kept.0));
        }
        Ok(images)
    }

    async fn every_partition(&self) -> Result<Vec<Partition>, Error> {
        let mut all = vec![partition_of(&Scope::global())?];
        all.extend(self.accounts().await?);
        Ok(all)
    }
}
