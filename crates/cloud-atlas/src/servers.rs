//! Server definitions: add, look at, edit, remove.

mod finding;
mod inheriting;
mod offers;
mod starting;
mod uses;
mod views;

pub(crate) use self::finding::SeenServer;
pub(crate) use self::uses::UsedByServers;
pub use self::{
    offers::ServerOffer,
    starting::{Behind, Reinherited, ServerNext},
    views::{
        AddServer, NetworkWarning, ServerQuery, ServerRef, ServerView, ServerWarning, StartWarning,
    },
};

use crate::{
    Error, LaunchBase, Noun, Page, Paging, Session,
    networks::Networks,
    stored::StoredServer,
    tables::{KeptServer, SERVERS, partition_of},
    unit::{Change, Unit},
};
use atlas_base::{Name, canonical};
use atlas_scope::{Permission, Scope};
use atlas_template::{
    Deployment, Follows, KnownNetworks, OverrideMark, ServerDefinition, ServerEdit, ServerError,
    ServerId,
};
use serde::Serialize;

impl Session {
    /// Adds a server to a deployment (RightScale): it inherits what is launched at the location
    /// today, once. An inventory is asked beforehand which networks there are.
    ///
    /// # Errors
    ///
    /// The deployment or what the server begins with is not there or not visible, the name is taken
    /// in the deployment, nothing can be launched at the location, the overrides cannot stand there,
    /// a network is not there, or the caller may not.
    pub async fn add_server(&self, request: AddServer) -> Result<ServerView, Error> {
        let networks = self.networks_to_add(&request).await?;
        self.write(|unit| {
            let (request, networks) = (request.clone(), &networks);
            async move {
                let AddServer {
                    deployment, scope, ..
                } = &request;
                let deployment = unit.deployment_for(deployment.as_ref(), scope).await?;
                let (base, scope) = (request.base.clone(), &deployment.scope);
                let launch = unit.launch_of(base, &request.location, scope);
                let launch = launch.await?;
                let is_taken = unit.has_server(&deployment, &request.name).await?;
                let add = atlas_template::AddServer {
                    id: ServerId::from_u128(unit.id()),
                    deployment: deployment.id,
                    name: request.name,
                    overrides: request.overrides,
                    networks: request.networks,
                    follows: follows(&request.base),
                    by: unit.who.clone(),
                    at: unit.now,
                };
                let definition = add.added(&launch, is_taken, networks.known())?;
                let mut view = ServerView::of(&deployment, definition);
                view.warn_of_launch(&launch);
                view.warn_of_networks(networks.known());
                unit.check_image(&mut view, None).await?;
                unit.put_server(&deployment, &view.definition).await?;
                let told = Told::of(&view.definition)?;
                unit.audit_server(&deployment, &view.definition, Change::made(&told))
                    .await?;
                Ok(view)
            }
        })
        .await
    }

    /// The servers that a scope sees, scope by scope from the nearest upward; or those of them that
    /// the query asks for.
    ///
    /// # Errors
    ///
    /// The scope, the deployment or what they use is not there or not visible, or the page is none
    /// of this list.
    pub async fn servers(
        &self,
        query: &ServerQuery,
        paging: &Paging,
    ) -> Result<Page<ServerView>, Error> {
        let unit = self.read().await?;
        unit.enter(Permission::ServerView, &query.from).await?;
        let (queries, within) = unit.server_queries(query).await?;
        unit.server_page(&queries, query, within, paging).await
    }

    /// One server definition, as seen from a scope.
    ///
    /// # Errors
    ///
    /// It is not there or not visible.
    pub async fn server(&self, server: &ServerRef, from: &Scope) -> Result<ServerView, Error> {
        let unit = self.read().await?;
        let seen = unit.seen_server(server, from).await?;
        Ok(ServerView::of(&seen.deployment, seen.definition))
    }

    /// Edits a server: all of the edits or none, for its next launch (RightScale). A server that
    /// runs goes on as it is. An inventory is asked beforehand where networks are among the edits.
    ///
    /// # Errors
    ///
    /// It is not there or not visible, the name is taken, an override cannot stand at its location,
    /// its instance type does not take its image, its image is known to have no agent for its scripts,
    /// a network is not there, or the caller may not.
    pub async fn edit_server(
        &self,
        server: &ServerRef,
        from: &Scope,
        edits: Vec<ServerEdit>,
    ) -> Result<ServerView, Error> {
        let networks = self.networks_to_edit(server, from, &edits).await?;
        self.write(|unit| {
            let (edits, networks) = (edits.clone(), &networks);
            async move {
                let seen = unit.server_to_change(server, from).await?;
                let SeenServer {
                    deployment,
                    definition: before,
                } = seen;
                let mut after = before.clone();
                for edit in edits {
                    let is_taken = match &edit {
                        ServerEdit::Rename(name) if name != after.name() => {
                            unit.has_server(&deployment, name).await?
                        }
                        _ => false,
                    };
                    let known = match &edit {
                        ServerEdit::SetNetworks(_) => networks.known(),
                        // Those that it is on were there when it was put on them.
                        _ => KnownNetworks::Unasked,
                    };
                    after = after.edited(edit, is_taken, known)?;
                }
                let mut view = ServerView::of(&deployment, after);
                if view.definition == before {
                    return Ok(view);
                }
                if view.definition.networks() != before.networks() {
                    view.warn_of_networks(networks.known());
                }
                unit.check_image(&mut view, Some(&before)).await?;
                unit.change_server(&deployment, &before, &view.definition)
                    .await?;
                Ok(view)
            }
        })
        .await
    }

    /// Removes a server definition; what runs goes on, and its launches stay known under its id.
    ///
    /// # Errors
    ///
    /// It is not there or not visible, or the caller may not.
    pub async fn remove_server(&self, server: &ServerRef, from: &Scope) -> Result<(), Error> {
        self.write(|unit| async move {
            let seen = unit.server_to_change(server, from).await?;
            let (deployment, definition) = (seen.deployment, seen.definition);
            let at = partition_of(&deployment.scope)?;
            SERVERS
                .delete(&unit.tx, &at, definition.id().to_string())
                .await?;
            let change = Change::removed(&Told::of(&definition)?);
            unit.audit_server(&deployment, &definition, change).await
        })
        .await
    }

    /// The networks that a new server may be on, if it is put on any: for who may add it.
    async fn networks_to_add(&self, request: &AddServer) -> Result<Networks, Error> {
        if request.networks.is_empty() {
            return Ok(Networks::default());
        }
        let unit = self.read().await?;
        let scope = unit
            .scope_to_add(request.deployment.as_ref(), &request.scope)
            .await;
        drop(unit);
        match scope {
            Ok(scope) => self.networks(&request.location, &scope).await,
            // The transaction says why it is refused.
            Err(_) => Ok(Networks::default()),
        }
    }

    /// The same for an edit.
    async fn networks_to_edit(
        &self,
        server: &ServerRef,
        from: &Scope,
        edits: &[ServerEdit],
    ) -> Result<Networks, Error> {
        let on_some = |edit: &ServerEdit| match edit {
            ServerEdit::SetNetworks(networks) => !networks.is_empty(),
            _ => false,
        };
        if !edits.iter().any(on_some) {
            return Ok(Networks::default());
        }
        let unit = self.read().await?;
        let seen = unit.server_to_change(server, from).await;
        drop(unit);
        let Ok(seen) = seen else {
            return Ok(Networks::default());
        };
        let scope = &seen.deployment.scope;
        self.networks(seen.definition.location(), scope).await
    }
}

/// What inheriting again follows, as it was asked for.
fn follows(base: &LaunchBase) -> Follows {
    match base {
        LaunchBase::Mci(mci) => Follows::new(mci.selector.as_ref(), None),
        LaunchBase::Template { template, mci } => {
            let mci = mci.as_ref().and_then(|mci| mci.selector.as_ref());
            Follows::new(template.selector.as_ref(), mci)
        }
    }
}

/// What the trail tells of a server: of user data, which holds secrets, the size.
#[derive(Serialize)]
struct Told<'a> {
    name: &'a Name,
    from: String,
    overridden: Vec<OverrideMark>,
    networks: &'a std::collections::BTreeSet<atlas_image::NetworkName>,
}

impl Told<'_> {
    fn of(server: &ServerDefinition) -> Result<String, Error> {
        Ok(canonical::to_string(&Told {
            name: server.name(),
            from: server.inherited().states(),
            overridden: server.plan().map_err(ServerError::from)?.overridden,
            networks: server.networks(),
        })?)
    }
}

impl Unit {
    /// Keeps a server that is another than before, and says what changed.
    pub(crate) async fn change_server(
        &self,
        deployment: &Deployment,
        before: &ServerDefinition,
        after: &ServerDefinition,
    ) -> Result<(), Error> {
        self.put_server(deployment, after).await?;
        let change = Change::between(&Told::of(before)?, &Told::of(after)?);
        self.audit_server(deployment, after, change).await
    }

    pub(crate) async fn put_server(
        &self,
        deployment: &Deployment,
        server: &ServerDefinition,
    ) -> Result<(), Error> {
        let kept = KeptServer(StoredServer {
            scope: deployment.scope.clone(),
            definition: server.clone(),
        });
        let at = partition_of(&deployment.scope)?;
        let id = server.id().to_string();
        let put = SERVERS.put(&self.tx, &at, id, &kept).await;
        let (name, scope) = (server.name(), &deployment.scope);
        put.map_err(|error| Error::taken(error, Noun::Server, name, scope))
    }

    pub(crate) async fn audit_server(
        &self,
        deployment: &Deployment,
        server: &ServerDefinition,
        change: Change,
    ) -> Result<(), Error> {
        let (scope, id) = (&deployment.scope, server.id());
        self.audit(Permission::ServerManage, scope, id, change)
            .await
    }
}
