//! Old revisions in HEAD, and the way back to what HEAD held before.

use crate::{
    Error, MciView, Session,
    kind::{Mci, Versioned},
    mci_views::view,
    states::Located,
    stored::{StoredLineage, StoredUndo},
    tables::{self, partition_of, undo_parts},
    unit::{Change, Unit},
};
use atlas_base::canonical;
use atlas_history::{
    Author, Generation, KeepUndo, KeptUndo, RestoreRecord, UndoBounds, UndoEntry, UndoPoint,
};
use atlas_scope::{Permission, Scope};
use atlas_store::StoreError;
use atlas_template::Reference;
use serde::Serialize;

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
        let looks = self
            .looks_back::<Mci>(reference, from, Back::Revision)
            .await?;
        self.write(|unit| {
            let (reference, from, looks) = (reference.clone(), from.clone(), &looks);
            async move {
                let came = Box::pin(unit.restore::<Mci>(&reference, &from, seen, looks)).await?;
                let view = view(came.located, None);
                Ok(MciRestored {
                    restored: came.record,
                    mci: MciView {
                        warnings: came.warnings,
                        ..view
                    },
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
        let looks = self
            .looks_back::<Mci>(reference, from, Back::Point(number))
            .await?;
        self.write(|unit| {
            let (reference, from, looks) = (reference.clone(), from.clone(), &looks);
            async move {
                let came = unit.undo::<Mci>(&reference, &from, number, seen, looks);
                let came = Box::pin(came).await?;
                let view = view(came.located, None);
                Ok(MciUndone {
                    undone: came.record.undone,
                    undo: came.record.undo,
                    mci: MciView {
                        warnings: came.warnings,
                        ..view
                    },
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
        let located = unit
            .locate::<Mci>(reference, from, Permission::MciView)
            .await?;
        unit.only_head(reference, &located).await?;
        Ok(located.found.undo.points().to_vec())
    }
}

/// What comes back.
#[derive(Clone, Copy)]
pub(crate) enum Back {
    /// The revision that the reference names.
    Revision,
    /// An undo point.
    Point(Option<u64>),
}

impl Session {
    /// What is known of a content that comes back, before the transaction. Whoever may not edit
    /// learns nothing, and what goes wrong here goes wrong again there, which says so.
    pub(crate) async fn looks_back<C: Versioned>(
        &self,
        reference: &Reference,
        from: &Scope,
        back: Back,
    ) -> Result<C::Looks, Error> {
        let unit = self.read().await?;
        let found = Box::pin(unit.coming_back::<C>(reference, from, back)).await;
        drop(unit);
        match found {
            Ok((of, after)) => C::look(self, &of, &after).await,
            Err(_) => Ok(C::Looks::default()),
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

/// An old content that is in HEAD again.
pub(crate) struct CameBack<C: Versioned, R> {
    pub(crate) located: Located<C>,
    pub(crate) record: R,
    pub(crate) warnings: Vec<C::Warning>,
}

/// Which undo point came back, and the number of the one that was made for it.
pub(crate) struct Undone {
    pub(crate) undone: UndoEntry,
    pub(crate) undo: u64,
}

/// How a HEAD is kept before something replaces it.
pub(crate) fn keep<'a, C: Versioned>(
    of: &'a StoredLineage<C>,
    by: &'a Author,
    unit: &Unit,
) -> KeepUndo<'a> {
    KeepUndo {
        log: &of.undo,
        bounds: UndoBounds::default(),
        last: of.last.map(|last| last.number),
        by,
        at: unit.now,
    }
}

impl Unit {
    /// Puts the content of a committed revision into HEAD.
    pub(crate) async fn restore<C: Versioned>(
        &self,
        reference: &Reference,
        from: &Scope,
        seen: Option<Generation>,
        looks: &C::Looks,
    ) -> Result<CameBack<C, RestoreRecord>, Error> {
        let mut located = self.locate::<C>(reference, from, C::CAN.view).await?;
        let of = &mut located.found;
        self.require(C::CAN.edit, &of.scope).await?;
        of.head.expect(seen)?;
        let selector = reference.selector.as_ref();
        let number = Box::pin(self.number_of(of, selector)).await?;
        let state = self.committed(of, number).await?;
        let by = self.author()?;
        let restored = keep(of, &by, self);
        let restored = of.head.restored(number, &state.content, &restored)?;
        let warnings = C::allow(self, of, restored.head.content(), looks).await?;
        of.set_head(restored.head)?;
        self.put_kept(of, restored.kept).await?;
        let record = restored.record;
        let change = Change::made(&canonical::to_string(&record)?);
        self.audit(C::CAN.edit, &of.scope, of.lineage, change)
            .await?;
        Ok(CameBack {
            located,
            record,
            warnings,
        })
    }

    /// Puts what an undo point holds into HEAD.
    pub(crate) async fn undo<C: Versioned>(
        &self,
        reference: &Reference,
        from: &Scope,
        number: Option<u64>,
        seen: Option<Generation>,
        looks: &C::Looks,
    ) -> Result<CameBack<C, Undone>, Error> {
        let mut located = self.locate::<C>(reference, from, C::CAN.view).await?;
        self.only_head(reference, &located).await?;
        let of = &mut located.found;
        self.require(C::CAN.edit, &of.scope).await?;
        of.head.expect(seen)?;
        let undone = of.undo.choose(number)?.clone();
        let point = self.undo_point(of, undone.number).await?;
        let by = self.author()?;
        let back = keep(of, &by, self).bring_back(&of.head, undone.number, &point)?;
        let warnings = C::allow(self, of, back.head.content(), looks).await?;
        of.set_head(back.head)?;
        let undo = back.kept.number;
        self.put_kept(of, back.kept).await?;
        let told = canonical::to_string(&Undid {
            undone: undone.number,
            after: undone.content,
            undo,
        })?;
        let change = Change::made(&told);
        self.audit(C::CAN.edit, &of.scope, of.lineage, change)
            .await?;
        Ok(CameBack {
            located,
            record: Undone { undone, undo },
            warnings,
        })
    }

    /// Writes a lineage whose HEAD was replaced, and the undo point that was kept of it before.
    pub(crate) async fn put_kept<C: Versioned>(
        &self,
        of: &mut StoredLineage<C>,
        kept: KeptUndo<C>,
    ) -> Result<(), Error> {
        let partition = partition_of(&of.scope)?;
        let stored = StoredUndo {
            lineage: of.lineage,
            number: kept.number,
            point: kept.point,
        };
        let parts = undo_parts(of.lineage, kept.number);
        C::UNDO
            .insert(&self.tx, &partition, parts, &tables::KeptUndo(stored))
            .await?;
        for number in kept.dropped {
            let parts = undo_parts(of.lineage, number);
            C::UNDO.delete(&self.tx, &partition, parts).await?;
        }
        of.undo = kept.log;
        self.put_lineage(of.clone()).await
    }

    /// A HEAD that the caller may edit, and the content that is to take its place.
    pub(crate) async fn coming_back<C: Versioned>(
        &self,
        reference: &Reference,
        from: &Scope,
        back: Back,
    ) -> Result<(StoredLineage<C>, C), Error> {
        let found = self.locate::<C>(reference, from, C::CAN.view).await?.found;
        self.require(C::CAN.edit, &found.scope).await?;
        let content = match back {
            Back::Revision => {
                let state = self.state(&found, reference.selector.as_ref());
                state.await?.content.content().clone()
            }
            Back::Point(number) => {
                let number = found.undo.choose(number)?.number;
                let point = self.undo_point(&found, number).await?;
                point.content().clone()
            }
        };
        Ok((found, content))
    }

    async fn undo_point<C: Versioned>(
        &self,
        of: &StoredLineage<C>,
        number: u64,
    ) -> Result<UndoPoint<C>, Error> {
        let parts = undo_parts(of.lineage, number);
        let found = C::UNDO
            .get(&self.tx, &partition_of(&of.scope)?, parts)
            .await?;
        match found {
            Some(found) => Ok(found.0.point),
            None => Err(StoreError::corrupt("an undo point is missing").into()),
        }
    }
}
