//! Work orders: what a host has to do in a cloud.

mod action;
mod error;
mod report;
mod state;

pub use error::WorkError;
pub use report::{ReportWork, Reported, WorkReport, report_work};
pub use state::{OrderWork, WorkState, cancel_work, order_work, retry_work, take_work};

use crate::{Bundle, CloudTarget, CloudText, ImageRecordId};
use atlas_base::{Timestamp, quoted, text_form};
use atlas_image_id::{CloudLocation, ImageId};
use atlas_scope::{PrincipalId, Scope};
use core::fmt;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

atlas_base::id_type! {
    /// Names a work order.
    pub struct WorkOrderId("work-");
}

/// What has to be done in a cloud. Nothing here calls one: a host takes the order, does it, and
/// reports (Scalr's deletion in the cloud, for all work: ours).
///
/// ```text
/// queued ─take─▶ taken ─report─▶ done │ not-found │ failed
///   │              │ lease over: free to be taken again      └─retry─▶ queued
///   └────cancel────┴──▶ cancelled                (a not-found deletion is done)
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct WorkOrder {
    /// Its own id.
    pub id: WorkOrderId,
    /// The scope on whose behalf it is done.
    pub scope: Scope,
    /// What has to be done.
    pub action: WorkAction,
    /// How far it is.
    pub state: WorkState,
    /// How often it was taken. A report names the attempt it is about.
    pub attempt: u32,
    /// Who ordered it.
    pub by: PrincipalId,
    /// When it was ordered.
    pub created: Timestamp,
}

/// What has to be done.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum WorkAction {
    /// Make an image of a server's root disk.
    Bundle(Box<Bundle>),
    /// Copy an image to another location of its cloud.
    Copy {
        /// The record of the image.
        record: ImageRecordId,
        /// The image.
        image: CloudTarget,
        /// Where the copy is to be.
        to: CloudLocation,
    },
    /// Change who may launch an image.
    Share {
        /// The record of the image.
        record: ImageRecordId,
        /// The image.
        image: CloudTarget,
        /// The accounts that are to get it, in the words of the cloud.
        add: BTreeSet<CloudText>,
        /// The accounts that are to lose it, in the words of the cloud.
        remove: BTreeSet<CloudText>,
    },
    /// Delete an image.
    Delete {
        /// The record of the image.
        record: ImageRecordId,
        /// The image.
        image: CloudTarget,
    },
}

impl WorkAction {
    /// The kind of it.
    pub fn kind(&self) -> WorkKind {
        match self {
            Self::Bundle(_) => WorkKind::Bundle,
            Self::Copy { .. } => WorkKind::Copy,
            Self::Share { .. } => WorkKind::Share,
            Self::Delete { .. } => WorkKind::Delete,
        }
    }

    /// Where the result is to be.
    pub fn location(&self) -> &CloudLocation {
        match self {
            Self::Bundle(bundle) => &bundle.location,
            Self::Copy { to, .. } => to,
            Self::Share { image, .. } | Self::Delete { image, .. } => &image.location,
        }
    }

    /// What is worked on: the id of a server or of an image.
    pub fn subject(&self) -> &str {
        match self {
            Self::Bundle(bundle) => bundle.server.as_str(),
            Self::Copy { image, .. } | Self::Share { image, .. } | Self::Delete { image, .. } => {
                image.image_id.as_str()
            }
        }
    }

    /// The record that it is about; none for a bundle, whose record is made when it is done.
    pub fn record(&self) -> Option<ImageRecordId> {
        match self {
            Self::Bundle(_) => None,
            Self::Copy { record, .. }
            | Self::Share { record, .. }
            | Self::Delete { record, .. } => Some(*record),
        }
    }

    /// A text that two actions share exactly where only one of them may be open at a scope at a time:
    /// the same kind of work on the same thing.
    pub fn exclusion(&self) -> String {
        match self {
            Self::Bundle(bundle) => format!("bundle {} {}", bundle.location, bundle.server),
            Self::Copy { image, to, .. } => {
                format!("copy {} {to} {}", image.location, key(&image.image_id))
            }
            Self::Share { image, .. } => {
                format!("share {} {}", image.location, key(&image.image_id))
            }
            Self::Delete { image, .. } => {
                format!("delete {} {}", image.location, key(&image.image_id))
            }
        }
    }
}

fn key(image: &ImageId) -> String {
    image.equality_key().into_owned()
}

/// The kind of a [`WorkAction`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum WorkKind {
    /// Make an image of a server's root disk.
    Bundle,
    /// Copy an image.
    Copy,
    /// Change who may launch an image.
    Share,
    /// Delete an image.
    Delete,
}

impl WorkKind {
    /// Every kind.
    pub const ALL: [Self; 4] = [Self::Bundle, Self::Copy, Self::Share, Self::Delete];

    /// The kind in one word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Bundle => "bundle",
            Self::Copy => "copy",
            Self::Share => "share",
            Self::Delete => "delete",
        }
    }

    /// Whether an image comes of it, whose id the host reports.
    pub fn makes_an_image(self) -> bool {
        matches!(self, Self::Bundle | Self::Copy)
    }

    /// Reads the word.
    ///
    /// # Errors
    ///
    /// It is another word.
    pub fn parse(text: &str) -> Result<Self, ParseWorkKindError> {
        let found = Self::ALL.into_iter().find(|kind| kind.as_str() == text);
        found.ok_or_else(|| ParseWorkKindError {
            message: format!(
                "{} is no kind of work: expected bundle, copy, share or delete",
                quoted(text)
            ),
        })
    }
}

impl fmt::Display for WorkKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

text_form!(WorkKind, ParseWorkKindError);

/// Why a text is no kind of work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParseWorkKindError {
    message: String,
}

impl ParseWorkKindError {
    /// The byte offset at which the text stopped making sense: a word counts as a whole.
    pub fn at(&self) -> usize {
        0
    }
}

impl fmt::Display for ParseWorkKindError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for ParseWorkKindError {}
