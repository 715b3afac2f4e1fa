//! `atlas events`: who changed what, and who does.

use crate::{
    args::Global,
    exit::{Failure, Run},
    pages::PageArgs,
    print::{Columns, Out, moment},
};
use cloud_atlas::{
    AuditEvent, EventQuery, Paging, Session,
    base::Timestamp,
    scope::{PrincipalId, Scope},
    store::FeedPosition,
};
use core::time::Duration;
use pollster::FutureExt as _;

/// Show who changed what, newest first, at --scope and below
#[derive(Debug, clap::Args)]
pub(crate) struct Events {
    /// About this only: the id of a record, or the name of a scope, a principal, a credential
    #[arg(long, value_name = "RECORD")]
    record: Option<String>,
    /// Done by this principal only
    #[arg(long, value_name = "PRINCIPAL")]
    by: Option<PrincipalId>,
    /// From this moment on only, such as 2026-12-31T00:00:00Z
    #[arg(long, value_name = "TIME")]
    since: Option<Timestamp>,
    /// Before this moment only
    #[arg(long, value_name = "TIME")]
    until: Option<Timestamp>,
    /// Print a page oldest first, then what comes, until Ctrl-C
    #[arg(long, conflicts_with_all = ["after", "all", "until"])]
    follow: bool,
    #[command(flatten)]
    page: PageArgs,
}

/// How often a store is looked into that cannot stay open beside other commands.
const EVERY: Duration = Duration::from_secs(1);

pub(crate) fn events(events: Events, global: &Global, out: &mut Out) -> Run {
    let headers = ["WHEN", "WHO", "DID", "AT", "TO"];
    let columns = Columns::new("nothing happened here", &headers, row);
    let mut query = EventQuery::new(global.scope.clone());
    query.record = events.record;
    query.by = events.by;
    query.since = events.since;
    query.until = events.until;
    if events.follow {
        return follow(&query, &events.page, global, &columns, out);
    }
    let session = global.session()?;
    events.page.show(&columns, out, |page| {
        session.find_events(&query, page).block_on()
    })
}

fn row(event: &AuditEvent) -> Vec<String> {
    vec![
        moment(event.at),
        event.by.to_string(),
        event.action.to_string(),
        event.scope.to_string(),
        event.subject.clone(),
    ]
}

/// Prints events as they come. Where one process at a time has the store, it is left alone between
/// one look and the next, and else it is kept and tells when to look.
fn follow(
    query: &EventQuery,
    page: &PageArgs,
    global: &Global,
    columns: &Columns<'_, AuditEvent>,
    out: &mut Out,
) -> Run {
    let mut rows = out.rows(columns);
    let session = global.session()?;
    let mut at = session.events_head(&query.scope).block_on()?;
    let mut last = session
        .find_events(query, &Paging::of(page.count()))
        .block_on()?;
    last.items.reverse();
    rows.add(&last.items)?;
    let mut open = Some(session).filter(|session| !session.is_exclusive());
    loop {
        let session = if let Some(session) = open.take() {
            wait(&session, &query.scope, at)?;
            session
        } else {
            std::thread::sleep(EVERY);
            match global.session() {
                Ok(session) => session,
                // Others have it open for longer than a command waits: it is their turn.
                Err(Failure::Trouble(error)) if is_in_use(&*error) => continue,
                Err(failure) => return Err(failure),
            }
        };
        loop {
            let (events, later) = session.events_after(query, at).block_on()?;
            if !events.is_empty() {
                rows.add(&events)?;
            }
            if later == at {
                break;
            }
            at = later;
        }
        open = Some(session).filter(|session| !session.is_exclusive());
    }
}

fn wait(session: &Session, scope: &Scope, after: FeedPosition) -> Run {
    Ok(session.events_wait(scope, after).block_on()?)
}

fn is_in_use(error: &(dyn std::error::Error + 'static)) -> bool {
    error
        .downcast_ref::<cloud_atlas::Error>()
        .is_some_and(Failure::is_in_use)
}
