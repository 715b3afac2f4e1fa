//! What is allowed and still worth saying.

use crate::ImageRecordId;
use atlas_image_id::{CloudLocation, ImageId};
use atlas_scope::Scope;
use core::fmt;
use serde::Serialize;

/// Something that is allowed and still worth saying; its [code](Warning::code) never changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "code", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Warning {
    /// Scalr: the cloud has one image for all regions, so the location that was given is dropped.
    LocationIgnored {
        /// What was given.
        given: CloudLocation,
        /// Where the record is.
        used: CloudLocation,
    },
    /// Scalr: an OpenStack without regions is `RegionOne`.
    RegionAssumed {
        /// Where the record is.
        location: CloudLocation,
    },
    /// Ours: the id is a pointer that its owner can move to another image.
    MovingId {
        /// The id.
        image_id: ImageId,
    },
    /// Ours: lower scopes hold their own record of the image, which they keep using.
    ShadowedBelow {
        /// These scopes, in order.
        scopes: Vec<Scope>,
    },
    /// Scalr: scripts do not run on an image without an agent.
    AgentMissing,
    /// Scalr: something needs an agent, and nobody has said whether the image has it.
    AgentUnknown,
    /// Ours: a copy was made of an image that is not to be used for long.
    SourceDeprecated {
        /// The record of the source.
        from: ImageRecordId,
    },
    /// Ours: nobody has said which operating system is inside.
    OsUnknown,
    /// Ours: the stored id is of an older grammar, which is no longer read.
    LegacyId {
        /// The id as it is stored.
        image_id: ImageId,
    },
}

impl Warning {
    /// The stable name of the warning: `location-ignored`.
    pub fn code(&self) -> &'static str {
        match self {
            Self::LocationIgnored { .. } => "location-ignored",
            Self::RegionAssumed { .. } => "region-assumed",
            Self::MovingId { .. } => "moving-id",
            Self::ShadowedBelow { .. } => "shadowed-below",
            Self::AgentMissing => "agent-missing",
            Self::AgentUnknown => "agent-unknown",
            Self::SourceDeprecated { .. } => "source-deprecated",
            Self::OsUnknown => "os-unknown",
            Self::LegacyId { .. } => "legacy-id",
        }
    }
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::LocationIgnored { given, used } => write!(
                f,
                "the image is common to all of `{used}`: the location `{given}` is ignored"
            ),
            Self::RegionAssumed { location } => {
                write!(f, "no region was given: `{location}` is assumed")
            }
            Self::MovingId { image_id } => write!(
                f,
                "`{image_id}` ({}) is a pointer that its owner can move to another image",
                image_id.kind()
            ),
            Self::ShadowedBelow { scopes } => {
                f.write_str("lower scopes hold their own record of the image and keep using it: ")?;
                for (position, scope) in scopes.iter().enumerate() {
                    let comma = if position == 0 { "" } else { ", " };
                    write!(f, "{comma}`{scope}`")?;
                }
                Ok(())
            }
            Self::AgentMissing => f.write_str(
                "no agent is installed, so scripts will not run: bundle an image from a server \
                 that has the agent, or use the image agentless",
            ),
            Self::AgentUnknown => f.write_str(
                "nobody has said whether the agent is installed, which is needed here: say it on the \
                 image's record",
            ),
            Self::SourceDeprecated { from } => {
                write!(f, "the source {from} is deprecated, and the copy is not")
            }
            Self::OsUnknown => f.write_str(
                "the operating system is unknown: set its family, generation and version",
            ),
            Self::LegacyId { image_id } => write!(
                f,
                "the stored id {} is of an older grammar: register the image anew",
                atlas_base::quoted(image_id.as_str())
            ),
        }
    }
}
