//! Work orders: kept, taken, reported on. No cloud is called here.

use crate::{
    Error, NotFound, Noun, Page, Paging, Session,
    events::micros,
    tables::{KeptWork, WORK, open_work_parts, partition_of},
    unit::{Change, Unit},
};
use atlas_image::{
    OrderWork, Reason, Registered, ReportWork, WorkAction, WorkKind, WorkOrder, WorkOrderId,
    cancel_work, order_work, report_work, retry_work, take_work,
};
use atlas_image_id::CloudLocation;
use atlas_scope::{Permission, Scope};
use atlas_store::{Condition, Query, Within};
use core::time::Duration;
use std::collections::BTreeSet;

/// Which work orders are wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct WorkQuery {
    /// Of an account with its environments, of one environment, or of what belongs to no account.
    pub scope: Scope,
    /// Those too that have ended, the newest first. Else those that have not, the oldest first, which
    /// is the order in which they are taken.
    pub ended: bool,
    /// Only those of this kind.
    pub kind: Option<WorkKind>,
}

impl WorkQuery {
    /// Every order that has not ended.
    #[must_use]
    pub fn new(scope: Scope) -> Self {
        Self {
            scope,
            ended: false,
            kind: None,
        }
    }
}

/// What a host takes, and for how long.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct TakeWork {
    /// Of an account with its environments, of one environment, or of what belongs to no account.
    pub scope: Scope,
    /// This order; else the oldest that is free.
    pub order: Option<WorkOrderId>,
    /// Only of these kinds; of any kind where none is named.
    pub kinds: BTreeSet<WorkKind>,
    /// Only what is done at this location or below it.
    pub location: Option<CloudLocation>,
    /// For how long, 1 second to a day: from then on another may take it.
    pub lease: Duration,
}

impl TakeWork {
    /// The oldest order of any kind, for so long.
    #[must_use]
    pub fn new(scope: Scope, lease: Duration) -> Self {
        Self {
            scope,
            order: None,
            kinds: BTreeSet::new(),
            location: None,
            lease,
        }
    }

    fn wants(&self, order: &WorkOrder) -> bool {
        let mut places = self.location.iter();
        self.scope.contains(&order.scope)
            && (self.kinds.is_empty() || self.kinds.contains(&order.action.kind()))
            && places.all(|place| place.contains(order.action.location()))
    }
}

/// What a report came to.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct WorkReported {
    /// The order, at its end.
    pub order: WorkOrder,
    /// The record that was made of the image, the first time that it was reported.
    pub registered: Option<Registered>,
}

impl Session {
    /// The work orders of a scope and of those below it.
    ///
    /// # Errors
    ///
    /// The scope is not there, the caller may not see its orders, or the page is none of this list.
    pub async fn work_orders(
        &self,
        query: &WorkQuery,
        paging: &Paging,
    ) -> Result<Page<WorkOrder>, Error> {
        let unit = self.read().await?;
        unit.enter(Permission::WorkView, &query.scope).await?;
        // What a scope of that name had before is not this one's.
        let since = unit.scope_record(&query.scope).await?;
        let since = since.map_or(0, |record| micros(record.named_since()));
        let within = Within::Between(since.into(), u64::MAX.into());
        let all = Query::all(&partition_of(&query.scope)?);
        let mut wanted = if query.ended {
            all.index("made").within(within).reverse()
        } else {
            all.index("waiting").within(within)
        };
        if query.scope.parent().is_some() {
            wanted = wanted.keep(Condition::under("scope", query.scope.as_str(), "/"));
        }
        if let Some(kind) = query.kind {
            wanted = wanted.keep(Condition::is(["action", "do"], kind.as_str()));
        }
        unit.page(&WORK, vec![wanted], paging, |kept| Ok(kept.0))
            .await
    }

    /// One work order of a scope or of one below.
    ///
    /// # Errors
    ///
    /// It is not there or not visible.
    pub async fn work_order(&self, id: WorkOrderId, from: &Scope) -> Result<WorkOrder, Error> {
        let unit = self.read().await?;
        unit.enter(Permission::WorkView, from).await?;
        unit.work_order(id, from).await
    }

    /// Takes an order: the one that is named, or the oldest that is free; none where none is. Whoever
    /// names one that she has already keeps it for longer. A deletion has failed instead where
    /// something has come to use the image since it was ordered.
    ///
    /// # Errors
    ///
    /// The scope or the order is not there, the caller may not report on work, somebody else has the
    /// order, it has ended, or the lease is too short or too long.
    pub async fn take_work(&self, request: &TakeWork) -> Result<Option<WorkOrder>, Error> {
        self.write(|unit| {
            let request = request.clone();
            async move {
                unit.enter(Permission::WorkReport, &request.scope).await?;
                loop {
                    let found = match request.order {
                        Some(id) => Some(unit.work_order(id, &request.scope).await?),
                        None => unit.oldest_free(&request).await?,
                    };
                    let Some(order) = found else {
                        return Ok(None);
                    };
                    let taken = take_work(&order, &unit.who, request.lease, unit.now)?;
                    let kept = Box::pin(unit.kept_from_deletion(&taken, &request.scope)).await?;
                    let after = kept.as_ref().unwrap_or(&taken);
                    unit.move_work(&order, after, Permission::WorkReport)
                        .await?;
                    // What came to use an image since its deletion was ordered ends the order; where
                    // any would do, the next one is taken.
                    match kept {
                        Some(_) if request.order.is_none() => {}
                        Some(kept) => return Ok(Some(kept)),
                        None => return Ok(Some(taken)),
                    }
                }
            }
        })
        .await
    }

    /// Reports how an order went, which ends it. The same report may be sent any number of times.
    ///
    /// In the same commit the image of a bundle or a copy that is done is registered, and the record
    /// whose image was to be deleted goes to the bin, or is told that it could not be (Scalr).
    ///
    /// # Errors
    ///
    /// The scope or the order is not there, the caller may not report on work or has not taken it,
    /// the report is about another attempt or does not fit the kind of work, the order has ended
    /// otherwise, or the image is not registered: then the order stays as it was.
    pub async fn report_work(
        &self,
        id: WorkOrderId,
        from: &Scope,
        report: ReportWork,
    ) -> Result<WorkReported, Error> {
        self.write(|unit| {
            let report = report.clone();
            async move {
                unit.enter(Permission::WorkReport, from).await?;
                let order = unit.work_order(id, from).await?;
                let reported = report_work(&order, report, &unit.who, unit.now)?;
                if !reported.is_news {
                    return Ok(WorkReported {
                        order: reported.order,
                        registered: None,
                    });
                }
                let registered = unit.follow_up(&reported.order).await?;
                let ended = match &registered {
                    Some(registered) => reported.order.with_record(registered.record.id()),
                    None => reported.order,
                };
                unit.move_work(&order, &ended, Permission::WorkReport)
                    .await?;
                Ok(WorkReported {
                    order: ended,
                    registered,
                })
            }
        })
        .await
    }

    /// Calls an order off that nobody works on; it takes the right that ordering takes. A record whose
    /// image was to be deleted is again what it was before.
    ///
    /// # Errors
    ///
    /// The scope or the order is not there, the caller may not, somebody works on it, or it has
    /// ended.
    pub async fn cancel_work(
        &self,
        id: WorkOrderId,
        from: &Scope,
        reason: Option<Reason>,
    ) -> Result<WorkOrder, Error> {
        self.write(|unit| {
            let reason = reason.clone();
            async move {
                unit.enter(Permission::WorkView, from).await?;
                let order = unit.work_order(id, from).await?;
                let permission = permission(order.action.kind());
                unit.require(permission, &order.scope).await?;
                let cancelled = cancel_work(&order, reason, unit.who.clone(), unit.now)?;
                unit.move_work(&order, &cancelled, permission).await?;
                if cancelled != order {
                    unit.withdraw_deletion(&cancelled).await?;
                }
                Ok(cancelled)
            }
        })
        .await
    }

    /// Puts failed work back to that which waits; it takes the right that ordering takes. What could
    /// not be deleted is asked once more whether it can be.
    ///
    /// # Errors
    ///
    /// The scope or the order is not there, the caller may not, it has not failed, the same was
    /// ordered anew, or the record must not be deleted any more.
    pub async fn retry_work(&self, id: WorkOrderId, from: &Scope) -> Result<WorkOrder, Error> {
        self.write(|unit| async move {
            unit.enter(Permission::WorkView, from).await?;
            let order = unit.work_order(id, from).await?;
            let permission = permission(order.action.kind());
            unit.require(permission, &order.scope).await?;
            let open = unit.open_work(&order.scope, &order.action).await?;
            let queued = retry_work(&order, open.as_ref())?;
            unit.move_work(&order, &queued, permission).await?;
            unit.delete_again(&order, &queued, from).await?;
            Ok(queued)
        })
        .await
    }
}

impl Unit {
    /// Makes a work order; the caller has checked the permission.
    pub(crate) async fn order_work(&self, request: OrderWork) -> Result<WorkOrder, Error> {
        let open = self.open_work(&request.scope, &request.action).await?;
        let id = WorkOrderId::from_u128(self.id());
        let order = order_work(request, open.as_ref(), id, self.who.clone(), self.now)?;
        let (at, kept) = (partition_of(&order.scope)?, KeptWork(order.clone()));
        WORK.insert(&self.tx, &at, id.to_string(), &kept).await?;
        let told = format!("{} {}", order.action.kind(), order.action.subject());
        let permission = permission(order.action.kind());
        self.audit(permission, &order.scope, id, Change::made(&told))
            .await?;
        Ok(order)
    }

    /// An order of a scope or of one below it.
    pub(crate) async fn work_order(
        &self,
        id: WorkOrderId,
        from: &Scope,
    ) -> Result<WorkOrder, Error> {
        let found = WORK
            .get(&self.tx, &partition_of(from)?, id.to_string())
            .await?;
        // What a scope of that name had before is not this one's.
        let since = self.scope_record(from).await?.map(|it| it.named_since());
        let found = found.filter(|kept| {
            from.contains(&kept.0.scope) && since.is_none_or(|since| since <= kept.0.created)
        });
        found
            .map(|kept| kept.0)
            .ok_or_else(|| NotFound::new(Noun::WorkOrder, id, from).into())
    }

    /// The order that excludes another one at the same scope.
    pub(crate) async fn open_work(
        &self,
        scope: &Scope,
        action: &WorkAction,
    ) -> Result<Option<WorkOrder>, Error> {
        let (at, parts) = (partition_of(scope)?, open_work_parts(scope, action));
        let found = WORK.find(&self.tx, &at, "open", parts).await?;
        Ok(found.map(|found| found.record.0))
    }

    async fn oldest_free(&self, request: &TakeWork) -> Result<Option<WorkOrder>, Error> {
        let mut query = Query::all(&partition_of(&request.scope)?)
            .index("waiting")
            .limit(100);
        loop {
            let page = WORK.query(&self.tx, &query).await?;
            let mut orders = page.found.into_iter().map(|found| found.record.0);
            let free = orders.find(|order| request.wants(order) && order.is_free(self.now));
            match (free, page.next) {
                (Some(order), _) => return Ok(Some(order)),
                (None, Some(next)) => query = query.after(Some(next)),
                (None, None) => return Ok(None),
            }
        }
    }

    /// Keeps what became of an order, if anything did.
    pub(crate) async fn move_work(
        &self,
        before: &WorkOrder,
        after: &WorkOrder,
        permission: Permission,
    ) -> Result<(), Error> {
        if before == after {
            return Ok(());
        }
        let (at, kept) = (partition_of(&after.scope)?, KeptWork(after.clone()));
        WORK.put(&self.tx, &at, after.id.to_string(), &kept).await?;
        let change = Change::between(&before.state.as_str(), &after.state.as_str());
        self.audit(permission, &after.scope, after.id, change).await
    }
}

/// What it takes to order work of a kind, and to call it off.
pub(crate) fn permission(kind: WorkKind) -> Permission {
    match kind {
        WorkKind::Bundle => Permission::ImageBundle,
        WorkKind::Share => Permission::ImageLaunchPermission,
        WorkKind::Delete => Permission::ImageDelete,
        _ => Permission::ImageCopy,
    }
}
