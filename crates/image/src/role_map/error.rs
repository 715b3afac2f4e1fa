//! Why a role map stays as it is.

use super::RoleOs;
use crate::{ImageRecordId, OsFacts, register::listed};
use atlas_base::Name;
use atlas_image_id::CloudLocation;

/// Why an image of a role map is not changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RoleMapError {
    /// The image has another operating system than the role, or nobody said which (Scalr).
    #[error(
        "the role map `{role}` is of {} {}, and {record} {}: choose an image of that system, or make another role map",
        wanted.family, wanted.generation, has(found.as_ref())
    )]
    OtherOs {
        /// The map.
        role: Name,
        /// Its operating system.
        wanted: RoleOs,
        /// The record.
        record: ImageRecordId,
        /// The operating system of the image; none where nobody said.
        found: Option<OsFacts>,
    },
    /// The image lacks an agent that the role needs (Scalr).
    #[error(
        "the role map `{role}` needs the {agent}, and {record} has none: bundle an image from a server that has it"
    )]
    AgentMissing {
        /// The map.
        role: Name,
        /// The record.
        record: ImageRecordId,
        /// Which agent.
        agent: &'static str,
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
    /// Servers are launched through the map (Scalr).
    #[error(
        "servers ({servers}) use the role map `{role}`: put another image in `{location}` in the place of this one"
    )]
    InUse {
        /// The map.
        role: Name,
        /// The location.
        location: CloudLocation,
        /// How many server definitions use it.
        servers: u64,
    },
}

/// Why a role map is not removed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RemoveRoleMapError {
    /// Servers are launched through it (Scalr).
    #[error("servers ({servers}) use the role map `{role}`: remove them first")]
    InUse {
        /// The map.
        role: Name,
        /// How many server definitions use it.
        servers: u64,
    },
}

fn has(found: Option<&OsFacts>) -> String {
    match found {
        Some(os) => format!("has {} {}", os.family, os.generation),
        None => "has an unknown one".to_owned(),
    }
}

fn there(locations: &[CloudLocation]) -> String {
    if locations.is_empty() {
        ", nor anywhere else".to_owned()
    } else {
        format!(": it has one in {}", listed(locations))
    }
}
