//! Which registered locks hold something.

use crate::{
    Error,
    tables::{LOCKS, image_parts, revision_parts},
    unit::Unit,
};
use atlas_base::Name;
use atlas_history::{LineageId, RevisionNumber};
use atlas_image_id::{CloudLocation, ImageId};
use atlas_scope::Scope;
use atlas_store::{Partition, Parts};
use atlas_template::{LockId, RegisteredLock};
use core::fmt;
use serde::Serialize;

/// A registered lock that holds something.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[non_exhaustive]
pub struct LockHolder {
    /// The scope that holds it.
    pub scope: Scope,
    /// Its name there.
    pub name: Name,
    /// Its id.
    pub id: LockId,
}

impl fmt::Display for LockHolder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` at {}", self.name, self.scope)
    }
}

impl LockHolder {
    pub(crate) fn of(lock: &RegisteredLock) -> Self {
        Self {
            scope: lock.scope().clone(),
            name: lock.name().clone(),
            id: lock.id(),
        }
    }
}

impl Unit {
    /// The registered locks of a partition that hold an image at the place of its record.
    pub(crate) async fn locks_of_image(
        &self,
        partition: &Partition,
        place: &CloudLocation,
        image: &ImageId,
    ) -> Result<Vec<RegisteredLock>, Error> {
        let parts = image_parts(place, image);
        let mut found = self.all_by(&LOCKS, "image", partition, parts).await?;
        found.extend(self.all_by(&LOCKS, "large", partition, ()).await?);
        let locks = found.into_iter().map(|kept| kept.0);
        let holds = |lock: &RegisteredLock| {
            let mut held = lock.records().into_iter();
            held.any(|(at, held)| at == *place && held == *image)
        };
        Ok(locks.filter(holds).collect())
    }

    /// The registered locks that hold a lineage, or one revision of it: at the scope of the lineage
    /// and below.
    ///
    /// INVARIANT: whoever may do anything at a scope sees all of them, since every role lets one look
    /// and reaches downward.
    pub(crate) async fn locks_of(
        &self,
        scope: &Scope,
        lineage: LineageId,
        number: Option<RevisionNumber>,
    ) -> Result<Vec<LockHolder>, Error> {
        let parts = match number {
            Some(number) => revision_parts(lineage, number),
            None => Parts::from(lineage.to_string()),
        };
        let mut holders = Vec::new();
        for (partition, _) in self.partitions_below(scope).await? {
            let found = self.all_by(&LOCKS, "revision", &partition, parts.clone());
            let locks = found.await?.into_iter().map(|kept| kept.0);
            holders.extend(locks.map(|lock| LockHolder::of(&lock)));
        }
        holders.sort();
        Ok(holders)
    }
}
