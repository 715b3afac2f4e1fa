//! How far the launches of servers came, as hosts report it.

use crate::{
    Error, NotFound, Noun, Page, Paging, ServerRef, Session,
    kind::Template,
    stored::StoredLaunch,
    tables::{
        KeptLaunch, LAUNCHES, SERVERS, launch_server_parts, launch_template_parts, partition_of,
    },
    unit::{Change, Unit},
};
use atlas_base::Timestamp;
use atlas_history::RevisionRef;
use atlas_scope::{Permission, Scope};
use atlas_store::Query;
use atlas_template::{
    LaunchId, LaunchPhase, LaunchReport, PhaseTimes, Reference, ServerDefinition, ServerId,
    TimesComparison,
};

/// Reports how far a launch of a server came.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ReportLaunch {
    /// From where the server is seen.
    pub scope: Scope,
    /// The server.
    pub server: ServerRef,
    /// How far.
    pub phase: LaunchPhase,
    /// When that was; unless said otherwise, now.
    pub at: Option<Timestamp>,
    /// Which launch; unless said otherwise `requested` begins a new one, and what comes after is of
    /// the newest. A host that may report a request twice gives it an id of its own.
    pub launch: Option<LaunchId>,
}

impl ReportLaunch {
    /// A phase that was reached now.
    #[must_use]
    pub fn new(scope: Scope, server: ServerRef, phase: LaunchPhase) -> Self {
        Self {
            scope,
            server,
            phase,
            at: None,
            launch: None,
        }
    }
}

impl Session {
    /// Keeps how far a launch of a server came (RightScale timed launches by hand). What was
    /// reported before changes nothing: the first time counts.
    ///
    /// # Errors
    ///
    /// The server or the launch is not there or not visible, the phase before it was not reported or
    /// was later, or the caller may not launch servers there.
    pub async fn report_launch(&self, report: ReportLaunch) -> Result<LaunchReport, Error> {
        self.write(|unit| {
            let report = report.clone();
            async move {
                let of = unit.launched(&report.server, &report.scope).await?;
                let scope = &of.scope;
                unit.require(Permission::Launch, scope).await?;
                let before = unit.launch_to_report(&of, &report).await?;
                let at = report.at.unwrap_or(unit.now);
                let after = before.report.reported(report.phase, at)?;
                if after == before.report {
                    return Ok(after);
                }
                let kept = KeptLaunch(StoredLaunch {
                    report: after.clone(),
                    ..before
                });
                let (partition, id) = (partition_of(scope)?, after.id().to_string());
                LAUNCHES.put(&unit.tx, &partition, id, &kept).await?;
                let change = Change::made(&format!("{} at {at}", report.phase));
                unit.audit(Permission::Launch, scope, after.id(), change)
                    .await?;
                Ok(after)
            }
        })
        .await
    }

    /// The launches of a server, newest first.
    ///
    /// # Errors
    ///
    /// It is not there or not visible, or the page is none of this list.
    pub async fn launches(
        &self,
        server: &ServerRef,
        from: &Scope,
        paging: &Paging,
    ) -> Result<Page<LaunchReport>, Error> {
        let unit = self.read().await?;
        let query = unit.launched(server, from).await?.launches()?;
        unit.page(&LAUNCHES, vec![query], paging, |kept| Ok(kept.0.report))
            .await
    }
}

impl Session {
    /// How long launches of two revisions of a ServerTemplate took, or of two ServerTemplates
    /// (RightScale timed them by hand): those of servers at a scope and below it, as far as the
    /// caller sees these.
    ///
    /// # Errors
    ///
    /// One of them is not there, not visible or not committed.
    pub async fn template_times(
        &self,
        first: &Reference,
        second: &Reference,
        from: &Scope,
    ) -> Result<TimesComparison, Error> {
        let unit = self.read().await?;
        let (one, first) = unit.times_of(first, from).await?;
        let (two, second) = unit.times_of(second, from).await?;
        Ok(TimesComparison {
            names: (one, two),
            times: (first, second),
        })
    }
}

/// What was launched: a server, or one that was removed since.
struct Launched {
    scope: Scope,
    id: ServerId,
    /// None for one that was removed.
    definition: Option<ServerDefinition>,
}

impl Launched {
    /// Its launches, newest first.
    fn launches(&self) -> Result<Query, Error> {
        let query = Query::all(&partition_of(&self.scope)?).index("server");
        Ok(query.prefix(launch_server_parts(self.id)).reverse())
    }
}

impl Unit {
    /// A server that the caller sees; or, by its id, one of that very scope that was launched and is
    /// removed.
    async fn launched(&self, server: &ServerRef, from: &Scope) -> Result<Launched, Error> {
        let absent = match self.seen_server(server, from).await {
            Ok(seen) => {
                return Ok(Launched {
                    scope: seen.deployment.scope,
                    id: seen.definition.id(),
                    definition: Some(seen.definition),
                });
            }
            Err(error @ Error::NotFound(_)) => error,
            Err(error) => return Err(error),
        };
        let ServerRef::Id(id) = *server else {
            return Err(absent);
        };
        let at = partition_of(from)?;
        let hidden = SERVERS.get(&self.tx, &at, id.to_string()).await?;
        let query = Query::all(&at).index("server");
        let query = query.prefix(launch_server_parts(id)).limit(1);
        let found = LAUNCHES.query(&self.tx, &query).await?.found;
        if let Some(kept) = found.into_iter().next()
            && hidden.is_none()
            && kept.record.0.scope == *from
        {
            return Ok(Launched {
                scope: kept.record.0.scope,
                id,
                definition: None,
            });
        }
        Err(absent)
    }

    /// What people call a revision of a template, and how long its launches took.
    async fn times_of(
        &self,
        reference: &Reference,
        from: &Scope,
    ) -> Result<(String, PhaseTimes), Error> {
        let view = Permission::TemplateView;
        let located = self.locate::<Template>(reference, from, view).await?;
        let number = self.number(&located, reference.selector.as_ref()).await?;
        let revision = RevisionRef {
            lineage: located.found.lineage,
            number,
        };
        let mut launches = Vec::new();
        let above = self.sight(Permission::ServerView).await?;
        for (partition, account) in self.partitions_below(from).await? {
            let sight = self.sight_into(&above, &account).await?;
            if !sight.sees_any(self) {
                continue;
            }
            let parts = launch_template_parts(revision);
            let found = self
                .all_by(&LAUNCHES, "template", &partition, parts)
                .await?;
            let found = found.into_iter().map(|kept| kept.0);
            let seen = found.filter(|it| from.contains(&it.scope) && sight.sees(self, &it.scope));
            launches.extend(seen.map(|launch| launch.report));
        }
        let name = format!("{}@{number}", located.found.name());
        Ok((name, PhaseTimes::of(revision, &launches)))
    }

    /// The launch that a report is of, as it was before.
    async fn launch_to_report(
        &self,
        of: &Launched,
        report: &ReportLaunch,
    ) -> Result<StoredLaunch, Error> {
        let begins = report.phase == LaunchPhase::Requested;
        let found = if let Some(id) = report.launch {
            let at = partition_of(&of.scope)?;
            let found = LAUNCHES.get(&self.tx, &at, id.to_string()).await?;
            let foreign = |kept: &KeptLaunch| kept.0.report.server() != of.id;
            if found.is_none() && !begins || found.as_ref().is_some_and(foreign) {
                return Err(NotFound::new(Noun::Launch, id, &report.scope).into());
            }
            found
        } else if begins {
            None
        } else {
            let newest = of.launches()?.limit(1);
            let newest = LAUNCHES.query(&self.tx, &newest).await?.found;
            newest.into_iter().next().map(|found| found.record)
        };
        if let Some(KeptLaunch(found)) = found {
            return Ok(found);
        }
        // Nothing new is launched of a server that was removed.
        let Some(server) = &of.definition else {
            return Err(NotFound::new(Noun::Server, of.id, &report.scope).into());
        };
        let fresh = || LaunchId::from_u128(self.id());
        let template = server.inherited().template.as_ref();
        let template = template.and_then(|template| {
            Some(RevisionRef {
                lineage: template.lineage,
                number: template.revision?,
            })
        });
        let id = report.launch.unwrap_or_else(fresh);
        Ok(StoredLaunch {
            scope: of.scope.clone(),
            since: self.now,
            report: LaunchReport::new(id, server.id(), template),
        })
    }
}
