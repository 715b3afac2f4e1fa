//! The steps of a record's life: what each must know, what it decides, what is kept.

use super::{ImageChange, Retention};
use crate::{
    Error,
    tables::{IMAGES, KeptImage, partition_of},
    unit::{Change, Unit},
};
use atlas_base::{Timestamp, canonical};
use atlas_image::{
    Audience, DeleteFacts, DeleteImage, EditImage, ImageRecord, ImageRecordId, Reason, SameImage,
    Warning, delete, deprecate, deprecate_anew, disable, edit, enable, guest_warning, protect,
    purge, restore, share, undeprecate, unprotect, unshare,
};
use atlas_scope::{Permission, Scope};
use atlas_store::{Parts, Query, Within};
use serde_json::{Map, Value};
use std::collections::BTreeSet;

/// What is done to a record.
#[derive(Debug, Clone)]
pub(super) enum Step {
    Deprecate {
        from: Option<Timestamp>,
        reason: Option<Reason>,
        replacement: Option<ImageRecordId>,
    },
    DeprecateAnew(Timestamp),
    Undeprecate,
    Disable(Option<Reason>),
    Enable,
    Delete {
        reason: Option<Reason>,
        keep: Retention,
        in_cloud: bool,
    },
    Restore,
    Protect {
        cool_down: bool,
    },
    Unprotect,
    Edit(Box<EditImage>),
    Share,
    Unshare {
        force: bool,
    },
}

impl Step {
    pub(super) fn permission(&self) -> Permission {
        match self {
            Self::Deprecate { .. } | Self::DeprecateAnew(_) | Self::Undeprecate => {
                Permission::ImageDeprecate
            }
            Self::Disable(_) | Self::Enable => Permission::ImageDisable,
            Self::Delete { .. } | Self::Restore | Self::Protect { .. } | Self::Unprotect => {
                Permission::ImageDelete
            }
            Self::Edit(_) | Self::Share | Self::Unshare { .. } => Permission::ImageEdit,
        }
    }
}

/// The records that are purged in one commit, where the engine takes so many.
pub(super) const TOGETHER: usize = 10;

impl Unit {
    /// Loads what a step must know, and lets it decide.
    pub(super) async fn decide(
        &self,
        record: &ImageRecord,
        from: &Scope,
        step: Step,
    ) -> Result<ImageChange, Error> {
        let now = self.now;
        Ok(match step {
            Step::Deprecate {
                from: starts,
                reason,
                replacement,
            } => {
                let other = match replacement {
                    Some(other) => Some(self.image(other, record.scope()).await?),
                    None => None,
                };
                deprecate(record, starts.unwrap_or(now), reason, other.as_ref())?.into()
            }
            Step::DeprecateAnew(starts) => deprecate_anew(record, starts)?.into(),
            Step::Undeprecate => undeprecate(record)?.into(),
            Step::Disable(reason) => {
                let usage = self.usage(record, from).await?;
                let (record, warnings) = disable(record, reason, &usage, now)?;
                ImageChange {
                    warnings,
                    ..record.into()
                }
            }
            Step::Enable => enable(record)?.into(),
            Step::Delete {
                reason,
                keep,
                in_cloud,
            } => {
                let request = DeleteImage {
                    reason,
                    purge_at: keep.end(now),
                    in_cloud,
                };
                self.decide_delete(record, from, request).await?
            }
            Step::Restore => {
                let (location, image) = (record.location(), record.image_id());
                let holders = self.records_above(record.scope(), location, image);
                let restored = restore(record, &holders.await?, now)?;
                self.check_kept(record).await?;
                restored.into()
            }
            Step::Protect { cool_down } => protect(record, cool_down)?.into(),
            Step::Unprotect => unprotect(record, now)?.into(),
            Step::Edit(change) => edit(record, *change)?.into(),
            Step::Share => {
                let shared = share(record)?;
                // From the top it is public from now on.
                let missed = match Audience::of(&shared, &[]) {
                    Audience::Everybody => guest_warning(&shared, Audience::Everybody),
                    Audience::Some => None,
                };
                ImageChange {
                    warnings: missed.map(Warning::Guest).into_iter().collect(),
                    ..shared.into()
                }
            }
            Step::Unshare { force } => {
                let usage = self.usage(record, from).await?;
                let unshared = unshare(record, &usage, force)?;
                ImageChange {
                    lost: unshared.lost,
                    warnings: unshared.warnings,
                    ..unshared.record.into()
                }
            }
        })
    }

    /// Loads what deleting must know, and lets it decide.
    pub(crate) async fn decide_delete(
        &self,
        record: &ImageRecord,
        from: &Scope,
        request: DeleteImage,
    ) -> Result<ImageChange, Error> {
        let same_image = if request.in_cloud {
            self.same_image(record, from).await?
        } else {
            SameImage::default()
        };
        let facts = DeleteFacts {
            usage: &self.usage(record, from).await?,
            same_image: &same_image,
            now: self.now,
        };
        let deleted = delete(record, request, &facts)?;
        Ok(ImageChange {
            warnings: deleted.warnings,
            ..deleted.record.into()
        })
    }

    /// Keeps a changed record and says what changed; nothing is written where nothing did.
    pub(crate) async fn put_image(
        &self,
        permission: Permission,
        before: &ImageRecord,
        after: &ImageRecord,
    ) -> Result<Option<Warning>, Error> {
        if before == after {
            return Ok(None);
        }
        let (at, kept) = (partition_of(after.scope())?, KeptImage(after.clone()));
        IMAGES
            .put(&self.tx, &at, after.id().to_string(), &kept)
            .await?;
        let closed = if before.lifecycle().is_usable() && !after.lifecycle().is_usable() {
            self.close_image(after).await?
        } else {
            None
        };
        let change = difference(before, after)?;
        self.audit(permission, after.scope(), after.id(), change)
            .await?;
        Ok(closed)
    }

    pub(super) async fn purge_one(&self, record: &ImageRecord, early: bool) -> Result<(), Error> {
        purge(record, early, self.now)?;
        let at = partition_of(record.scope())?;
        IMAGES
            .delete(&self.tx, &at, record.id().to_string())
            .await?;
        let change = Change::removed(&canonical::to_string(record)?);
        self.audit(Permission::ImageDelete, record.scope(), record.id(), change)
            .await
    }

    /// Purges the first few of a scope's bin; tells how many.
    pub(super) async fn purge_some(
        &self,
        scope: &Scope,
        early: bool,
        together: usize,
    ) -> Result<usize, Error> {
        let within = if early {
            Within::Prefix(scope.as_str().into())
        } else {
            let end = crate::events::micros(self.now).saturating_add(1);
            let parts = |at: u64| Parts::from((scope.as_str(), at));
            Within::Between(parts(0), parts(end))
        };
        let query = Query::all(&partition_of(scope)?)
            .index("bin")
            .within(within)
            .limit(together);
        let page = IMAGES.query(&self.tx, &query).await?;
        for found in &page.found {
            self.purge_one(&found.record.0, early).await?;
        }
        Ok(page.found.len())
    }
}

/// The fields of a record that differ, before and after, as canonical JSON.
fn difference(before: &ImageRecord, after: &ImageRecord) -> Result<Change, Error> {
    let fields = |record: &ImageRecord| -> Result<Map<String, Value>, Error> {
        let text = canonical::to_string(record)?;
        // INVARIANT: a record is an object.
        Ok(serde_json::from_str(&text).unwrap_or_default())
    };
    let (mut before, mut after) = (fields(before)?, fields(after)?);
    let stays = |&(name, value): &(&String, &Value)| after.get(name) == Some(value);
    let same = before.iter().filter(stays);
    let same: BTreeSet<_> = same.map(|(name, _)| name.clone()).collect();
    before.retain(|name, _| !same.contains(name));
    after.retain(|name, _| !same.contains(name));
    Ok(Change::between(
        &canonical::to_string(&before)?,
        &canonical::to_string(&after)?,
    ))
}
