//! Why a role map stays as it is.

use super::RoleOs;
use crate::{AgentMissing, ImageRecordId, OsFacts, Referrer, UsedBy, register::listed};
use atlas_base::Name;
use atlas_image_id::CloudLocation;
use core::fmt;

/// Why an image of a role map is not changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RoleMapError {
    /// The image has another operating system than the role (Scalr).
    #[error(
        "the role map `{role}` is of {} {}, and {record} has {} {}: choose an image of that system, or make another role map",
        wanted.family, wanted.generation, found.family, found.generation
    )]
    OtherOs {
        /// The map.
        role: Name,
        /// Its operating system.
        wanted: RoleOs,
        /// The record.
        record: ImageRecordId,
        /// The operating system of the image.
        found: OsFacts,
    },
    /// Nobody has said which operating system the image has (ours: it fits no role).
    #[error(
        "the role map `{role}` is of {} {}, and the operating system of {record} is unknown: set it first",
        wanted.family, wanted.generation
    )]
    OsUnknown {
        /// The map.
        role: Name,
        /// Its operating system.
        wanted: RoleOs,
        /// The record.
        record: ImageRecordId,
    },
    /// The image lacks an agent that the role needs (Scalr).
    #[error("the role map `{role}` {missing}")]
    AgentMissing {
        /// The map.
        role: Name,
        /// What the image lacks.
        missing: AgentMissing,
    },
    /// The image cannot be used.
    #[error("{record} is {state}: enable or restore it first")]
    NotUsable {
        /// The record.
        record: ImageRecordId,
        /// Its state in one word.
        state: &'static str,
    },
    /// The map has no image at that location.
    #[error(
        "the role map `{role}` has no image in `{location}`{}",
        there(locations)
    )]
    NoImage {
        /// The map.
        role: Name,
        /// The location.
        location: CloudLocation,
        /// Where it has images, in order.
        locations: Vec<CloudLocation>,
    },
    /// Somebody uses the map (Scalr).
    #[error(
        "the role map `{role}` is {users}: put another image of `{location}` in the place of this one"
    )]
    InUse {
        /// The map.
        role: Name,
        /// The location.
        location: CloudLocation,
        /// Who uses it.
        users: RoleMapUsers,
    },
}

/// Why a role map is not removed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RemoveRoleMapError {
    /// Somebody uses it (Scalr).
    #[error("the role map `{role}` is {users}: remove what uses it first")]
    InUse {
        /// The map.
        role: Name,
        /// Who uses it.
        users: RoleMapUsers,
    },
}

/// Who uses a role map: never nobody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoleMapUsers {
    seen: Vec<Referrer>,
    hidden: u64,
}

impl RoleMapUsers {
    /// Those that bind the map, if any do.
    pub(crate) fn of(users: &[Referrer]) -> Option<Self> {
        let binding = users.iter().filter(|user| user.kind.is_binding());
        let (mut seen, hidden): (Vec<_>, Vec<_>) = binding.cloned().partition(|user| user.visible);
        seen.sort();
        let hidden = u64::try_from(hidden.len()).unwrap_or(u64::MAX);
        (hidden > 0 || !seen.is_empty()).then_some(Self { seen, hidden })
    }

    /// Those that the caller sees, by scope, kind and name.
    pub fn seen(&self) -> &[Referrer] {
        &self.seen
    }

    /// How many more there are. Whoever may change a map may do so for all that is below it, and so
    /// is told how many of them she does not see.
    pub fn hidden(&self) -> u64 {
        self.hidden
    }
}

impl fmt::Display for RoleMapUsers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        UsedBy::new(&self.seen, self.hidden).fmt(f)
    }
}

fn there(locations: &[CloudLocation]) -> String {
    if locations.is_empty() {
        ", nor anywhere else".to_owned()
    } else {
        format!(": it has one in {}", listed(locations))
    }
}
