//! What is allowed and still worth saying.

use crate::{CloudText, GuestWarning, ImageRecordId, NeededAgent, OriginText};
use atlas_image_id::{CloudLocation, ImageId};
use atlas_scope::Scope;
use core::{fmt, num::NonZeroU32};
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
    /// Ours: other accounts use the image; they do not stand in the owner's way.
    UsedElsewhere {
        /// How many uses there are that the caller may be told of.
        count: u64,
    },
    /// AWS: what cannot be used is open to nobody, and its launch permissions do not come back.
    Closed {
        /// How many there were.
        count: u64,
    },
    /// Ours: the image can no longer be launched where these use it.
    StillUsed {
        /// How many uses there are that the caller may be told of.
        count: u64,
    },
    /// Scalr: something needs an agent, and nobody has said whether the image has it.
    AgentUnknown {
        /// Which agent.
        agent: NeededAgent,
    },
    /// Ours: a copy was made of an image that is not to be used for long.
    SourceDeprecated {
        /// The record of the source.
        from: ImageRecordId,
    },
    /// Ours: nobody has said which operating system is inside.
    OsUnknown,
    /// `RightScale`: a bundle holds the root disk and nothing else.
    NotIncluded {
        /// The devices whose data is left out.
        devices: Vec<CloudText>,
    },
    /// `RightScale`: a root disk of more than 10 GB cannot be bundled well.
    LargeBundle {
        /// The gigabytes of the root disk, of the base image or of the packages.
        size_gb: NonZeroU32,
    },
    /// Ours: the clean-up list is for another agent, or another version of it.
    CleanupMisfit {
        /// The list.
        list: OriginText,
    },
    /// Ours: the stored id is of an older grammar, which is no longer read.
    LegacyId {
        /// The id as it is stored.
        image_id: ImageId,
    },
    /// Symphony: how a guest is reached has not been said.
    #[serde(untagged)]
    Guest(GuestWarning),
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
            Self::UsedElsewhere { .. } => "used-elsewhere",
            Self::Closed { .. } => "closed",
            Self::StillUsed { .. } => "still-used",
            Self::AgentUnknown { .. } => "agent-unknown",
            Self::SourceDeprecated { .. } => "source-deprecated",
            Self::OsUnknown => "os-unknown",
            Self::NotIncluded { .. } => "not-included",
            Self::LargeBundle { .. } => "large-bundle",
            Self::CleanupMisfit { .. } => "cleanup-misfit",
            Self::LegacyId { .. } => "legacy-id",
            Self::Guest(warning) => warning.code(),
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
            Self::UsedElsewhere { count } => write!(
                f,
                "other accounts use the image in {count} place{}: tell them",
                plural(*count)
            ),
            Self::Closed { count } => write!(
                f,
                "{count} launch permission{} went with it; enabled again, it is opened to nobody",
                plural(*count)
            ),
            Self::StillUsed { count } => write!(
                f,
                "the image is used in {count} place{}, where it is launched no more",
                plural(*count)
            ),
            Self::AgentUnknown { agent } => write!(
                f,
                "nobody has said whether the {agent} is installed, which is needed here: say it on the \
                 image's record"
            ),
            Self::SourceDeprecated { from } => {
                write!(f, "the source {from} is deprecated, and the copy is not")
            }
            Self::OsUnknown => f.write_str(
                "the operating system is unknown: set its family, generation and version",
            ),
            Self::NotIncluded { devices } => {
                f.write_str("the bundle holds the root disk only, what is on these is left out: ")?;
                for (position, device) in devices.iter().enumerate() {
                    let comma = if position == 0 { "" } else { ", " };
                    write!(f, "{comma}`{device}`")?;
                }
                Ok(())
            }
            Self::LargeBundle { size_gb } => write!(
                f,
                "{size_gb} GB are more than the 10 GB of a root disk: put large packages on a \
                 snapshot, and attach a volume made from it at boot"
            ),
            Self::CleanupMisfit { list } => write!(
                f,
                "the clean-up list `{list}` is for another agent or version than the image has"
            ),
            Self::LegacyId { image_id } => write!(
                f,
                "the stored id {} is of an older grammar: register the image anew",
                atlas_base::quoted(image_id.as_str())
            ),
            Self::Guest(warning) => warning.fmt(f),
        }
    }
}

fn plural(count: u64) -> &'static str {
    if count == 1 { "" } else { "s" }
}
