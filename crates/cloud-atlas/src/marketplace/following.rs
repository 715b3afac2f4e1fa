//! Clones of imports follow what they were cloned from.

use crate::{
    Error,
    kind::Versioned,
    stored::StoredLineage,
    tables::{FOLLOWERS, HEAD_OFFERS, KeptFollower, StoredFollower, partition_of},
    unit::Unit,
};
use atlas_history::Revision;
use atlas_store::Partition;

impl Unit {
    /// Notes that a new lineage follows the import that it was cloned from (RightScale: a clone is
    /// told when its upstream has moved).
    pub(crate) async fn follow_upstream<C: Versioned>(
        &self,
        clone: &StoredLineage<C>,
        source: &StoredLineage<C>,
    ) -> Result<(), Error> {
        let revision = clone.origin.and_then(|origin| origin.revision);
        let (Some(imported), Some(have)) = (&source.imported, revision) else {
            return Ok(());
        };
        let kept = KeptFollower(StoredFollower {
            lineage: clone.lineage,
            scope: clone.scope.clone(),
            upstream: source.lineage,
            publication: imported.publication,
            have,
        });
        let at = partition_of(&clone.scope)?;
        FOLLOWERS
            .put(&self.tx, &at, clone.lineage.to_string(), &kept)
            .await
            .map_err(Error::from)
    }

    /// Notes that a commit brought a newer revision of the upstream in.
    pub(crate) async fn merged_upstream<C: Versioned>(
        &self,
        of: &StoredLineage<C>,
        revision: &Revision,
    ) -> Result<(), Error> {
        let others = || revision.parents().iter().map(|parent| parent.revision);
        if others().all(|other| other.lineage == of.lineage) {
            return Ok(());
        }
        let (at, parts) = (partition_of(&of.scope)?, of.lineage.to_string());
        let Some(mut follower) = FOLLOWERS.get(&self.tx, &at, parts.as_str()).await? else {
            return Ok(());
        };
        let merged = others().filter(|other| other.lineage == follower.0.upstream);
        let newest = merged.map(|other| other.number).max();
        if newest.is_some_and(|newest| newest > follower.0.have) {
            follower.0.have = newest.unwrap_or(follower.0.have);
            FOLLOWERS.put(&self.tx, &at, parts, &follower).await?;
        }
        Ok(())
    }

    /// Takes away what the marketplace says of a lineage that is deleted.
    pub(crate) async fn no_longer_in_market<C: Versioned>(
        &self,
        of: &StoredLineage<C>,
    ) -> Result<(), Error> {
        let (at, parts) = (partition_of(&of.scope)?, of.lineage.to_string());
        if of.origin.is_some() {
            FOLLOWERS.delete(&self.tx, &at, parts.as_str()).await?;
        }
        HEAD_OFFERS
            .delete(&self.tx, &Partition::global(), parts)
            .await?;
        Ok(())
    }
}
