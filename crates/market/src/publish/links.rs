//! What a ServerTemplate links is published with it, or is published already.

use super::{
    MovingLink, NarrowPublication, OwnMci, Publish, PublishError, PublishFacts, PublishLink,
    PublishSubject, subject::outermost,
};
use crate::{
    LineageKind, Publication, PublicationRef, PublicationState, PublishedImages, RevisionNotes,
    ShortText, visibility::Members,
};
use atlas_scope::Scope;
use std::collections::BTreeSet;

/// What becomes of the links of a template.
#[derive(Debug, Default)]
pub(super) struct Linked {
    pub(super) dependencies: BTreeSet<PublicationRef>,
    pub(super) new: Vec<Publication>,
    pub(super) widened: Vec<Publication>,
    pub(super) images: Vec<PublishedImages>,
}

/// Decides what becomes of the links of a template (RightScale; all or nothing: ours). A
/// MultiCloud Image links nothing.
pub(super) fn follow(
    subject: &PublishSubject<'_>,
    publisher: &Scope,
    request: &Publish,
    members: &Members<'_>,
    facts: PublishFacts<'_>,
) -> Result<Linked, PublishError> {
    check_fixed(subject)?;
    check_seen(subject)?;
    let target = &request.visibility;
    let (mut linked, mut narrow) = (Linked::default(), Vec::new());
    for (_, found) in subject.links() {
        let publication = match found {
            None | Some(PublishLink::Everywhere { .. }) => continue,
            Some(PublishLink::Own(mci)) => {
                linked.dependencies.insert(mci.of.publication());
                let Some(there) = own(mci)? else {
                    linked.take_along(mci, publisher, request, facts);
                    continue;
                };
                there
            }
            Some(PublishLink::Imported { publication, name }) => {
                let gone = || PublishError::ImportUnpublished {
                    name: (*name).clone(),
                };
                let publication = publication.ok_or_else(gone)?;
                linked.dependencies.insert(publication.reference());
                publication
            }
        };
        if members.cover(&publication.publisher, &publication.visibility, target) {
            continue;
        }
        let is_own = publication.publisher == *publisher;
        if is_own && request.admit.widen {
            let mut widened = publication.clone();
            widened.visibility = widened.visibility.or(target)?;
            linked.widened.push(widened);
        } else {
            narrow.push(NarrowPublication {
                name: publication.name.clone(),
                publication: publication.reference(),
                is_own,
            });
        }
    }
    if !narrow.is_empty() {
        narrow.sort_by_key(|it| (it.is_own, it.publication));
        return Err(PublishError::Narrow { narrow });
    }
    linked.new.sort_by_key(Publication::reference);
    linked.widened.sort_by_key(Publication::reference);
    linked.images.sort_by_key(|it| it.publication);
    Ok(linked)
}

/// The publication that a linked revision of the account has already; none where it is to be
/// published now, and can be.
fn own<'a>(mci: &'a OwnMci<'_>) -> Result<Option<&'a Publication>, PublishError> {
    if let Some(mark) = &mci.of.marks.revoked {
        return Err(PublishError::LinkRevoked {
            name: mci.of.name.clone(),
            revision: mci.of.revision.number(),
            mark: Box::new(mark.clone()),
        });
    }
    let there = mci.of.published();
    if there.is_none() {
        mci.content.ready()?;
    }
    Ok(there)
}

impl Linked {
    fn take_along(
        &mut self,
        mci: &OwnMci<'_>,
        publisher: &Scope,
        request: &Publish,
        facts: PublishFacts<'_>,
    ) {
        self.images.push(PublishedImages {
            publication: mci.of.publication(),
            images: mci.published_images(),
        });
        self.new.push(along(mci, publisher, request, facts));
    }
}

/// Links that move mean something else tomorrow, and HEADs and channels stay with the publisher.
fn check_fixed(subject: &PublishSubject<'_>) -> Result<(), PublishError> {
    let PublishSubject::Template(template) = subject else {
        return Ok(());
    };
    let moving = template.content.links().filter(|it| !it.target.is_fixed());
    let links: Vec<_> = moving
        .map(|link| MovingLink {
            lineage: link.lineage,
            target: link.target.clone(),
        })
        .collect();
    if links.is_empty() {
        return Ok(());
    }
    let name = template.of.name.clone();
    Err(PublishError::MovingLinks { name, links })
}

fn check_seen(subject: &PublishSubject<'_>) -> Result<(), PublishError> {
    let unseen = subject.links().filter(|(_, found)| found.is_none());
    let links: Vec<_> = unseen.map(|(revision, _)| revision).collect();
    if links.is_empty() {
        Ok(())
    } else {
        Err(PublishError::UnseenLinks { links })
    }
}

/// The publication of a MultiCloud Image that comes along with a template. Nobody describes it: it
/// keeps what its lineage was called last, else its description speaks for it, else its name (ours).
fn along(
    mci: &OwnMci<'_>,
    publisher: &Scope,
    request: &Publish,
    facts: PublishFacts<'_>,
) -> Publication {
    let of = &mci.of;
    let before = of.published.iter().max_by_key(|it| it.revision);
    let described = || ShortText::from_lines(mci.content.description().as_str());
    let short = before.map(|it| it.short.clone()).or_else(described);
    let locations = mci.content.settings().keys().cloned().collect();
    Publication {
        lineage: of.publication,
        revision: of.revision.number(),
        publisher: publisher.clone(),
        kind: LineageKind::Mci,
        source: of.lineage,
        digest: of.revision.digest(),
        content: of.revision.content(),
        name: of.name.clone(),
        short: short.unwrap_or_else(|| ShortText::from_name(of.name)),
        long: before.and_then(|it| it.long.clone()),
        notes: RevisionNotes::from_message(of.revision.message()),
        visibility: request.visibility.clone(),
        dependencies: BTreeSet::new(),
        locations: outermost(&locations),
        tags: mci.content.tags().clone(),
        state: PublicationState::Active,
        published_at: facts.now,
        published_by: facts.by.clone(),
    }
}
