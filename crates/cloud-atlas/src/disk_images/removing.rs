//! Disk images go.

use super::working::{self, apart};
use crate::{
    DiskRefusal, Error, Session,
    tables::{DISK_IMAGES, disk_image_parts, partition_of},
    unit::{Change, Unit},
};
use atlas_image::{
    DeleteFacts, DeleteImage, DiskImage, DiskImageState, ImageRecord, ImageRecordId, LifeError,
    LifecycleState, Reason, ReportWork, SameImage, Warning, WorkAction, WorkReport, WorkState,
    check_delete, delete_disk_image, fail_delete, forget_disk_image, mark_gone, report_work,
    take_work,
};
use atlas_image_id::{AmiId, ImageId};
use atlas_scope::{Permission, Scope};
use core::time::Duration;

/// For how long nobody else removes what somebody has begun to remove.
pub(super) const LEASE: Duration = Duration::from_hours(1);

/// A disk image that is gone.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct DiskImageDeleted {
    /// The image, as it was at last.
    pub image: DiskImage,
    /// What is left of its record: it lies in the recycle bin, and cannot be restored.
    pub record: Option<ImageRecord>,
    /// What is worth saying.
    pub warnings: Vec<Warning>,
}

impl Session {
    /// Removes a disk image with its bytes (Symphony: after asking, which is the caller's to do). It
    /// needs the permission to delete disk images where it is owned, and where its record stands. An image that is being made is given up.
    ///
    /// Its record goes as an image record goes whose image is deleted in its cloud: what refers to it
    /// stands in the way. Bytes that other images have too stay; the room of the others is free after
    /// the pool was [cleaned up](Self::clean_pools). What could not be removed is asked for again.
    ///
    /// # Errors
    ///
    /// It is not there or not visible, something refers to its record, the record is protected, a pool
    /// fails, or the caller may not.
    pub async fn delete_disk_image(
        &self,
        id: AmiId,
        from: &Scope,
        reason: Option<Reason>,
    ) -> Result<DiskImageDeleted, Error> {
        let begun = self.write(|unit| {
            let reason = reason.clone();
            async move {
                unit.enter(Permission::DiskView, from).await?;
                let seen = unit.seen_disk_image(id, from).await?;
                let image = seen.image;
                let told = if seen.is_opened {
                    image.as_opened().scope
                } else {
                    image.scope.clone()
                };
                unit.require(Permission::DiskDelete, &told).await?;
                let warnings = match image.record() {
                    Some(record) => {
                        Box::pin(unit.begin_record_removal(record, &image, from, reason)).await?
                    }
                    None => Vec::new(),
                };
                let deleting = delete_disk_image(&image, unit.now);
                unit.put_disk_image(Permission::DiskDelete, &image, &deleting)
                    .await?;
                Ok((deleting, warnings))
            }
        });
        let (image, warnings) = begun.await?;
        let (image, record) = Box::pin(self.finish_removal(image)).await?;
        Ok(DiskImageDeleted {
            image,
            record,
            warnings,
        })
    }

    /// Removes the bytes of an image that is about to go, and notes how that went.
    pub(super) async fn finish_removal(
        &self,
        image: DiskImage,
    ) -> Result<(DiskImage, Option<ImageRecord>), Error> {
        let pools = self.atlas.shared.pools.clone();
        let devices = image.in_pools();
        let removed = apart(move || working::discard(&devices, &pools)).await;
        let removed = removed.flatten().map_err(Error::from);
        let failure = removed.as_ref().err().map(told).transpose()?;
        let ended = self.write(|unit| {
            let (image, failure) = (image.clone(), failure.clone());
            async move { unit.end_removal(&image, failure).await }
        });
        let ended = ended.await?;
        removed.map(|()| ended)
    }
}

fn told(error: &Error) -> Result<Reason, Error> {
    let wordless = || std::io::Error::other("a pool failed without a word");
    let reason = Reason::cut(&crate::error::convert::whole_text(error));
    reason.ok_or_else(|| DiskRefusal::Thread(wordless()).into())
}

impl Unit {
    /// Lets the record of an image that goes wait to be deleted, and takes the order to do it, so that
    /// nobody brings it back meanwhile.
    async fn begin_record_removal(
        &self,
        id: ImageRecordId,
        image: &DiskImage,
        from: &Scope,
        reason: Option<Reason>,
    ) -> Result<Vec<Warning>, Error> {
        let Some(record) = self.image_at(id, &image.scope).await? else {
            // It was purged, and only the bytes are left.
            self.check_others(image, from).await?;
            return Ok(Vec::new());
        };
        // It may have been lifted above what the image is of.
        self.require(Permission::DiskDelete, record.scope()).await?;
        let action = Permission::ImageDelete;
        match record.lifecycle().state() {
            LifecycleState::Deleted => {
                // Its place was free, so that the image may have been registered anew.
                self.check_others(image, from).await?;
                let gone = mark_gone(&record);
                self.put_image(action, &record, &gone).await?;
                Ok(Vec::new())
            }
            LifecycleState::PendingDelete => {
                self.take_deletion(&record, image, from).await?;
                Ok(Vec::new())
            }
            _ => {
                let request = DeleteImage {
                    reason,
                    purge_at: crate::Retention::default().end(self.now),
                    in_cloud: true,
                };
                let mut changed = self.decide_delete(&record, from, request).await?;
                let closed = self.put_image(action, &record, &changed.record).await?;
                changed.warnings.extend(closed);
                if let Some(order) = self.order_after(&record, &changed.record).await? {
                    let taken = take_work(&order, &self.who, LEASE, self.now)?;
                    self.move_work(&order, &taken, action).await?;
                }
                Ok(changed.warnings)
            }
        }
    }

    /// Refuses to remove what records beside its own speak of.
    async fn check_others(&self, image: &DiskImage, from: &Scope) -> Result<(), Error> {
        if !matches!(image.state, DiskImageState::Ready { .. }) {
            // It has begun to go.
            return Ok(());
        }
        let image_id = ImageId::Local(image.id);
        let at = (&image.location, &image_id);
        let same = self.others_of(at, image.record(), from).await?;
        if same == SameImage::default() {
            return Ok(());
        }
        let same = Box::new(same);
        Err(LifeError::SameImage { image_id, same }.into())
    }

    /// Takes the order to delete an image that somebody has asked for, so that nobody calls it off
    /// while the bytes go. Who has it keeps it.
    async fn take_deletion(
        &self,
        record: &ImageRecord,
        image: &DiskImage,
        from: &Scope,
    ) -> Result<(), Error> {
        if matches!(image.state, DiskImageState::Ready { .. }) {
            let facts = DeleteFacts {
                usage: &self.usage(record, from).await?,
                same_image: &self.same_image(record, from).await?,
                now: self.now,
            };
            // It may have come to be used since.
            check_delete(record, true, &facts)?;
        }
        let action = WorkAction::delete(record);
        let order = self.open_work(record.scope(), &action).await?;
        if let Some(order) = order.filter(|order| order.is_free(self.now)) {
            let taken = take_work(&order, &self.who, LEASE, self.now)?;
            self.move_work(&order, &taken, Permission::ImageDelete)
                .await?;
        }
        Ok(())
    }

    /// Notes how the removal of bytes went; tells what is left.
    async fn end_removal(
        &self,
        image: &DiskImage,
        failure: Option<Reason>,
    ) -> Result<(DiskImage, Option<ImageRecord>), Error> {
        let kept = self.owned_disk_image(image.id, &image.scope).await?;
        let record = match image.record() {
            Some(id) => self.end_record_removal(id, image, failure.clone()).await?,
            None => None,
        };
        let action = Permission::DiskDelete;
        if let Some(failure) = failure {
            let failed = fail_delete(&kept, failure, self.now)?;
            self.put_disk_image(action, &kept, &failed).await?;
            return Ok((failed, record));
        }
        forget_disk_image(&kept)?;
        let at = partition_of(&kept.scope)?;
        DISK_IMAGES
            .delete(&self.tx, &at, disk_image_parts(kept.id))
            .await?;
        let usage = self.disk_usage(&kept.scope).await?;
        let usage = usage.without_image().with_bytes(kept.size(), 0);
        self.keep_usage(&kept.scope, usage).await?;
        let change = Change::between(&kept.state.as_str(), &"gone");
        self.audit(action, &kept.scope, kept.id, change).await?;
        Ok((kept, record))
    }

    async fn end_record_removal(
        &self,
        id: ImageRecordId,
        image: &DiskImage,
        failure: Option<Reason>,
    ) -> Result<Option<ImageRecord>, Error> {
        let Some(record) = self.image_at(id, &image.scope).await? else {
            return Ok(None);
        };
        if record.lifecycle().state() != LifecycleState::PendingDelete {
            return Ok(Some(record));
        }
        let action = WorkAction::delete(&record);
        let Some(order) = self.open_work(record.scope(), &action).await? else {
            return Ok(Some(record));
        };
        // Whoever ends it acts for whoever began.
        let (taken, holder) = match &order.state {
            WorkState::Taken { by, .. } => (order.clone(), by.clone()),
            _ => (
                take_work(&order, &self.who, LEASE, self.now)?,
                self.who.clone(),
            ),
        };
        let report = ReportWork {
            attempt: taken.attempt,
            report: match failure {
                None => WorkReport::Done { image_id: None },
                Some(reason) => WorkReport::Failed { reason },
            },
        };
        let ended = report_work(&taken, report, &holder, self.now)?.order;
        self.follow_up(&ended).await?;
        self.move_work(&order, &ended, Permission::ImageDelete)
            .await?;
        self.image_at(id, &image.scope).await
    }
}
