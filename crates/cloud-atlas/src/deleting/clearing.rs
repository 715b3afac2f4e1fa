//! What a deleted lineage leaves: a tombstone, and for a while what one commit could not take along.

use super::Deletable;
use crate::{
    Error, JobId, LineageKind, NotFound,
    job::{Job, JobKind},
    stored::StoredLineage,
    tables::{
        CHANNELS, IMPORTS, KeptTombstone, MATCHERS, REVISIONS, TOMBSTONES, USES, USES_MANY,
        channel_parts, partition_of, use_parts,
    },
    unit::{Change, Unit},
};
use atlas_base::{Digest, Name, Timestamp};
use atlas_history::LineageId;
use atlas_scope::{PrincipalId, Scope};
use atlas_store::{MAX_KEY_BYTES, Partition, Query, Record, Table};
use serde::{Deserialize, Serialize};

/// That there was a lineage, so that its id is never given again. Tombstones lie in `/`: they outlive
/// the account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct StoredTombstone {
    pub(crate) lineage: LineageId,
    pub(crate) kind: LineageKind,
    pub(crate) name: Name,
    pub(crate) scope: Scope,
    /// How many revisions it had.
    pub(crate) revisions: u32,
    pub(crate) at: Timestamp,
    pub(crate) by: PrincipalId,
    /// How far what stood beside it is gone; none where all of it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    rest: Option<Rest>,
}

/// How far the revisions of a deleted lineage are gone.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Rest {
    /// How many are, from the first on.
    gone: u32,
    /// The content of the last of them: the next one changed it.
    before: Option<Digest>,
    /// How many of the images that the next one changed are no longer said to be used by it.
    images: usize,
}

/// The most keys that a commit deletes where the store has no limit: what it holds, memory holds.
const MOST: usize = 50_000;
/// What a commit writes beside what it deletes.
const BESIDE: usize = 16;

impl StoredTombstone {
    pub(super) fn of<C: Deletable>(of: &StoredLineage<C>, unit: &Unit) -> Self {
        Self {
            lineage: of.lineage,
            kind: C::KIND,
            name: of.name().clone(),
            scope: of.scope.clone(),
            revisions: of.last.map_or(0, |last| last.number.get()),
            at: unit.now,
            by: unit.who.clone(),
            rest: Some(Rest::default()),
        }
    }

    /// Whether something of the lineage is still there.
    pub(crate) fn is_open(&self) -> bool {
        self.rest.is_some()
    }

    /// The job of what is still there, the rest beside the revisions counted as one step.
    fn job(&self, kind: JobKind) -> Job {
        let input = Digest::of("cloud-atlas/delete/1", self.lineage.to_string().as_bytes());
        let total = u64::from(self.revisions) + 1;
        Job {
            id: JobId::of(&input),
            kind,
            input,
            scope: self.scope.clone(),
            subject: self.name.to_string(),
            begun: self.at,
            by: self.by.clone(),
            done: self.rest.map_or(total, |rest| u64::from(rest.gone)),
            total,
        }
    }
}

impl Unit {
    /// Goes on with a delete that one commit could not hold.
    pub(super) async fn clear_on<C: Deletable>(
        &self,
        lineage: LineageId,
    ) -> Result<StoredTombstone, Error> {
        let Some(tombstone) = self.tombstone(lineage).await? else {
            return Err(NotFound::new(C::NOUN, lineage, &Scope::global()).into());
        };
        self.require(C::DELETE, &tombstone.scope).await?;
        if !tombstone.is_open() {
            return Ok(tombstone);
        }
        self.clear::<C>(tombstone).await
    }

    /// Deletes as much of what stood beside a lineage as this commit holds.
    pub(super) async fn clear<C: Deletable>(
        &self,
        mut tombstone: StoredTombstone,
    ) -> Result<StoredTombstone, Error> {
        let before = tombstone.job(C::JOB);
        let is_under_way = self.job(before.id, &before.scope).await?.is_some();
        let mut clearing = Clearing {
            unit: self,
            lineage: tombstone.lineage,
            partition: partition_of(&tombstone.scope)?,
            left: self.room(),
        };
        let mut rest = tombstone.rest.unwrap_or_default();
        let is_done = clearing.beside::<C>().await?
            && clearing.revisions::<C>(&tombstone.scope, &mut rest).await?;
        tombstone.rest = (!is_done).then_some(rest);
        let after = tombstone.job(C::JOB);
        if is_under_way || !is_done {
            self.put_job(&after).await?;
        }
        if !is_done {
            let told = |job: &Job| format!("{} of {} steps", job.done, job.total);
            let change = Change::between(&told(&before), &told(&after));
            self.audit_job(&after, change).await?;
        }
        let (parts, kept) = (tombstone.lineage.to_string(), KeptTombstone(tombstone));
        TOMBSTONES
            .put(&self.tx, &Partition::global(), parts, &kept)
            .await?;
        Ok(kept.0)
    }

    /// How many keys this commit can still delete.
    fn room(&self) -> usize {
        let (capability, weight) = (self.shared.store.capability(), self.tx.weight());
        let operations = capability.max_operations.unwrap_or(MOST).min(MOST);
        let operations = operations.saturating_sub(weight.operations() + BESIDE);
        let bytes = capability.max_commit_bytes.map_or(MOST, |bytes| {
            bytes.saturating_sub(weight.bytes) / MAX_KEY_BYTES
        });
        operations.min(bytes.saturating_sub(BESIDE))
    }
}

/// A clearing in one commit.
struct Clearing<'a> {
    unit: &'a Unit,
    lineage: LineageId,
    partition: Partition,
    /// How many keys can still be deleted.
    left: usize,
}

impl Clearing<'_> {
    /// All that stands beside the revisions; tells whether it is gone.
    async fn beside<C: Deletable>(&mut self) -> Result<bool, Error> {
        let channels = self.unit.all(&CHANNELS, &self.partition, self.prefix());
        for kept in channels.await? {
            if self.left == 0 {
                return Ok(false);
            }
            let parts = channel_parts(self.lineage, kept.0.channel.name());
            CHANNELS
                .delete(&self.unit.tx, &self.partition, parts)
                .await?;
            self.left -= 1;
        }
        Ok(self.table(&C::UNDO).await?
            && self.table(&MATCHERS).await?
            && self.table(&IMPORTS).await?
            && self.table(&USES_MANY).await?)
    }

    fn prefix(&self) -> String {
        self.lineage.to_string()
    }

    /// The records of a table without indexes that are of the lineage; tells whether all are gone.
    async fn table<R: Record>(&mut self, table: &Table<R>) -> Result<bool, Error> {
        loop {
            let query = Query::all(&self.partition).prefix(self.prefix());
            let page = table.query(&self.unit.tx, &query.limit(1000)).await?;
            if page.found.is_empty() {
                return Ok(true);
            }
            for found in page.found {
                if self.left == 0 {
                    return Ok(false);
                }
                self.unit.tx.delete(found.key)?;
                self.left -= 1;
            }
        }
    }

    /// The revisions from the first on, and before each that it is said to use images; tells whether
    /// all are gone.
    async fn revisions<C: Deletable>(
        &mut self,
        scope: &Scope,
        rest: &mut Rest,
    ) -> Result<bool, Error> {
        let mut before = match rest.before {
            Some(digest) => Some(self.unit.content::<C>(scope, digest).await?),
            None => None,
        };
        loop {
            let query = Query::all(&self.partition).prefix(self.prefix());
            let query = query.limit(self.left.clamp(1, 1000));
            let page = REVISIONS.query(&self.unit.tx, &query).await?;
            if page.found.is_empty() {
                return Ok(true);
            }
            for found in page.found {
                let digest = found.record.0.revision.content();
                let content = self.unit.content::<C>(scope, digest).await?;
                let old = before.as_ref().map(|before| before.content().used());
                let new = content.content().used();
                let old = old.unwrap_or_default();
                for image in old.symmetric_difference(&new).skip(rest.images) {
                    if self.left == 0 {
                        return Ok(false);
                    }
                    let key = USES.key(&self.partition, use_parts(image, self.lineage))?;
                    self.unit.tx.delete(key)?;
                    self.left -= 1;
                    rest.images += 1;
                }
                if self.left == 0 {
                    return Ok(false);
                }
                self.unit.tx.delete(found.key)?;
                self.left -= 1;
                *rest = Rest {
                    gone: rest.gone + 1,
                    before: Some(digest),
                    images: 0,
                };
                before = Some(content);
            }
        }
    }
}
