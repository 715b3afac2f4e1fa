//! What is seen through a HEAD of another account that an account follows.

use crate::{
    Error,
    kind::{Mci, Template, Versioned},
    linking::{Linked, named},
    states::Located,
    stored::StoredMci,
    tables::{KeptLineage, partitions_above},
    unit::Unit,
};
use atlas_history::{LineageId, Revision, UndoLog};
use atlas_scope::{Permission, Scope, visible};
use atlas_template::{Reference, Selector, Target};

impl Unit {
    /// [`Unit::locate`], and where that finds nothing a HEAD that the account follows, with the scope
    /// that holds it; so too where it finds an import, which has no HEAD, and HEAD is asked for. Of
    /// such a one nothing but HEAD is there to be looked at.
    pub(crate) async fn locate_or_follow<C: Versioned>(
        &self,
        reference: &Reference,
        from: &Scope,
        permission: Permission,
    ) -> Result<(Located<C>, Option<Scope>), Error> {
        let wants_head = matches!(reference.selector, Some(Selector::Head));
        let otherwise = match self.locate::<C>(reference, from, permission).await {
            Ok(located) if located.found.imported.is_some() && wants_head => Ok((located, None)),
            Err(error @ Error::NotFound(_)) => Err(error),
            located => return Ok((located?, None)),
        };
        match self.followed(reference, from, permission).await? {
            Some((located, holder)) => Ok((located, Some(holder))),
            None => otherwise,
        }
    }

    /// The HEAD of another account that a reference names by its lineage, as long as the account
    /// follows it and is offered it.
    async fn followed<C: Versioned>(
        &self,
        reference: &Reference,
        from: &Scope,
        permission: Permission,
    ) -> Result<Option<(Located<C>, Scope)>, Error> {
        let (Target::Lineage(lineage), Some(account)) = (&reference.target, from.account_scope())
        else {
            return Ok(None);
        };
        let until = self.enter(permission, from).await?;
        let (Some(subscription), Some(offer)) = (
            self.subscription(*lineage, &account).await?,
            self.head_offer(*lineage).await?,
        ) else {
            return Ok(None);
        };
        let viewer = self.viewer(&account).await?;
        if !offer.serves(&subscription, &viewer)
            || !matches!(reference.selector, None | Some(Selector::Head))
        {
            return Ok(None);
        }
        let Some(mut found) = self.offered_lineage::<C>(&offer).await? else {
            return Ok(None);
        };
        let holder = core::mem::replace(&mut found.scope, offer.publisher);
        (found.last, found.origin) = (None, None);
        (found.undo, found.beside) = (UndoLog::default(), C::Beside::default());
        let located = Located {
            found,
            viewer: from.clone(),
            shadows: Vec::new(),
            until,
        };
        Ok(Some((located, holder)))
    }

    /// The MultiCloud Image of a link; none where it is not seen. `followed` is the scope that holds the
    /// template where its HEAD is followed.
    pub(crate) async fn located_link(
        &self,
        lineage: LineageId,
        viewer: &Scope,
        followed: Option<&Scope>,
    ) -> Result<Option<Located<Mci>>, Error> {
        if let Some(holder) = followed {
            return self.behind_offer(lineage, holder, viewer).await;
        }
        let reference = Reference::lineage(lineage);
        match self.locate(&reference, viewer, Permission::MciView).await {
            // What is seen from its own scope alone is of no use to a template elsewhere.
            Ok(located) => {
                let found: &StoredMci = &located.found;
                let is_seen = visible(&found.scope, found.shared, viewer);
                Ok(is_seen.then_some(located))
            }
            Err(Error::NotFound(_) | Error::Denied(_)) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// What the links of a template mean today whose HEAD is followed: of what they lead to, the state
    /// that each means, and nothing newer.
    pub(crate) async fn linked_behind_offer(
        &self,
        content: &Template,
        holder: &Scope,
        viewer: &Scope,
    ) -> Result<Vec<Linked>, Error> {
        let mut all = Vec::with_capacity(content.links().len());
        for link in content.links() {
            let seen = match self.behind_offer(link.lineage, holder, viewer).await? {
                Some(located) => {
                    let known = self.known_mci(&located.found, named(link.target)).await?;
                    Some((located.found, known))
                }
                None => None,
            };
            let mut linked = self.meant(link, seen).await?;
            let state = linked.state.as_ref().ok();
            let meant = state.and_then(|state| state.revision.as_ref().map(Revision::number));
            if let Some((_, known)) = &mut linked.seen {
                let told = [named(link.target), meant];
                known
                    .revisions
                    .retain(|number, _| told.contains(&Some(*number)));
            }
            all.push(linked);
        }
        Ok(all)
    }

    /// A MultiCloud Image that a followed HEAD links, as its publisher sees it: it is seen through
    /// the HEAD, and not by itself.
    async fn behind_offer(
        &self,
        lineage: LineageId,
        holder: &Scope,
        viewer: &Scope,
    ) -> Result<Option<Located<Mci>>, Error> {
        for at in partitions_above(holder)? {
            let found = Mci::HEADS.get(&self.tx, &at, lineage.to_string()).await?;
            if let Some(KeptLineage(found)) = found
                && visible(&found.scope, found.shared, holder)
            {
                return Ok(Some(Located {
                    found,
                    viewer: viewer.clone(),
                    shadows: Vec::new(),
                    until: None,
                }));
            }
        }
        Ok(None)
    }
}
