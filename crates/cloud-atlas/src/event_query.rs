//! Which audit events are wanted, and those that come.

use crate::{
    AuditEvent, Error, NotFound, Noun, Page, Paging, Session,
    events::micros,
    tables::{EVENTS, partition_of},
    unit::Unit,
};
use atlas_base::Timestamp;
use atlas_scope::{Level, Permission, PrincipalId, Scope, ScopeRecord};
use atlas_store::{Condition, FeedPosition, Key, Parts, Query, Within};

/// Which audit events are wanted: those at a scope that meet every filter that is set.
///
/// With `record` they are read through an index of what was changed, else by time; `since` and
/// `until` bound both. `by` is asked of each event between them: with it alone, the whole trail.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct EventQuery {
    /// At this scope: an account with its environments, one environment, or what belongs to no
    /// account.
    pub scope: Scope,
    /// Only those about this: the id of a record, or the name of what has none.
    pub record: Option<String>,
    /// Only what this principal did.
    pub by: Option<PrincipalId>,
    /// Only from this moment on.
    pub since: Option<Timestamp>,
    /// Only before this moment.
    pub until: Option<Timestamp>,
}

impl EventQuery {
    /// Every event at a scope.
    pub fn new(scope: Scope) -> Self {
        Self {
            scope,
            record: None,
            by: None,
            since: None,
            until: None,
        }
    }

    /// What is asked of the store, newest first.
    fn query(&self, scope: &ScopeRecord) -> Result<Query, Error> {
        // A scope of that name may have been here before; its trail is not this one's.
        let named = scope.named_since();
        let from = self.since.unwrap_or(named).max(named);
        let to = self.until.map_or(u64::MAX, micros);
        let environment = self.scope.level() == Level::Environment;
        let (index, first) = match &self.record {
            Some(record) => (Some("subject"), Some(record.as_str())),
            None if environment => (Some("scope"), Some(self.scope.as_str())),
            None => (None, None),
        };
        let parts = |at: u64| first.map_or_else(|| Parts::from(at), |first| (first, at).into());
        let within = Within::Between(parts(micros(from)), parts(to));
        let query = Query::all(&partition_of(&self.scope)?)
            .reverse()
            .within(within);
        let query = index.into_iter().fold(query, Query::index);
        Ok(self.conditions().into_iter().fold(query, Query::keep))
    }

    /// What the index does not see to.
    fn conditions(&self) -> Vec<Condition> {
        let mut conditions = Vec::new();
        if self.scope.level() == Level::Environment && self.record.is_some() {
            conditions.push(Condition::is("scope", self.scope.as_str()));
        }
        if let Some(by) = &self.by {
            conditions.push(Condition::is("by", by.as_str()));
        }
        conditions
    }

    /// Whether an event at the scope's partition is one of them.
    fn admits(&self, event: &AuditEvent) -> bool {
        self.scope.contains(&event.scope)
            && self.record.iter().all(|record| *record == event.subject)
            && self.by.iter().all(|by| *by == event.by)
            && self.since.is_none_or(|since| since <= event.at)
            && self.until.is_none_or(|until| event.at < until)
    }
}

impl Session {
    /// The events of an account with its environments, of one environment, or of what belongs to no
    /// account; newest first.
    ///
    /// # Errors
    ///
    /// As [`Session::find_events`].
    pub async fn events(&self, scope: &Scope, paging: &Paging) -> Result<Page<AuditEvent>, Error> {
        self.find_events(&EventQuery::new(scope.clone()), paging)
            .await
    }

    /// The audit events that a query asks for, newest first.
    ///
    /// # Errors
    ///
    /// The scope is not there, the caller may not see them, or the page is none of this list.
    pub async fn find_events(
        &self,
        query: &EventQuery,
        paging: &Paging,
    ) -> Result<Page<AuditEvent>, Error> {
        let unit = self.read().await?;
        let scope = unit.trail(&query.scope).await?;
        let query = query.query(&scope)?;
        unit.page(&EVENTS, vec![query], paging, |kept| Ok(kept.0))
            .await
    }

    /// Where the trail of a scope stands now: what comes later follows this position.
    ///
    /// # Errors
    ///
    /// The scope is not there, or the caller may not see its events.
    pub async fn events_head(&self, scope: &Scope) -> Result<FeedPosition, Error> {
        let unit = self.read().await?;
        unit.trail(scope).await?;
        let partition = partition_of(scope)?;
        let store = &self.atlas.shared.store;
        Ok(store.feed(&partition, FeedPosition::START, 0).await?.head)
    }

    /// The events of a query that were written after a position, oldest first, and the position up
    /// to which it has looked. There may be more: ask again until the position stays.
    ///
    /// # Errors
    ///
    /// The scope is not there, the caller may not see its events, or the change feed no longer
    /// reaches back to the position.
    pub async fn events_after(
        &self,
        query: &EventQuery,
        after: FeedPosition,
    ) -> Result<(Vec<AuditEvent>, FeedPosition), Error> {
        // Whoever may not see the trail is not told how far it reaches back either.
        self.read().await?.trail(&query.scope).await?;
        let partition = partition_of(&query.scope)?;
        let store = &self.atlas.shared.store;
        let page = store.feed(&partition, after, AT_ONCE).await?;
        // Read behind the feed, so that everything it points to is there.
        let unit = self.read().await?;
        let scope = unit.trail(&query.scope).await?;
        let last = page.entries.last().map_or(after, |entry| entry.position);
        let keys = page.entries.into_iter().flat_map(|entry| entry.keys);
        let keys: Vec<_> = keys.filter(is_event).collect();
        let mut events: Vec<_> = EVENTS
            .get_at(&unit.tx, &keys)
            .await?
            .into_iter()
            .flatten()
            .map(|kept| kept.0)
            .collect();
        // As in a list: what was written under this name before it was this scope's is not shown.
        events.retain(|event| query.admits(event) && event.at >= scope.named_since());
        Ok((events, last))
    }

    /// Waits until events may have been written after a position. It may end early.
    ///
    /// # Errors
    ///
    /// The scope is not there, the caller may not see its events, or the store fails.
    pub async fn events_wait(&self, scope: &Scope, after: FeedPosition) -> Result<(), Error> {
        self.read().await?.trail(scope).await?;
        let partition = partition_of(scope)?;
        Ok(self.atlas.shared.store.wait(&partition, after).await?)
    }
}

impl Unit {
    /// The record of a scope whose events the caller may see.
    async fn trail(&self, scope: &Scope) -> Result<ScopeRecord, Error> {
        self.enter(Permission::EventView, scope).await?;
        let record = self.scope_record(scope).await?;
        record.ok_or_else(|| NotFound::new(Noun::Scope, scope, scope).into())
    }
}

fn is_event(key: &Key) -> bool {
    key.space().as_text().as_deref() == Some(EVENTS.space())
}

/// How many commits are looked at in one call.
const AT_ONCE: usize = 256;
