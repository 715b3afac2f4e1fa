//! Deletes of whole lineages: HEAD, every revision, and what stands beside them.

mod clearing;
mod holders;

pub(crate) use self::{clearing::StoredTombstone, holders::Deletable};

use crate::{
    Error, LineageKind, MarketRefusal, Session,
    kind::{Mci, Template},
    states::Located,
    tables::{TOMBSTONES, partition_of},
    unit::{Change, Unit},
};
use atlas_base::Name;
use atlas_history::LineageId;
use atlas_scope::Scope;
use atlas_store::Partition;
use atlas_template::{DeleteError, Reference, Selector, Target, whole_lineage};
use serde::Serialize;

/// A lineage that is gone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct LineageDeleted {
    /// What it was.
    pub kind: LineageKind,
    /// Its id, which is never given again.
    pub lineage: LineageId,
    /// Its name, which is free again.
    pub name: Name,
    /// The scope that held it.
    pub scope: Scope,
    /// How many committed revisions went with it.
    pub revisions: u32,
    /// How many links of templates in other accounts lead nowhere now.
    pub linked_elsewhere: usize,
}

impl Session {
    /// Deletes a MultiCloud Image with HEAD and all revisions, channels and undo points (RightScale).
    ///
    /// It is gone with the first commit. What is more than a commit of the store holds goes in further
    /// ones, as a job; where that is stopped, the same call with the lineage id goes on.
    ///
    /// # Errors
    ///
    /// It is not there or not visible, only a state of it is named, a HEAD or a committed revision of
    /// a ServerTemplate links it, a registered lock holds it, or the caller may not.
    pub async fn delete_mci(
        &self,
        reference: &Reference,
        from: &Scope,
    ) -> Result<LineageDeleted, Error> {
        self.delete_lineage::<Mci>(reference, from).await
    }

    /// Deletes a ServerTemplate likewise. Servers that were made from it keep what they inherited.
    ///
    /// # Errors
    ///
    /// It is not there or not visible, only a state of it is named, it has a channel, a registered
    /// lock holds it, or the caller may not.
    pub async fn delete_template(
        &self,
        reference: &Reference,
        from: &Scope,
    ) -> Result<LineageDeleted, Error> {
        self.delete_lineage::<Template>(reference, from).await
    }

    async fn delete_lineage<C: Deletable>(
        &self,
        reference: &Reference,
        from: &Scope,
    ) -> Result<LineageDeleted, Error> {
        let (mut tombstone, linked_elsewhere) = self
            .write(|unit| async move { Box::pin(unit.bury::<C>(reference, from)).await })
            .await?;
        while tombstone.is_open() {
            let lineage = tombstone.lineage;
            tombstone = self
                .write(|unit| async move { Box::pin(unit.clear_on::<C>(lineage)).await })
                .await?;
        }
        Ok(LineageDeleted {
            kind: tombstone.kind,
            lineage: tombstone.lineage,
            name: tombstone.name,
            scope: tombstone.scope,
            revisions: tombstone.revisions,
            linked_elsewhere,
        })
    }
}

impl Unit {
    /// An id for a new lineage: none that one had which was deleted.
    pub(crate) async fn new_lineage_id(&self) -> Result<LineageId, Error> {
        loop {
            let lineage = LineageId::from_u128(self.id());
            if self.tombstone(lineage).await?.is_none() {
                return Ok(lineage);
            }
        }
    }

    async fn tombstone(&self, lineage: LineageId) -> Result<Option<StoredTombstone>, Error> {
        let found = TOMBSTONES
            .get(&self.tx, &Partition::global(), lineage.to_string())
            .await?;
        Ok(found.map(|kept| kept.0))
    }

    /// Takes a lineage away, and as much of what stands beside it as a commit holds.
    async fn bury<C: Deletable>(
        &self,
        reference: &Reference,
        from: &Scope,
    ) -> Result<(StoredTombstone, usize), Error> {
        let located = match self.locate::<C>(reference, from, C::CAN.view).await {
            Ok(located) => located,
            Err(error @ Error::NotFound(_)) => {
                return match self.unfinished::<C>(reference).await? {
                    Some(tombstone) => Ok((self.clear::<C>(tombstone).await?, 0)),
                    None => Err(error),
                };
            }
            Err(error) => return Err(error),
        };
        let scope = &located.found.scope;
        self.require(C::DELETE, scope).await?;
        self.only_whole(reference, &located).await?;
        if located.found.imported.is_some() {
            let name = located.found.name().clone();
            return Err(MarketRefusal::DeleteAsImport { name }.into());
        }
        let elsewhere = C::let_go(self, &located.found).await?;
        let (at, lineage) = (partition_of(scope)?, located.found.lineage);
        C::HEADS.delete(&self.tx, &at, lineage.to_string()).await?;
        self.no_longer_in_market(&located.found).await?;
        let change = Change::removed(located.found.name());
        self.audit(C::DELETE, scope, lineage, change).await?;
        let tombstone = StoredTombstone::of(&located.found, self);
        Ok((self.clear::<C>(tombstone).await?, elsewhere.count))
    }

    /// Refuses where one state is named: only a whole lineage goes (RightScale, ours).
    async fn only_whole<C: Deletable>(
        &self,
        reference: &Reference,
        located: &Located<C>,
    ) -> Result<(), Error> {
        let name = located.found.name();
        match &reference.selector {
            None => Ok(()),
            Some(Selector::Head) => Err(DeleteError::Head { name: name.clone() }.into()),
            selector => {
                let number = Box::pin(self.number(located, selector.as_ref())).await?;
                Ok(whole_lineage(name, Some(number))?)
            }
        }
    }

    /// The delete of a lineage that was stopped on its way, where the caller may go on with it.
    async fn unfinished<C: Deletable>(
        &self,
        reference: &Reference,
    ) -> Result<Option<StoredTombstone>, Error> {
        let Target::Lineage(lineage) = reference.target else {
            return Ok(None);
        };
        let found = self.tombstone(lineage).await?;
        let found = found.filter(|found| found.is_open() && found.kind == C::KIND);
        let Some(tombstone) = found else {
            return Ok(None);
        };
        match self.require(C::DELETE, &tombstone.scope).await {
            Ok(_) => Ok(Some(tombstone)),
            Err(Error::Denied(_)) => Ok(None),
            Err(error) => Err(error),
        }
    }
}
