//! The life of an image record after its registration.

mod steps;

use self::steps::{Step, TOGETHER};
use crate::{Error, Session};
use atlas_base::Timestamp;
use atlas_image::{EditImage, ImageRecord, ImageRecordId, InUse, Reason, Warning, WorkOrder};
use atlas_scope::{Permission, Scope};
use atlas_store::StoreError;
use core::num::NonZeroU16;

/// What a change of an image record came to.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ImageChange {
    /// The record as it is now.
    pub record: ImageRecord,
    /// What a host was asked to do for it, or is not asked to any more.
    pub order: Option<WorkOrder>,
    /// Who referred to it and finds it no more: what the refusal would have listed that was forced.
    pub lost: Option<InUse>,
    /// What is worth saying.
    pub warnings: Vec<Warning>,
}

impl From<ImageRecord> for ImageChange {
    fn from(record: ImageRecord) -> Self {
        Self {
            record,
            order: None,
            lost: None,
            warnings: Vec::new(),
        }
    }
}

/// How long the recycle bin keeps a deleted record (AWS: 1 to 365 days).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "a time that ends, or none")]
pub enum Retention {
    /// So many days.
    Days(NonZeroU16),
    /// Until somebody purges it.
    Forever,
}

impl Retention {
    /// The most days.
    pub const MOST_DAYS: u16 = 365;

    /// Days, 1 to 365.
    pub fn days(days: u16) -> Option<Self> {
        NonZeroU16::new(days)
            .filter(|days| days.get() <= Self::MOST_DAYS)
            .map(Self::Days)
    }

    /// When a record that is deleted now may be purged.
    pub(crate) fn end(self, now: Timestamp) -> Option<Timestamp> {
        let Self::Days(days) = self else { return None };
        let micros = i64::from(days.get()) * 86_400_000_000;
        Timestamp::from_micros(now.as_micros().saturating_add(micros))
    }
}

impl Default for Retention {
    /// 30 days.
    fn default() -> Self {
        const { NonZeroU16::new(30) }.map_or(Self::Forever, Self::Days)
    }
}

impl Session {
    /// Counts an image as deprecated from a moment on, or from now (AWS); it can still be launched,
    /// with a warning that names the reason and the replacement.
    ///
    /// # Errors
    ///
    /// It or its replacement is not visible or not fit for it, or the caller may not.
    pub async fn deprecate_image(
        &self,
        id: ImageRecordId,
        from: &Scope,
        starts: Option<Timestamp>,
        reason: Option<Reason>,
        replacement: Option<ImageRecordId>,
    ) -> Result<ImageChange, Error> {
        let step = Step::Deprecate {
            from: starts,
            reason,
            replacement,
        };
        self.step(id, from, step).await
    }

    /// Counts an image as deprecated from a moment on, whether or not it is to be already (AWS:
    /// `EnableImageDeprecation`). The reason and the replacement that were named stay.
    ///
    /// # Errors
    ///
    /// It is disabled or deleted or not visible, or the caller may not.
    pub async fn deprecate_image_anew(
        &self,
        id: ImageRecordId,
        from: &Scope,
        starts: Timestamp,
    ) -> Result<ImageChange, Error> {
        self.step(id, from, Step::DeprecateAnew(starts)).await
    }

    /// Takes a deprecation back.
    ///
    /// # Errors
    ///
    /// It is not visible, not deprecated, or the caller may not.
    pub async fn undeprecate_image(
        &self,
        id: ImageRecordId,
        from: &Scope,
    ) -> Result<ImageChange, Error> {
        self.step(id, from, Step::Undeprecate).await
    }

    /// Keeps an image from being launched (AWS). Whoever uses it is warned of.
    ///
    /// # Errors
    ///
    /// It is not visible, disabled or deleted already, or the caller may not.
    pub async fn disable_image(
        &self,
        id: ImageRecordId,
        from: &Scope,
        reason: Option<Reason>,
    ) -> Result<ImageChange, Error> {
        self.step(id, from, Step::Disable(reason)).await
    }

    /// Brings a disabled image back to what it was.
    ///
    /// # Errors
    ///
    /// It is not visible, not disabled, or the caller may not.
    pub async fn enable_image(
        &self,
        id: ImageRecordId,
        from: &Scope,
    ) -> Result<ImageChange, Error> {
        self.step(id, from, Step::Enable).await
    }

    /// Deletes a record into the recycle bin (AWS), which frees its location and id.
    ///
    /// With `in_cloud` the image itself is to go (Scalr): the record waits in the state
    /// `pending-delete` for a host that takes the work order, does it and reports.
    ///
    /// # Errors
    ///
    /// Something refers to it, it is protected, another record has the same image and that is to go
    /// too, it is not visible, or the caller may not.
    pub async fn delete_image(
        &self,
        id: ImageRecordId,
        from: &Scope,
        reason: Option<Reason>,
        keep: Retention,
        in_cloud: bool,
    ) -> Result<ImageChange, Error> {
        let step = Step::Delete {
            reason,
            keep,
            in_cloud,
        };
        self.step(id, from, step).await
    }

    /// Brings a deleted record back to what it was (AWS), or calls the order off to delete its image.
    ///
    /// # Errors
    ///
    /// It is not deleted or no longer kept, a host is about to delete its image, its image was registered anew, it is not visible, or the
    /// caller may not.
    pub async fn restore_image(
        &self,
        id: ImageRecordId,
        from: &Scope,
    ) -> Result<ImageChange, Error> {
        self.step(id, from, Step::Restore).await
    }

    /// Protects a record from being deleted, also for 24 hours after it was unprotected if it is to
    /// cool down (AWS).
    ///
    /// # Errors
    ///
    /// It is deleted or not visible, or the caller may not.
    pub async fn protect_image(
        &self,
        id: ImageRecordId,
        from: &Scope,
        cool_down: bool,
    ) -> Result<ImageChange, Error> {
        self.step(id, from, Step::Protect { cool_down }).await
    }

    /// Takes the protection of a record off (AWS).
    ///
    /// # Errors
    ///
    /// It is deleted or not visible, or the caller may not.
    pub async fn unprotect_image(
        &self,
        id: ImageRecordId,
        from: &Scope,
    ) -> Result<ImageChange, Error> {
        self.step(id, from, Step::Unprotect).await
    }

    /// Changes what people say about an image; what it is stays (Scalr, ours).
    ///
    /// # Errors
    ///
    /// It is not visible, the change is none that can be made, or the caller may not.
    pub async fn edit_image(
        &self,
        id: ImageRecordId,
        from: &Scope,
        edit: EditImage,
    ) -> Result<ImageChange, Error> {
        self.step(id, from, Step::Edit(Box::new(edit))).await
    }

    /// Shows a record to lower scopes (Scalr).
    ///
    /// # Errors
    ///
    /// It is deleted or not visible, or the caller may not.
    pub async fn share_image(&self, id: ImageRecordId, from: &Scope) -> Result<ImageChange, Error> {
        self.step(id, from, Step::Share).await
    }

    /// Hides a record from lower scopes; `force` does it although they refer to it, and tells who
    /// did (ours).
    ///
    /// # Errors
    ///
    /// Lower scopes refer to it, it is deleted or not visible, or the caller may not.
    pub async fn unshare_image(
        &self,
        id: ImageRecordId,
        from: &Scope,
        force: bool,
    ) -> Result<ImageChange, Error> {
        self.step(id, from, Step::Unshare { force }).await
    }

    /// Forgets a deleted record for good; before the bin's time is over only if that is said (AWS).
    ///
    /// # Errors
    ///
    /// It is not deleted or still kept, it is not visible, or the caller may not.
    pub async fn purge(&self, id: ImageRecordId, from: &Scope, early: bool) -> Result<(), Error> {
        self.write(|unit| {
            let from = from.clone();
            async move {
                let record = unit.image_for(id, &from, Permission::ImageDelete).await?;
                unit.purge_one(&record, early).await
            }
        })
        .await
    }

    /// Purges what the bin of a scope, and of that scope alone, has kept long enough; or all of it.
    /// Tells how many records that were. Each commit is whole by itself.
    ///
    /// # Errors
    ///
    /// The scope is not there, or the caller may not.
    pub async fn empty_image_bin(&self, scope: &Scope, early: bool) -> Result<u64, Error> {
        let (mut count, mut together) = (0_u64, TOGETHER);
        loop {
            let purged = self.write(|unit| {
                let scope = scope.clone();
                async move {
                    unit.enter(Permission::ImageDelete, &scope).await?;
                    unit.purge_some(&scope, early, together).await
                }
            });
            let purged = match purged.await {
                Err(Error::Store(StoreError::TooLarge { .. })) if together > 1 => {
                    // Records with many tags: small engines take fewer of them.
                    together /= 2;
                    continue;
                }
                purged => purged?,
            };
            count = count.saturating_add(u64::try_from(purged).unwrap_or(u64::MAX));
            if purged < together {
                return Ok(count);
            }
        }
    }

    async fn step(
        &self,
        id: ImageRecordId,
        from: &Scope,
        step: Step,
    ) -> Result<ImageChange, Error> {
        self.write(|unit| {
            let (from, step) = (from.clone(), step.clone());
            async move {
                let permission = step.permission();
                let record = unit.image_for(id, &from, permission).await?;
                let mut changed = unit.decide(&record, &from, step).await?;
                let closed = unit.put_image(permission, &record, &changed.record).await?;
                changed.warnings.extend(closed);
                changed.order = unit.order_after(&record, &changed.record).await?;
                Ok(changed)
            }
        })
        .await
    }
}
