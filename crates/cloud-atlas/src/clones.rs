//! New lineages made from others.

use crate::{
    Error, MciView, Session,
    kind::{Mci, Versioned},
    mci_views::view,
    states::Located,
    stored::StoredLineage,
    unit::{Change, Unit},
};
use atlas_base::Name;
use atlas_history::{
    CloneAdvice, CloneSource, ClonedState, LineageId, Origin, RevisionNumber, UndoLog,
    suggested_names,
};
use atlas_scope::{Permission, Scope};
use atlas_template::{Reference, Selector};
use serde::Serialize;

/// Asks for a clone of a MultiCloud Image (RightScale).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CloneMci {
    /// What is cloned: a revision, or HEAD as `web@head`; the newest that is not revoked
    /// where it names none.
    pub source: Reference,
    /// The caller's scope.
    pub scope: Scope,
    /// Where the clone is made; the caller's scope where it says nothing.
    pub into: Option<Scope>,
    /// What it is called; else the first name that is offered and free there.
    pub name: Option<Name>,
    /// Whether lower scopes see it; unless said otherwise those of `/` and of accounts are seen.
    pub shared: Option<bool>,
}

impl CloneMci {
    /// A request for a clone at the caller's scope, with the name that is offered.
    pub fn new(source: Reference, scope: Scope) -> Self {
        Self {
            source,
            scope,
            into: None,
            name: None,
            shared: None,
        }
    }
}

/// A clone, and what is said to whoever made it.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct MciCloned {
    /// The clone: a HEAD and nothing else.
    pub mci: MciView,
    /// What was cloned: its name.
    pub source: Name,
    /// Its revision; none for HEAD.
    pub revision: Option<RevisionNumber>,
    /// Whether the caller chose the clone's name; else it should be renamed.
    pub is_chosen: bool,
}

impl MciCloned {
    /// What is said of it.
    pub fn advice(&self) -> CloneAdvice {
        CloneAdvice {
            source: self.source.clone(),
            revision: self.revision,
            name: self.mci.name.clone(),
            is_chosen: self.is_chosen,
        }
    }
}

impl Session {
    /// Makes a new lineage of a revision or of HEAD: a HEAD that holds the same under another name,
    /// and remembers for ever where it came from (RightScale). The source stays as it is.
    ///
    /// # Errors
    ///
    /// The source is not there or not visible, the name is taken at the scope of the clone, no name
    /// that could be offered is free, a record of an image is deleted, or the caller may not.
    pub async fn clone_mci(&self, ask: &CloneMci) -> Result<MciCloned, Error> {
        self.write(|unit| {
            let ask = ask.clone();
            async move {
                let source = unit
                    .locate::<Mci>(&ask.source, &ask.scope, Permission::MciView)
                    .await?;
                let into = ask.into.as_ref().unwrap_or(&ask.scope);
                unit.enter(Permission::MciClone, into).await?;
                let selector = ask.source.selector.as_ref();
                let as_asked = (ask.name, ask.shared);
                let cloned = Box::pin(unit.clone_of(&source, selector, into, as_asked)).await?;
                let mut mci = view(cloned.clone, None);
                mci.cloned_from = Some(cloned.origin.words(Some(&cloned.source)).to_string());
                Ok(MciCloned {
                    mci,
                    source: cloned.source,
                    revision: cloned.origin.revision,
                    is_chosen: cloned.is_chosen,
                })
            }
        })
        .await
    }
}

/// A clone that was made.
pub(crate) struct Cloned<C: Versioned> {
    pub(crate) clone: Located<C>,
    /// What was cloned.
    pub(crate) source: Name,
    pub(crate) origin: Origin,
    pub(crate) is_chosen: bool,
}

impl Unit {
    /// Makes a clone of a state of a lineage.
    pub(crate) async fn clone_of<C: Versioned>(
        &self,
        source: &Located<C>,
        selector: Option<&Selector>,
        scope: &Scope,
        (name, shared): (Option<Name>, Option<bool>),
    ) -> Result<Cloned<C>, Error> {
        let of = source.found.name().clone();
        let state = self.state(&source.found, selector).await?;
        let is_chosen = name.is_some();
        let name = match name {
            Some(name) => name,
            None => self.free_name::<C>(&of, scope).await?,
        };
        let cloned = CloneSource {
            lineage: source.found.lineage,
            state: match &state.revision {
                Some(revision) => ClonedState::Revision(revision, &state.content),
                None => ClonedState::Head(&source.found.head),
            },
        }
        .cloned(|content: &C| content.under(name.clone()))?;
        C::may_be_cloned(self, scope, cloned.head.content()).await?;
        let clone = StoredLineage {
            lineage: self.new_lineage_id().await?,
            scope: scope.clone(),
            shared: shared.unwrap_or_else(|| scope.level().shares_by_default()),
            origin: Some(cloned.origin),
            created: self.now,
            by: self.who.clone(),
            last: None,
            content: cloned.head.content().digest()?,
            head: cloned.head,
            undo: UndoLog::default(),
            imported: None,
            beside: C::Beside::default(),
        };
        self.put_lineage(clone.clone()).await?;
        self.follow_upstream(&clone, &source.found).await?;
        let change = Change::made(&format_args!("{name}, {}", cloned.origin.words(None)));
        self.audit(C::CAN.clone, scope, clone.lineage, change)
            .await?;
        Ok(Cloned {
            clone: Located {
                found: clone,
                viewer: scope.clone(),
                shadows: Vec::new(),
                until: None,
            },
            source: of,
            origin: cloned.origin,
            is_chosen,
        })
    }

    /// The first name that is offered for a clone and free at a scope.
    async fn free_name<C: Versioned>(&self, of: &Name, scope: &Scope) -> Result<Name, Error> {
        for name in suggested_names(of) {
            if self.by_name::<C>(scope, &name).await?.is_none() {
                return Ok(name);
            }
        }
        Err(Error::NoFreeName {
            name: of.clone(),
            scope: scope.clone(),
        })
    }

    /// Where something was cloned from, in words: with the source's name where it can be seen from
    /// where the clone is looked at (RightScale: the lineage of a clone can be traced).
    pub(crate) async fn origin_words<C: Versioned>(
        &self,
        origin: &Origin,
        from: &Scope,
    ) -> Result<String, Error> {
        let source = self.lineage_seen::<C>(origin.lineage, &[from]).await?;
        let name = source.as_ref().map(StoredLineage::name);
        Ok(origin.words(name).to_string())
    }

    /// A lineage that the caller sees from one of some scopes.
    pub(crate) async fn lineage_seen<C: Versioned>(
        &self,
        lineage: LineageId,
        from: &[&Scope],
    ) -> Result<Option<StoredLineage<C>>, Error> {
        let reference = Reference::lineage(lineage);
        for scope in from {
            match self.locate(&reference, scope, C::CAN.view).await {
                Ok(located) => return Ok(Some(located.found)),
                Err(Error::NotFound(_) | Error::Denied(_)) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(None)
    }
}
