//! Publications: committed revisions that an account offers to others.

use crate::{
    LineageKind, LongText, PublicationState, RevisionNotes, ShortText, Viewer, Visibility,
};
use atlas_base::{Digest, Name, Tag, Timestamp, quoted, text_form};
use atlas_history::{LineageId, RevisionNumber};
use atlas_image::Reason;
use atlas_image_id::CloudLocation;
use atlas_scope::{PrincipalId, Scope};
use core::fmt;
use serde::{Deserialize, Deserializer, Serialize, de};
use std::collections::BTreeSet;

atlas_base::id_type! {
    /// Names the publications of one lineage of one account, for ever; it is not the lineage that
    /// the account works on (RightScale: the lineage in the MultiCloud Marketplace).
    pub struct PublicationLineageId("pub-");
}

/// One publication: its lineage and the number of the revision. The text form is `LINEAGE@NUMBER`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PublicationRef {
    /// The publication lineage.
    pub lineage: PublicationLineageId,
    /// The revision, which has the number that it has at its publisher.
    pub revision: RevisionNumber,
}

atlas_base::parse_errors! {
    /// Why a text is no [`PublicationRef`].
    ParsePublicationRefError;
}

impl PublicationRef {
    /// Reads `LINEAGE@NUMBER`.
    ///
    /// # Errors
    ///
    /// One of the two parts is missing or malformed.
    pub fn parse(text: &str) -> Result<Self, ParsePublicationRefError> {
        let refuse = |at| {
            let expected =
                "expected the id of a publication lineage, `@` and a whole number from 1 on";
            let message = format_args!("{} is no publication: {expected}", quoted(text));
            ParsePublicationRefError::new(at, message)
        };
        let (lineage, number) = text.split_once('@').ok_or_else(|| refuse(text.len()))?;
        Ok(Self {
            lineage: PublicationLineageId::parse(lineage).map_err(|error| refuse(error.at()))?,
            revision: RevisionNumber::parse(number)
                .map_err(|error| refuse(lineage.len() + 1 + error.at()))?,
        })
    }
}

impl fmt::Display for PublicationRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{}", self.lineage, self.revision)
    }
}

text_form!(PublicationRef, ParsePublicationRefError);

/// One committed revision of one lineage, offered by the account that made it (RightScale:
/// published component).
///
/// It says nothing about who imported it, and nothing that was imported refers to it: what becomes
/// of a publication never reaches an import.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Publication {
    /// The publication lineage.
    pub lineage: PublicationLineageId,
    /// The revision.
    pub revision: RevisionNumber,
    /// The account that published it.
    pub publisher: Scope,
    /// What it is.
    pub kind: LineageKind,
    /// The lineage at its publisher.
    pub source: LineageId,
    /// The digest of the revision, which an import keeps.
    pub digest: Digest,
    /// The digest of its content.
    pub content: Digest,
    /// The name that the revision has.
    pub name: Name,
    /// What it is, in a line.
    pub short: ShortText,
    /// What it is, in more lines.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub long: Option<LongText>,
    /// What is new in it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notes: Option<RevisionNotes>,
    /// For whom it is meant.
    pub visibility: Visibility,
    /// The publications that it links, at most [`Publication::MAX_DEPENDENCIES`]: an import brings
    /// them along.
    #[serde(
        default,
        skip_serializing_if = "BTreeSet::is_empty",
        deserialize_with = "dependencies"
    )]
    pub dependencies: BTreeSet<PublicationRef>,
    /// Where it has images: those of its MultiCloud Images, none within another.
    pub locations: BTreeSet<CloudLocation>,
    /// The tags of its content, and of what it links.
    pub tags: BTreeSet<Tag>,
    /// Whether it is offered still.
    pub state: PublicationState,
    /// When it was published.
    pub published_at: Timestamp,
    /// Who published it.
    pub published_by: PrincipalId,
}

fn dependencies<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<BTreeSet<PublicationRef>, D::Error> {
    let all = BTreeSet::deserialize(deserializer)?;
    if all.len() > Publication::MAX_DEPENDENCIES {
        let (count, most) = (all.len(), Publication::MAX_DEPENDENCIES);
        let message = format_args!("{count} dependencies are too many, at most {most} are allowed");
        return Err(de::Error::custom(message));
    }
    Ok(all)
}

impl Publication {
    /// The most publications that one can depend on: as many as a ServerTemplate links.
    pub const MAX_DEPENDENCIES: usize = 32;

    /// Which one it is.
    pub fn reference(&self) -> PublicationRef {
        PublicationRef {
            lineage: self.lineage,
            revision: self.revision,
        }
    }

    /// Whether an account sees it: its publisher, and those for whom it is meant (RightScale).
    pub fn is_visible_to(&self, viewer: &Viewer) -> bool {
        viewer.sees(&self.publisher, &self.visibility)
    }

    /// What an account may know of it, if it sees it at all: not for whom else it is meant, nor who
    /// at its publisher did what (ours).
    pub fn as_seen_by(&self, viewer: &Viewer) -> Option<SeenPublication> {
        if !self.is_visible_to(viewer) {
            return None;
        }
        Some(SeenPublication {
            publication: self.reference(),
            publisher: self.publisher.clone(),
            kind: self.kind,
            source: self.source,
            digest: self.digest,
            name: self.name.clone(),
            short: self.short.clone(),
            long: self.long.clone(),
            notes: self.notes.clone(),
            dependencies: self.dependencies.clone(),
            locations: self.locations.clone(),
            tags: self.tags.clone(),
            deprecated: self.state.reason().cloned(),
            published_at: self.published_at,
            visibility: viewer.is(&self.publisher).then(|| self.visibility.clone()),
        })
    }
}

/// A publication as an account sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct SeenPublication {
    /// Which one.
    pub publication: PublicationRef,
    /// The account that published it.
    pub publisher: Scope,
    /// What it is.
    pub kind: LineageKind,
    /// The lineage, which an import keeps.
    pub source: LineageId,
    /// The digest of the revision, which an import keeps.
    pub digest: Digest,
    /// The name that the revision has.
    pub name: Name,
    /// What it is, in a line.
    pub short: ShortText,
    /// What it is, in more lines.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub long: Option<LongText>,
    /// What is new in it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub notes: Option<RevisionNotes>,
    /// The publications that an import brings along.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub dependencies: BTreeSet<PublicationRef>,
    /// Where it has images.
    pub locations: BTreeSet<CloudLocation>,
    /// Its tags.
    pub tags: BTreeSet<Tag>,
    /// Why it is offered no more.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deprecated: Option<Reason>,
    /// When it was published.
    pub published_at: Timestamp,
    /// For whom it is meant: told to its publisher alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub visibility: Option<Visibility>,
}
