//! What servers launch with next time, and how they inherit again.

use super::{SeenServer, ServerRef, ServerView, Told};
use crate::{
    Error, LaunchBase, Session,
    unit::{Change, Unit},
};
use atlas_scope::Scope;
use atlas_template::{Launch, Reference, Selector, ServerChanges, ServerStart};
use serde::Serialize;

/// What a server launches with next time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ServerNext {
    /// The decision over what it inherited and overrides, with what is known of the image today.
    #[serde(flatten)]
    pub start: ServerStart,
    /// The states that it inherited from: `front@4, web@2`.
    pub from: String,
    /// What inheriting again would change.
    pub behind: Behind,
}

/// How a server stands to what it inherited from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "state", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Behind {
    /// Inheriting again changes nothing.
    Current,
    /// Inheriting again changes something: nothing does so by itself.
    Behind(ServerChanges),
    /// There is nothing to inherit again: it keeps what it has.
    Orphan {
        /// Why.
        reason: String,
    },
}

/// What was inherited again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Reinherited {
    /// The server.
    #[serde(flatten)]
    pub server: ServerView,
    /// What changed.
    pub changes: ServerChanges,
}

impl Session {
    /// What a server launches with next time, and how it stands to what it inherited from. It
    /// launches nothing.
    ///
    /// # Errors
    ///
    /// It is not there or not visible, or must not be launched: its image is closed, absent,
    /// unusable or without an agent that scripts need, or its instance type does not take it.
    pub async fn server_next(&self, server: &ServerRef, from: &Scope) -> Result<ServerNext, Error> {
        let unit = self.read().await?;
        let seen = unit.seen_server(server, from).await?;
        let start = unit.next_launch(&seen).await?;
        let behind = match unit.relaunch(&seen, None).await {
            Ok(launch) => {
                let changes = seen.definition.behind(&launch);
                if changes.is_empty() {
                    Behind::Current
                } else {
                    Behind::Behind(changes)
                }
            }
            Err(
                error @ (Error::NotFound(_)
                | Error::Denied(_)
                | Error::Launch(_)
                | Error::NothingCommitted { .. }),
            ) => Behind::Orphan {
                reason: error.to_string(),
            },
            Err(error) => return Err(error),
        };
        Ok(ServerNext {
            start,
            from: seen.definition.inherited().states(),
            behind,
        })
    }

    /// What inheriting again would change, without a change: from the newest revision, or from the
    /// state that is named.
    ///
    /// # Errors
    ///
    /// As [`Session::reinherit_server`].
    pub async fn reinherit_preview(
        &self,
        server: &ServerRef,
        from: &Scope,
        to: Option<&Selector>,
    ) -> Result<ServerChanges, Error> {
        let unit = self.read().await?;
        let seen = unit.seen_server(server, from).await?;
        let launch = unit.relaunch(&seen, to).await?;
        let (_, changes) = seen.definition.reinherited(&launch, unit.now)?;
        Ok(changes)
    }

    /// Lets a server inherit again from what it was added from (RightScale), at the newest revision
    /// or at the state that is named, for its next launch. Name, networks and overrides stay; a
    /// server that runs goes on as it is.
    ///
    /// # Errors
    ///
    /// The server, or what it inherited from, is not there or not visible, that has nothing to
    /// launch at its location, the image does not fit with the overrides, or the caller may not.
    pub async fn reinherit_server(
        &self,
        server: &ServerRef,
        from: &Scope,
        to: Option<&Selector>,
    ) -> Result<Reinherited, Error> {
        self.write(|unit| async move {
            let seen = unit.server_to_change(server, from).await?;
            let launch = Box::pin(unit.relaunch(&seen, to)).await?;
            let SeenServer {
                deployment,
                definition: before,
            } = seen;
            let (after, changes) = before.reinherited(&launch, unit.now)?;
            // Where nothing changes nothing is written, nor told as if it were.
            let after = if changes.is_empty() {
                before.clone()
            } else {
                after
            };
            let mut server = ServerView::of(&deployment, after);
            server.warn_of_launch(&launch);
            if !changes.is_empty() {
                unit.check_image(&server.definition, &deployment.scope)
                    .await?;
                unit.put_server(&deployment, &server.definition).await?;
                let change = Change::between(&Told::of(&before)?, &Told::of(&server.definition)?);
                unit.audit_server(&deployment, &server.definition, change)
                    .await?;
            }
            Ok(Reinherited { server, changes })
        })
        .await
    }
}

impl Unit {
    /// Decides what a server launches with.
    async fn next_launch(&self, seen: &SeenServer) -> Result<ServerStart, Error> {
        let scope = &seen.deployment.scope;
        let plan = seen.definition.plan()?;
        let (at, image) = (&plan.served_by, plan.setting.image());
        let known = self.known_image(at, image, scope).await?;
        Ok(seen.definition.start(&known.facts(self, scope))?)
    }

    /// What would be inherited today.
    async fn relaunch(&self, seen: &SeenServer, to: Option<&Selector>) -> Result<Launch, Error> {
        let inherited = seen.definition.inherited();
        let mut reference = Reference::lineage(inherited.lineage);
        if let Some(selector) = to {
            reference = reference.at(selector.clone());
        }
        let scope = &seen.deployment.scope;
        let base = LaunchBase::Mci(reference);
        self.launch_of(base, seen.definition.location(), scope)
            .await
    }
}
