//! A publication becomes a read-only copy in another account.

mod delete;
mod error;
mod name;

pub use self::{
    delete::{
        DeleteImport, DeleteImportError, DeletedImport, ImportInUse, ImportUse, check_delete_import,
    },
    error::ImportError,
    name::shown_names,
};

use crate::{
    ImagesInside, LineageKind, Publication, PublicationLineageId, PublicationRef, PublishedImages,
    Viewer,
};
use atlas_base::{Digest, Name, Timestamp};
use atlas_history::{LineageId, RevisionRef};
use atlas_scope::{PrincipalId, Scope};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// A lineage that was imported to a scope: it keeps the publisher's id and numbers, has no HEAD, and
/// may have gaps (RightScale, ours).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ImportedLineage {
    /// The scope that it was imported to.
    pub scope: Scope,
    /// The lineage, which has the id that it has at its publisher.
    pub lineage: LineageId,
    /// Where its revisions come from.
    pub publication: PublicationLineageId,
    /// The account that published it.
    pub publisher: Scope,
    /// What it is.
    pub kind: LineageKind,
    /// What it is called here. It was chosen with the first revision, and stays when the publisher
    /// changes names (ours).
    pub name: Name,
    /// Whether lower scopes see it.
    pub shared: bool,
    /// Who imported the first revision.
    pub by: PrincipalId,
    /// When.
    pub at: Timestamp,
}

/// A revision that was imported to a scope. Revision and content are the publisher's, digest for
/// digest.
///
/// It names its publication, and knows nothing of the state of that: an import is never taken back
/// (RightScale).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct ImportedRevision {
    /// The scope that it was imported to.
    pub scope: Scope,
    /// Which revision of which lineage.
    pub revision: RevisionRef,
    /// The publication that it came from.
    pub publication: PublicationRef,
    /// The digest of the revision.
    pub digest: Digest,
    /// The digest of its content.
    pub content: Digest,
    /// What is inside its images, as it was known at the publisher; no records (ours).
    #[serde(default, skip_serializing_if = "ImagesInside::is_empty")]
    pub images: ImagesInside,
    /// Who imported it.
    pub by: PrincipalId,
    /// When.
    pub at: Timestamp,
}

/// A revision that the receiver's scope sees already.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct HeldRevision {
    /// The scope that holds it.
    pub scope: Scope,
    /// The digest of the revision.
    pub digest: Digest,
}

/// What [`import`] must know.
#[derive(Debug, Clone, Copy)]
pub struct ImportFacts<'a> {
    /// The publication, if there is one.
    pub publication: Option<&'a Publication>,
    /// The publications that it depends on.
    pub dependencies: &'a [Publication],
    /// What is inside their images.
    pub images: &'a [PublishedImages],
    /// Who imports: the account of the receiving scope.
    pub viewer: &'a Viewer,
    /// What of these publications the receiving scope sees already, at itself or above: imports, and
    /// the account's own revisions that were published.
    pub held: &'a BTreeMap<PublicationRef, HeldRevision>,
    /// The lineages of these publications that the receiving scope itself imported before.
    pub lineages: &'a [ImportedLineage],
    /// The names that a look-up from the receiving scope finds taken. Of those that
    /// [`shown_names`] offers it is enough to look until as many are free as publications are
    /// imported.
    pub taken: &'a BTreeSet<(LineageKind, Name)>,
    /// Who imports.
    pub by: &'a PrincipalId,
    /// The moment of the decision.
    pub now: Timestamp,
}

/// What an import does: all of it, or nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[must_use]
pub struct ImportPlan {
    /// The lineages that are new at the scope.
    pub lineages: Vec<ImportedLineage>,
    /// The revisions that are copied: what others depend on comes first.
    pub copies: Vec<ImportedRevision>,
    /// What is there already, in the same order.
    pub there: Vec<(PublicationRef, HeldRevision)>,
}

/// Decides what an import of a publication copies to a scope (RightScale: a read-only copy of exactly
/// that revision and what it depends on; a second time changes nothing).
///
/// Whether the caller may import is decided before, by `atlas-scope`.
///
/// # Errors
///
/// See [`ImportError`].
pub fn import(
    wanted: PublicationRef,
    receiver: &Scope,
    facts: ImportFacts<'_>,
) -> Result<ImportPlan, ImportError> {
    let seen = |it: &&Publication| it.is_visible_to(facts.viewer);
    let publication = facts.publication.filter(|it| it.reference() == wanted);
    let publication = publication.filter(seen);
    let publication = publication.ok_or(ImportError::NotFound {
        publication: wanted,
    })?;
    if receiver.account_scope().is_none() {
        let name = publication.name.clone();
        return Err(ImportError::Global { name });
    }
    if facts.viewer.is(&publication.publisher) {
        let name = publication.name.clone();
        return Err(ImportError::Own { name });
    }
    let is_there = held(publication, facts)?.is_some();
    if let Some(reason) = publication.state.reason().filter(|_| !is_there) {
        return Err(ImportError::Deprecated {
            name: publication.name.clone(),
            publication: wanted,
            reason: reason.clone(),
        });
    }
    let mut plan = Planned {
        receiver,
        facts,
        taken: facts.taken.clone(),
        plan: ImportPlan {
            lineages: Vec::new(),
            copies: Vec::new(),
            there: Vec::new(),
        },
    };
    for reference in &publication.dependencies {
        let found = facts.dependencies.iter();
        let mut found = found.filter(|it| it.reference() == *reference);
        // A dependency may be hidden from the catalogue, and not from the account.
        let dependency = found.next().filter(seen);
        let dependency = dependency.ok_or_else(|| ImportError::DependencyNotSeen {
            name: publication.name.clone(),
            dependency: *reference,
        })?;
        plan.add(dependency)?;
    }
    plan.add(publication)?;
    Ok(plan.plan)
}

/// What is there of a publication, if it is the same.
fn held<'a>(
    publication: &Publication,
    facts: ImportFacts<'a>,
) -> Result<Option<&'a HeldRevision>, ImportError> {
    match facts.held.get(&publication.reference()) {
        Some(held) if held.digest != publication.digest => Err(ImportError::Differs {
            publication: publication.reference(),
            scope: held.scope.clone(),
            here: held.digest,
            offered: publication.digest,
        }),
        held => Ok(held),
    }
}

/// An import that is being planned.
struct Planned<'a> {
    receiver: &'a Scope,
    facts: ImportFacts<'a>,
    taken: BTreeSet<(LineageKind, Name)>,
    plan: ImportPlan,
}

impl Planned<'_> {
    fn add(&mut self, publication: &Publication) -> Result<(), ImportError> {
        let reference = publication.reference();
        if let Some(held) = held(publication, self.facts)? {
            self.plan.there.push((reference, held.clone()));
            return Ok(());
        }
        // What is the account's own is no import, so it must be seen as what it is.
        if self.facts.viewer.is(&publication.publisher) {
            return Err(ImportError::OwnDependencyNotSeen {
                name: publication.name.clone(),
                receiver: self.receiver.clone(),
            });
        }
        self.add_lineage(publication)?;
        let mut images = self.facts.images.iter();
        let images = images.find(|it| it.publication == reference);
        self.plan.copies.push(ImportedRevision {
            scope: self.receiver.clone(),
            revision: RevisionRef {
                lineage: publication.source,
                number: publication.revision,
            },
            publication: reference,
            digest: publication.digest,
            content: publication.content,
            images: images.map(|it| it.images.clone()).unwrap_or_default(),
            by: self.facts.by.clone(),
            at: self.facts.now,
        });
        Ok(())
    }

    /// Adds the lineage of a publication, unless it is there from an import before.
    fn add_lineage(&mut self, publication: &Publication) -> Result<(), ImportError> {
        let mut there = self.facts.lineages.iter().chain(&self.plan.lineages);
        if there.any(|it| it.lineage == publication.source && it.scope == *self.receiver) {
            return Ok(());
        }
        let kind = publication.kind;
        let mut offered = shown_names(&publication.publisher, &publication.name);
        let free = offered.find(|name| !self.taken.contains(&(kind, name.clone())));
        let name = free.ok_or_else(|| ImportError::NoName {
            name: publication.name.clone(),
        })?;
        self.taken.insert((kind, name.clone()));
        self.plan.lineages.push(ImportedLineage {
            scope: self.receiver.clone(),
            lineage: publication.source,
            publication: publication.lineage,
            publisher: publication.publisher.clone(),
            kind,
            name,
            shared: self.receiver.level().shares_by_default(),
            by: self.facts.by.clone(),
            at: self.facts.now,
        });
        Ok(())
    }
}
