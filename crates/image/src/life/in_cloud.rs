//! What a host says of an image that it was to delete.

use super::{LifeError, not_in};
use crate::{ImageRecord, Lifecycle, Reason, WorkState};
use atlas_base::Timestamp;

/// What a host says about an image that it was to delete.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(
    clippy::exhaustive_enums,
    reason = "a host has done it, had nothing to do, or failed"
)]
pub enum CloudReport {
    /// The image is deleted.
    Done,
    /// The cloud had no such image, which counts as done (Scalr).
    NotFound,
    /// The image is still there.
    Failed {
        /// Why.
        reason: Reason,
    },
}

/// Takes a host's report on an image that it was to delete in its cloud (Scalr).
///
/// # Errors
///
/// Nobody was asked to.
pub fn report_delete(
    record: &ImageRecord,
    report: CloudReport,
    now: Timestamp,
) -> Result<ImageRecord, LifeError> {
    let Lifecycle::PendingDelete {
        reason,
        purge_at,
        before,
        ..
    } = record.lifecycle().clone()
    else {
        return Err(not_in(record, "pending-delete"));
    };
    let lifecycle = match report {
        CloudReport::Done | CloudReport::NotFound => Lifecycle::Deleted {
            since: now,
            reason,
            purge_at,
            gone: true,
            before,
        },
        CloudReport::Failed { reason: failure } => Lifecycle::DeleteFailed {
            since: now,
            failure,
            reason,
            purge_at,
            before,
        },
    };
    Ok(record.clone().with_lifecycle(lifecycle))
}

/// A record in the recycle bin whose image is deleted too, so that nothing is left to restore; any
/// other stays as it is.
#[must_use]
pub fn mark_gone(record: &ImageRecord) -> ImageRecord {
    match record.lifecycle().clone() {
        Lifecycle::Deleted {
            since,
            reason,
            purge_at,
            before,
            ..
        } => record.clone().with_lifecycle(Lifecycle::Deleted {
            since,
            reason,
            purge_at,
            gone: true,
            before,
        }),
        _ => record.clone(),
    }
}

impl CloudReport {
    /// What the end of an order to delete an image says; none where it has not ended, or was called
    /// off.
    pub fn of(state: &WorkState) -> Option<Self> {
        match state {
            WorkState::Done { .. } => Some(Self::Done),
            WorkState::NotFound { .. } => Some(Self::NotFound),
            WorkState::Failed { reason, .. } => Some(Self::Failed {
                reason: reason.clone(),
            }),
            WorkState::Queued | WorkState::Taken { .. } | WorkState::Cancelled { .. } => None,
        }
    }
}
