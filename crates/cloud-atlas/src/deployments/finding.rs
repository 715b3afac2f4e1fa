//! From a name to a deployment, the `default` one among them.

use super::{DeploymentView, MakeDeployment};
use crate::{
    Error, NotFound, Noun,
    page::Filling,
    tables::{
        DEPLOYMENTS, KeptDeployment, SERVERS, deployment_parts, partition_of, server_name_parts,
    },
    unit::{Change, Unit},
};
use atlas_base::Name;
use atlas_mci::Description;
use atlas_scope::{Permission, Scope, visible};
use atlas_store::{Key, Query, StoreError};
use atlas_template::{Deployment, DeploymentError, DeploymentId, ServerDefinition};

/// Where the `default` deployment of a scope stands, and what it is like before anything is put
/// into it.
///
/// It is known without a record, which is made when a server is first put into it: so it is there
/// at every scope, old or new, and no scope is made or removed for more than it holds.
pub(super) fn default_of(scope: &Scope) -> Result<(Key, DeploymentView), Error> {
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
    pub(super) async fn here(
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

    /// The `default` deployment of a scope, if it has a record.
    pub(super) async fn default_at(&self, scope: &Scope) -> Result<Option<Deployment>, Error> {
        self.deployment_at(scope, &default_name()?).await
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
    pub(super) async fn deployment_to_change(
        &self,
        name: &Name,
        from: &Scope,
    ) -> Result<Deployment, Error> {
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
        name: Option<&Name>,
        from: &Scope,
    ) -> Result<Deployment, Error> {
        self.enter(Permission::ServerView, from).await?;
        let default = default_name()?;
        if let Some(name) = name.filter(|name| **name != default) {
            let found = self.seen_deployment(name, from).await?;
            self.require(Permission::ServerManage, &found.scope).await?;
            return Ok(found);
        }
        self.require(Permission::ServerManage, from).await?;
        if let Some(found) = self.deployment_at(from, &default).await? {
            return Ok(found);
        }
        let request = MakeDeployment::new(from.clone(), default);
        self.new_deployment(request).await
    }

    pub(super) async fn new_deployment(
        &self,
        request: MakeDeployment,
    ) -> Result<Deployment, Error> {
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
    pub(crate) async fn servers_of(
        &self,
        deployment: &Deployment,
    ) -> Result<Vec<ServerDefinition>, Error> {
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
        let parts = deployment_parts(scope, &default_name()?);
        DEPLOYMENTS
            .delete(&self.tx, &partition_of(scope)?, parts)
            .await?;
        Ok(())
    }

    pub(super) async fn audit_deployment(
        &self,
        deployment: &Deployment,
        change: Change,
    ) -> Result<(), Error> {
        let (scope, id) = (&deployment.scope, deployment.id);
        self.audit(Permission::ServerManage, scope, id, change)
            .await
    }
}
