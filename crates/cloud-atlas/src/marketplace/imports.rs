//! What an account imported: listed, and taken away where nothing refers to it.

use crate::{
    Error, LineageKind, NotFound, Noun, Page, Paging, Session,
    deleting::Deletable,
    kind::{Mci, Template, Versioned},
    servers::UsedByServers,
    stored::{LastRevision, StoredLineage},
    tables::{
        CHANNELS, FOLLOWERS, IMPORTED, IMPORTERS, KeptImported, LOCKS, REVISIONS, importer_parts,
        partition_of, revision_parts,
    },
    unit::{Change, Unit},
};
use atlas_base::{Name, Timestamp};
use atlas_history::{CloneSource, ClonedState, LineageId, RevisionNumber};
use atlas_image::{Referrer, ReferrerKind};
use atlas_market::{
    DeleteImport, DeletedImport, ImportUse, ImportedRevision, PublicationRef, check_delete_import,
};
use atlas_scope::{Permission, Scope};
use atlas_store::Query;
use atlas_template::{LinkTarget, Reference};
use serde::Serialize;
use std::collections::BTreeSet;

/// A revision that an account imported.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ImportView {
    /// What it is.
    pub kind: LineageKind,
    /// The lineage, which is that of its publisher.
    pub lineage: LineageId,
    /// What it is called here.
    pub name: Name,
    /// The revision.
    pub revision: RevisionNumber,
    /// The publication that it came from.
    pub publication: PublicationRef,
    /// The account that published it.
    pub publisher: Scope,
    /// When it was imported.
    pub at: Timestamp,
}

impl Session {
    /// What an account imported, by lineage and revision.
    ///
    /// # Errors
    ///
    /// The scope is no account or not there, the caller may not see its imports, or the page is none
    /// of this list.
    pub async fn imports(
        &self,
        account: &Scope,
        paging: &Paging,
    ) -> Result<Page<ImportView>, Error> {
        let unit = self.read().await?;
        unit.enter_account(Permission::MarketView, account).await?;
        let queries = vec![Query::all(&partition_of(account)?)];
        let page = unit.page(&IMPORTED, queries, paging, |kept: KeptImported| {
            Ok(kept.0.revision)
        });
        let page = page.await?;
        let mut views = Vec::with_capacity(page.items.len());
        for imported in &page.items {
            views.extend(unit.import_view(imported).await?);
        }
        let mut views = views.into_iter();
        Ok(page.map(|_| views.next()).flatten())
    }

    /// Takes an import away, or one of its revisions, where nothing of the account refers to it. It
    /// can be imported again (ours).
    ///
    /// # Errors
    ///
    /// There is no such import, something refers to it, or the caller may not.
    pub async fn delete_import(
        &self,
        kind: LineageKind,
        reference: &Reference,
        from: &Scope,
    ) -> Result<DeletedImport, Error> {
        self.write(|unit| async move {
            match kind {
                LineageKind::Mci => Box::pin(unit.delete_import::<Mci>(reference, from)).await,
                LineageKind::Template => {
                    Box::pin(unit.delete_import::<Template>(reference, from)).await
                }
            }
        })
        .await
    }
}

impl Unit {
    async fn import_view(&self, imported: &ImportedRevision) -> Result<Option<ImportView>, Error> {
        let (at, lineage) = (partition_of(&imported.scope)?, imported.revision.lineage);
        let parts = lineage.to_string();
        let mci = Mci::HEADS.get(&self.tx, &at, parts.as_str()).await?;
        let mut known = mci.and_then(|kept| kept.0.as_imported(LineageKind::Mci));
        if known.is_none() {
            let template = Template::HEADS.get(&self.tx, &at, parts).await?;
            known = template.and_then(|kept| kept.0.as_imported(LineageKind::Template));
        }
        Ok(known.map(|known| ImportView {
            kind: known.kind,
            lineage,
            name: known.name,
            revision: imported.revision.number,
            publication: imported.publication,
            publisher: known.publisher,
            at: imported.at,
        }))
    }

    async fn delete_import<C: Imported>(
        &self,
        reference: &Reference,
        from: &Scope,
    ) -> Result<DeletedImport, Error> {
        let located = self.locate::<C>(reference, from, C::CAN.view).await?;
        let of = located.found;
        let Some(import) = of.as_imported(C::KIND) else {
            let named = Reference {
                selector: None,
                ..reference.clone()
            };
            return Err(NotFound::new(Noun::Import, named, from).into());
        };
        self.require(Permission::Import, &of.scope).await?;
        let which = match &reference.selector {
            None => DeleteImport::Lineage,
            selector => {
                let number = Box::pin(self.number_of(&of, selector.as_ref())).await?;
                DeleteImport::Revision(number)
            }
        };
        let at = partition_of(&of.scope)?;
        let found = self.all(&IMPORTED, &at, of.lineage.to_string()).await?;
        let found: Vec<_> = found.into_iter().map(|kept| kept.0.revision).collect();
        let revisions: BTreeSet<_> = found.iter().map(|it| it.revision.number).collect();
        let uses = self.uses_of_import(&of).await?;
        let deleted = check_delete_import(&import, which, &revisions, &uses)?;
        for gone in &found {
            if !deleted.revisions.contains(&gone.revision.number) {
                continue;
            }
            let parts = revision_parts(of.lineage, gone.revision.number);
            REVISIONS.delete(&self.tx, &at, parts.clone()).await?;
            IMPORTED.delete(&self.tx, &at, parts).await?;
            let publisher = partition_of(&import.publisher)?;
            let importer = importer_parts(gone.publication, &of.scope);
            IMPORTERS.delete(&self.tx, &publisher, importer).await?;
            let change = Change::removed(&gone.publication);
            self.audit(Permission::Import, &of.scope, gone.revision, change)
                .await?;
        }
        self.keep_rest(of, &deleted).await?;
        Ok(deleted)
    }

    /// Keeps what is left of an import, its newest revision in the place of HEAD.
    async fn keep_rest<C: Imported>(
        &self,
        mut of: StoredLineage<C>,
        deleted: &DeletedImport,
    ) -> Result<(), Error> {
        let (at, lineage) = (partition_of(&of.scope)?, of.lineage.to_string());
        let newest = self.revisions(&of).await?.pop();
        let Some(newest) = newest.filter(|_| !deleted.is_whole) else {
            for kept in self.all(&CHANNELS, &at, lineage.as_str()).await? {
                let parts = crate::tables::channel_parts(of.lineage, kept.0.channel.name());
                CHANNELS.delete(&self.tx, &at, parts).await?;
            }
            FOLLOWERS.delete(&self.tx, &at, lineage.as_str()).await?;
            C::HEADS.delete(&self.tx, &at, lineage).await?;
            return Ok(());
        };
        let revision = newest.revision;
        if of.last.is_some_and(|last| last.number == revision.number()) {
            return Ok(());
        }
        let content = self.content::<C>(&of.scope, revision.content()).await?;
        let source = CloneSource {
            lineage: of.lineage,
            state: ClonedState::Revision(&revision, &content),
        };
        of.head = source
            .cloned(|content: &C| Ok::<_, Error>(content.clone()))?
            .head;
        of.content = revision.content();
        of.last = Some(LastRevision {
            number: revision.number(),
            content: revision.content(),
        });
        if let Some(mut follower) = FOLLOWERS.get(&self.tx, &at, lineage.as_str()).await? {
            follower.0.have = revision.number();
            FOLLOWERS.put(&self.tx, &at, lineage, &follower).await?;
        }
        self.put_lineage(of).await
    }

    /// All that refers to an import from its scope and below: links, channels, locks, servers.
    async fn uses_of_import<C: Imported>(
        &self,
        of: &StoredLineage<C>,
    ) -> Result<Vec<ImportUse>, Error> {
        let mut uses = C::linked(self, of).await?;
        let (at, lineage) = (partition_of(&of.scope)?, of.lineage.to_string());
        for kept in self.all(&CHANNELS, &at, lineage.as_str()).await? {
            let channel = kept.0.channel;
            uses.push(ImportUse {
                revision: Some(channel.current()),
                by: referrer(
                    &of.scope,
                    ReferrerKind::Channel,
                    format!("{}@{}", of.name(), channel.name()),
                    &of.lineage,
                ),
            });
        }
        for (partition, _) in self.partitions_below(&of.scope).await? {
            let locks = self.all_by(&LOCKS, "revision", &partition, lineage.as_str());
            for lock in locks.await?.into_iter().map(|kept| kept.0) {
                let held = lock.revisions();
                let held = held.filter(|held| held.lineage == of.lineage);
                uses.extend(held.map(|held| ImportUse {
                    revision: Some(held.revision),
                    by: lock.referrer(true),
                }));
            }
            let servers = self.servers_using(&partition, C::servers(of.lineage));
            for server in servers.await? {
                uses.push(ImportUse {
                    revision: C::inherited(&server.definition),
                    by: server.definition.referrer(server.scope, true),
                });
            }
        }
        Ok(uses)
    }
}

fn referrer(scope: &Scope, kind: ReferrerKind, name: String, id: &impl ToString) -> Referrer {
    Referrer {
        scope: scope.clone(),
        kind,
        name,
        id: id.to_string(),
        // Every role lets one look and reaches downward: who may take it away sees all here.
        visible: true,
    }
}

/// What refers to an import of a kind, beside channels and locks.
trait Imported: Deletable {
    fn servers(lineage: LineageId) -> UsedByServers<'static>;

    /// The revision that a server inherited from; none of HEAD.
    fn inherited(server: &atlas_template::ServerDefinition) -> Option<RevisionNumber>;

    fn linked(
        unit: &Unit,
        of: &StoredLineage<Self>,
    ) -> impl Future<Output = Result<Vec<ImportUse>, Error>> + Send;
}

impl Imported for Mci {
    fn servers(lineage: LineageId) -> UsedByServers<'static> {
        UsedByServers::Mci(lineage)
    }

    fn inherited(server: &atlas_template::ServerDefinition) -> Option<RevisionNumber> {
        server.inherited().revision
    }

    async fn linked(unit: &Unit, of: &StoredLineage<Self>) -> Result<Vec<ImportUse>, Error> {
        let links = unit.linked_by(of).await?.into_iter();
        Ok(links
            .map(|link| ImportUse {
                revision: match link.target {
                    LinkTarget::Revision(number) => Some(number),
                    _ => link.used.revision(),
                },
                by: referrer(
                    &link.scope,
                    ReferrerKind::Template,
                    format!("{}@{}", link.template, link.state),
                    &link.lineage,
                ),
            })
            .collect())
    }
}

impl Imported for Template {
    fn servers(lineage: LineageId) -> UsedByServers<'static> {
        UsedByServers::Template(lineage)
    }

    fn inherited(server: &atlas_template::ServerDefinition) -> Option<RevisionNumber> {
        server.inherited().template.as_ref()?.revision
    }

    async fn linked(_: &Unit, _: &StoredLineage<Self>) -> Result<Vec<ImportUse>, Error> {
        // Templates link MultiCloud Images alone.
        Ok(Vec::new())
    }
}
