//! One unit of work: a transaction, on behalf of somebody, at a moment.

use crate::{
    AuditEvent, Error, NotFound, Noun,
    atlas::Shared,
    events::micros,
    tables::{EVENTS, GRANTS, KeptEvent, partition_of, partitions_above},
    told::Told,
};
use atlas_base::Timestamp;
use atlas_history::Author;
use atlas_scope::{Grant, Permission, PrincipalId, Question, Scope};
use atlas_store::{Partition, Parts, Query, Record, Table, Tx};
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

/// A transaction with all that a decision may need beside what it loads.
#[derive(Debug, Clone)]
pub(crate) struct Unit {
    pub(crate) tx: Tx,
    pub(crate) now: Timestamp,
    pub(crate) who: PrincipalId,
    pub(crate) shared: Arc<Shared>,
    /// The grants of the caller, by partition, once they were read: kept where nothing of them can
    /// change, in a unit that only looks.
    pub(crate) known: Option<Arc<KnownGrants>>,
    /// What publishers told with imported revisions, once it was read.
    pub(crate) told: Arc<Told>,
}

pub(crate) type KnownGrants = Mutex<BTreeMap<Partition, Arc<[Grant]>>>;

impl Unit {
    /// Begins to weigh a work that is tried out, as if it were a transaction of its own: what every
    /// transaction reads first is in the weight.
    pub(crate) async fn lap(&self) -> Result<(), Error> {
        self.tx.lap();
        Ok(self.shared.schema.begin(&self.tx).await?)
    }

    /// The bits of a new id.
    pub(crate) fn id(&self) -> u128 {
        self.shared.ids.next(self.now)
    }

    /// The caller, as revisions name people.
    pub(crate) fn author(&self) -> Result<Author, Error> {
        Author::parse(self.who.as_str()).map_err(Error::Author)
    }

    /// Everything of a table in a partition that begins with some parts.
    pub(crate) async fn all<R: Record>(
        &self,
        table: &Table<R>,
        partition: &Partition,
        prefix: impl Into<Parts>,
    ) -> Result<Vec<R>, Error> {
        self.every(table, Query::all(partition).prefix(prefix))
            .await
    }

    pub(crate) async fn every<R: Record>(
        &self,
        table: &Table<R>,
        query: Query,
    ) -> Result<Vec<R>, Error> {
        let mut query = query.limit(1000);
        let mut records = Vec::new();
        loop {
            let page = table.query(&self.tx, &query).await?;
            records.extend(page.found.into_iter().map(|found| found.record));
            match page.next {
                Some(next) => query = query.after(Some(next)),
                None => return Ok(records),
            }
        }
    }

    /// Everything that an index of a table leads to from some parts.
    pub(crate) async fn all_by<R: Record>(
        &self,
        table: &Table<R>,
        index: &'static str,
        partition: &Partition,
        prefix: impl Into<Parts>,
    ) -> Result<Vec<R>, Error> {
        self.every(table, Query::all(partition).index(index).prefix(prefix))
            .await
    }

    /// The grants of a principal that can reach a scope.
    pub(crate) async fn grants_reaching(
        &self,
        who: &PrincipalId,
        scope: &Scope,
    ) -> Result<Vec<Grant>, Error> {
        let mut grants = Vec::new();
        for partition in partitions_above(scope)? {
            grants.extend_from_slice(&self.grants_of(who, &partition).await?);
        }
        Ok(grants)
    }

    /// The grants of the caller in a partition.
    pub(crate) async fn own_grants(&self, partition: &Partition) -> Result<Arc<[Grant]>, Error> {
        self.grants_of(&self.who, partition).await
    }

    async fn grants_of(
        &self,
        who: &PrincipalId,
        partition: &Partition,
    ) -> Result<Arc<[Grant]>, Error> {
        let known = self.known.as_ref().filter(|_| *who == self.who);
        let known = known.map(|known| || known.lock().unwrap_or_else(PoisonError::into_inner));
        if let Some(grants) = known
            .as_ref()
            .and_then(|known| known().get(partition).cloned())
        {
            return Ok(grants);
        }
        let found = self.all(&GRANTS, partition, who.as_str()).await?;
        let grants: Arc<[Grant]> = found.into_iter().map(|kept| kept.0).collect();
        if let Some(known) = &known {
            known().insert(partition.clone(), Arc::clone(&grants));
        }
        Ok(grants)
    }

    /// Refuses unless the caller holds a permission at a scope (Scalr, RightScale); tells until
    /// when the grant that allows it holds.
    pub(crate) async fn require(
        &self,
        permission: Permission,
        scope: &Scope,
    ) -> Result<Option<Timestamp>, Error> {
        let grants = self.grants_reaching(&self.who, scope).await?;
        let question = Question::new(permission, scope.clone(), self.who.clone());
        let decision = question.decide(&grants, &self.shared.roles, self.now);
        Ok(decision.into_result()?.grant.expires)
    }

    /// Whether the caller holds a permission at a scope.
    pub(crate) async fn may(&self, permission: Permission, scope: &Scope) -> Result<bool, Error> {
        match self.require(permission, scope).await {
            Ok(_) => Ok(true),
            Err(Error::Denied(_)) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// The same unit, for a work that changes no grants: it reads those of the caller once.
    pub(crate) fn with_known_grants(self) -> Self {
        Self {
            known: Some(Arc::default()),
            ..self
        }
    }

    /// [`Unit::require`], of a scope that is there: from a scope that is not, nothing is seen.
    pub(crate) async fn enter(
        &self,
        permission: Permission,
        scope: &Scope,
    ) -> Result<Option<Timestamp>, Error> {
        let until = self.require(permission, scope).await?;
        match self.scope_record(scope).await? {
            Some(_) => Ok(until),
            None => Err(NotFound::new(Noun::Scope, scope, scope).into()),
        }
    }

    /// Writes what happened, in the same transaction (Scalr: history; for all records, ours).
    pub(crate) async fn audit(
        &self,
        action: Permission,
        scope: &Scope,
        subject: impl ToString + Send,
        change: Change,
    ) -> Result<(), Error> {
        let event = AuditEvent {
            at: self.now,
            by: self.who.clone(),
            action,
            scope: scope.clone(),
            subject: subject.to_string(),
            before: change.before,
            after: change.after,
        };
        let parts = Parts::from((micros(self.now), format!("{:032x}", self.id())));
        Ok(EVENTS
            .insert(&self.tx, &partition_of(scope)?, parts, &KeptEvent(event))
            .await?)
    }
}

/// What an event says was there before, and is there after.
#[derive(Debug, Default)]
pub(crate) struct Change {
    before: Option<String>,
    after: Option<String>,
}

impl Change {
    pub(crate) fn made(after: &impl ToString) -> Self {
        Self {
            before: None,
            after: Some(after.to_string()),
        }
    }

    pub(crate) fn removed(before: &impl ToString) -> Self {
        Self {
            before: Some(before.to_string()),
            after: None,
        }
    }

    pub(crate) fn between(before: &impl ToString, after: &impl ToString) -> Self {
        Self {
            before: Some(before.to_string()),
            after: Some(after.to_string()),
        }
    }
}
