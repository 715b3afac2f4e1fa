//! How far a work order is, and what moves it on.

use crate::{
    CloudTarget, ImageRecordId, Reason, WorkAction, WorkError, WorkKind, WorkOrder, WorkOrderId,
};
use atlas_base::Timestamp;
use atlas_scope::{PrincipalId, Scope};
use core::time::Duration;
use serde::{Deserialize, Serialize};

/// How far a work order is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "kebab-case", deny_unknown_fields)]
#[non_exhaustive]
pub enum WorkState {
    /// It waits for a host.
    Queued,
    /// A host works on it.
    Taken {
        /// Who.
        by: PrincipalId,
        /// Since when.
        at: Timestamp,
        /// The end of the lease: from then on another may take it.
        until: Timestamp,
    },
    /// It is done.
    Done {
        /// Who did it.
        by: PrincipalId,
        /// When it was reported.
        at: Timestamp,
        /// The image that was made.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        image: Option<CloudTarget>,
        /// The record that was made of it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        record: Option<ImageRecordId>,
    },
    /// The cloud does not have what it is about. Of a deletion, it is done (Scalr).
    NotFound {
        /// Who looked.
        by: PrincipalId,
        /// When it was reported.
        at: Timestamp,
    },
    /// It could not be done.
    Failed {
        /// Who tried.
        by: PrincipalId,
        /// When it was reported.
        at: Timestamp,
        /// Why.
        reason: Reason,
    },
    /// It was called off.
    Cancelled {
        /// By whom.
        by: PrincipalId,
        /// When.
        at: Timestamp,
        /// Why.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<Reason>,
    },
}

impl WorkState {
    /// The state in one word.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Taken { .. } => "taken",
            Self::Done { .. } => "done",
            Self::NotFound { .. } => "not-found",
            Self::Failed { .. } => "failed",
            Self::Cancelled { .. } => "cancelled",
        }
    }

    /// Whether it has not come to an end.
    pub fn is_open(&self) -> bool {
        matches!(self, Self::Queued | Self::Taken { .. })
    }
}

impl WorkOrder {
    /// Whether what was ordered is so now: it is done, or is a deletion of what was not there.
    pub fn is_done(&self) -> bool {
        match self.state {
            WorkState::Done { .. } => true,
            WorkState::NotFound { .. } => self.action.kind() == WorkKind::Delete,
            _ => false,
        }
    }

    /// The record that was made when it was done.
    pub fn record(&self) -> Option<ImageRecordId> {
        match &self.state {
            WorkState::Done { record, .. } => *record,
            _ => None,
        }
    }

    /// Whether somebody may take it: it waits, or the lease of whoever took it is over.
    pub fn is_free(&self, now: Timestamp) -> bool {
        match &self.state {
            WorkState::Queued => true,
            WorkState::Taken { until, .. } => *until <= now,
            _ => false,
        }
    }

    pub(super) fn in_state(&self, state: WorkState) -> Self {
        Self {
            state,
            ..self.clone()
        }
    }

    pub(super) fn ended(&self) -> WorkError {
        WorkError::Ended {
            order: self.id,
            state: self.state.as_str(),
        }
    }
}

/// Work that is to be ordered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderWork {
    /// The scope on whose behalf.
    pub scope: Scope,
    /// What has to be done.
    pub action: WorkAction,
}

/// Makes a work order. `open` is an order for the same [exclusion](WorkAction::exclusion) that has
/// not ended.
///
/// # Errors
///
/// [`WorkError::AlreadyOrdered`], if there is one.
pub fn order_work(
    request: OrderWork,
    open: Option<&WorkOrder>,
    id: WorkOrderId,
    by: PrincipalId,
    now: Timestamp,
) -> Result<WorkOrder, WorkError> {
    if let Some(open) = open.filter(|open| open.state.is_open()) {
        return Err(WorkError::AlreadyOrdered {
            open: open.id,
            kind: open.action.kind(),
        });
    }
    Ok(WorkOrder {
        id,
        scope: request.scope,
        action: request.action,
        state: WorkState::Queued,
        attempt: 0,
        by,
        created: now,
    })
}

/// Takes an order for so long. Whoever has it already takes it for longer: the attempt stays.
///
/// # Errors
///
/// Somebody else has it, it has ended, or the lease is not 1 second to a day.
pub fn take_work(
    order: &WorkOrder,
    by: &PrincipalId,
    lease: Duration,
    now: Timestamp,
) -> Result<WorkOrder, WorkError> {
    let seconds = lease.as_secs();
    let length = i64::try_from(lease.as_micros()).ok();
    let until = length
        .filter(|_| (1..=WorkError::LONGEST_LEASE_S).contains(&seconds))
        .and_then(|length| now.as_micros().checked_add(length))
        .and_then(Timestamp::from_micros)
        .ok_or(WorkError::Lease { seconds })?;
    let taken = |at| {
        order.in_state(WorkState::Taken {
            by: by.clone(),
            at,
            until,
        })
    };
    match &order.state {
        WorkState::Taken {
            by: holder,
            at,
            until: end,
        } if now < *end => {
            if holder == by {
                Ok(taken(*at))
            } else {
                Err(WorkError::Held {
                    order: order.id,
                    by: holder.clone(),
                    until: *end,
                })
            }
        }
        WorkState::Queued | WorkState::Taken { .. } => Ok(WorkOrder {
            attempt: order.attempt.saturating_add(1),
            ..taken(now)
        }),
        _ => Err(order.ended()),
    }
}

/// Calls an order off that nobody works on. One that is called off already stays as it is.
///
/// # Errors
///
/// Somebody works on it, or it has ended.
pub fn cancel_work(
    order: &WorkOrder,
    reason: Option<Reason>,
    by: PrincipalId,
    now: Timestamp,
) -> Result<WorkOrder, WorkError> {
    match &order.state {
        WorkState::Cancelled { .. } => Ok(order.clone()),
        WorkState::Taken { by, until, .. } if now < *until => Err(WorkError::Held {
            order: order.id,
            by: by.clone(),
            until: *until,
        }),
        state if state.is_open() => Ok(order.in_state(WorkState::Cancelled {
            by,
            at: now,
            reason,
        })),
        _ => Err(order.ended()),
    }
}

/// Puts an order that failed, or found nothing to work on, back to those that wait. One that waits
/// stays as it is. `open` is another order for the same [exclusion](WorkAction::exclusion) that has
/// not ended.
///
/// # Errors
///
/// It did not fail, or there is such an order.
pub fn retry_work(order: &WorkOrder, open: Option<&WorkOrder>) -> Result<WorkOrder, WorkError> {
    match &order.state {
        WorkState::Queued => return Ok(order.clone()),
        WorkState::Failed { .. } | WorkState::NotFound { .. } if !order.is_done() => {}
        state => {
            return Err(WorkError::NotFailed {
                order: order.id,
                state: state.as_str(),
            });
        }
    }
    if let Some(open) = open.filter(|open| open.state.is_open() && open.id != order.id) {
        return Err(WorkError::AlreadyOrdered {
            open: open.id,
            kind: open.action.kind(),
        });
    }
    Ok(order.in_state(WorkState::Queued))
}

impl WorkOrder {
    /// The same order with the record that was made of its image; one that is not done stays as it
    /// is.
    #[must_use]
    pub fn with_record(mut self, made: ImageRecordId) -> Self {
        if let WorkState::Done { record, .. } = &mut self.state {
            *record = Some(made);
        }
        self
    }
}
