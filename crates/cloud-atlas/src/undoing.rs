//! Old revisions in HEAD, and the way back to what HEAD held before.

use crate::{
    Error, MciView, Session,
    facts::Looks,
    mci_views::view,
    stored::{StoredMci, StoredUndo, images_of},
    tables::{KeptUndoPoint, UNDO, partition_of, undo_parts},
    unit::{Change, Unit},
};
use atlas_base::canonical;
use atlas_history::{
    Author, Generation, KeepUndo, KeptUndo, RestoreRecord, UndoBounds, UndoEntry, UndoPoint,
};
use atlas_mci::{Content, EditWarning};
use atlas_scope::{Permission, Scope};
use atlas_store::StoreError;
use atlas_template::Reference;
use serde::Serialize;
use std::collections::BTreeSet;

/// What restoring an old revision gave.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct MciRestored {
    /// Which revision, what HEAD held before and holds now, and the undo point of before.
    pub restored: RestoreRecord,
    /// HEAD as it is now.
    pub mci: MciView,
}

/// What bringing an undo point back gave.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct MciUndone {
    /// The undo point that was brought back; it is one no longer.
    pub undone: UndoEntry,
    /// The number of the undo point that holds what HEAD was before.
    pub undo: u64,
    /// HEAD as it is now.
    pub mci: MciView,
}

impl Session {
    /// Replaces the content of HEAD by that of the committed revision that the reference names, the
    /// newest that is not revoked where it names none (ours; RightScale had only clone). It is an
    /// edit of HEAD, and what HEAD held is kept as an undo point first.
    ///
    /// # Errors
    ///
    /// HEAD holds that already or moved since it was seen, the record of an image is deleted, the
    /// old name is taken, or the caller may not.
    pub async fn restore_mci(
        &self,
        reference: &Reference,
        from: &Scope,
        seen: Option<Generation>,
    ) -> Result<MciRestored, Error> {
        let looks = self.looks_of(reference, from, Back::Revision).await?;
        self.write(|unit| {
            let (reference, from, looks) = (reference.clone(), from.clone(), &looks);
            async move {
                let mut located = unit.locate(&reference, &from, Permission::MciView).await?;
                unit.require(Permission::MciEdit, &located.mci.scope)
                    .await?;
                located.mci.head.expect(seen)?;
                let selector = reference.selector.as_ref();
                let number = Box::pin(unit.number(&located, selector)).await?;
                let state = unit.committed(&located.mci, number).await?;
                let by = unit.author()?;
                let keep = keep(&located.mci, &by, &unit);
                let restored = located.mci.head.restored(number, &state.content, &keep)?;
                let warnings = unit
                    .allowed_in_head(&located.mci, restored.head.content(), looks)
                    .await?;
                located.mci.set_head(restored.head)?;
                unit.put_kept(&mut located.mci, restored.kept).await?;
                let record = restored.record;
                let told = canonical::to_string(&record)?;
                let (scope, change) = (located.mci.scope.clone(), Change::made(&told));
                unit.audit(Permission::MciEdit, &scope, located.mci.lineage, change)
                    .await?;
                let view = view(located, None);
                Ok(MciRestored {
                    restored: record,
                    mci: MciView { warnings, ..view },
                })
            }
        })
        .await
    }

    /// Brings back what HEAD held before a restore, a merge or an undo replaced it: the newest undo
    /// point, or that of a number. What HEAD holds now becomes an undo point in its turn.
    ///
    /// # Errors
    ///
    /// There is no such point or HEAD holds it already, HEAD moved since it was seen, the record of
    /// an image is deleted, the old name is taken, or the caller may not.
    pub async fn undo_mci(
        &self,
        reference: &Reference,
        from: &Scope,
        number: Option<u64>,
        seen: Option<Generation>,
    ) -> Result<MciUndone, Error> {
        let looks = self.looks_of(reference, from, Back::Point(number)).await?;
        self.write(|unit| {
            let (reference, from, looks) = (reference.clone(), from.clone(), &looks);
            async move {
                let mut located = unit.locate(&reference, &from, Permission::MciView).await?;
                unit.only_head(&reference, &located).await?;
                unit.require(Permission::MciEdit, &located.mci.scope)
                    .await?;
                located.mci.head.expect(seen)?;
                let undone = located.mci.undo.choose(number)?.clone();
                let point = unit.undo_point(&located.mci, undone.number).await?;
                let by = unit.author()?;
                let keep = keep(&located.mci, &by, &unit);
                let back = keep.bring_back(&located.mci.head, undone.number, &point)?;
                let warnings = unit
                    .allowed_in_head(&located.mci, back.head.content(), looks)
                    .await?;
                located.mci.set_head(back.head)?;
                let undo = back.kept.number;
                unit.put_kept(&mut located.mci, back.kept).await?;
                let told = canonical::to_string(&Undid {
                    undone: undone.number,
                    after: undone.content,
                    undo,
                })?;
                let (scope, change) = (located.mci.scope.clone(), Change::made(&told));
                unit.audit(Permission::MciEdit, &scope, located.mci.lineage, change)
                    .await?;
                let view = view(located, None);
                Ok(MciUndone {
                    undone,
                    undo,
                    mci: MciView { warnings, ..view },
                })
            }
        })
        .await
    }

    /// The undo points of a lineage, oldest first: at most 16, and 16 MiB unless it is one.
    ///
    /// # Errors
    ///
    /// It is not there or not visible, or the reference names a committed revision.
    pub async fn mci_undo_points(
        &self,
        reference: &Reference,
        from: &Scope,
    ) -> Result<Vec<UndoEntry>, Error> {
        let unit = self.read().await?;
        let located = unit.locate(reference, from, Permission::MciView).await?;
        unit.only_head(reference, &located).await?;
        Ok(located.mci.undo.points().to_vec())
    }
}

/// What comes back.
#[derive(Clone, Copy)]
enum Back {
    /// The revision that the reference names.
    Revision,
    /// An undo point.
    Point(Option<u64>),
}

impl Session {
    /// What is known of the images that come back, before the transaction. Whoever may not edit
    /// learns nothing, and what goes wrong here goes wrong again there, which says so.
    async fn looks_of(
        &self,
        reference: &Reference,
        from: &Scope,
        back: Back,
    ) -> Result<Looks, Error> {
        let unit = self.read().await?;
        let found = Box::pin(unit.coming_back(reference, from, back)).await;
        drop(unit);
        match found {
            Ok((mci, after)) => self.looks(&mci, mci.head.content(), &after).await,
            Err(_) => Ok(Looks::default()),
        }
    }
}

/// What is written down of an undo.
#[derive(Serialize)]
struct Undid {
    undone: u64,
    after: atlas_base::Digest,
    undo: u64,
}

/// How a HEAD is kept before something replaces it.
pub(crate) fn keep<'a>(mci: &'a StoredMci, by: &'a Author, unit: &Unit) -> KeepUndo<'a> {
    KeepUndo {
        log: &mci.undo,
        bounds: UndoBounds::default(),
        last: mci.last.map(|last| last.number),
        by,
        at: unit.now,
    }
}

impl Unit {
    /// Refuses what an edit could not put into HEAD either, and tells what an edit would warn of.
    pub(crate) async fn allowed_in_head(
        &self,
        mci: &StoredMci,
        after: &Content,
        looks: &Looks,
    ) -> Result<Vec<EditWarning>, Error> {
        let before = mci.head.content();
        let warnings = self.admit(mci, before, after, looks).await?;
        let old: BTreeSet<_> = images_of(before).collect();
        let new = images_of(after).filter(|image| !old.contains(image));
        self.refuse_buried(&mci.scope, &new.collect()).await?;
        Ok(warnings)
    }

    /// Writes a lineage whose HEAD was replaced, and the undo point that was kept of it before.
    pub(crate) async fn put_kept(
        &self,
        mci: &mut StoredMci,
        kept: KeptUndo<Content>,
    ) -> Result<(), Error> {
        let partition = partition_of(&mci.scope)?;
        let stored = StoredUndo {
            lineage: mci.lineage,
            number: kept.number,
            point: kept.point,
        };
        let parts = undo_parts(mci.lineage, kept.number);
        UNDO.insert(&self.tx, &partition, parts, &KeptUndoPoint(stored))
            .await?;
        for number in kept.dropped {
            let parts = undo_parts(mci.lineage, number);
            UNDO.delete(&self.tx, &partition, parts).await?;
        }
        mci.undo = kept.log;
        self.put_mci(mci.clone()).await
    }

    /// A HEAD that the caller may edit, and the content that is to take its place.
    async fn coming_back(
        &self,
        reference: &Reference,
        from: &Scope,
        back: Back,
    ) -> Result<(StoredMci, Content), Error> {
        let located = self.locate(reference, from, Permission::MciView).await?;
        self.require(Permission::MciEdit, &located.mci.scope)
            .await?;
        let content = match back {
            Back::Revision => {
                let state = self.state(&located.mci, reference.selector.as_ref());
                state.await?.content.content().clone()
            }
            Back::Point(number) => {
                let number = located.mci.undo.choose(number)?.number;
                let point = self.undo_point(&located.mci, number).await?;
                point.content().clone()
            }
        };
        Ok((located.mci, content))
    }

    async fn undo_point(&self, mci: &StoredMci, number: u64) -> Result<UndoPoint<Content>, Error> {
        let parts = undo_parts(mci.lineage, number);
        let found = UNDO
            .get(&self.tx, &partition_of(&mci.scope)?, parts)
            .await?;
        match found {
            Some(found) => Ok(found.0.point),
            None => Err(StoreError::corrupt("an undo point is missing").into()),
        }
    }
}
