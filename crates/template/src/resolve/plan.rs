//! What to launch.

use atlas_base::{Digest, Name, Tag};
use atlas_history::{LineageId, RevisionNumber};
use atlas_image::{DeclaredGuest, GuestWarning, ImageRecordId};
use atlas_image_id::{CloudLocation, ImageId};
use atlas_mci::{InstanceType, LateFit, UserData};
use core::fmt;
use serde::Serialize;
use std::collections::BTreeSet;

/// What to launch at a location, and the exact state that says so (RightScale: what a server
/// inherits from its MultiCloud Image).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct LaunchPlan {
    /// The nickname of the MultiCloud Image.
    pub mci: Name,
    /// Its lineage.
    pub lineage: LineageId,
    /// The revision; none for HEAD.
    pub revision: Option<RevisionNumber>,
    /// The digest of the content.
    pub content: Digest,
    /// The digest of the revision; none for HEAD.
    pub revision_digest: Option<Digest>,
    /// The location that was asked for.
    pub location: CloudLocation,
    /// The location whose setting serves it.
    pub served_by: CloudLocation,
    /// The cloud's own id of the image.
    pub image: ImageId,
    /// The image's record that the viewer sees; none where it is not registered.
    pub record: Option<ImageRecordId>,
    /// The instance type, where the cloud has instance types.
    pub instance_type: Option<InstanceType>,
    /// The kernel, on EC2.
    pub kernel: Option<ImageId>,
    /// The ramdisk, on EC2.
    pub ramdisk: Option<ImageId>,
    /// What the server is told at its first boot.
    pub user_data: Option<UserData>,
    /// The tags to put on the server.
    pub tags: BTreeSet<Tag>,
    /// How the server is reached, as far as the image's record says, or its publisher (Symphony).
    #[serde(flatten)]
    pub guest: DeclaredGuest,
    /// What a person should know before launching it.
    pub warnings: Vec<LaunchWarning>,
}

/// What a person should know before launching.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "code", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum LaunchWarning {
    /// It comes from HEAD: the next edit changes it.
    Head,
    /// The id is a pointer, which its owner can move to another image.
    MovingId {
        /// The id.
        image: ImageId,
    },
    /// No record of the image is visible.
    Unregistered {
        /// The image.
        image: ImageId,
    },
    /// The image's record is deprecated.
    ImageDeprecated {
        /// The record.
        record: ImageRecordId,
        /// Why.
        reason: Option<String>,
        /// The record of the image to use instead.
        replacement: Option<ImageRecordId>,
    },
    /// The revision is deprecated.
    RevisionDeprecated {
        /// Why.
        reason: String,
    },
    /// The revision was revoked since a server inherited from it.
    RevisionRevoked {
        /// Who revoked it.
        by: String,
        /// Why.
        reason: String,
    },
    /// The instance type did not take such images at first.
    LateFit(LateFit),
    /// How the server is reached has not been said.
    #[serde(untagged)]
    Guest(GuestWarning),
}

impl fmt::Display for LaunchWarning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Head => f.write_str(
                "this is HEAD, which moves with every edit: commit it to launch the same again",
            ),
            Self::MovingId { image } => {
                write!(
                    f,
                    "`{image}` is a pointer, which its owner can move to another image: set the image it points to"
                )
            }
            Self::Unregistered { image } => write!(
                f,
                "no record of `{image}` is visible from here: register it"
            ),
            Self::ImageDeprecated {
                record,
                reason,
                replacement,
            } => {
                write!(f, "the image {record} is deprecated")?;
                if let Some(reason) = reason {
                    write!(f, ": {reason}")?;
                }
                match replacement {
                    Some(replacement) => write!(f, "; use {replacement} instead"),
                    None => Ok(()),
                }
            }
            Self::LateFit(late) => late.fmt(f),
            Self::Guest(warning) => warning.fmt(f),
            Self::RevisionDeprecated { reason } => {
                write!(f, "the revision is deprecated: {reason}")
            }
            Self::RevisionRevoked { by, reason } => write!(
                f,
                "the revision was revoked by {by}, and the server keeps it until it inherits again: {reason}"
            ),
        }
    }
}
