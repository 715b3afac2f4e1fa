//! Between work orders and image records: what is ordered for a record, and what follows from it.

use crate::{
    Error, Session,
    tables::{IMAGES, partitions_above},
    unit::Unit,
    work::permission,
};
use atlas_image::{
    CloudReport, CloudText, CopyImage, DeleteFacts, DeleteImage, ImageRecord, ImageRecordId,
    Lifecycle, LifecycleState, Look, OrderWork, Reason, Registered, ReportWork, WorkAction,
    WorkKind, WorkOrder, WorkReport, WorkState, cancel_work, check_delete, report_delete,
    report_work, restore,
};
use atlas_image_id::CloudLocation;
use atlas_scope::{Permission, Scope};
use std::collections::BTreeSet;

/// Work on the image of a record. An image is deleted by
/// [`Session::delete_image`], one of a server is made by [`Session::bundle`].
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum WorkRequest {
    /// Copy it to another location of its cloud; when that is done the copy is registered, as
    /// [`Session::copy_image`] does it.
    Copy {
        /// Where the copy is to be.
        to: CloudLocation,
    },
    /// Change in its cloud who may launch it.
    Share {
        /// The accounts that are to get it, in the words of the cloud.
        add: BTreeSet<CloudText>,
        /// The accounts that are to lose it, in the words of the cloud.
        remove: BTreeSet<CloudText>,
    },
}

impl WorkRequest {
    fn permission(&self) -> Permission {
        permission(match self {
            Self::Copy { .. } => WorkKind::Copy,
            Self::Share { .. } => WorkKind::Share,
        })
    }

    fn action(self, record: &ImageRecord) -> Result<WorkAction, Error> {
        Ok(match self {
            Self::Copy { to } => WorkAction::copy(record, to)?,
            Self::Share { add, remove } => WorkAction::share(record, add, remove)?,
        })
    }
}

impl Session {
    /// Orders work on the image of a record for a host to do, at the scope of the record.
    ///
    /// # Errors
    ///
    /// The record is not visible from that scope, the image cannot be copied there, nobody is to get
    /// or lose it, the same is ordered already and not ended, or the caller may not do to images at
    /// the record's scope what is ordered.
    pub async fn order_work(
        &self,
        record: ImageRecordId,
        from: &Scope,
        request: WorkRequest,
    ) -> Result<WorkOrder, Error> {
        self.write(|unit| {
            let (from, request) = (from.clone(), request.clone());
            async move {
                let record = unit.image_for(record, &from, request.permission()).await?;
                let action = request.action(&record)?;
                let scope = record.scope().clone();
                unit.order_work(OrderWork { scope, action }).await
            }
        })
        .await
    }
}

impl Unit {
    /// What a step of a record's life means for the host that deletes its image: an order that it
    /// does, or that it does not any more.
    pub(crate) async fn order_after(
        &self,
        before: &ImageRecord,
        after: &ImageRecord,
    ) -> Result<Option<WorkOrder>, Error> {
        match (is_pending(before), is_pending(after)) {
            (false, true) => {
                let (scope, action) = (after.scope().clone(), WorkAction::delete(after));
                self.order_work(OrderWork { scope, action }).await.map(Some)
            }
            (true, false) => {
                let action = WorkAction::delete(before);
                let Some(order) = self.open_work(before.scope(), &action).await? else {
                    return Ok(None);
                };
                let cancelled = cancel_work(&order, None, self.who.clone(), self.now)?;
                let permission = permission(WorkKind::Delete);
                self.move_work(&order, &cancelled, permission).await?;
                Ok(Some(cancelled))
            }
            _ => Ok(None),
        }
    }

    /// What follows from work that has come to its end: of a bundle or a copy that is done, a record;
    /// of a deletion, what the host said of it. Who may launch an image in its cloud is the cloud's
    /// business.
    pub(crate) async fn follow_up(&self, order: &WorkOrder) -> Result<Option<Registered>, Error> {
        match (&order.action, &order.state) {
            (WorkAction::Delete { record, .. }, state) => {
                let deleted = self.pending(*record, &order.scope).await?;
                if let (Some(before), Some(report)) = (deleted, CloudReport::of(state)) {
                    let after = report_delete(&before, report, self.now)?;
                    self.put_image(Permission::WorkReport, &before, &after)
                        .await?;
                }
                Ok(None)
            }
            (
                WorkAction::Bundle(bundle),
                WorkState::Done {
                    image: Some(image), ..
                },
            ) => {
                let request = bundle.registration(order.scope.clone(), image.image_id.clone());
                let credentials = self.credentials_near(&order.scope).await?;
                // The host has made it: a cloud may take a while to list what it has just got.
                let registered = self.register(request, Look::Unasked, &credentials);
                Ok(Some(registered.await?))
            }
            (
                WorkAction::Copy { record, to, .. },
                WorkState::Done {
                    image: Some(image), ..
                },
            ) => {
                // The copy is there, whatever has become of its source: where that is forgotten,
                // people say what the copy is.
                let Some(source) = self.image_at(*record, &order.scope).await? else {
                    return Ok(None);
                };
                let request = CopyImage::new(to.clone());
                let copied = self.copied(
                    &source,
                    &order.scope,
                    request,
                    image.image_id.clone(),
                    Look::Unasked,
                );
                Ok(Some(copied.await?))
            }
            _ => Ok(None),
        }
    }

    /// Brings a record back whose image was to be deleted by an order that is called off.
    pub(crate) async fn withdraw_deletion(&self, order: &WorkOrder) -> Result<(), Error> {
        let WorkAction::Delete { record, .. } = &order.action else {
            return Ok(());
        };
        if let Some(before) = self.pending(*record, &order.scope).await? {
            // Its place was never free.
            let after = restore(&before, &[], self.now)?;
            self.check_kept(&before).await?;
            self.put_image(Permission::ImageDelete, &before, &after)
                .await?;
        }
        Ok(())
    }

    /// Asks once more whether a record may be deleted whose image could not be, and that now waits
    /// for it again.
    pub(crate) async fn delete_again(
        &self,
        order: &WorkOrder,
        queued: &WorkOrder,
        from: &Scope,
    ) -> Result<(), Error> {
        let WorkAction::Delete { record, .. } = &order.action else {
            return Ok(());
        };
        if order == queued {
            return Ok(());
        }
        let before = self
            .image_for(*record, from, Permission::ImageDelete)
            .await?;
        let (reason, purge_at) = match before.lifecycle() {
            Lifecycle::DeleteFailed {
                reason, purge_at, ..
            } => (reason.clone(), *purge_at),
            // It was restored, or deleted here alone: only a new deletion says what is wanted now.
            _ => return Err(atlas_image::LifeError::NotFailed { id: before.id() }.into()),
        };
        let request = DeleteImage {
            reason,
            purge_at,
            in_cloud: true,
        };
        let change = self.decide_delete(&before, from, request).await?;
        self.put_image(Permission::ImageDelete, &before, &change.record)
            .await?;
        Ok(())
    }

    /// The end of an order to delete an image that something else has come to use, or another record:
    /// it stays, and the record says why.
    pub(crate) async fn kept_from_deletion(
        &self,
        taken: &WorkOrder,
        from: &Scope,
    ) -> Result<Option<WorkOrder>, Error> {
        let WorkAction::Delete { record, .. } = &taken.action else {
            return Ok(None);
        };
        let Some(pending) = self.pending(*record, &taken.scope).await? else {
            return Ok(None);
        };
        let facts = DeleteFacts {
            usage: &self.usage(&pending, from).await?,
            same_image: &self.same_image(&pending, from).await?,
            now: self.now,
        };
        let Err(refused) = check_delete(&pending, true, &facts) else {
            return Ok(None);
        };
        let report = ReportWork {
            attempt: taken.attempt,
            report: WorkReport::Failed {
                reason: Reason::cut(&refused.to_string()).ok_or(refused)?,
            },
        };
        let ended = report_work(taken, report, &self.who, self.now)?.order;
        self.follow_up(&ended).await?;
        Ok(Some(ended))
    }

    /// A record in the partition of a scope or in `/`, whether the scope sees it or not.
    pub(crate) async fn image_at(
        &self,
        id: ImageRecordId,
        scope: &Scope,
    ) -> Result<Option<ImageRecord>, Error> {
        for partition in partitions_above(scope)? {
            if let Some(kept) = IMAGES.get(&self.tx, &partition, id.to_string()).await? {
                return Ok(Some(kept.0));
            }
        }
        Ok(None)
    }

    /// The record whose image is to be deleted; none where it waits for that no more.
    async fn pending(
        &self,
        record: ImageRecordId,
        scope: &Scope,
    ) -> Result<Option<ImageRecord>, Error> {
        Ok(self.held_image(record, scope).await?.filter(is_pending))
    }
}

fn is_pending(record: &ImageRecord) -> bool {
    record.lifecycle().state() == LifecycleState::PendingDelete
}
