//! What servers launch with next time, and how they inherit again.

use super::{SeenServer, ServerRef, ServerView, Told};
use crate::{
    Error, LaunchBase, Session,
    kind::{Mci, Template, Versioned},
    unit::{Change, Unit},
};
use atlas_history::{LineageId, Marks, RevisionNumber};
use atlas_scope::Scope;
use atlas_template::{ChosenBy, Follows, Launch, Reference, Selector, ServerChanges, ServerStart};
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
        let mut start = unit.next_launch(&seen).await?;
        let (template, mci) = unit.marks_of_inherited(&seen).await?;
        start.warn_of_marks(template.as_ref(), mci.as_ref());
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
                | Error::NothingCommitted { .. }
                | Error::AllRevoked { .. }
                | Error::NoRevision { .. }),
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
        let follows = seen.definition.inherited().follows.clone();
        let (_, changes) = seen.definition.reinherited(&launch, follows, unit.now)?;
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
        self.write(|unit| async move { Box::pin(unit.reinherit(server, from, to)).await })
            .await
    }
}

impl Unit {
    async fn reinherit(
        &self,
        server: &ServerRef,
        from: &Scope,
        to: Option<&Selector>,
    ) -> Result<Reinherited, Error> {
        let seen = self.server_to_change(server, from).await?;
        let launch = Box::pin(self.relaunch(&seen, to)).await?;
        let SeenServer {
            deployment,
            definition: before,
        } = seen;
        let inherited = before.inherited();
        let follows = match to {
            Some(to) => Follows::new(Some(to), inherited.follows.mci.as_ref()),
            None => inherited.follows.clone(),
        };
        let follows_same = follows == inherited.follows;
        let (after, changes) = before.reinherited(&launch, follows, self.now)?;
        // Where nothing changes nothing is written, nor told as if it were.
        let is_same = changes.is_empty() && follows_same;
        let mut server = ServerView::of(&deployment, if is_same { before.clone() } else { after });
        server.warn_of_launch(&launch);
        if !is_same {
            self.check_image(&mut server, Some(&before)).await?;
            self.put_server(&deployment, &server.definition).await?;
            let change = Change::between(&Told::of(&before)?, &Told::of(&server.definition)?);
            self.audit_server(&deployment, &server.definition, change)
                .await?;
        }
        Ok(Reinherited { server, changes })
    }

    /// The marks of the revisions that a server inherited from, as far as its scope sees them: of the
    /// template and of the MultiCloud Image.
    async fn marks_of_inherited(
        &self,
        seen: &SeenServer,
    ) -> Result<(Option<Marks>, Option<Marks>), Error> {
        let (inherited, from) = (seen.definition.inherited(), &seen.deployment.scope);
        let mut template = None;
        if let Some(of) = &inherited.template {
            template = self
                .marks_at::<Template>(of.lineage, of.revision, from)
                .await?;
        }
        let mci = self.marks_at::<Mci>(inherited.lineage, inherited.revision, from);
        Ok((template, mci.await?))
    }

    async fn marks_at<C: Versioned>(
        &self,
        lineage: LineageId,
        number: Option<RevisionNumber>,
        from: &Scope,
    ) -> Result<Option<Marks>, Error> {
        let Some(number) = number else {
            return Ok(None);
        };
        let reference = Reference::lineage(lineage);
        let found = async {
            let located = self.locate::<C>(&reference, from, C::CAN.view).await?;
            self.revision(&located.found, number).await
        };
        match found.await {
            Ok(stored) => Ok(Some(stored.marks)),
            Err(Error::NotFound(_) | Error::Denied(_) | Error::NoRevision { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Decides what a server launches with.
    async fn next_launch(&self, seen: &SeenServer) -> Result<ServerStart, Error> {
        let scope = &seen.deployment.scope;
        let plan = seen.definition.plan()?;
        let (at, image) = (&plan.served_by, plan.setting.image());
        let known = self.known_image(at, image, scope).await?;
        Ok(seen.definition.start(&known.facts(self, scope))?)
    }

    /// What would be inherited today: from the same lineage, and the same MultiCloud Image where one
    /// was chosen, at the states that are followed.
    async fn relaunch(&self, seen: &SeenServer, to: Option<&Selector>) -> Result<Launch, Error> {
        let inherited = seen.definition.inherited();
        let at = |lineage| Reference {
            selector: to.or(inherited.follows.base.as_ref()).cloned(),
            ..Reference::lineage(lineage)
        };
        let base = match &inherited.template {
            None => LaunchBase::Mci(at(inherited.lineage)),
            Some(template) => LaunchBase::Template {
                template: at(template.lineage),
                mci: match inherited.chosen_by {
                    ChosenBy::Name | ChosenBy::Override => Some(Reference {
                        selector: inherited.follows.mci.clone(),
                        ..Reference::lineage(inherited.lineage)
                    }),
                    _ => None,
                },
            },
        };
        let scope = &seen.deployment.scope;
        self.launch_of(base, seen.definition.location(), scope)
            .await
    }
}
