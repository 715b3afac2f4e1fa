//! Records of snapshots.

use crate::{CloudText, ImageDescription, ImageRecord, Labels};
use atlas_base::{Timestamp, quoted, text_form};
use atlas_image_id::{Cloud, CloudLocation, ImageId};
use atlas_scope::{PrincipalId, Scope};
use core::{fmt, num::NonZeroU32};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeSet, sync::Arc};

/// The id of a snapshot: `snap-` and 8 or 17 lower-case hex digits (AWS).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SnapshotId(Arc<str>);

impl SnapshotId {
    /// What every such id begins with.
    pub const PREFIX: &'static str = "snap-";

    /// The id of 17 digits that the lowest 68 bits give.
    pub fn from_bits(bits: u128) -> Self {
        let prefix = Self::PREFIX;
        Self(format!("{prefix}{:017x}", bits & ((1 << 68) - 1)).into())
    }

    /// Reads an id.
    ///
    /// # Errors
    ///
    /// The prefix is another, a digit is no lower-case hex digit, or their number is wrong.
    pub fn parse(text: &str) -> Result<Self, ParseSnapshotIdError> {
        let digits = text.strip_prefix(Self::PREFIX);
        let at = match digits {
            None => Some(0),
            Some(digits) => {
                let hex = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
                let wrong = digits.bytes().position(|byte| !hex(byte));
                let wrong = wrong.or((!matches!(digits.len(), 8 | 17)).then_some(digits.len()));
                wrong.map(|at| Self::PREFIX.len().saturating_add(at))
            }
        };
        match at {
            None => Ok(Self(text.into())),
            Some(at) => Err(ParseSnapshotIdError {
                at,
                message: format!(
                    "{} is no snapshot: expected `snap-` and 8 or 17 lower-case hex digits",
                    quoted(text)
                ),
            }),
        }
    }

    /// The whole id.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The same id as a device of an image names it.
    pub fn to_text(&self) -> Option<CloudText> {
        CloudText::parse(&self.0).ok()
    }
}

impl fmt::Display for SnapshotId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

text_form!(SnapshotId, ParseSnapshotIdError);

/// Why a text is no [`SnapshotId`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParseSnapshotIdError {
    at: usize,
    message: String,
}

impl ParseSnapshotIdError {
    /// The byte offset at which the text stopped making sense.
    pub fn at(&self) -> usize {
        self.at
    }
}

impl fmt::Display for ParseSnapshotIdError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for ParseSnapshotIdError {}

/// A snapshot that is to have a record.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct AddSnapshot {
    /// Its id.
    pub id: SnapshotId,
    /// The volume that it is of, in the words of its host.
    pub volume: Option<CloudText>,
    /// Its size in gigabytes, at least 1.
    pub size_gb: Option<NonZeroU32>,
    /// What it is for.
    pub description: Option<ImageDescription>,
    /// Whether it is encrypted.
    pub encrypted: bool,
    /// Labels.
    pub labels: Labels,
}

impl AddSnapshot {
    /// A snapshot of which nothing more is said.
    #[must_use]
    pub fn new(id: SnapshotId) -> Self {
        Self {
            id,
            volume: None,
            size_gb: None,
            description: None,
            encrypted: false,
            labels: Labels::default(),
        }
    }
}

/// What is known of one snapshot in a region of the repository (AWS): devices of images name it.
///
/// It says that the snapshot is there; its bytes, if anybody has them, are kept by a volume host or
/// by the repository.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct SnapshotRecord {
    /// Its id, which is given once at a scope and a location.
    pub id: SnapshotId,
    /// Where it is: a region of the cloud `local`.
    pub location: CloudLocation,
    /// The scope that owns it, and that alone sees it.
    pub scope: Scope,
    /// The volume that it is of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub volume: Option<CloudText>,
    /// Its size in gigabytes, at least 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size_gb: Option<NonZeroU32>,
    /// What it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<ImageDescription>,
    /// Whether it is encrypted.
    #[serde(default, skip_serializing_if = "core::ops::Not::not")]
    pub encrypted: bool,
    /// Its labels.
    #[serde(default, skip_serializing_if = "Labels::is_empty")]
    pub labels: Labels,
    /// When it was added.
    pub created: Timestamp,
    /// By whom.
    pub created_by: PrincipalId,
}

/// Makes the record of a snapshot.
///
/// # Errors
///
/// The location is none of the repository.
pub fn add_snapshot(
    snapshot: AddSnapshot,
    scope: &Scope,
    location: &CloudLocation,
    by: &PrincipalId,
    now: Timestamp,
) -> Result<SnapshotRecord, SnapshotError> {
    if location.cloud() != Cloud::Local || location.region().is_none() {
        let location = location.clone();
        return Err(SnapshotError::NotHere { location });
    }
    Ok(SnapshotRecord {
        id: snapshot.id,
        location: location.clone(),
        scope: scope.clone(),
        volume: snapshot.volume,
        size_gb: snapshot.size_gb,
        description: snapshot.description,
        encrypted: snapshot.encrypted,
        labels: snapshot.labels,
        created: now,
        created_by: by.clone(),
    })
}

/// Whether a snapshot may go: not while a device of an image names it (AWS). A deleted image names
/// nothing any more.
///
/// # Errors
///
/// Images use it.
pub fn delete_snapshot(
    snapshot: &SnapshotRecord,
    images: &[ImageRecord],
) -> Result<(), SnapshotError> {
    let users = images.iter().filter(|image| {
        let mut named = image.snapshots();
        !image.lifecycle().is_deleted()
            && *image.location() == snapshot.location
            && named.any(|id| id.as_str() == snapshot.id.as_str())
    });
    let images: BTreeSet<_> = users.map(|image| image.image_id().clone()).collect();
    if images.is_empty() {
        return Ok(());
    }
    Err(SnapshotError::InUse {
        id: snapshot.id.clone(),
        images: images.into_iter().collect(),
    })
}

impl ImageRecord {
    /// The snapshots that its devices begin with, in the order of the devices.
    pub fn snapshots(&self) -> impl Iterator<Item = &CloudText> {
        let devices = self.devices().as_slice().iter();
        devices.filter_map(|device| device.snapshot.as_ref())
    }
}

/// Why something of a snapshot is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SnapshotError {
    /// The location is none of the repository.
    #[error("`{location}` is no region of the repository: name one such as `local/main`")]
    NotHere {
        /// The location.
        location: CloudLocation,
    },
    /// Images use it.
    #[error("`{id}` is used by {}: delete these images first", listed(.images))]
    InUse {
        /// The snapshot.
        id: SnapshotId,
        /// The images, in order.
        images: Vec<ImageId>,
    },
    /// A device names snapshots that are not there.
    #[error("there is no snapshot {} at {scope} in `{location}`", named(.snapshots))]
    Unknown {
        /// What the devices name.
        snapshots: Vec<CloudText>,
        /// The scope.
        scope: Scope,
        /// The location.
        location: CloudLocation,
    },
    /// It would have too many labels.
    #[error(transparent)]
    Labels(#[from] crate::TooManyLabels),
}

fn listed(images: &[ImageId]) -> String {
    let images: Vec<_> = images.iter().map(|id| quoted(id.as_str())).collect();
    joined(&images)
}

fn named(snapshots: &[CloudText]) -> String {
    let snapshots: Vec<_> = snapshots.iter().map(|id| quoted(id.as_str())).collect();
    joined(&snapshots)
}

fn joined(texts: &[impl fmt::Display]) -> String {
    let texts: Vec<_> = texts.iter().map(ToString::to_string).collect();
    texts.join(", ")
}
