//! The steps of a record's life, and what takes them back.
//!
//! ```text
//! active ⇄ deprecated          disabled, from either of them, and back
//!    └──────┬──────┘
//!        delete ──────────────────────────────→ deleted ── purge ──→ no more
//!           └─ pending-delete ── done, not found ──↗
//!                  └─ failed ─→ delete-failed ── delete again, or restore
//! ```

mod error;
mod in_cloud;

pub use error::LifeError;
pub use in_cloud::{CloudReport, mark_gone, report_delete};

use crate::{ImageRecord, ImageRecordId, Lifecycle, Reason, Usage, Warning, nearest};
use atlas_base::Timestamp;
use atlas_scope::{Scope, visible};
use core::cmp::Reverse;

/// Counts a record as deprecated from a moment on (AWS); it can still be used, with a warning.
///
/// # Errors
///
/// It is not active, or what replaces it is itself or cannot be used.
pub fn deprecate(
    record: &ImageRecord,
    from: Timestamp,
    reason: Option<Reason>,
    replacement: Option<&ImageRecord>,
) -> Result<ImageRecord, LifeError> {
    let id = record.id();
    match record.lifecycle() {
        Lifecycle::Active => {}
        Lifecycle::Disabled { .. } => return Err(LifeError::Disabled { id }),
        Lifecycle::Deprecated { .. } => return Err(already(record)),
        _ => standing(record)?,
    }
    if let Some(other) = replacement {
        if other.id() == id {
            return Err(LifeError::ReplacesItself { id });
        }
        if !other.lifecycle().is_usable() {
            return Err(LifeError::ReplacementUnusable {
                replacement: other.id(),
                state: other.lifecycle().state(),
            });
        }
    }
    Ok(record.clone().with_lifecycle(Lifecycle::Deprecated {
        from,
        reason,
        replacement: replacement.map(ImageRecord::id),
    }))
}

/// Counts a record as deprecated from another moment on, whether or not it is to be already (AWS:
/// `EnableImageDeprecation`). The reason and the replacement that were named stay.
///
/// # Errors
///
/// It is neither active nor deprecated.
pub fn deprecate_anew(record: &ImageRecord, from: Timestamp) -> Result<ImageRecord, LifeError> {
    match record.lifecycle() {
        Lifecycle::Deprecated {
            reason,
            replacement,
            ..
        } => Ok(record.clone().with_lifecycle(Lifecycle::Deprecated {
            from,
            reason: reason.clone(),
            replacement: *replacement,
        })),
        _ => deprecate(record, from, None, None),
    }
}

/// Takes a deprecation back.
///
/// # Errors
///
/// It is not deprecated.
pub fn undeprecate(record: &ImageRecord) -> Result<ImageRecord, LifeError> {
    match record.lifecycle() {
        Lifecycle::Deprecated { .. } => Ok(record.clone().with_lifecycle(Lifecycle::Active)),
        _ => Err(not_in(record, "deprecated")),
    }
}

/// Keeps a record from being used (AWS, HCP Packer: revoked). Whoever uses it is warned of, and
/// does not stand in the way.
///
/// # Errors
///
/// It is neither active nor deprecated.
pub fn disable(
    record: &ImageRecord,
    reason: Option<Reason>,
    usage: &Usage,
    now: Timestamp,
) -> Result<(ImageRecord, Vec<Warning>), LifeError> {
    let disabled = disabled(record, reason, None, now)?;
    let count = usage.told_here();
    let used = (count > 0).then_some(Warning::StillUsed { count });
    Ok((disabled, used.into_iter().chain(usage.warnings()).collect()))
}

/// The record as it is when it is disabled, by itself or because an ancestor is revoked.
pub(crate) fn disabled(
    record: &ImageRecord,
    reason: Option<Reason>,
    inherited_from: Option<ImageRecordId>,
    now: Timestamp,
) -> Result<ImageRecord, LifeError> {
    if let Lifecycle::Disabled { .. } = record.lifecycle() {
        return Err(already(record));
    }
    standing(record)?;
    Ok(record.clone().with_lifecycle(Lifecycle::Disabled {
        since: now,
        reason,
        inherited_from,
        before: Box::new(record.lifecycle().clone()),
    }))
}

/// Brings a disabled record back to what it was.
///
/// # Errors
///
/// It is not disabled.
pub fn enable(record: &ImageRecord) -> Result<ImageRecord, LifeError> {
    match record.lifecycle() {
        Lifecycle::Disabled { before, .. } => Ok(record.clone().with_lifecycle((**before).clone())),
        _ => Err(not_in(record, "disabled")),
    }
}

/// A record to be deleted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DeleteImage {
    /// Why.
    pub reason: Option<Reason>,
    /// Until when the bin keeps it; none where it does until somebody purges it.
    pub purge_at: Option<Timestamp>,
    /// Whether a host is to delete the image in its cloud first.
    pub in_cloud: bool,
}

/// The other records of the same image in the same location, wherever they are.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SameImage {
    /// Those that the caller sees, by scope.
    pub seen: Vec<(Scope, ImageRecordId)>,
    /// How many more there are.
    pub hidden: u64,
}

/// What [`delete`] must know.
#[derive(Debug, Clone, Copy)]
pub struct DeleteFacts<'a> {
    /// Who refers to the record.
    pub usage: &'a Usage,
    /// Which other records the image has; it matters where the image is to go too.
    pub same_image: &'a SameImage,
    /// The moment of the decision.
    pub now: Timestamp,
}

/// A record that is deleted, or whose image a host is asked to delete.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeletedImage {
    /// The record.
    pub record: ImageRecord,
    /// What is worth saying.
    pub warnings: Vec<Warning>,
}

/// Deletes a record (AWS: into the recycle bin), or asks for its image to be deleted in the cloud
/// (Scalr), which can be asked again where it failed.
///
/// Scalr, RightScale: refused while anything at its scope or below refers to it. Ours: what other
/// accounts do with it is warned of.
///
/// # Errors
///
/// See [`LifeError`].
pub fn delete(
    record: &ImageRecord,
    request: DeleteImage,
    facts: &DeleteFacts<'_>,
) -> Result<DeletedImage, LifeError> {
    let id = record.id();
    let before = match record.lifecycle() {
        Lifecycle::Deleted { .. } => return Err(already(record)),
        Lifecycle::PendingDelete { .. } => return Err(LifeError::Pending { id }),
        Lifecycle::DeleteFailed { before, .. } => before.clone(),
        living => Box::new(living.clone()),
    };
    if record.protection().holds(facts.now) {
        let protection = record.protection();
        return Err(LifeError::Protected { id, protection });
    }
    check_delete(record, request.in_cloud, facts)?;
    let DeleteImage {
        reason,
        purge_at,
        in_cloud,
    } = request;
    let since = facts.now;
    let lifecycle = if in_cloud {
        Lifecycle::PendingDelete {
            since,
            reason,
            purge_at,
            before,
        }
    } else {
        Lifecycle::Deleted {
            since,
            reason,
            purge_at,
            gone: false,
            before,
        }
    };
    Ok(DeletedImage {
        record: record.clone().with_lifecycle(lifecycle),
        warnings: facts.usage.warnings(),
    })
}

/// Whether anything keeps a record, or its image in the cloud, from being deleted: asked again when a
/// host takes the order, since things may have come to use it.
///
/// # Errors
///
/// Something refers to the record, or another record to its image.
pub fn check_delete(
    record: &ImageRecord,
    in_cloud: bool,
    facts: &DeleteFacts<'_>,
) -> Result<(), LifeError> {
    if let Some(in_use) = facts.usage.binding() {
        return Err(LifeError::InUse(Box::new(in_use)));
    }
    if in_cloud && (!facts.same_image.seen.is_empty() || facts.same_image.hidden > 0) {
        return Err(LifeError::SameImage {
            image_id: record.image_id().clone(),
            same: Box::new(facts.same_image.clone()),
        });
    }
    Ok(())
}

/// Brings a deleted record back to what it was (AWS), or withdraws the order to delete its image.
///
/// `holders` are the records of the same image in the same location, at its scope and above.
///
/// # Errors
///
/// It is not deleted, the bin has kept it long enough, its image is gone from the cloud, or another
/// record has taken its place.
pub fn restore(
    record: &ImageRecord,
    holders: &[ImageRecord],
    now: Timestamp,
) -> Result<ImageRecord, LifeError> {
    let id = record.id();
    let before = match record.lifecycle() {
        Lifecycle::PendingDelete { before, .. } | Lifecycle::DeleteFailed { before, .. } => before,
        Lifecycle::Deleted { gone: true, .. } => return Err(LifeError::Gone { id }),
        Lifecycle::Deleted {
            purge_at: Some(since),
            ..
        } if *since <= now => return Err(LifeError::TooLate { id, since: *since }),
        Lifecycle::Deleted { before, .. } => {
            let taken = holders.iter().find(|other| {
                other.id() != id
                    && !other.lifecycle().is_deleted()
                    && other.scope().contains(record.scope())
            });
            if let Some(other) = taken {
                let seen = visible(other.scope(), other.shared(), record.scope());
                let holder = seen.then(|| (other.id(), other.scope().clone()));
                return Err(LifeError::Taken { id, holder });
            }
            before
        }
        _ => return Err(not_in(record, "deleted")),
    };
    Ok(record.clone().with_lifecycle((**before).clone()))
}

/// Refuses to let something new refer to an image whose records are all deleted, as seen from a
/// scope, or whose nearest record is to be deleted with the image (ours): what is deleted is referred
/// to by nothing, and stays so.
///
/// `records` are the records of that image in that location.
///
/// # Errors
///
/// The nearest record is deleted, and no other one is seen, or a host was asked to delete its image.
pub fn refer(records: &[ImageRecord], viewer: &Scope) -> Result<(), LifeError> {
    if let Some(found) = nearest(records, viewer) {
        let id = found.record.id();
        return match found.record.lifecycle() {
            Lifecycle::PendingDelete { .. } => Err(LifeError::Pending { id }),
            _ => Ok(()),
        };
    }
    let seen = |record: &&ImageRecord| visible(record.scope(), record.shared(), viewer);
    let mut seen: Vec<_> = records.iter().filter(seen).collect();
    seen.sort_by_key(|record| (Reverse(record.scope().clone()), record.id()));
    match seen.first() {
        None => Ok(()),
        Some(record) => Err(LifeError::Buried {
            id: record.id(),
            image_id: record.image_id().clone(),
            location: record.location().clone(),
        }),
    }
}

/// Whether a deleted record may be forgotten: when the bin has kept it long enough, or `early`.
///
/// # Errors
///
/// It is not deleted, or the bin still keeps it.
pub fn purge(record: &ImageRecord, early: bool, now: Timestamp) -> Result<(), LifeError> {
    let Lifecycle::Deleted { purge_at, .. } = record.lifecycle() else {
        return Err(not_in(record, "deleted"));
    };
    if early || purge_at.is_some_and(|since| since <= now) {
        return Ok(());
    }
    Err(LifeError::Kept {
        id: record.id(),
        until: *purge_at,
    })
}

/// Refuses a record that is deleted, or about to be.
pub(crate) fn standing(record: &ImageRecord) -> Result<(), LifeError> {
    let id = record.id();
    match record.lifecycle() {
        Lifecycle::Deleted { .. } => Err(LifeError::Deleted { id }),
        Lifecycle::PendingDelete { .. } | Lifecycle::DeleteFailed { .. } => {
            Err(LifeError::Pending { id })
        }
        Lifecycle::Active | Lifecycle::Deprecated { .. } | Lifecycle::Disabled { .. } => Ok(()),
    }
}

fn already(record: &ImageRecord) -> LifeError {
    LifeError::Already {
        id: record.id(),
        state: record.lifecycle().state(),
    }
}

fn not_in(record: &ImageRecord, wanted: &'static str) -> LifeError {
    LifeError::NotIn {
        id: record.id(),
        state: record.lifecycle().state(),
        wanted,
    }
}
