//! Why a record stays in the state it is in.

use super::SameImage;
use crate::{ImageRecordId, InUse, LifecycleState, Protection};
use atlas_base::Timestamp;
use atlas_image_id::{CloudLocation, ImageId};
use atlas_scope::Scope;
use core::fmt;

/// Why a record stays in the state it is in.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LifeError {
    /// It is in that state; a step that is taken again would lose what the first one said.
    #[error("`{id}` is {state} already: take that back first")]
    Already {
        /// The record.
        id: ImageRecordId,
        /// Its state.
        state: LifecycleState,
    },
    /// There is nothing to take back.
    #[error("`{id}` is {state}, not {wanted}: there is nothing to do")]
    NotIn {
        /// The record.
        id: ImageRecordId,
        /// Its state.
        state: LifecycleState,
        /// The state that the step begins in.
        wanted: &'static str,
    },
    /// It is disabled.
    #[error("`{id}` is disabled: enable it first")]
    Disabled {
        /// The record.
        id: ImageRecordId,
    },
    /// It is deleted.
    #[error("`{id}` is deleted: restore it first")]
    Deleted {
        /// The record.
        id: ImageRecordId,
    },
    /// A MultiCloud Image was to name an image whose record is deleted.
    #[error(
        "`{image_id}` at {location} is deleted, as `{id}`: restore that record, register the image anew, or set another image"
    )]
    Buried {
        /// The record.
        id: ImageRecordId,
        /// The image.
        image_id: ImageId,
        /// Where it is.
        location: CloudLocation,
    },
    /// Its image was not to be deleted, or could be, so there is nothing to try again.
    #[error("the deletion of `{id}` did not fail in its cloud: delete it again if that is wanted")]
    NotFailed {
        /// The record.
        id: ImageRecordId,
    },
    /// Its image is to be deleted in the cloud.
    #[error(
        "the image of `{id}` is to be deleted in its cloud: wait for the host's report, or restore the record"
    )]
    Pending {
        /// The record.
        id: ImageRecordId,
    },
    /// A record cannot replace itself.
    #[error("`{id}` cannot replace itself: name another record")]
    ReplacesItself {
        /// The record.
        id: ImageRecordId,
    },
    /// What is to replace it cannot be used.
    #[error("`{replacement}` is {state} and can replace nothing: name an active record")]
    ReplacementUnusable {
        /// The record that was named.
        replacement: ImageRecordId,
        /// Its state.
        state: LifecycleState,
    },
    /// It is protected from being deleted (AWS).
    #[error("`{id}` is protected{}", ends(*protection))]
    Protected {
        /// The record.
        id: ImageRecordId,
        /// How.
        protection: Protection,
    },
    /// Something refers to it (Scalr, RightScale).
    #[error(
        "{0}: set other images there first; what is committed stays, so disable the image instead"
    )]
    InUse(Box<InUse>),
    /// Another record refers to the same image in the cloud (Scalr).
    #[error(
        "`{image_id}` has other records{}: delete the record alone",
        Others(same)
    )]
    SameImage {
        /// The image.
        image_id: ImageId,
        /// Its other records.
        same: Box<SameImage>,
    },
    /// The image was deleted in its cloud.
    #[error("the image of `{id}` was deleted in its cloud: there is nothing left to restore")]
    Gone {
        /// The record.
        id: ImageRecordId,
    },
    /// The bin has kept it long enough (AWS).
    #[error("`{id}` could be restored until {since}: register the image anew")]
    TooLate {
        /// The record.
        id: ImageRecordId,
        /// When its time was over.
        since: Timestamp,
    },
    /// Another record has taken its location and id (AWS).
    #[error("the image of `{id}` was registered anew{}: delete that record first", held(holder.as_ref()))]
    Taken {
        /// The record.
        id: ImageRecordId,
        /// The other record and its scope, where it can be seen.
        holder: Option<(ImageRecordId, Scope)>,
    },
    /// The bin still keeps it.
    #[error("`{id}` can be restored{}: purge it early, or leave it", kept(*until))]
    Kept {
        /// The record.
        id: ImageRecordId,
        /// Until when; none where that is without an end.
        until: Option<Timestamp>,
    },
}

fn ends(protection: Protection) -> String {
    match protection {
        Protection::CoolingDown { until } => format!(" until {until}: wait until then"),
        Protection::On { cool_down: true } => format!(
            " from being deleted: unprotect it, and wait {} hours",
            Protection::COOL_DOWN_HOURS
        ),
        Protection::On { cool_down: false } | Protection::Off => {
            " from being deleted: unprotect it first".to_owned()
        }
    }
}

fn held(holder: Option<&(ImageRecordId, Scope)>) -> String {
    let text = |(id, scope): &(ImageRecordId, Scope)| format!(" as `{id}` at {scope}");
    holder.map(text).unwrap_or_default()
}

fn kept(until: Option<Timestamp>) -> String {
    until.map_or_else(
        || " until it is purged".to_owned(),
        |until| format!(" until {until}"),
    )
}

struct Others<'a>(&'a SameImage);

impl fmt::Display for Others<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const SHOWN: usize = 8;
        let mut sign = ": ";
        for (scope, id) in self.0.seen.iter().take(SHOWN) {
            write!(f, "{sign}`{id}` at {scope}")?;
            sign = ", ";
        }
        let more = self.0.seen.len().saturating_sub(SHOWN);
        let more = self
            .0
            .hidden
            .saturating_add(u64::try_from(more).unwrap_or(u64::MAX));
        match (self.0.seen.is_empty(), more) {
            (_, 0) => Ok(()),
            (true, more) => write!(f, ", {more} out of sight"),
            (false, more) => write!(f, ", and {more} more"),
        }
    }
}
