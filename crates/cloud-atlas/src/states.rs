//! From a reference to a lineage and one of its states.

use crate::{
    Error, MarketRefusal, NotFound, Noun,
    kind::{Mci, Versioned},
    sight::account_of,
    stored::{StoredLineage, StoredRevision, marks_of},
    tables::{
        CHANNELS, KeptLineage, REVISIONS, channel_parts, lineage_name_parts, partition_of,
        partitions_above, revision_parts,
    },
    unit::Unit,
};
use atlas_base::Name;
use atlas_history::{Frozen, LineageId, Marks, Revision, RevisionNumber, highest_release};
use atlas_scope::{Level, Permission, Scope, visible};
use atlas_template::{Reference, Selector, Source, Target};

/// A lineage that the caller may see.
#[derive(Debug, Clone)]
pub(crate) struct Located<C: Versioned> {
    pub(crate) found: StoredLineage<C>,
    /// From where it is seen: the caller's scope, or its own where that was said.
    pub(crate) viewer: Scope,
    /// Scopes further up that have a visible one of the same name.
    pub(crate) shadows: Vec<Scope>,
    /// Until when the grant that shows it holds.
    pub(crate) until: Option<atlas_base::Timestamp>,
}

/// One state of a lineage: HEAD or a committed revision.
#[derive(Debug, Clone)]
pub(crate) struct State<C> {
    pub(crate) content: Frozen<C>,
    pub(crate) revision: Option<Revision>,
    pub(crate) marks: Marks,
}

impl State<Mci> {
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
    pub(crate) async fn locate<C: Versioned>(
        &self,
        reference: &Reference,
        from: &Scope,
        permission: Permission,
    ) -> Result<Located<C>, Error> {
        let found = match &reference.target {
            Target::Lineage(lineage) => self.by_lineage(*lineage, from, permission).await?,
            Target::Named {
                scope: Some(scope),
                name,
            } => {
                // Nothing is read where the caller may not look: neither what is there nor how long
                // it takes tells her whether something is.
                let viewer = if scope.contains(from) { from } else { scope };
                match self.enter(permission, viewer).await {
                    Ok(_) => self.by_name(scope, name).await?,
                    Err(Error::Denied(_) | Error::NotFound(_)) => None,
                    Err(error) => return Err(error),
                }
            }
            Target::Named { scope: None, name } => {
                return self.nearest_named(name, from, permission).await;
            }
        };
        if let Some(found) = found
            && let Some(located) = self.seen(found, from, permission).await?
        {
            return Ok(located);
        }
        // The answer does not depend on whether there is one.
        self.enter(permission, from).await?;
        let lineage = Reference {
            selector: None,
            ..reference.clone()
        };
        Err(NotFound::new(C::NOUN, lineage, from).into())
    }

    /// The nearest visible one of a name, from a scope upward.
    async fn nearest_named<C: Versioned>(
        &self,
        name: &Name,
        from: &Scope,
        permission: Permission,
    ) -> Result<Located<C>, Error> {
        let until = self.enter(permission, from).await?;
        let mut found: Option<StoredLineage<C>> = None;
        let mut shadows = Vec::new();
        for scope in from.lineage() {
            let Some(next) = self.by_name::<C>(&scope, name).await? else {
                continue;
            };
            if !visible(&next.scope, next.shared, from) {
                continue;
            }
            match &found {
                None => found = Some(next),
                Some(_) => shadows.push(scope),
            }
        }
        let found = found.ok_or_else(|| NotFound::new(C::NOUN, name, from))?;
        Ok(Located {
            found,
            viewer: from.clone(),
            shadows,
            until,
        })
    }

    /// Whether a record is seen from a scope, or else from its own by who may see there.
    async fn seen<C: Versioned>(
        &self,
        found: StoredLineage<C>,
        from: &Scope,
        permission: Permission,
    ) -> Result<Option<Located<C>>, Error> {
        let viewer = if found.scope.contains(from) {
            from.clone()
        } else {
            found.scope.clone()
        };
        match self.enter(permission, &viewer).await {
            Ok(until) if visible(&found.scope, found.shared, &viewer) => Ok(Some(Located {
                found,
                viewer,
                shadows: Vec::new(),
                until,
            })),
            Ok(_) | Err(Error::Denied(_) | Error::NotFound(_)) => Ok(None),
            Err(error) => Err(error),
        }
    }

    pub(crate) async fn by_name<C: Versioned>(
        &self,
        scope: &Scope,
        name: &Name,
    ) -> Result<Option<StoredLineage<C>>, Error> {
        let partition = partition_of(scope)?;
        let parts = lineage_name_parts(scope, name);
        let found = C::HEADS.find(&self.tx, &partition, "name", parts).await?;
        if found.is_none() {
            // What is hidden takes a second read, and so does what is absent.
            C::HEADS.get(&self.tx, &partition, "").await?;
        }
        Ok(found.map(|found| found.record.0))
    }

    /// Looks into the accounts alone in which the caller may look at something.
    async fn by_lineage<C: Versioned>(
        &self,
        lineage: LineageId,
        from: &Scope,
        permission: Permission,
    ) -> Result<Option<StoredLineage<C>>, Error> {
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
            let parts = lineage.to_string();
            if let Some(found) = C::HEADS.get(&self.tx, &partition, parts).await? {
                return Ok(Some(found.0));
            }
        }
        Ok(None)
    }

    pub(crate) async fn put_lineage<C: Versioned>(
        &self,
        lineage: StoredLineage<C>,
    ) -> Result<(), Error> {
        let (scope, name) = (lineage.scope.clone(), lineage.name().clone());
        let parts = lineage.lineage.to_string();
        let put = C::HEADS
            .put(
                &self.tx,
                &partition_of(&scope)?,
                parts,
                &KeptLineage(lineage),
            )
            .await;
        put.map_err(|error| Error::taken(error, C::NOUN, &name, &scope))
    }

    /// The state that a selector chooses; without one, the newest committed revision that is not
    /// revoked.
    pub(crate) async fn state<C: Versioned>(
        &self,
        of: &StoredLineage<C>,
        selector: Option<&Selector>,
    ) -> Result<State<C>, Error> {
        let name = of.name();
        match selector {
            Some(Selector::Head) if of.imported.is_some() => {
                Err(MarketRefusal::NoHead { name: name.clone() }.into())
            }
            Some(Selector::Head) => Ok(State {
                content: Frozen::new(of.head.content().clone())?,
                revision: None,
                marks: Marks::default(),
            }),
            None | Some(Selector::Latest) => self.newest(of).await,
            Some(Selector::Number(number)) => self.committed(of, *number).await,
            Some(Selector::Channel(channel)) => {
                let parts = channel_parts(of.lineage, channel);
                let found = CHANNELS
                    .get(&self.tx, &partition_of(&of.scope)?, parts)
                    .await?;
                let Some(kept) = found else {
                    let named = format_args!("{name}@{channel}");
                    return Err(NotFound::at(Noun::Channel, named, &of.scope).into());
                };
                self.committed(of, kept.0.channel.current()).await
            }
            Some(Selector::Requirement(wanted)) => {
                let revisions = self.revisions(of).await?;
                match highest_release(wanted, &marks_of(&revisions)) {
                    Some(number) => self.committed(of, number).await,
                    None => Err(Error::NoRelease {
                        name: name.clone(),
                        wanted: wanted.clone(),
                    }),
                }
            }
        }
    }

    /// Where the managed channel `latest` points (HCP Packer).
    async fn newest<C: Versioned>(&self, of: &StoredLineage<C>) -> Result<State<C>, Error> {
        let name = || of.name().clone();
        let Some(last) = of.last else {
            return Err(Error::NothingCommitted { name: name() });
        };
        let state = self.committed(of, last.number).await?;
        let Some(mark) = state.marks.revoked.clone() else {
            return Ok(state);
        };
        match self.latest(of).await? {
            Some(number) => self.committed(of, number).await,
            None => Err(Error::AllRevoked {
                name: name(),
                number: last.number,
                mark: Box::new(mark),
            }),
        }
    }

    /// A committed revision with its content, both digests checked.
    pub(crate) async fn committed<C: Versioned>(
        &self,
        of: &StoredLineage<C>,
        number: RevisionNumber,
    ) -> Result<State<C>, Error> {
        let stored = self.revision(of, number).await?;
        self.opened(of, stored).await
    }

    /// A revision that was read, with its content.
    pub(crate) async fn opened<C: Versioned>(
        &self,
        of: &StoredLineage<C>,
        stored: StoredRevision,
    ) -> Result<State<C>, Error> {
        let content = self.content(&of.scope, stored.revision.content()).await?;
        Ok(State {
            content,
            revision: Some(stored.revision),
            marks: stored.marks,
        })
    }

    pub(crate) async fn revision<C: Versioned>(
        &self,
        of: &StoredLineage<C>,
        number: RevisionNumber,
    ) -> Result<StoredRevision, Error> {
        let parts = revision_parts(of.lineage, number);
        let found = REVISIONS
            .get(&self.tx, &partition_of(&of.scope)?, parts)
            .await?;
        let Some(found) = found else {
            return Err(Error::NoRevision {
                name: of.name().clone(),
                number,
                last: of.last.map(|last| last.number),
            });
        };
        found.0.revision.verify()?;
        Ok(found.0)
    }

    /// All revisions of a lineage, oldest first, their digests checked.
    pub(crate) async fn revisions<C: Versioned>(
        &self,
        of: &StoredLineage<C>,
    ) -> Result<Vec<StoredRevision>, Error> {
        let found = self
            .all(
                &REVISIONS,
                &partition_of(&of.scope)?,
                of.lineage.to_string(),
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
