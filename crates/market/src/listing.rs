//! The catalogue: publication lineages as they are listed and looked for.

use crate::{
    LineageKind, Publication, PublicationLineageId, PublicationState, ShortText, Viewer,
    newest_active,
};
use atlas_base::{Name, Tag, Timestamp};
use atlas_history::RevisionNumber;
use atlas_image::Reason;
use atlas_image_id::CloudLocation;
use atlas_scope::Scope;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// A publication lineage in the catalogue: its newest revision that is offered to whoever looks, under
/// the name that it has there (RightScale).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Listing {
    /// The publication lineage.
    pub publication: PublicationLineageId,
    /// What it is.
    pub kind: LineageKind,
    /// The name of that revision.
    pub name: Name,
    /// The account that published it.
    pub publisher: Scope,
    /// What it is, in a line.
    pub short: ShortText,
    /// The revision.
    pub revision: RevisionNumber,
    /// Where it has images.
    pub locations: BTreeSet<CloudLocation>,
    /// Its tags.
    pub tags: BTreeSet<Tag>,
    /// When it was published.
    pub published_at: Timestamp,
    /// Why it is offered no more: nobody but its publisher sees such a listing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deprecated: Option<Reason>,
}

impl Listing {
    /// How the publications of one lineage are listed to an account; none where it sees none of them.
    /// Its publisher sees the lineage also when all of it is deprecated.
    pub fn of(publications: &[Publication], viewer: &Viewer) -> Option<Self> {
        let own = publications.iter().filter(|it| viewer.is(&it.publisher));
        let newest = newest_active(publications, viewer);
        let shown = newest.or_else(|| own.max_by_key(|it| it.revision))?;
        Some(Self {
            publication: shown.lineage,
            kind: shown.kind,
            name: shown.name.clone(),
            publisher: shown.publisher.clone(),
            short: shown.short.clone(),
            revision: shown.revision,
            locations: shown.locations.clone(),
            tags: shown.tags.clone(),
            published_at: shown.published_at,
            deprecated: match &shown.state {
                PublicationState::Active => None,
                PublicationState::Deprecated { reason, .. } => Some(reason.clone()),
            },
        })
    }
}

/// What is looked for in the catalogue: a listing is found if it is all that is said.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[non_exhaustive]
pub struct CatalogueQuery {
    /// The name holds this, whatever the case of its letters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The account that published it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub publisher: Option<Scope>,
    /// It can be launched there: it has an image at that location, or at one around it (ours).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub location: Option<CloudLocation>,
    /// It has this tag.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tag: Option<Tag>,
    /// It is this.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<LineageKind>,
}

impl CatalogueQuery {
    /// What can be launched at a location.
    pub fn at(location: CloudLocation) -> Self {
        Self {
            location: Some(location),
            ..Self::default()
        }
    }

    /// Whether a listing is what is looked for: never what is deprecated, which its publisher finds
    /// among its own publications.
    pub fn matches(&self, listing: &Listing) -> bool {
        let is_named = |part: &str| {
            let name = listing.name.as_str().to_lowercase();
            name.contains(&part.to_lowercase())
        };
        let serves =
            |wanted: &CloudLocation| listing.locations.iter().any(|it| it.contains(wanted));
        self.name.as_deref().is_none_or(is_named)
            && self
                .publisher
                .as_ref()
                .is_none_or(|it| *it == listing.publisher)
            && self.location.as_ref().is_none_or(serves)
            && self.tag.as_ref().is_none_or(|it| listing.tags.contains(it))
            && self.kind.is_none_or(|it| it == listing.kind)
            && listing.deprecated.is_none()
    }
}
