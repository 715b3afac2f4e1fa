//! Publications become read-only copies in another account.

use crate::{
    Error, LineageKind, Session,
    kind::{Mci, Template, Versioned},
    stored::StoredLineage,
    tables::{
        IMPORTERS, KeptImporter, KeptLineage, PUBLISHED_IMAGES, REVISIONS, StoredImporter,
        importer_parts, lineage_name_parts, partition_of, publication_parts, revision_parts,
    },
    unit::{Change, Unit},
};
use atlas_base::Name;
use atlas_history::{LineageId, RevisionNumber};
use atlas_market::{
    HeldRevision, ImportFacts, ImportPlan, ImportedLineage, Publication, PublicationRef, import,
    shown_names,
};
use atlas_scope::{Permission, Scope, visible};
use atlas_store::Partition;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

use super::choice::PublicationChoice;

/// Asks to import a publication.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportPublication {
    /// Which one.
    pub publication: PublicationChoice,
    /// The account that is to have it.
    pub account: Scope,
}

/// What an import brought, and what was there already.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct PublicationImported {
    /// The publication that was asked for.
    pub publication: PublicationRef,
    /// What was copied: what others depend on comes first.
    pub imported: Vec<ImportedHere>,
    /// What the account had already.
    pub there: Vec<ImportedHere>,
}

/// A revision that an account has by import.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ImportedHere {
    /// What it is.
    pub kind: LineageKind,
    /// The lineage, which is that of its publisher.
    pub lineage: LineageId,
    /// What it is called here.
    pub name: Name,
    /// The revision.
    pub revision: RevisionNumber,
    /// The publication.
    pub publication: PublicationRef,
}

impl Session {
    /// Imports a publication with what it depends on: read-only copies of exactly those revisions
    /// (RightScale). What is there already stays, so that a second time changes nothing.
    ///
    /// An import belongs to the account, and its environments see it as it is shared (ours).
    ///
    /// # Errors
    ///
    /// There is no such publication for the account, it is deprecated or the account's own, what is
    /// there of it is something else, or the caller may not.
    pub async fn import_publication(
        &self,
        ask: &ImportPublication,
    ) -> Result<PublicationImported, Error> {
        self.write(|unit| async move {
            unit.enter_account(Permission::Import, &ask.account).await?;
            let wanted = unit.chosen(&ask.publication, &ask.account).await?;
            Box::pin(unit.import_wanted(wanted, &ask.account)).await
        })
        .await
    }
}

impl Unit {
    /// Imports a publication, whole.
    pub(crate) async fn import_wanted(
        &self,
        wanted: PublicationRef,
        account: &Scope,
    ) -> Result<PublicationImported, Error> {
        let publication = self.publication(wanted).await?;
        let needed = publication.as_ref().map(|it| &it.dependencies);
        let needed: Vec<_> = needed.into_iter().flatten().copied().collect();
        let dependencies = self.publications_of(&needed).await?;
        let all: Vec<&Publication> = dependencies.iter().chain(&publication).collect();
        let viewer = self.viewer(account).await?;
        let (mut held, mut lineages, mut taken) =
            <(BTreeMap<_, _>, Vec<_>, BTreeSet<_>)>::default();
        for publication in &all {
            // Others that come along may have the same name.
            let alike = all.iter();
            let alike =
                alike.filter(|it| it.kind == publication.kind && it.name == publication.name);
            let of = (*publication, alike.count());
            let known = match publication.kind {
                LineageKind::Mci => self.known_import::<Mci>(of, account).await?,
                LineageKind::Template => self.known_import::<Template>(of, account).await?,
            };
            held.extend(known.held.map(|it| (publication.reference(), it)));
            lineages.extend(known.imported);
            for name in known.taken {
                taken.insert((publication.kind, name));
            }
        }
        let references = all.iter().map(|it| it.reference());
        let mut new: Vec<_> = references.collect();
        new.retain(|reference| !held.contains_key(reference));
        let parts = new.into_iter().map(publication_parts);
        let global = Partition::global();
        let images = PUBLISHED_IMAGES.get_many(&self.tx, &global, parts);
        let images: Vec<_> = images.await?.into_iter().flatten().map(|it| it.0).collect();
        let plan = import(
            wanted,
            account,
            ImportFacts {
                publication: publication.as_ref(),
                dependencies: &dependencies,
                images: &images,
                viewer: &viewer,
                held: &held,
                lineages: &lineages,
                taken: &taken,
                by: &self.who,
                now: self.now,
            },
        )?;
        lineages.extend(plan.lineages.iter().cloned());
        self.bring_all(&plan, &all, &lineages).await?;
        let here = |reference: PublicationRef| {
            let publication = all.iter().find(|it| it.reference() == reference)?;
            let lineage = lineages.iter().find(|it| it.lineage == publication.source);
            Some(ImportedHere {
                kind: publication.kind,
                lineage: publication.source,
                name: lineage.map_or(&publication.name, |it| &it.name).clone(),
                revision: publication.revision,
                publication: reference,
            })
        };
        Ok(PublicationImported {
            publication: wanted,
            imported: plan
                .copies
                .iter()
                .filter_map(|it| here(it.publication))
                .collect(),
            there: plan.there.iter().filter_map(|it| here(it.0)).collect(),
        })
    }

    /// Copies what a plan says, and tells both accounts.
    async fn bring_all(
        &self,
        plan: &ImportPlan,
        all: &[&Publication],
        lineages: &[ImportedLineage],
    ) -> Result<(), Error> {
        for copy in &plan.copies {
            let publication = all.iter().find(|it| it.reference() == copy.publication);
            let lineage = lineages
                .iter()
                .find(|it| it.lineage == copy.revision.lineage);
            let (Some(publication), Some(lineage)) = (publication, lineage) else {
                continue;
            };
            match publication.kind {
                LineageKind::Mci => self.bring::<Mci>(copy, lineage).await?,
                LineageKind::Template => self.bring::<Template>(copy, lineage).await?,
            }
            let change = Change::made(&copy.publication);
            self.audit(Permission::Import, &copy.scope, copy.revision, change)
                .await?;
            // The publisher is told by this row, as much of it as it may know.
            let parts = importer_parts(copy.publication, &copy.scope);
            let kept = KeptImporter(StoredImporter {
                publication: copy.publication,
                account: copy.scope.clone(),
                at: self.now,
            });
            let publisher = partition_of(&lineage.publisher)?;
            IMPORTERS.put(&self.tx, &publisher, parts, &kept).await?;
        }
        Ok(())
    }

    /// What an account has of a publication, and which names it could not have there: as many as it
    /// takes to find some that are free.
    async fn known_import<C: Versioned>(
        &self,
        (publication, wanted): (&Publication, usize),
        account: &Scope,
    ) -> Result<KnownImport, Error> {
        let (at, lineage) = (partition_of(account)?, publication.source);
        let there = C::HEADS.get(&self.tx, &at, lineage.to_string()).await?;
        let mut known = KnownImport::default();
        if let Some(KeptLineage(there)) = there {
            let parts = revision_parts(lineage, publication.revision);
            let revision = REVISIONS.get(&self.tx, &at, parts).await?;
            let seen = visible(&there.scope, there.shared, account);
            known.held = revision.filter(|_| seen).map(|kept| HeldRevision {
                scope: there.scope.clone(),
                digest: kept.0.revision.digest(),
            });
            known.imported = there.as_imported(publication.kind);
            return Ok(known);
        }
        let mut free = 0;
        for name in shown_names(&publication.publisher, &publication.name) {
            if self.is_taken::<C>(&name, account).await? {
                known.taken.push(name);
                continue;
            }
            free += 1;
            if free >= wanted {
                break;
            }
        }
        Ok(known)
    }

    /// Whether a look-up from a scope finds a lineage of a name.
    async fn is_taken<C: Versioned>(&self, name: &Name, from: &Scope) -> Result<bool, Error> {
        for scope in from.lineage() {
            let (at, parts) = (partition_of(&scope)?, lineage_name_parts(&scope, name));
            let found = C::HEADS.find(&self.tx, &at, "name", parts).await?;
            if found.is_some_and(|it| visible(&it.record.0.scope, it.record.0.shared, from)) {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

/// What an account has of a publication.
#[derive(Debug, Default)]
struct KnownImport {
    held: Option<HeldRevision>,
    imported: Option<ImportedLineage>,
    taken: Vec<Name>,
}

impl<C: Versioned> StoredLineage<C> {
    /// What is said of it as an import.
    pub(super) fn as_imported(&self, kind: LineageKind) -> Option<ImportedLineage> {
        let imported = self.imported.as_ref()?;
        Some(ImportedLineage {
            scope: self.scope.clone(),
            lineage: self.lineage,
            publication: imported.publication,
            publisher: imported.publisher.clone(),
            kind,
            name: imported.name.clone(),
            shared: self.shared,
            by: self.by.clone(),
            at: self.created,
        })
    }
}
