//! What taking a revocation back must know: the records that it disabled, and what those were made
//! from.

use super::family::{Member, Standing};
use crate::{
    Error,
    tables::{IMAGES, partitions_above},
    unit::Unit,
};
use atlas_image::{ImageRecord, ImageRecordId, Revocation, nearest};
use atlas_scope::Scope;
use atlas_store::Partition;
use std::collections::{BTreeMap, BTreeSet};

impl Unit {
    /// The records of a revocation at a scope that are still there, and all that they were made from
    /// as far as the account has it.
    pub(super) async fn revoked(
        &self,
        revocation: &Revocation,
        scope: &Scope,
        from: &Scope,
    ) -> Result<Vec<Member>, Error> {
        let below = self.partitions_below(scope).await?;
        let mut partitions: Vec<_> = below.into_iter().map(|(at, _)| at).collect();
        for above in partitions_above(scope)? {
            if !partitions.contains(&above) {
                partitions.push(above);
            }
        }
        let mut standing = Standing::new(self, from);
        let (mut members, mut seen) = (Vec::new(), BTreeSet::new());
        let mut wanted: BTreeSet<_> = revocation.disabled.iter().copied().collect();
        while !wanted.is_empty() {
            seen.extend(wanted.iter().copied());
            let mut above = BTreeSet::new();
            for record in self.records_by_id(&partitions, &wanted).await? {
                let parent = self.made_of(&record).await?;
                above.extend(parent.filter(|parent| !seen.contains(parent)));
                members.push(standing.member(record, parent).await?);
            }
            wanted = above;
        }
        Ok(members)
    }

    async fn records_by_id(
        &self,
        partitions: &[Partition],
        ids: &BTreeSet<ImageRecordId>,
    ) -> Result<Vec<ImageRecord>, Error> {
        let mut records = BTreeMap::new();
        for partition in partitions {
            let ids = ids.iter().map(ToString::to_string);
            let found = IMAGES.get_many(&self.tx, partition, ids).await?;
            let found = found.into_iter().flatten().map(|kept| kept.0);
            records.extend(found.map(|record| (record.id(), record)));
        }
        Ok(records.into_values().collect())
    }

    /// The record that an image was made from: the one that its origin names, or else the nearest of
    /// the image that its cloud names.
    async fn made_of(&self, record: &ImageRecord) -> Result<Option<ImageRecordId>, Error> {
        if let Some(parent) = record.origin().parent() {
            return Ok(Some(parent));
        }
        let Some((at, image)) = record.source_image() else {
            return Ok(None);
        };
        let holders = self.records_above(record.scope(), &at, &image).await?;
        let nearest = nearest(&holders, record.scope());
        Ok(nearest.map(|found| found.record.id()))
    }
}
