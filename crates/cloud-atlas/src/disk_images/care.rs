//! The care of storage pools: what is rotten, and what is lost.

use super::{
    DiskWatch,
    working::{self, apart},
};
use crate::{
    DiskRefusal, Error, Session,
    tables::{DISK_IMAGES, partition_of},
    unit::Unit,
};
use atlas_image::{DiskImage, DiskImageState};
use atlas_repository::{Depth, Pool, Verified, Verify, Watch};
use atlas_scope::{Permission, Scope};
use core::num::NonZeroUsize;
use std::collections::BTreeMap;

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
        unit.enter(Permission::DiskView, &Scope::global()).await?;
        drop(unit);
        let mut ask = Verify::default();
        (ask.depth, ask.threads) = (depth, threads);
        let pools = self
            .each_pool(watch, move |pool, watch| Ok(pool.verify(&ask, watch)?))
            .await?;
        let unit = self.read().await?;
        let images = unit.every_disk_image().await?;
        drop(unit);
        let mut damaged = Vec::new();
        for image in images {
            let is_damaged = image.devices.iter().any(|device| {
                let rot = pools.get(device.pool.as_str()).map(|pool| &pool.rot);
                let id = working::stored_id(device.id);
                let mut rot = rot.into_iter().flatten();
                rot.any(|rot| rot.image == Some(id))
            });
            if is_damaged || self.has_lost(&image).await? {
                // It may have begun to go since.
                let unit = self.read().await?;
                let at = partition_of(&image.scope)?;
                let now = unit.disk_image_in(&at, image.id).await?;
                if now.is_some_and(|now| now.state == image.state) {
                    damaged.push(image);
                }
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

    /// Does some work in each pool, one after the other; progress is that of the pool it is at.
    pub(super) async fn each_pool<T: Send + 'static>(
        &self,
        watch: &DiskWatch,
        work: impl Fn(&Pool, Watch<'_>) -> Result<T, DiskRefusal> + Send + 'static,
    ) -> Result<BTreeMap<String, T>, Error> {
        let (pools, watch) = (self.atlas.shared.pools.clone(), watch.clone());
        let done = apart(move || {
            let stop = || watch.is_stopped();
            let tell = |now: atlas_repository::Progress| watch.tell(now.done, now.total);
            let mut all = BTreeMap::new();
            for (name, pool) in pools.iter() {
                all.insert(name.to_string(), work(pool, Watch::new(&stop, &tell))?);
            }
            Ok::<_, DiskRefusal>(all)
        });
        Ok(done.await??)
    }
}

impl Unit {
    async fn every_disk_image(&self) -> Result<Vec<DiskImage>, Error> {
        let mut images = Vec::new();
        for (partition, _) in self.partitions_below(&Scope::global()).await? {
            let kept = self.all(&DISK_IMAGES, &partition, ()).await?;
            images.extend(kept.into_iter().map(|kept| kept.0));
        }
        Ok(images)
    }
}
