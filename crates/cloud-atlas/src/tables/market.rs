//! The tables of the marketplace: what accounts offer each other lies in `/`, where they meet, and
//! what one of them imported lies with it.

use super::revision_parts;
use crate::stored::UsedImage;
use atlas_base::{Name, Timestamp};
use atlas_history::{LineageId, RevisionNumber};
use atlas_market::{
    HeadOffer, HeadSubscription, ImportedRevision, Publication, PublicationLineageId,
    PublicationRef, PublishedImages,
};
use atlas_scope::{GroupId, Scope};
use atlas_store::{Index, Parts, Record, Table};
use core::fmt;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

kept! {
    KeptPublication(Publication) = 1;
    KeptPublishedImages(PublishedImages) = 1;
    KeptListing(StoredListing) = 1;
    KeptImported(StoredImportedRevision) = 1;
    KeptImporter(StoredImporter) = 1;
    KeptHeadOffer(HeadOffer) = 1;
    KeptSubscription(HeadSubscription) = 1;
    KeptFollower(StoredFollower) = 1;
}

/// By publication lineage and revision, in `/`.
pub(crate) const PUBLICATIONS: Table<KeptPublication> = Table::new(
    "publication",
    &[
        Index::unique("source", |kept| {
            vec![revision_parts(kept.0.source, kept.0.revision)]
        }),
        Index::unique("own", |kept| {
            let (lineage, number) = (kept.0.lineage.to_string(), kept.0.revision.get());
            vec![Parts::from((
                kept.0.publisher.as_str(),
                lineage,
                u64::from(number),
            ))]
        }),
        Index::many("publisher", |kept| {
            vec![Parts::from((
                kept.0.publisher.as_str(),
                kept.0.name.as_str(),
            ))]
        }),
    ],
);

/// By publication lineage and revision, in `/`, beside the publications: lists do without.
pub(crate) const PUBLISHED_IMAGES: Table<KeptPublishedImages> = Table::new("published-image", &[]);

pub(crate) fn publication_parts(publication: PublicationRef) -> Parts {
    let number = u64::from(publication.revision.get());
    Parts::from((publication.lineage.to_string(), number))
}

/// Who sees a publication, as it is looked for: everybody, or an account group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum ListedFor {
    Everybody,
    Group(GroupId),
}

impl fmt::Display for ListedFor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Everybody => f.write_str("everybody"),
            Self::Group(group) => group.fmt(f),
        }
    }
}

/// Which revision of a publication lineage stands for it to some: the newest active one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct StoredListing {
    pub(crate) listed_for: ListedFor,
    pub(crate) lineage: PublicationLineageId,
    pub(crate) revision: RevisionNumber,
    pub(crate) name: Name,
    /// Who names a publication names its publisher too, and many may call one alike.
    pub(crate) publisher: Scope,
}

impl StoredListing {
    pub(crate) fn new(listed_for: ListedFor, publication: &Publication) -> Self {
        Self {
            listed_for,
            lineage: publication.lineage,
            revision: publication.revision,
            name: publication.name.clone(),
            publisher: publication.publisher.clone(),
        }
    }

    pub(crate) fn reference(&self) -> PublicationRef {
        PublicationRef {
            lineage: self.lineage,
            revision: self.revision,
        }
    }
}

/// By who sees it and publication lineage, in `/`: the catalogue.
pub(crate) const LISTINGS: Table<KeptListing> = Table::new(
    "listing",
    &[Index::many("name", |kept| {
        let StoredListing {
            listed_for,
            name,
            publisher,
            ..
        } = &kept.0;
        vec![Parts::from((
            listed_for.to_string(),
            name.as_str(),
            publisher.as_str(),
        ))]
    })],
);

pub(crate) fn listing_parts(listed_for: ListedFor, lineage: PublicationLineageId) -> Parts {
    Parts::from((listed_for.to_string(), lineage.to_string()))
}

pub(crate) fn listed_parts(listed_for: ListedFor) -> Parts {
    Parts::from(listed_for.to_string())
}

/// An imported revision, and the images that it holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct StoredImportedRevision {
    pub(crate) revision: ImportedRevision,
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub(crate) uses: BTreeSet<UsedImage>,
}

/// By lineage and number, in the partition of the account that imported it. Whoever asks who uses an
/// image, or what is inside one, finds imports by it.
pub(crate) const IMPORTED: Table<KeptImported> = Table::new(
    "imported",
    &[Index::many("image", |kept| {
        let uses = kept.0.uses.iter();
        uses.map(|image| Parts::from((image.0.as_str(), image.1.as_str())))
            .collect()
    })],
);

/// That an account imported a publication.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct StoredImporter {
    pub(crate) publication: PublicationRef,
    pub(crate) account: Scope,
    pub(crate) at: Timestamp,
}

/// By publication lineage, revision and account, in the partition of the publisher.
pub(crate) const IMPORTERS: Table<KeptImporter> = Table::new("importer", &[]);

pub(crate) fn importer_parts(publication: PublicationRef, account: &Scope) -> Parts {
    publication_parts(publication).and(account.as_str())
}

/// By lineage, in `/`: HEADs that are offered to account groups.
pub(crate) const HEAD_OFFERS: Table<KeptHeadOffer> = Table::new(
    "head-offer",
    &[
        Index::many("publisher", |kept| {
            vec![Parts::from(kept.0.publisher.as_str())]
        }),
        Index::many("group", |kept| {
            let groups = kept.0.groups.iter();
            groups.map(|group| Parts::from(group.to_string())).collect()
        }),
    ],
);

/// By lineage, in the partition of the account that subscribes.
pub(crate) const SUBSCRIPTIONS: Table<KeptSubscription> = Table::new("subscription", &[]);

/// An import, or a clone of one, with what it has of the lineage that it follows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct StoredFollower {
    pub(crate) lineage: LineageId,
    pub(crate) scope: Scope,
    pub(crate) upstream: LineageId,
    pub(crate) publication: PublicationLineageId,
    pub(crate) have: RevisionNumber,
}

/// By lineage, in the partition of its account: short rows, since whoever asks for updates reads all.
pub(crate) const FOLLOWERS: Table<KeptFollower> = Table::new("follower", &[]);
