//! What a host reports, and what it comes to.

use crate::{CloudTarget, Reason, WorkError, WorkOrder, WorkState};
use atlas_base::Timestamp;
use atlas_image_id::ImageId;
use atlas_scope::PrincipalId;

/// What a host reports.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportWork {
    /// The attempt it is about, as taking told it.
    pub attempt: u32,
    /// How it went.
    pub report: WorkReport,
}

/// How it went.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum WorkReport {
    /// It is done.
    Done {
        /// The image that was made, where one was to be made.
        image_id: Option<ImageId>,
    },
    /// The cloud does not have the server or the image that it is about.
    NotFound,
    /// It could not be done.
    Failed {
        /// Why.
        reason: Reason,
    },
}

/// What a report came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reported {
    /// The order, at its end.
    pub order: WorkOrder,
    /// Whether the report is the first that says so; a report that is sent again changes nothing.
    pub is_news: bool,
}

/// Ends an order with what its host reports. The same report may come any number of times.
///
/// # Errors
///
/// Nobody or somebody else has taken it, the report is about another attempt, it ended otherwise, or
/// the image that was made is missing, is not asked for, or cannot be there.
pub fn report_work(
    order: &WorkOrder,
    request: ReportWork,
    by: &PrincipalId,
    now: Timestamp,
) -> Result<Reported, WorkError> {
    let holder = match &order.state {
        WorkState::Queued => return Err(WorkError::NotTaken { order: order.id }),
        WorkState::Cancelled { .. } => return Err(order.ended()),
        WorkState::Taken { by, .. }
        | WorkState::Done { by, .. }
        | WorkState::NotFound { by, .. }
        | WorkState::Failed { by, .. } => by,
    };
    if request.attempt != order.attempt {
        return Err(WorkError::OtherAttempt {
            order: order.id,
            reported: request.attempt,
            current: order.attempt,
            by: holder.clone(),
        });
    }
    if holder != by {
        return Err(WorkError::NotHolder {
            order: order.id,
            by: holder.clone(),
        });
    }
    // The time of the first report is the one that stays.
    let at = match &order.state {
        WorkState::Done { at, .. }
        | WorkState::NotFound { at, .. }
        | WorkState::Failed { at, .. } => *at,
        _ => now,
    };
    let by = by.clone();
    let state = match request.report {
        WorkReport::NotFound => WorkState::NotFound { by, at },
        WorkReport::Failed { reason } => WorkState::Failed { by, at, reason },
        WorkReport::Done { image_id } => WorkState::Done {
            by,
            at,
            image: made(order, image_id)?,
            record: match &order.state {
                WorkState::Done { record, .. } => *record,
                _ => None,
            },
        },
    };
    if !order.state.is_open() {
        return if state == order.state {
            Ok(Reported {
                order: order.clone(),
                is_news: false,
            })
        } else {
            Err(order.ended())
        };
    }
    Ok(Reported {
        order: order.in_state(state),
        is_news: true,
    })
}

/// The image that a host says it made.
fn made(order: &WorkOrder, image_id: Option<ImageId>) -> Result<Option<CloudTarget>, WorkError> {
    let (kind, location) = (order.action.kind(), order.action.location());
    match image_id {
        Some(image_id) if kind.makes_an_image() => {
            CloudTarget::new(location.clone(), image_id).map(Some)
        }
        Some(_) => Err(WorkError::ImageStated {
            order: order.id,
            kind,
        }),
        None if kind.makes_an_image() => Err(WorkError::ImageNotStated { order: order.id }),
        None => Ok(None),
    }
}
