//! Public image metadata becomes records and revisions.

mod batches;
mod plan;
mod work;
mod write;

use crate::JobId;
use atlas_base::{Name, Timestamp};
use atlas_history::{LineageId, RevisionNumber};
use atlas_image::{ParseArchitectureError, Warning};
use atlas_image_id::{Cloud, CloudLocation};
use atlas_mci::{InstanceDefaults, NoInstanceType};
use atlas_scope::{PrincipalId, Scope};
use atlas_store::Limit;
use atlas_streams::{Release, StreamArch, StreamName};
use core::fmt;
use serde::Serialize;
use std::collections::BTreeMap;

/// What an import does with stream documents.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct ImportOptions {
    /// Where records and MultiCloud Images are made; a credential for each cloud must reach it.
    pub scope: Scope,
    /// What they are called: one MultiCloud Image an architecture, named `NAME-ARCHITECTURE`. It is
    /// also the family of the operating system in the records.
    pub name: Name,
    /// Whether each release is committed, with its channel pointing there. Otherwise the newest
    /// release becomes HEAD, to be looked at and committed by hand.
    pub commit: bool,
    /// The instance types of the settings.
    pub instance_types: InstanceDefaults,
    /// The credential to register with, for each cloud where several fit.
    pub credentials: BTreeMap<Cloud, Name>,
    /// Whether a release may take several commits, where the store's limits do not admit it as one.
    ///
    /// The images of a release are then registered first, as many at once as the limits admit; what
    /// refers to them, edits, revisions and channels, is one commit all the same, so that nobody
    /// ever resolves a part of a release. Where a release fits, it is one batch. How far the import
    /// is stands in a [`Job`](crate::Job), which each batch moves on and the last one removes: the
    /// same import again resumes there, whoever does it, and other imports are not in its way.
    pub in_batches: bool,
}

impl ImportOptions {
    /// An import that commits nothing, with the instance types that ship.
    pub fn new(scope: Scope, name: Name) -> Self {
        Self {
            scope,
            name,
            commit: false,
            instance_types: InstanceDefaults::default(),
            credentials: BTreeMap::new(),
            in_batches: false,
        }
    }
}

/// What an import did.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ImportReport {
    /// Release by release, in the order of their times.
    pub releases: Vec<ImportedRelease>,
    /// How many image records were made.
    pub registered: usize,
    /// What a person should look at.
    pub warnings: Vec<ImportWarning>,
    /// Where this import began, if it went on with one in batches that was stopped. What was
    /// registered before is not counted again, and releases that were done are told as unchanged.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resumed: Option<Resumed>,
}

/// Of an import that goes on: where it began.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Resumed {
    /// When it was begun.
    pub begun: Timestamp,
    /// By whom.
    pub by: PrincipalId,
    /// How many of its steps were done, an image each or the rest of a release.
    pub done: u64,
}

/// One release of one architecture.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ImportedRelease {
    /// The stream.
    pub stream: StreamName,
    /// The release.
    pub release: Release,
    /// The architecture.
    pub architecture: StreamArch,
    /// The MultiCloud Image.
    pub mci: Name,
    /// Its lineage.
    pub lineage: LineageId,
    /// The revision that holds the release; none where it became HEAD.
    pub revision: Option<RevisionNumber>,
    /// Whether it was there before.
    pub unchanged: bool,
    /// How many locations it serves.
    pub locations: usize,
}

/// How far an import is: one step a release.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct ImportProgress {
    /// Releases done.
    pub done: usize,
    /// Releases in all.
    pub total: usize,
}

/// What a person should look at after an import.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "code", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum ImportWarning {
    /// An architecture has no image in any cloud.
    NoImages {
        /// The stream.
        stream: StreamName,
        /// The architecture.
        architecture: StreamArch,
    },
    /// A release is older than one that was committed before.
    OutOfOrder {
        /// The MultiCloud Image.
        mci: Name,
        /// The release.
        release: Release,
        /// The revision it became all the same.
        revision: RevisionNumber,
        /// Whether its stream's channel points there: no other release of that stream is later.
        channel_moved: bool,
    },
    /// The stream's name cannot be that of a channel.
    NoChannel {
        /// The stream.
        stream: StreamName,
    },
    /// Registration had something to say.
    Registration {
        /// Where.
        location: CloudLocation,
        /// What.
        warning: Warning,
    },
}

impl fmt::Display for ImportWarning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoImages {
                stream,
                architecture,
            } => {
                write!(
                    f,
                    "{architecture} of stream {stream} has no image in any cloud: nothing was made for it"
                )
            }
            Self::OutOfOrder {
                mci,
                release,
                revision,
                channel_moved,
            } => {
                write!(
                    f,
                    "{release} is older than what `{mci}` held already: it became revision {revision}"
                )?;
                match channel_moved {
                    true => Ok(()),
                    false => f.write_str(", and no channel was moved to it"),
                }
            }
            Self::NoChannel { stream } => write!(
                f,
                "no channel can be called `{stream}` (`[a-z][a-z0-9-]*`): point one to the revision by hand"
            ),
            Self::Registration { location, warning } => write!(f, "{location}: {warning}"),
        }
    }
}

/// Why documents were not imported.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ImportError {
    /// A document does not say when its release was made.
    #[error(
        "stream {stream} release {release} does not say when it was released: `metadata.last-modified` is missing"
    )]
    NoTime {
        /// The stream.
        stream: StreamName,
        /// The release.
        release: Release,
    },
    /// A document names images of two releases.
    #[error(
        "stream {stream} names images of two releases, {one} and {other}, for {architecture}: import documents of one release each"
    )]
    MixedReleases {
        /// The stream.
        stream: StreamName,
        /// The architecture.
        architecture: StreamArch,
        /// One release.
        one: Release,
        /// The other.
        other: Release,
    },
    /// An architecture that records cannot have.
    #[error("stream {stream} has an architecture that is not known here")]
    Architecture {
        /// The stream.
        stream: StreamName,
        /// What was wrong with it.
        source: ParseArchitectureError,
    },
    /// A name that does not fit its place.
    #[error("stream {stream} release {release} cannot be named: {reason}")]
    Word {
        /// The stream.
        stream: StreamName,
        /// The release.
        release: Release,
        /// What was wrong.
        reason: String,
    },
    /// No instance type is known.
    #[error(transparent)]
    InstanceType(#[from] NoInstanceType),
    /// The release was imported before, with other images.
    #[error(
        "stream {stream} release {release} was imported as revision {revision} of `{mci}`, with other images than this document names: a release never changes, so one of the two documents is wrong"
    )]
    Differs {
        /// The stream.
        stream: StreamName,
        /// The release.
        release: Release,
        /// The MultiCloud Image.
        mci: Name,
        /// Its revision.
        revision: RevisionNumber,
    },
    /// A release exceeds what one commit of the store may hold; nothing was written.
    #[error(
        "stream {stream} release {release} makes {found} {what}, and this store takes {limit}: import in batches (option `in_batches`)"
    )]
    TooLarge {
        /// The stream.
        stream: StreamName,
        /// The release.
        release: Release,
        /// Which limit of the store.
        what: Limit,
        /// The limit.
        limit: usize,
        /// What the release needs.
        found: usize,
    },
    /// A step of a release, one image or what refers to them all, exceeds what one commit of the
    /// store may hold; nothing was written.
    #[error(
        "a step of stream {stream} release {release} makes {found} {what}, and this store takes {limit}: no smaller batch is possible, so raise the store's limit"
    )]
    StepTooLarge {
        /// The stream.
        stream: StreamName,
        /// The release.
        release: Release,
        /// Which limit of the store.
        what: Limit,
        /// The limit.
        limit: usize,
        /// What the step needs.
        found: usize,
    },
    /// Somebody made the job of this import be forgotten while it ran.
    #[error("{job} was forgotten while this import ran: import again to begin anew")]
    JobGone {
        /// The job.
        job: JobId,
    },
    /// HEAD holds work that the import would throw away.
    #[error("HEAD of `{mci}` holds edits that are not committed: commit them before the import")]
    HeadEdited {
        /// The MultiCloud Image.
        mci: Name,
    },
}
