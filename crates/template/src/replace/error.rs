//! Why one image does not take the place of another.

use atlas_base::CanonicalError;
use atlas_image::{ConfirmError, ImageRecordId, LifecycleState, PlanError};
use atlas_image_id::CloudLocation;
use atlas_scope::Scope;

/// Why one image does not take the place of another.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ReplaceError {
    /// No scope is chosen.
    #[error("no scope is chosen: choose {top}, and scopes below it")]
    NoScope {
        /// The scope of the record, from which down it is used.
        top: Scope,
    },
    /// A scope that the record does not reach is chosen.
    #[error("the image is at {top} and not used at {scope}: choose {top}, and scopes below it")]
    Beyond {
        /// The scope that is chosen.
        scope: Scope,
        /// The scope of the record.
        top: Scope,
    },
    /// A scope is chosen without those above it (Scalr).
    #[error(
        "a lower scope is chosen only together with those above it: choose {} too",
        listed(missing)
    )]
    HigherMissing {
        /// The scopes that are missing, in order.
        missing: Vec<Scope>,
    },
    /// An image cannot replace itself.
    #[error("`{image}` cannot replace itself: name another record")]
    Same {
        /// The record.
        image: ImageRecordId,
    },
    /// The new image cannot be used.
    #[error("`{image}` is {state} and can replace nothing: name an active record")]
    NotUsable {
        /// Its record.
        image: ImageRecordId,
        /// Its state.
        state: LifecycleState,
    },
    /// The images are of two clouds.
    #[error("`{old}` and `{new}` are not of one cloud: name an image of the same cloud")]
    OtherCloud {
        /// Where the old image is.
        old: CloudLocation,
        /// Where the new one is.
        new: CloudLocation,
    },
    /// The facts are of other images than those that were asked about.
    #[error("the plan is of other images: make the plan again")]
    OtherImages,
    /// There is no plan.
    #[error(transparent)]
    Plan(#[from] PlanError),
    /// The plan no longer says what is so.
    #[error(transparent)]
    Confirm(#[from] ConfirmError),
}

impl From<CanonicalError> for ReplaceError {
    fn from(error: CanonicalError) -> Self {
        Self::Plan(error.into())
    }
}

fn listed(scopes: &[Scope]) -> String {
    let quoted: Vec<_> = scopes.iter().map(|scope| format!("`{scope}`")).collect();
    quoted.join(", ")
}
