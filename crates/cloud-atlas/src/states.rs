//! From a reference to a MultiCloud Image and one of its states.

use crate::{
    Error, NotFound, Noun,
    sight::account_of,
    stored::{StoredMci, StoredRevision, marks_of},
    tables::{
        CHANNELS, KeptMci, MCIS, REVISIONS, channel_parts, mci_name_parts, partition_of,
        partitions_above, revision_parts,
    },
    unit::Unit,
};
use atlas_base::Name;
use atlas_history::{Frozen, LineageId, Marks, Revision, RevisionNumber, highest_release};
use atlas_mci::Content;
use atlas_scope::{Level, Permission, Scope, visible};
use atlas_template::{Reference, Selector, Source, Target};

/// A MultiCloud Image that the caller may see.
#[derive(Debug, Clone)]
pub(crate) struct Located {
    pub(crate) mci: StoredMci,
    /// From where it is seen: the caller's scope, or its own where that was said.
    pub(crate) viewer: Scope,
    /// Scopes further up that have a visible one of the same name.
    pub(crate) shadows: Vec<Scope>,
    /// Until when the grant that shows it holds.
    pub(crate) until: Option<atlas_base::Timestamp>,
}

/// One state of a lineage: HEAD or a committed revision.
#[derive(Debug, Clone)]
pub(crate) struct State {
    pub(crate) content: Frozen<Content>,
    pub(crate) revision: Option<Revision>,
    pub(crate) marks: Marks,
}

impl State {
    pub(crate) fn source(&self, lineage: LineageId) -> Source<'_> {
        Source {
            lineage,
            content: &self.content,
            revision: self.revision.as_ref(),
            marks: &self.marks,
        }
    }
}

impl Unit {
    /// Finds what a reference names, as seen from a scope. Whoever may see nothing there is told so;
    /// everything else that hides it reads like its absence.
    pub(crate) async fn locate(
        &self,
        reference: &Reference,
        from: &Scope,
        permission: Permission,
    ) -> Result<Located, Error> {
        let (found, name): (_, &(dyn core::fmt::Display + Sync)) = match &reference.target {
            Target::Lineage(lineage) => {
                let found = self.mci_by_lineage(*lineage, from, permission);
                (found.await?, lineage)
            }
            Target::Named {
                scope: Some(scope),
                name,
            } => {
                // Nothing is read where the caller may not look: neither what is there nor how long
                // it takes tells her whether something is.
                let viewer = if scope.contains(from) { from } else { scope };
                let found = match self.enter(permission, viewer).await {
                    Ok(_) => self.mci_by_name(scope, name).await?,
                    Err(Error::Denied(_) | Error::NotFound(_)) => None,
                    Err(error) => return Err(error),
                };
                (found, name)
            }
            Target::Named { scope: None, name } => {
                return self.nearest_named(name, from, permission).await;
            }
        };
        if let Some(mci) = found
            && let Some(located) = self.seen(mci, from, permission).await?
        {
            return Ok(located);
        }
        // The answer does not depend on whether there is one.
        self.enter(permission, from).await?;
        Err(NotFound::new(Noun::Mci, name, from).into())
    }

    /// The nearest visible one of a name, from a scope upward.
    async fn nearest_named(
        &self,
        name: &Name,
        from: &Scope,
        permission: Permission,
    ) -> Result<Located, Error> {
        let until = self.enter(permission, from).await?;
        let mut found: Option<StoredMci> = None;
        let mut shadows = Vec::new();
        for scope in from.lineage() {
            let Some(mci) = self.mci_by_name(&scope, name).await? else {
                continue;
            };
            if !visible(&mci.scope, mci.shared, from) {
                continue;
            }
            match &found {
                None => found = Some(mci),
                Some(_) => shadows.push(scope),
            }
        }
        let mci = found.ok_or_else(|| NotFound::new(Noun::Mci, name, from))?;
        Ok(Located {
            mci,
            viewer: from.clone(),
            shadows,
            until,
        })
    }

    /// Whether a record is seen from a scope, or else from its own by who may see there.
    async fn seen(
        &self,
        mci: StoredMci,
        from: &Scope,
        permission: Permission,
    ) -> Result<Option<Located>, Error> {
        let viewer = if mci.scope.contains(from) {
            from.clone()
        } else {
            mci.scope.clone()
        };
        match self.enter(permission, &viewer).await {
            Ok(until) if visible(&mci.scope, mci.shared, &viewer) => Ok(Some(Located {
                mci,
                viewer,
                shadows: Vec::new(),
                until,
            })),
            Ok(_) | Err(Error::Denied(_) | Error::NotFound(_)) => Ok(None),
            Err(error) => Err(error),
        }
    }

    pub(crate) async fn mci_by_name(
        &self,
        scope: &Scope,
        name: &Name,
    ) -> Result<Option<StoredMci>, Error> {
        let partition = partition_of(scope)?;
        let found = MCIS
            .find(&self.tx, &partition, "name", mci_name_parts(scope, name))
            .await?;
        if found.is_none() {
            // What is hidden takes a second read, and so does what is absent.
            MCIS.get(&self.tx, &partition, "").await?;
        }
        Ok(found.map(|found| found.record.0))
    }

    /// Looks into the accounts alone in which the caller may look at something.
    async fn mci_by_lineage(
        &self,
        lineage: LineageId,
        from: &Scope,
        permission: Permission,
    ) -> Result<Option<StoredMci>, Error> {
        let mut partitions = partitions_above(from)?;
        if from.level() == Level::Global {
            // From above all accounts, a lineage may be in any of them.
            partitions.extend(self.accounts().await?);
        }
        let above = self.sight(permission).await?;
        for partition in partitions {
            if let Some((_, account)) = account_of(&partition)?
                && !self.sight_into(&above, &account).await?.sees_any(self)
            {
                continue;
            }
            if let Some(found) = MCIS.get(&self.tx, &partition, lineage.to_string()).await? {
                return Ok(Some(found.0));
            }
        }
        Ok(None)
    }

    pub(crate) async fn put_mci(&self, mci: StoredMci) -> Result<(), Error> {
        let (scope, name) = (mci.scope.clone(), mci.head.content().nickname().clone());
        let parts = mci.lineage.to_string();
        let put = MCIS
            .put(&self.tx, &partition_of(&scope)?, parts, &KeptMci(mci))
            .await;
        put.map_err(|error| Error::taken(error, Noun::Mci, &name, &scope))
    }

    /// The state that a selector chooses; without one, the newest committed revision that is not
    /// revoked.
    pub(crate) async fn state(
        &self,
        mci: &StoredMci,
        selector: Option<&Selector>,
    ) -> Result<State, Error> {
        let name = mci.head.content().nickname();
        match selector {
            Some(Selector::Head) => Ok(State {
                content: Frozen::new(mci.head.content().clone())?,
                revision: None,
                marks: Marks::default(),
            }),
            None | Some(Selector::Latest) => self.newest(mci).await,
            Some(Selector::Number(number)) => self.committed(mci, *number).await,
            Some(Selector::Channel(channel)) => {
                let parts = channel_parts(mci.lineage, channel);
                let found = CHANNELS
                    .get(&self.tx, &partition_of(&mci.scope)?, parts)
                    .await?;
                match found {
                    Some(kept) => self.committed(mci, kept.0.channel.current()).await,
                    None => Err(NotFound::new(Noun::Channel, channel, &mci.scope).into()),
                }
            }
            Some(Selector::Requirement(wanted)) => {
                let revisions = self.revisions(mci).await?;
                match highest_release(wanted, &marks_of(&revisions)) {
                    Some(number) => self.committed(mci, number).await,
                    None => Err(Error::NoRelease {
                        mci: name.clone(),
                        wanted: wanted.clone(),
                    }),
                }
            }
        }
    }

    /// Where the managed channel `latest` points (HCP Packer).
    async fn newest(&self, mci: &StoredMci) -> Result<State, Error> {
        let name = mci.head.content().nickname();
        let Some(last) = mci.last else {
            return Err(Error::NothingCommitted { mci: name.clone() });
        };
        let state = self.committed(mci, last.number).await?;
        let Some(mark) = state.marks.revoked.clone() else {
            return Ok(state);
        };
        match self.latest(mci).await? {
            Some(number) => self.committed(mci, number).await,
            None => Err(Error::AllRevoked {
                mci: name.clone(),
                number: last.number,
                mark: Box::new(mark),
            }),
        }
    }

    /// A committed revision with its content, both digests checked.
    pub(crate) async fn committed(
        &self,
        mci: &StoredMci,
        number: RevisionNumber,
    ) -> Result<State, Error> {
        let stored = self.revision(mci, number).await?;
        let content = self.content(&mci.scope, stored.revision.content()).await?;
        Ok(State {
            content,
            revision: Some(stored.revision),
            marks: stored.marks,
        })
    }

    pub(crate) async fn revision(
        &self,
        mci: &StoredMci,
        number: RevisionNumber,
    ) -> Result<StoredRevision, Error> {
        let parts = revision_parts(mci.lineage, number);
        let found = REVISIONS
            .get(&self.tx, &partition_of(&mci.scope)?, parts)
            .await?;
        let Some(found) = found else {
            return Err(Error::NoRevision {
                mci: mci.head.content().nickname().clone(),
                number,
                last: mci.last.map(|last| last.number),
            });
        };
        found.0.revision.verify()?;
        Ok(found.0)
    }

    /// All revisions of a lineage, oldest first, their digests checked.
    pub(crate) async fn revisions(&self, mci: &StoredMci) -> Result<Vec<StoredRevision>, Error> {
        let found = self
            .all(
                &REVISIONS,
                &partition_of(&mci.scope)?,
                mci.lineage.to_string(),
            )
            .await?;
        found
            .into_iter()
            .map(|kept| {
                kept.0.revision.verify()?;
                Ok(kept.0)
            })
            .collect()
    }
}
