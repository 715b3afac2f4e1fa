//! What is to be published, as it was loaded.

use super::PublishError;
use crate::{
    ImagesInside, KnownImage, LineageKind, Publication, PublicationLineageId, PublicationRef,
    PublishedImage,
};
use atlas_base::{Name, Tag};
use atlas_history::{LineageId, Marks, Revision, RevisionNumber, RevisionRef};
use atlas_image_id::CloudLocation;
use atlas_scope::Scope;
use atlas_template::{LinkTarget, TemplateContent};
use std::collections::{BTreeMap, BTreeSet};

/// A committed revision of a lineage that was made here.
#[derive(Debug, Clone, Copy)]
pub struct OwnRevision<'a> {
    /// The lineage.
    pub lineage: LineageId,
    /// The scope that holds it.
    pub scope: &'a Scope,
    /// The name that the revision has.
    pub name: &'a Name,
    /// The revision.
    pub revision: &'a Revision,
    /// Its marks.
    pub marks: &'a Marks,
    /// The publication lineage of the lineage; a fresh id where nothing of it was ever published.
    pub publication: PublicationLineageId,
    /// What of the lineage is published already.
    pub published: &'a [Publication],
}

/// A revision of a MultiCloud Image.
#[derive(Debug, Clone, Copy)]
pub struct OwnMci<'a> {
    /// Which.
    pub of: OwnRevision<'a>,
    /// Its content.
    pub content: &'a atlas_mci::Content,
    /// What is known of its images, by the locations of its settings; what is not in it has no
    /// record.
    pub images: &'a BTreeMap<CloudLocation, KnownImage<'a>>,
}

/// A revision of a ServerTemplate.
#[derive(Debug, Clone, Copy)]
pub struct OwnTemplate<'a> {
    /// Which.
    pub of: OwnRevision<'a>,
    /// Its content.
    pub content: &'a TemplateContent,
    /// What its links to revisions lead to; what is not in it is not there, or not seen.
    pub links: &'a BTreeMap<LineageId, PublishLink<'a>>,
}

/// What a link leads to.
#[derive(Debug, Clone, Copy)]
#[expect(
    clippy::exhaustive_enums,
    reason = "a MultiCloud Image is of the account, of another one, or of all"
)]
pub enum PublishLink<'a> {
    /// A revision of a MultiCloud Image of the same account.
    Own(OwnMci<'a>),
    /// A revision that was imported.
    Imported {
        /// Its name at its publisher.
        name: &'a Name,
        /// Its publication; none where that is no more.
        publication: Option<&'a Publication>,
    },
    /// A revision of a MultiCloud Image that stands shared at `/`: everybody has it already.
    Everywhere {
        /// Its content, for the places that it covers.
        content: &'a atlas_mci::Content,
    },
}

/// What is to be published.
#[derive(Debug, Clone, Copy)]
#[expect(
    clippy::exhaustive_enums,
    reason = "a revision of either kind can be published, and nothing else"
)]
pub enum PublishSubject<'a> {
    /// A revision of a MultiCloud Image.
    Mci(OwnMci<'a>),
    /// A revision of a ServerTemplate.
    Template(OwnTemplate<'a>),
    /// HEAD was named, or nothing is committed.
    Head {
        /// The name of the lineage.
        name: &'a Name,
        /// Its newest revision.
        last: Option<RevisionNumber>,
    },
    /// A revision that was imported.
    Imported {
        /// The name of the lineage.
        name: &'a Name,
        /// Which revision.
        revision: RevisionNumber,
    },
    /// The lineage was deleted.
    Deleted {
        /// Its last name.
        name: &'a Name,
    },
}

impl OwnRevision<'_> {
    /// Which revision of which lineage.
    pub(crate) fn reference(&self) -> RevisionRef {
        RevisionRef {
            lineage: self.lineage,
            number: self.revision.number(),
        }
    }

    /// Which publication it is, or would be.
    pub(crate) fn publication(&self) -> PublicationRef {
        PublicationRef {
            lineage: self.publication,
            revision: self.revision.number(),
        }
    }

    /// The account: publications go from account to account.
    pub(super) fn publisher(&self) -> Result<Scope, PublishError> {
        let account = self.scope.account_scope();
        account.ok_or_else(|| PublishError::Global {
            name: self.name.clone(),
        })
    }

    /// The publication of this very revision, if there is one.
    pub(super) fn published(&self) -> Option<&Publication> {
        let number = self.revision.number();
        self.published.iter().find(|it| it.revision == number)
    }

    pub(super) fn check_unpublished(&self) -> Result<(), PublishError> {
        match self.published() {
            None => Ok(()),
            Some(there) => Err(PublishError::AlreadyPublished {
                name: self.name.clone(),
                revision: there.revision,
                publication: there.reference(),
                at: there.published_at,
            }),
        }
    }

    /// What is revoked is not to be used, and so is not offered.
    pub(super) fn check_unmarked(&self) -> Result<(), PublishError> {
        match &self.marks.revoked {
            None => Ok(()),
            Some(mark) => Err(PublishError::Revoked {
                name: self.name.clone(),
                revision: self.revision.number(),
                mark: Box::new(mark.clone()),
            }),
        }
    }
}

impl OwnMci<'_> {
    /// What is inside its images, as far as they have records.
    pub(super) fn published_images(&self) -> ImagesInside {
        let settings = self.content.settings().keys();
        let inside = settings.filter_map(|location| {
            let record = self.images.get(location)?.record?;
            Some((location.clone(), PublishedImage::of(record)))
        });
        inside.collect()
    }
}

impl<'a> PublishSubject<'a> {
    pub(super) fn kind(&self) -> LineageKind {
        match self {
            Self::Template(_) => LineageKind::Template,
            _ => LineageKind::Mci,
        }
    }

    /// The revision, if it is one that can be published at all.
    pub(super) fn own(&self) -> Result<&OwnRevision<'a>, PublishError> {
        Err(match self {
            Self::Mci(mci) => return Ok(&mci.of),
            Self::Template(template) => return Ok(&template.of),
            Self::Head { name, last } => match last {
                None => PublishError::NotCommitted {
                    name: (*name).clone(),
                },
                Some(last) => PublishError::Head {
                    name: (*name).clone(),
                    last: *last,
                },
            },
            Self::Imported { name, revision } => PublishError::Imported {
                name: (*name).clone(),
                revision: *revision,
            },
            Self::Deleted { name } => PublishError::Deleted {
                name: (*name).clone(),
            },
        })
    }

    pub(super) fn check_ready(&self) -> Result<(), PublishError> {
        match self {
            Self::Mci(mci) => Ok(mci.content.ready()?),
            Self::Template(template) => Ok(template.content.ready()?),
            _ => Ok(()),
        }
    }

    /// What the links of a template lead to, each with the revision that it names.
    pub(super) fn links(&self) -> impl Iterator<Item = (RevisionRef, Option<&'a PublishLink<'a>>)> {
        let template = match self {
            Self::Template(template) => Some(template),
            _ => None,
        };
        template.into_iter().flat_map(|template| {
            template.content.links().filter_map(|link| {
                let LinkTarget::Revision(number) = *link.target else {
                    return None;
                };
                let revision = RevisionRef {
                    lineage: link.lineage,
                    number,
                };
                let found = template.links.get(&link.lineage);
                let is_it = |found: &&PublishLink<'_>| match found {
                    PublishLink::Own(mci) => mci.of.reference() == revision,
                    PublishLink::Imported { .. } | PublishLink::Everywhere { .. } => true,
                };
                Some((revision, found.filter(is_it)))
            })
        })
    }

    /// The MultiCloud Images of the account in it: itself, or those that it links.
    pub(super) fn mcis(&self) -> Vec<OwnMci<'a>> {
        if let Self::Mci(mci) = self {
            return vec![*mci];
        }
        let own = self.links().filter_map(|(_, found)| match found? {
            PublishLink::Own(mci) => Some(*mci),
            PublishLink::Imported { .. } | PublishLink::Everywhere { .. } => None,
        });
        own.collect()
    }

    pub(super) fn own_images(&self) -> ImagesInside {
        match self {
            Self::Mci(mci) => mci.published_images(),
            _ => ImagesInside::default(),
        }
    }

    /// Where it has images, and its tags: with those of what it links.
    pub(super) fn covered(&self) -> (BTreeSet<CloudLocation>, BTreeSet<Tag>) {
        let (mut locations, mut tags) = (BTreeSet::new(), BTreeSet::new());
        let mut add = |content: &atlas_mci::Content| {
            locations.extend(content.settings().keys().cloned());
            tags.extend(content.tags().iter().cloned());
        };
        if let Self::Mci(mci) = self {
            add(mci.content);
        }
        let mut imported: Vec<&Publication> = Vec::new();
        for (_, found) in self.links() {
            match found {
                Some(
                    PublishLink::Own(OwnMci { content, .. }) | PublishLink::Everywhere { content },
                ) => add(content),
                Some(PublishLink::Imported { publication, .. }) => imported.extend(*publication),
                None => {}
            }
        }
        for publication in imported {
            locations.extend(publication.locations.iter().cloned());
            tags.extend(publication.tags.iter().cloned());
        }
        (outermost(&locations), tags)
    }
}

/// Those of some locations that lie in no other of them: they say as much.
pub(super) fn outermost(locations: &BTreeSet<CloudLocation>) -> BTreeSet<CloudLocation> {
    let is_within = |location: &CloudLocation| {
        let mut around = core::iter::successors(location.widen(), CloudLocation::widen);
        around.any(|wider| locations.contains(&wider))
    };
    let outer = locations.iter().filter(|location| !is_within(location));
    outer.cloned().collect()
}
