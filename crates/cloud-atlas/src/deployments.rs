//! Deployments: server definitions that belong together.

use crate::{
    Error, NotFound, Noun, Page, Paging, Session,
    page::Filling,
    tables::{
        DEPLOYMENTS, KeptDeployment, SERVERS, deployment_parts, partition_of, server_name_parts,
    },
    unit::{Change, Unit},
};
use atlas_base::{Name, Timestamp};
use atlas_mci::Description;
use atlas_scope::{Permission, PrincipalId, Scope, visible};
use atlas_store::{Condition, CursorError, Key, Query, StoreError};
use atlas_template::{Deployment, DeploymentError, DeploymentId, ServerDefinition};
use serde::Serialize;

/// Asks to make a deployment.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct MakeDeployment {
    /// The scope that holds it.
    pub scope: Scope,
    /// Its name, one a scope.
    pub name: Name,
    /// What it is for.
    pub description: Description,
    /// Whether lower scopes see it; unless said otherwise those of `/` and of accounts are seen.
    pub shared: Option<bool>,
}

impl MakeDeployment {
    /// A deployment without a description.
    #[must_use]
    pub fn new(scope: Scope, name: Name) -> Self {
        Self {
            scope,
            name,
            description: Description::default(),
            shared: None,
        }
    }
}

/// A deployment as it is shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct DeploymentView {
    /// Its id; none for a `default` one that nothing was ever put into.
    pub id: Option<DeploymentId>,
    /// Its name.
    pub name: Name,
    /// The scope that holds it.
    pub scope: Scope,
    /// Whether lower scopes see it.
    pub shared: bool,
    /// What it is for.
    pub description: Description,
    /// When it was made.
    pub created: Option<Timestamp>,
    /// Who made it.
    pub created_by: Option<PrincipalId>,
}

impl Session {
    /// Makes a deployment without servers (RightScale).
    ///
    /// # Errors
    ///
    /// The name is taken at that scope, as `default` always is, the scope is not there, or the
    /// caller may not.
    pub async fn make_deployment(&self, request: MakeDeployment) -> Result<DeploymentView, Error> {
        self.write(|unit| {
            let request = request.clone();
            async move {
                let MakeDeployment { scope, name, .. } = &request;
                unit.enter(Permission::ServerManage, scope).await?;
                let is_taken = name.as_str() == Deployment::DEFAULT
                    || unit.deployment_at(scope, name).await?.is_some();
                if is_taken {
                    let (scope, name) = (scope.clone(), name.clone());
                    return Err(DeploymentError::Taken { name, scope }.into());
                }
                let made = unit.new_deployment(request).await?;
                Ok(DeploymentView::of(made))
            }
        })
        .await
    }

    /// The deployments that a scope sees, scope by scope from the nearest upward, by name. At each
    /// scope there is one that is called `default`.
    ///
    /// # Errors
    ///
    /// The scope is not there, the caller may not see any there, or the page is none of this list.
    pub async fn deployments(
        &self,
        from: &Scope,
        paging: &Paging,
    ) -> Result<Page<DeploymentView>, Error> {
        let unit = self.read().await?;
        unit.enter(Permission::ServerView, from).await?;
        let list = (DEPLOYMENTS.space(), "seen", from);
        let (mut filling, mut after) = Filling::begin(&unit, &list, paging)?;
        for scope in from.lineage() {
            let query = Query::all(&partition_of(&scope)?).prefix(scope.as_str());
            if let Some(row) = &after
                && !DEPLOYMENTS.covers(&query, row)?
            {
                continue;
            }
            let shown = visible(&scope, scope.level().shares_by_default(), from);
            let missing = shown.then(|| default_of(&scope)).transpose()?;
            let query = if scope == *from {
                query
            } else {
                query.keep(Condition::is("shared", true))
            };
            let here = unit.here(&mut filling, query, missing, after.take());
            if !here.await? {
                return Ok(filling.end());
            }
        }
        match after {
            // A row of none of the scopes, which no page ever ended with.
            Some(_) => Err(CursorError::OtherQuery.into()),
            None => Ok(filling.end()),
        }
    }

    /// The nearest deployment of a name, as seen from a scope. The one called `default` is there at
    /// every scope, whether anything was ever put into it or not.
    ///
    /// # Errors
    ///
    /// It is not there or not visible.
    pub async fn deployment(&self, name: &Name, from: &Scope) -> Result<DeploymentView, Error> {
        let unit = self.read().await?;
        unit.enter(Permission::ServerView, from).await?;
        match unit.seen_deployment(name, from).await {
            Ok(deployment) => Ok(DeploymentView::of(deployment)),
            Err(Error::NotFound(_)) if name.as_str() == Deployment::DEFAULT => {
                Ok(default_of(from)?.1)
            }
            Err(error) => Err(error),
        }
    }

    /// Gives a deployment another name; its servers stay in it.
    ///
    /// # Errors
    ///
    /// It is not there or not visible, it is the `default` one, the name is taken at its scope, or
    /// the caller may not.
    pub async fn rename_deployment(
        &self,
        name: &Name,
        from: &Scope,
        to: &Name,
    ) -> Result<DeploymentView, Error> {
        self.write(|unit| {
            let (name, from, to) = (name.clone(), from.clone(), to.clone());
            async move {
                let deployment = unit.deployment_to_change(&name, &from).await?;
                let scope = &deployment.scope;
                let is_taken = to.as_str() == Deployment::DEFAULT
                    || unit.deployment_at(scope, &to).await?.is_some();
                let renamed = deployment.renamed(to.clone(), is_taken)?;
                let at = partition_of(scope)?;
                let before = deployment_parts(scope, &name);
                DEPLOYMENTS.delete(&unit.tx, &at, before).await?;
                let kept = KeptDeployment(renamed.clone());
                let parts = deployment_parts(scope, &to);
                DEPLOYMENTS.insert(&unit.tx, &at, parts, &kept).await?;
                unit.audit_deployment(&renamed, Change::between(&name, &to))
                    .await?;
                Ok(DeploymentView::of(renamed))
            }
        })
        .await
    }

    /// Deletes a deployment that holds no servers.
    ///
    /// # Errors
    ///
    /// It is not there or not visible, it is the `default` one, servers are defined in it, or the
    /// caller may not.
    pub async fn delete_deployment(&self, name: &Name, from: &Scope) -> Result<(), Error> {
        self.write(|unit| {
            let (name, from) = (name.clone(), from.clone());
            async move {
                let deployment = unit.deployment_to_change(&name, &from).await?;
                let servers = unit.servers_of(&deployment).await?;
                let servers: Vec<_> = servers.iter().map(|it| it.name().clone()).collect();
                deployment.check_delete(&servers)?;
                let at = partition_of(&deployment.scope)?;
                let parts = deployment_parts(&deployment.scope, &name);
                DEPLOYMENTS.delete(&unit.tx, &at, parts).await?;
                unit.audit_deployment(&deployment, Change::removed(&name))
                    .await
            }
        })
        .await
    }
}

impl DeploymentView {
    fn of(deployment: Deployment) -> Self {
        Self {
            id: Some(deployment.id),
            name: deployment.name,
            scope: deployment.scope,
            shared: deployment.shared,
            description: deployment.description,
            created: Some(deployment.created),
            created_by: Some(deployment.created_by),
        }
    }
}

/// Where the `default` deployment of a scope stands, and what it is like before anything is put
/// into it.
///
/// It is known without a record, which is made when a server is first put into it: so it is there
/// at every scope, old or new, and no scope is made or removed for more than it holds.
fn default_of(scope: &Scope) -> Result<(Key, DeploymentView), Error> {
    let name = default_name()?;
    let row = DEPLOYMENTS.key(&partition_of(scope)?, deployment_parts(scope, &name))?;
    let view = DeploymentView {
        id: None,
        name,
        scope: scope.clone(),
        shared: scope.level().shares_by_default(),
        description: Description::default(),
        created: None,
        created_by: None,
    };
    Ok((row, view))
}

/// `default`, as a name.
pub(crate) fn default_name() -> Result<Name, Error> {
    // INVARIANT: the word is a name.
    Name::parse(Deployment::DEFAULT)
        .map_err(|_| StoreError::corrupt("`default` is no name of a deployment").into())
}

impl Unit {
    /// Takes the deployments of one scope, the `default` one among them at its place; tells whether
    /// to go on.
    async fn here(
        &self,
        filling: &mut Filling<'_, DeploymentView>,
        query: Query,
        default: Option<(Key, DeploymentView)>,
        after: Option<Key>,
    ) -> Result<bool, Error> {
        let mut default = default.filter(|(row, _)| after.as_ref().is_none_or(|it| it < row));
        let query = query.limit(filling.missing()).after(after);
        for found in DEPLOYMENTS.query(&self.tx, &query).await?.found {
            if let Some((row, view)) = default.take_if(|(row, _)| *row <= found.row)
                && row < found.row
                && !filling.take(row, view)
            {
                return Ok(false);
            }
            if !filling.take(found.row, DeploymentView::of(found.record.0)) {
                return Ok(false);
            }
        }
        Ok(match default {
            Some((row, view)) => filling.take(row, view),
            None => true,
        })
    }

    /// The deployment of a name at a scope.
    pub(crate) async fn deployment_at(
        &self,
        scope: &Scope,
        name: &Name,
    ) -> Result<Option<Deployment>, Error> {
        let parts = deployment_parts(scope, name);
        let found = DEPLOYMENTS
            .get(&self.tx, &partition_of(scope)?, parts)
            .await?;
        Ok(found.map(|kept| kept.0))
    }

    /// The nearest visible deployment of a name that has a record; the caller may look there. The
    /// `default` one of another scope is never meant.
    pub(crate) async fn seen_deployment(
        &self,
        name: &Name,
        from: &Scope,
    ) -> Result<Deployment, Error> {
        for scope in from.lineage() {
            if name.as_str() == Deployment::DEFAULT && scope != *from {
                break;
            }
            let found = self.deployment_at(&scope, name).await?;
            if let Some(found) = found.filter(|it| visible(&scope, it.shared, from)) {
                return Ok(found);
            }
        }
        Err(NotFound::new(Noun::Deployment, name, from).into())
    }

    /// A deployment that the caller may change.
    async fn deployment_to_change(&self, name: &Name, from: &Scope) -> Result<Deployment, Error> {
        self.enter(Permission::ServerView, from).await?;
        if name.as_str() == Deployment::DEFAULT {
            self.require(Permission::ServerManage, from).await?;
            return Err(DeploymentError::Default.into());
        }
        let found = self.seen_deployment(name, from).await?;
        self.require(Permission::ServerManage, &found.scope).await?;
        Ok(found)
    }

    /// The deployment that a new server goes into; the `default` one is made where it has no record
    /// yet. The caller may manage servers there.
    pub(crate) async fn deployment_for(
        &self,
        name: &Name,
        from: &Scope,
    ) -> Result<Deployment, Error> {
        self.enter(Permission::ServerView, from).await?;
        if name.as_str() != Deployment::DEFAULT {
            let found = self.seen_deployment(name, from).await?;
            self.require(Permission::ServerManage, &found.scope).await?;
            return Ok(found);
        }
        self.require(Permission::ServerManage, from).await?;
        match self.deployment_at(from, name).await? {
            Some(found) => Ok(found),
            None => {
                let request = MakeDeployment::new(from.clone(), name.clone());
                self.new_deployment(request).await
            }
        }
    }

    async fn new_deployment(&self, request: MakeDeployment) -> Result<Deployment, Error> {
        let by_default = request.scope.level().shares_by_default();
        let deployment = Deployment {
            id: DeploymentId::from_u128(self.id()),
            shared: request.shared.unwrap_or(by_default),
            name: request.name,
            scope: request.scope,
            description: request.description,
            created: self.now,
            created_by: self.who.clone(),
        };
        let at = partition_of(&deployment.scope)?;
        let parts = deployment_parts(&deployment.scope, &deployment.name);
        let kept = KeptDeployment(deployment.clone());
        DEPLOYMENTS.insert(&self.tx, &at, parts, &kept).await?;
        let change = Change::made(&deployment.name);
        self.audit_deployment(&deployment, change).await?;
        Ok(deployment)
    }

    /// The servers of a deployment, by name.
    async fn servers_of(&self, deployment: &Deployment) -> Result<Vec<ServerDefinition>, Error> {
        let at = partition_of(&deployment.scope)?;
        let of = deployment.id.to_string();
        let found = self.all_by(&SERVERS, "name", &at, of).await?;
        Ok(found.into_iter().map(|kept| kept.0.definition).collect())
    }

    /// Whether a deployment has a server of a name.
    pub(crate) async fn has_server(
        &self,
        deployment: &Deployment,
        name: &Name,
    ) -> Result<bool, Error> {
        let at = partition_of(&deployment.scope)?;
        let parts = server_name_parts(deployment.id, name);
        Ok(SERVERS.find(&self.tx, &at, "name", parts).await?.is_some())
    }

    /// Lets the record of an empty `default` deployment go with its scope.
    pub(crate) async fn forget_default(&self, scope: &Scope) -> Result<(), Error> {
        let name = default_name()?;
        if self.deployment_at(scope, &name).await?.is_some() {
            let parts = deployment_parts(scope, &name);
            DEPLOYMENTS
                .delete(&self.tx, &partition_of(scope)?, parts)
                .await?;
        }
        Ok(())
    }

    async fn audit_deployment(&self, deployment: &Deployment, change: Change) -> Result<(), Error> {
        let (scope, id) = (&deployment.scope, deployment.id);
        self.audit(Permission::ServerManage, scope, id, change)
            .await
    }
}
