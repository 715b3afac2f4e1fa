//! Why a work order stays as it is.

use crate::{CloudText, ImageRecordId, WorkKind, WorkOrderId};
use atlas_base::Timestamp;
use atlas_image_id::LocationMismatch;
use atlas_scope::PrincipalId;

/// Why a work order is not made, or stays as it is.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum WorkError {
    /// The image cannot be used, so nobody launches it.
    #[error("{record} is {state}: enable or restore it before others get it")]
    NotUsable {
        /// The record.
        record: ImageRecordId,
        /// Its state.
        state: &'static str,
    },
    /// Nobody is to get or to lose an image.
    #[error("no account is named: say which ones get the image or lose it")]
    NobodyNamed,
    /// The same account is to get and to lose an image.
    #[error("`{account}` is to get the image and to lose it: name it once")]
    AddedAndRemoved {
        /// The account.
        account: CloudText,
    },
    /// The same work is ordered already and not ended.
    #[error("{open} is to {kind} the same already: wait for its end, or cancel it")]
    AlreadyOrdered {
        /// The open order.
        open: WorkOrderId,
        /// Its kind.
        kind: WorkKind,
    },
    /// Somebody else works on it.
    #[error("{order} is taken by `{by}` until {until}: wait until then, or for the report")]
    Held {
        /// The order.
        order: WorkOrderId,
        /// Who has taken it.
        by: PrincipalId,
        /// The end of the lease.
        until: Timestamp,
    },
    /// It came to its end before.
    #[error("{order} is {state}: order the work anew")]
    Ended {
        /// The order.
        order: WorkOrderId,
        /// How it ended.
        state: &'static str,
    },
    /// Nobody has taken it, so there is nothing to report.
    #[error("{order} is taken by nobody: take it before you report on it")]
    NotTaken {
        /// The order.
        order: WorkOrderId,
    },
    /// The report is about another attempt than the one that goes on.
    #[error(
        "{order} is at attempt {current}, by `{by}`, and the report is about attempt {reported}: only the last attempt is reported on"
    )]
    OtherAttempt {
        /// The order.
        order: WorkOrderId,
        /// The attempt of the report.
        reported: u32,
        /// The attempt that goes on.
        current: u32,
        /// Who has taken it.
        by: PrincipalId,
    },
    /// Whoever reports has not taken it.
    #[error("{order} is taken by `{by}`: only `{by}` reports on it")]
    NotHolder {
        /// The order.
        order: WorkOrderId,
        /// Who has taken it.
        by: PrincipalId,
    },
    /// It did not fail, so there is nothing to try again.
    #[error("{order} is {state}: only failed work is tried again")]
    NotFailed {
        /// The order.
        order: WorkOrderId,
        /// How it is.
        state: &'static str,
    },
    /// The report does not say which image was made.
    #[error("{order} makes an image: report its id")]
    ImageNotStated {
        /// The order.
        order: WorkOrderId,
    },
    /// The report names an image, and none was to be made.
    #[error("{order} is to {kind} and makes no image: report without an id")]
    ImageStated {
        /// The order.
        order: WorkOrderId,
        /// Its kind.
        kind: WorkKind,
    },
    /// The image cannot be where the work was done.
    #[error(transparent)]
    Location(#[from] LocationMismatch),
    /// A lease that is too short or too long.
    #[error("a lease of {seconds} seconds: at least 1 and at most {most} are allowed", most = WorkError::LONGEST_LEASE_S)]
    Lease {
        /// Its length.
        seconds: u64,
    },
}

impl WorkError {
    /// The longest lease, in seconds: a day.
    pub const LONGEST_LEASE_S: u64 = 86_400;
}
