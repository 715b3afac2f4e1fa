//! A committed revision becomes a publication, with all that it links.

mod error;
mod links;
mod subject;

pub use self::{
    error::{AccessRefused, MovingLink, NarrowPublication, PublishError},
    subject::{OwnMci, OwnRevision, OwnTemplate, PublishLink, PublishSubject},
};

use crate::{
    AccessCheck, KnownAccount, LongText, Publication, PublicationState, PublishedImages,
    RevisionNotes, ShortText, Visibility,
    access::{CheckedImages, TooMuch},
    visibility::Members,
};
use atlas_base::Timestamp;
use atlas_scope::{AccountGroup, PrincipalId, Scope};
use serde::Serialize;
use std::collections::BTreeMap;

/// Asks to publish a revision.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Publish {
    /// For whom it is meant.
    pub visibility: Visibility,
    /// What it is, in a line.
    pub short: ShortText,
    /// What it is, in more lines.
    pub long: Option<LongText>,
    /// What is new in it; none takes the commit message.
    pub notes: Option<RevisionNotes>,
    /// What is let pass that would be refused otherwise.
    pub admit: Admit,
}

impl Publish {
    /// A publication with a short description, whose notes are the commit message.
    pub fn new(visibility: Visibility, short: ShortText) -> Self {
        Self {
            visibility,
            short,
            long: None,
            notes: None,
            admit: Admit::default(),
        }
    }
}

/// What a publisher lets pass.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Admit {
    /// Images that somebody for whom it is meant may not launch.
    pub private: bool,
    /// Images of which it is not known.
    pub unknown: bool,
    /// That a linked publication of the same account becomes visible to more.
    pub widen: bool,
}

/// What [`publish`] must know.
#[derive(Debug, Clone, Copy)]
pub struct PublishFacts<'a> {
    /// Every account group that is named: by the request, by publications of linked lineages, and by
    /// launch permissions of the images.
    pub groups: &'a [AccountGroup],
    /// The accounts that the request's groups reach.
    pub accounts: &'a BTreeMap<Scope, KnownAccount>,
    /// Who publishes.
    pub by: &'a PrincipalId,
    /// The moment of the decision.
    pub now: Timestamp,
}

/// What publishing makes: all of it is kept, or nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Published {
    /// The publication that was asked for.
    pub publication: Publication,
    /// The linked MultiCloud Images that are published with it, by publication lineage.
    pub dependencies: Vec<Publication>,
    /// Publications there were, which more see from now on, by publication lineage.
    pub widened: Vec<Publication>,
    /// What is inside the images of every new publication.
    pub images: Vec<PublishedImages>,
    /// Who may launch the images.
    pub check: AccessCheck,
}

/// Decides whether a revision is published, and what with it (RightScale; that it is all or nothing,
/// and the check of images: ours).
///
/// Whether the caller is a publisher is decided before, by `atlas-scope`.
///
/// # Errors
///
/// See [`PublishError`].
pub fn publish(
    subject: &PublishSubject<'_>,
    request: Publish,
    facts: PublishFacts<'_>,
) -> Result<Published, PublishError> {
    let own = subject.own()?;
    let publisher = own.publisher()?;
    own.check_unmarked()?;
    subject.check_ready()?;
    if let Visibility::Groups(groups) = &request.visibility
        && let Some(group) = groups.stranger(&publisher, facts.groups)
    {
        return Err(PublishError::UnknownGroup { publisher, group });
    }
    own.check_unpublished()?;
    let members = Members::of(facts.groups);
    let linked = links::follow(subject, &publisher, &request, &members, facts)?;

    let mut images = CheckedImages::default();
    for mci in subject.mcis() {
        images.add(mci.of.reference(), mci.content, mci.images);
    }
    let check = images
        .check(&request.visibility, &members, facts.accounts)
        .map_err(
            |TooMuch { images, accounts }| PublishError::TooMuchToCheck { images, accounts },
        )?;
    let admit = request.admit;
    if !check.passes(admit) {
        let refused = AccessRefused { check, admit };
        return Err(PublishError::Access(Box::new(refused)));
    }

    let notes = request.notes;
    let notes = notes.or_else(|| RevisionNotes::from_message(own.revision.message()));
    let (locations, tags) = subject.covered();
    let publication = Publication {
        lineage: own.publication,
        revision: own.revision.number(),
        publisher,
        kind: subject.kind(),
        source: own.lineage,
        digest: own.revision.digest(),
        content: own.revision.content(),
        name: own.name.clone(),
        short: request.short,
        long: request.long,
        notes,
        visibility: request.visibility,
        dependencies: linked.dependencies,
        locations,
        tags,
        state: PublicationState::Active,
        published_at: facts.now,
        published_by: facts.by.clone(),
    };
    let mut images = linked.images;
    images.push(PublishedImages {
        publication: publication.reference(),
        images: subject.own_images(),
    });
    Ok(Published {
        publication,
        dependencies: linked.new,
        widened: linked.widened,
        images,
        check,
    })
}
