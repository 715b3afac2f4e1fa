//! Lineages made, changed and committed: what is the same of both kinds.

use crate::{
    Error, NotFound, Noun,
    kind::Versioned,
    states::Located,
    stored::{LastRevision, StoredLineage, StoredRevision},
    tables::{KeptRevision, REVISIONS, SCOPES, partition_of, partition_of_record, revision_parts},
    unit::{Change, Unit},
};
use atlas_base::{Name, Timestamp};
use atlas_history::{
    CommitRequest, Frozen, Generation, Head, Marks, Message, Revision, UndoLog, editable,
};
use atlas_scope::{Permission, Scope};
use atlas_template::{Reference, Selector};

/// Asks for a new MultiCloud Image or ServerTemplate.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct NewLineage {
    /// The scope that holds it.
    pub scope: Scope,
    /// Its name.
    pub name: Name,
    /// Whether lower scopes see it; unless said otherwise those of `/` and of accounts are seen.
    pub shared: Option<bool>,
}

impl NewLineage {
    /// One that is shared as its scope says.
    pub fn new(scope: Scope, name: Name) -> Self {
        Self {
            scope,
            name,
            shared: None,
        }
    }

    /// The same, with whether lower scopes see it.
    #[must_use]
    pub fn with_shared(self, shared: Option<bool>) -> Self {
        Self { shared, ..self }
    }

    pub(crate) fn is_shared(&self) -> bool {
        let by_default = self.scope.level().shares_by_default();
        self.shared.unwrap_or(by_default)
    }
}

impl Unit {
    /// A lineage whose HEAD the caller may change, by a permission for it.
    pub(crate) async fn to_change<C: Versioned>(
        &self,
        reference: &Reference,
        from: &Scope,
        permission: Permission,
    ) -> Result<StoredLineage<C>, Error> {
        let located = self.locate(reference, from, C::CAN.view).await?;
        self.only_head(reference, &located).await?;
        self.require(permission, &located.found.scope).await?;
        Ok(located.found)
    }

    /// Makes a lineage with an empty HEAD.
    pub(crate) async fn new_lineage<C: Versioned>(
        &self,
        new: &NewLineage,
    ) -> Result<StoredLineage<C>, Error> {
        let NewLineage { scope, name, .. } = new;
        let record = SCOPES
            .get(&self.tx, &partition_of_record(scope)?, scope.as_str())
            .await?;
        if record.is_none() {
            return Err(NotFound::new(Noun::Scope, scope, scope).into());
        }
        let head = Head::new(C::named(name.clone()));
        let made = StoredLineage {
            lineage: self.new_lineage_id().await?,
            scope: scope.clone(),
            shared: new.is_shared(),
            origin: None,
            created: self.now,
            by: self.who.clone(),
            last: None,
            beside: C::Beside::default(),
            content: head.content().digest()?,
            head,
            undo: UndoLog::default(),
            imported: None,
        };
        self.put_lineage(made.clone()).await?;
        let change = Change::made(name);
        self.audit(C::CAN.create, scope, made.lineage, change)
            .await?;
        Ok(made)
    }

    /// Freezes HEAD and keeps everything that belongs to the new revision.
    pub(crate) async fn commit<C: Versioned>(
        &self,
        mut of: StoredLineage<C>,
        message: Message,
        released_at: Option<Timestamp>,
        seen: Option<Generation>,
    ) -> Result<(StoredLineage<C>, Revision), Error> {
        editable(of.name(), None, of.held())?;
        C::gate(self, &of).await?;
        let last = match of.last {
            Some(last) => Some(self.revision(&of, last.number).await?.revision),
            None => None,
        };
        let request = CommitRequest {
            author: self.author()?,
            message,
            time: self.now,
            released_at,
            seen,
        };
        let commit = of.head.commit(of.lineage, last.as_ref(), request)?;
        let (partition, revision) = (partition_of(&of.scope)?, commit.revision);
        let before = match of.last {
            Some(last) => Some(self.content::<C>(&of.scope, last.content).await?),
            None => None,
        };
        let origin = of.origin.map(|origin| origin.content);
        let near = before.as_ref().map(Frozen::digest).or(origin);
        self.keep_content(&of.scope, &commit.content, near).await?;
        let before = before.as_ref().map(Frozen::content);
        let after = commit.content.content();
        C::keep_referred(self, &mut of, revision.number(), before, after).await?;
        let stored = StoredRevision {
            lineage: of.lineage,
            revision: revision.clone(),
            marks: Marks::default(),
        };
        let parts = revision_parts(of.lineage, revision.number());
        REVISIONS
            .insert(&self.tx, &partition, parts, &KeptRevision(stored))
            .await?;
        of.last = Some(LastRevision {
            number: revision.number(),
            content: revision.content(),
        });
        self.merged_upstream(&of, &revision).await?;
        // A commit changes nothing about what HEAD holds.
        (of.head, of.content) = (commit.head, revision.content());
        self.put_lineage(of.clone()).await?;
        let change = Change::made(&revision.digest());
        let subject = format!("{}@{}", of.lineage, revision.number());
        self.audit(C::CAN.commit, &of.scope, subject, change)
            .await?;
        Ok((of, revision))
    }

    /// Refuses a reference to a committed revision where only HEAD can be changed (RightScale).
    pub(crate) async fn only_head<C: Versioned>(
        &self,
        reference: &Reference,
        located: &Located<C>,
    ) -> Result<(), Error> {
        let (of, selector) = (&located.found, reference.selector.as_ref());
        let number = match selector.filter(|selector| **selector != Selector::Head) {
            Some(selector) => Some(Box::pin(self.number(located, Some(selector))).await?),
            None => None,
        };
        Ok(editable(of.name(), number, of.held())?)
    }
}
