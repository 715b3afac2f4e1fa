//! Deployments: server definitions that belong together.

mod finding;

pub(crate) use self::finding::default_name;

use self::finding::default_of;
use crate::{
    Error, Page, Paging, Session,
    page::Filling,
    sharing::shown,
    tables::{DEPLOYMENTS, KeptDeployment, deployment_parts, partition_of},
    unit::Change,
};
use atlas_base::{Name, Timestamp};
use atlas_mci::Description;
use atlas_scope::{Permission, PrincipalId, Scope, visible};
use atlas_store::{Condition, CursorError, Query};
use atlas_template::{Deployment, DeploymentError, DeploymentId};
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
            // One that has a record is found as that says, or hidden as that says.
            let is_kept = scope != *from && unit.default_at(&scope).await?.is_some();
            let shown = !is_kept && visible(&scope, scope.level().shares_by_default(), from);
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

    /// Shows a deployment with its servers to lower scopes (Scalr).
    ///
    /// # Errors
    ///
    /// It is not there or not visible, or the caller may not.
    pub async fn share_deployment(
        &self,
        name: &Name,
        from: &Scope,
    ) -> Result<DeploymentView, Error> {
        self.show_deployment(name, from, true).await
    }

    /// Hides a deployment with its servers from lower scopes: nothing there refers to it, since its
    /// servers are at its own scope.
    ///
    /// # Errors
    ///
    /// It is not there or not visible, or the caller may not.
    pub async fn unshare_deployment(
        &self,
        name: &Name,
        from: &Scope,
    ) -> Result<DeploymentView, Error> {
        self.show_deployment(name, from, false).await
    }

    async fn show_deployment(
        &self,
        name: &Name,
        from: &Scope,
        shared: bool,
    ) -> Result<DeploymentView, Error> {
        self.write(|unit| async move {
            let before = unit.deployment_for(Some(name), from).await?;
            let after = before.with_shared(shared);
            if after != before {
                let (scope, kept) = (&after.scope, KeptDeployment(after.clone()));
                let parts = deployment_parts(scope, &after.name);
                DEPLOYMENTS
                    .put(&unit.tx, &partition_of(scope)?, parts, &kept)
                    .await?;
                unit.audit_deployment(&after, shown(before.shared, shared)?)
                    .await?;
            }
            Ok(DeploymentView::of(after))
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
