//! Whether lower scopes see MultiCloud Images and ServerTemplates.

use crate::{
    Error, LineageKind, Session,
    deleting::Deletable,
    kind::{Mci, Template},
    servers::UsedByServers,
    sight::Sight,
    stored::StoredLineage,
    tables::{LOCKS, TEMPLATES},
    unit::{Change, Unit},
};
use atlas_base::{Name, canonical};
use atlas_history::LineageId;
use atlas_image::{Referrer, ReferrerKind};
use atlas_scope::{Permission, Scope};
use atlas_store::Partition;
use atlas_template::{LineageInUse, LinkedState, Reference, ShareError, SharedLineage};
use serde::Serialize;

/// What a change of who sees a lineage came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct LineageShared {
    /// What it is.
    pub kind: LineageKind,
    /// Its id.
    pub lineage: LineageId,
    /// Its name.
    pub name: Name,
    /// The scope that holds it.
    pub scope: Scope,
    /// Whether lower scopes see it now.
    pub shared: bool,
    /// Who referred to it and finds it no more: what the refusal would have listed that was forced.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lost: Option<LineageInUse>,
}

/// What becomes of it.
#[derive(Debug, Clone, Copy)]
enum Sharing {
    Share,
    Unshare { force: bool },
}

impl Session {
    /// Shows a MultiCloud Image with HEAD and all revisions to lower scopes (Scalr).
    ///
    /// # Errors
    ///
    /// It is not there or not visible, only a state of it is named, or the caller may not.
    pub async fn share_mci(
        &self,
        reference: &Reference,
        from: &Scope,
    ) -> Result<LineageShared, Error> {
        self.set_shared::<Mci>(reference, from, Sharing::Share)
            .await
    }

    /// Hides a MultiCloud Image from lower scopes; `force` does it although templates, servers or
    /// registered locks there refer to it, and tells which did (ours).
    ///
    /// # Errors
    ///
    /// Lower scopes refer to it, it is not there or not visible, only a state of it is named, or the
    /// caller may not.
    pub async fn unshare_mci(
        &self,
        reference: &Reference,
        from: &Scope,
        force: bool,
    ) -> Result<LineageShared, Error> {
        self.set_shared::<Mci>(reference, from, Sharing::Unshare { force })
            .await
    }

    /// Shows a ServerTemplate with HEAD and all revisions to lower scopes (Scalr).
    ///
    /// # Errors
    ///
    /// It is not there or not visible, only a state of it is named, or the caller may not.
    pub async fn share_template(
        &self,
        reference: &Reference,
        from: &Scope,
    ) -> Result<LineageShared, Error> {
        self.set_shared::<Template>(reference, from, Sharing::Share)
            .await
    }

    /// Hides a ServerTemplate from lower scopes; `force` does it although servers or registered
    /// locks there refer to it, and tells which did (ours).
    ///
    /// # Errors
    ///
    /// Lower scopes refer to it, it is not there or not visible, only a state of it is named, or the
    /// caller may not.
    pub async fn unshare_template(
        &self,
        reference: &Reference,
        from: &Scope,
        force: bool,
    ) -> Result<LineageShared, Error> {
        self.set_shared::<Template>(reference, from, Sharing::Unshare { force })
            .await
    }

    async fn set_shared<C: Referred>(
        &self,
        reference: &Reference,
        from: &Scope,
        to: Sharing,
    ) -> Result<LineageShared, Error> {
        self.write(|unit| async move { Box::pin(unit.set_shared::<C>(reference, from, to)).await })
            .await
    }
}

/// What refers to a kind of lineage, beside registered locks.
trait Referred: Deletable {
    /// The servers that inherited from one.
    fn servers(lineage: LineageId) -> UsedByServers<'static>;

    /// The templates of a partition that link one from below its scope, in HEAD or in a revision.
    fn linked_below(
        unit: &Unit,
        of: &StoredLineage<Self>,
        partition: &Partition,
        sight: &Sight,
    ) -> impl Future<Output = Result<Vec<Referrer>, Error>> + Send;
}

impl Referred for Mci {
    fn servers(lineage: LineageId) -> UsedByServers<'static> {
        UsedByServers::Mci(lineage)
    }

    async fn linked_below(
        unit: &Unit,
        of: &StoredLineage<Self>,
        partition: &Partition,
        sight: &Sight,
    ) -> Result<Vec<Referrer>, Error> {
        let lineage = of.lineage.to_string();
        let found = unit.all_by(&TEMPLATES, "linked", partition, lineage);
        let mut links = Vec::new();
        for template in found.await?.into_iter().map(|kept| kept.0) {
            if !is_below(&of.scope, &template.scope) {
                continue;
            }
            let name = template.name();
            for (state, _) in unit.states_linking(&template, of).await? {
                links.push(Referrer {
                    scope: template.scope.clone(),
                    kind: ReferrerKind::Template,
                    name: match state {
                        LinkedState::Head => format!("{name}@head"),
                        LinkedState::Revision(number) => format!("{name}@{number}"),
                    },
                    id: template.lineage.to_string(),
                    visible: sight.sees(unit, &template.scope),
                });
            }
        }
        Ok(links)
    }
}

impl Referred for Template {
    fn servers(lineage: LineageId) -> UsedByServers<'static> {
        UsedByServers::Template(lineage)
    }

    async fn linked_below(
        _: &Unit,
        _: &StoredLineage<Self>,
        _: &Partition,
        _: &Sight,
    ) -> Result<Vec<Referrer>, Error> {
        // Templates link MultiCloud Images alone.
        Ok(Vec::new())
    }
}

/// Whether something stands below the scope of a lineage.
fn is_below(of: &Scope, scope: &Scope) -> bool {
    of.contains(scope) && scope != of
}

impl Unit {
    async fn set_shared<C: Referred>(
        &self,
        reference: &Reference,
        from: &Scope,
        to: Sharing,
    ) -> Result<LineageShared, Error> {
        if reference.selector.is_some() {
            let reference = reference.clone();
            return Err(ShareError::StateNamed { reference }.into());
        }
        // What was imported has no HEAD to change, and yet it is its account's who sees it.
        let permission = C::CAN.edit;
        let located = self.locate::<C>(reference, from, C::CAN.view).await?;
        let mut of = located.found;
        self.require(permission, &of.scope).await?;
        let (shared, lost) = match to {
            Sharing::Share => (true, None),
            Sharing::Unshare { force } => (false, self.unshared(&of, force).await?),
        };
        if of.shared != shared {
            let change = shown(of.shared, shared)?;
            of.shared = shared;
            self.put_lineage(of.clone()).await?;
            self.audit(permission, &of.scope, of.lineage, change)
                .await?;
        }
        Ok(LineageShared {
            kind: C::KIND,
            lineage: of.lineage,
            name: of.name().clone(),
            shared: of.shared,
            scope: of.scope,
            lost,
        })
    }

    /// Loads what hiding a lineage must know, and lets it decide.
    async fn unshared<C: Referred>(
        &self,
        of: &StoredLineage<C>,
        force: bool,
    ) -> Result<Option<LineageInUse>, Error> {
        let may_delete = match self.require(C::DELETE, &of.scope).await {
            Ok(_) => true,
            Err(Error::Denied(_)) => false,
            Err(error) => return Err(error),
        };
        let lineage = SharedLineage {
            name: of.name(),
            scope: &of.scope,
            shared: of.shared,
        };
        Ok(lineage.unshare(self.referring_below(of).await?, may_delete, force)?)
    }

    /// What refers to a lineage below its scope.
    async fn referring_below<C: Referred>(
        &self,
        of: &StoredLineage<C>,
    ) -> Result<Vec<Referrer>, Error> {
        let templates = self.sight(Permission::TemplateView).await?;
        let servers = self.sight(Permission::ServerView).await?;
        let locks = self.sight(Permission::LockView).await?;
        let mut found = Vec::new();
        for (partition, account) in self.partitions_below(&of.scope).await? {
            let sight = self.sight_into(&templates, &account).await?;
            found.extend(C::linked_below(self, of, &partition, &sight).await?);
            let sight = self.sight_into(&servers, &account).await?;
            let used = C::servers(of.lineage);
            for server in self.servers_using(&partition, used).await? {
                if is_below(&of.scope, &server.scope) {
                    let seen = sight.sees(self, &server.scope);
                    found.push(server.definition.referrer(server.scope, seen));
                }
            }
            let sight = self.sight_into(&locks, &account).await?;
            let lineage = of.lineage.to_string();
            let held = self.all_by(&LOCKS, "revision", &partition, lineage);
            for lock in held.await?.into_iter().map(|kept| kept.0) {
                if is_below(&of.scope, lock.scope()) {
                    found.push(lock.referrer(sight.sees(self, lock.scope())));
                }
            }
        }
        Ok(found)
    }
}

/// What an event tells of who sees a record.
#[derive(Serialize)]
struct Shown {
    shared: bool,
}

/// The change of who sees a record, as events tell it of image records too.
pub(crate) fn shown(before: bool, after: bool) -> Result<Change, Error> {
    let text = |shared| canonical::to_string(&Shown { shared });
    Ok(Change::between(&text(before)?, &text(after)?))
}
