//! From a name or an id to a server, and lists of servers.

use super::{ServerQuery, ServerRef, ServerView, UsedByServers};
use crate::{
    Error, LineageKind, NotFound, Noun, Page, Paging,
    deployments::default_name,
    kind::{Mci, Template},
    page::Filling,
    stored::StoredServer,
    tables::{DEPLOYMENTS, KeptServer, SERVERS, partition_of, partitions_above, server_name_parts},
    unit::Unit,
};
use atlas_base::Name;
use atlas_scope::{Permission, Scope, visible};
use atlas_store::{CursorError, Query};
use atlas_template::{Deployment, DeploymentId, ServerDefinition, ServerId};
use std::collections::{BTreeMap, btree_map::Entry};

/// A server definition that the caller sees, and its deployment.
#[derive(Debug, Clone)]
pub(crate) struct SeenServer {
    pub(crate) deployment: Deployment,
    pub(crate) definition: ServerDefinition,
}

impl Unit {
    /// Where the servers of a query are, and the deployment that it asks for.
    pub(super) async fn server_queries(
        &self,
        query: &ServerQuery,
    ) -> Result<(Vec<Query>, Option<DeploymentId>), Error> {
        let from = &query.from;
        let deployment = match &query.deployment {
            None => None,
            Some(name) => match self.seen_deployment(name, from).await {
                Ok(found) => Some(found),
                // Nothing was ever put into it.
                Err(Error::NotFound(_)) if *name == default_name()? => {
                    return Ok((Vec::new(), None));
                }
                Err(error) => return Err(error),
            },
        };
        let id = deployment.as_ref().map(|deployment| deployment.id);
        if let Some((kind, reference)) = &query.using {
            let used = match kind {
                LineageKind::Mci => {
                    let view = Permission::MciView;
                    let located = self.locate::<Mci>(reference, from, view).await?;
                    UsedByServers::Mci(located.found.lineage)
                }
                LineageKind::Template => {
                    let view = Permission::TemplateView;
                    let located = self.locate::<Template>(reference, from, view).await?;
                    UsedByServers::Template(located.found.lineage)
                }
            };
            let partitions = partitions_above(from)?.into_iter();
            return Ok((partitions.map(|at| used.query(&at)).collect(), id));
        }
        if let Some(found) = deployment {
            let query = Query::all(&partition_of(&found.scope)?).index("name");
            return Ok((vec![query.prefix(found.id.to_string())], id));
        }
        let at = |scope: Scope| {
            let query = Query::all(&partition_of(&scope)?).index("scope");
            Ok(query.prefix(scope.as_str()))
        };
        let queries: Result<_, Error> = from.lineage().map(at).collect();
        Ok((queries?, None))
    }

    /// A page of the servers of some queries that a scope sees.
    pub(super) async fn server_page(
        &self,
        queries: &[Query],
        wanted: &ServerQuery,
        within: Option<DeploymentId>,
        paging: &Paging,
    ) -> Result<Page<ServerView>, Error> {
        let from = &wanted.from;
        let list = (SERVERS.space(), queries, from, &wanted.deployment);
        let (mut filling, mut after) = Filling::begin(self, &list, paging)?;
        let mut known = BTreeMap::new();
        for query in queries {
            if let Some(row) = &after
                && !SERVERS.covers(query, row)?
            {
                continue;
            }
            loop {
                let query = query.clone().limit(filling.missing()).after(after.take());
                let page = SERVERS.query(&self.tx, &query).await?;
                for found in page.found {
                    let StoredServer { scope, definition } = found.record.0;
                    let id = definition.deployment();
                    if let Entry::Vacant(entry) = known.entry(id) {
                        entry.insert(self.deployment_by_id(&scope, id).await?);
                    }
                    let deployment = known.get(&id).and_then(Option::as_ref);
                    let is_wanted = within.is_none_or(|within| within == id);
                    if let Some(deployment) = deployment.filter(|_| is_wanted)
                        && visible(&scope, deployment.shared, from)
                        && !filling.take(found.row, ServerView::of(deployment, definition))
                    {
                        return Ok(filling.end());
                    }
                }
                after = page.next;
                if after.is_none() {
                    break;
                }
            }
        }
        match after {
            // A row of none of the queries, which no page ever ended with.
            Some(_) => Err(CursorError::OtherQuery.into()),
            None => Ok(filling.end()),
        }
    }

    pub(crate) async fn deployment_by_id(
        &self,
        scope: &Scope,
        id: DeploymentId,
    ) -> Result<Option<Deployment>, Error> {
        let at = partition_of(scope)?;
        let found = DEPLOYMENTS
            .find(&self.tx, &at, "id", id.to_string())
            .await?;
        Ok(found.map(|found| found.record.0))
    }

    /// A server definition that the caller sees from a scope.
    pub(crate) async fn seen_server(
        &self,
        server: &ServerRef,
        from: &Scope,
    ) -> Result<SeenServer, Error> {
        self.enter(Permission::ServerView, from).await?;
        let found = match server {
            ServerRef::Id(id) => self.server_by_id(*id, from).await?,
            ServerRef::Named { deployment, name } => {
                self.server_by_name(deployment.as_ref(), name, from).await?
            }
        };
        let seen = found.filter(|it| visible(&it.deployment.scope, it.deployment.shared, from));
        seen.ok_or_else(|| NotFound::new(Noun::Server, server, from).into())
    }

    /// A server that the caller may change.
    pub(crate) async fn server_to_change(
        &self,
        server: &ServerRef,
        from: &Scope,
    ) -> Result<SeenServer, Error> {
        let seen = self.seen_server(server, from).await?;
        let scope = &seen.deployment.scope;
        self.require(Permission::ServerManage, scope).await?;
        Ok(seen)
    }

    async fn server_by_id(&self, id: ServerId, from: &Scope) -> Result<Option<SeenServer>, Error> {
        for partition in partitions_above(from)? {
            let found = SERVERS.get(&self.tx, &partition, id.to_string()).await?;
            if let Some(KeptServer(found)) = found {
                return self.at_home(found).await;
            }
        }
        Ok(None)
    }

    async fn server_by_name(
        &self,
        deployment: Option<&Name>,
        name: &Name,
        from: &Scope,
    ) -> Result<Option<SeenServer>, Error> {
        let default = default_name()?;
        let deployment = match self
            .seen_deployment(deployment.unwrap_or(&default), from)
            .await
        {
            Ok(deployment) => deployment,
            Err(Error::NotFound(_)) => return Ok(None),
            Err(error) => return Err(error),
        };
        let parts = server_name_parts(deployment.id, name);
        let at = partition_of(&deployment.scope)?;
        let found = SERVERS.find(&self.tx, &at, "name", parts).await?;
        Ok(found.map(|found| SeenServer {
            deployment,
            definition: found.record.0.definition,
        }))
    }

    /// A server with its deployment.
    async fn at_home(&self, server: StoredServer) -> Result<Option<SeenServer>, Error> {
        let StoredServer { scope, definition } = server;
        let id = definition.deployment();
        let deployment = self.deployment_by_id(&scope, id).await?;
        Ok(deployment.map(|deployment| SeenServer {
            deployment,
            definition,
        }))
    }

    /// The scope that a new server would be at, for who may add it.
    pub(super) async fn scope_to_add(
        &self,
        deployment: Option<&Name>,
        from: &Scope,
    ) -> Result<Scope, Error> {
        self.enter(Permission::ServerView, from).await?;
        let scope = match deployment {
            Some(name) if *name != default_name()? => self.seen_deployment(name, from).await?.scope,
            _ => from.clone(),
        };
        self.require(Permission::ServerManage, &scope).await?;
        Ok(scope)
    }
}
