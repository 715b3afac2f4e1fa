//! `atlas work`: what hosts have to do in clouds.

use crate::{
    args::Global,
    exit::{Failure, Run},
    pages::PageArgs,
    print::{Columns, Out, note, warn},
};
use clap::Subcommand;
use cloud_atlas::{
    ReportWork, Session, TakeWork, WorkQuery, WorkRequest,
    image::{CloudText, ImageRecordId, Reason, WorkKind, WorkOrder, WorkOrderId, WorkReport},
    image_id::{CloudLocation, ImageId},
};
use core::time::Duration;
use pollster::FutureExt as _;

/// Work orders: what has to be done in a cloud. Nothing here does it: a host takes an order, does it
/// and reports
#[derive(Debug, Subcommand)]
pub(crate) enum WorkCommand {
    /// List the orders at --scope that have not ended, the oldest first; of an account, with its
    /// environments
    List {
        /// Those too that have ended, the newest first
        #[arg(long)]
        ended: bool,
        /// Of this kind only: bundle, copy, share or delete
        #[arg(long)]
        kind: Option<WorkKind>,
        #[command(flatten)]
        page: PageArgs,
    },
    /// Show an order
    Show {
        /// Such as work-0123456789abcdef0123456789abcdef
        order: WorkOrderId,
    },
    /// Order work on the image of a record, for a host to do
    #[command(subcommand)]
    Order(OrderCommand),
    /// Take the oldest order that is free, or the one that is named; ends with 1 where none is free
    Take {
        /// This order; once more, to keep it for longer
        order: Option<WorkOrderId>,
        /// Of this kind only: bundle, copy, share or delete; several may be named
        #[arg(long)]
        kind: Vec<WorkKind>,
        /// In this cloud location and below only
        #[arg(long)]
        location: Option<CloudLocation>,
        /// For how long, 1 to 86400 seconds: from then on another may take it
        #[arg(long, value_name = "SECONDS", default_value_t = 900)]
        lease: u64,
    },
    /// Report that an order is done; of a bundle, the image is registered
    Done {
        #[command(flatten)]
        reported: Reporting,
        /// The id of the image that was made
        #[arg(long)]
        image: Option<String>,
    },
    /// Report that the cloud does not have what an order is about; of a deletion, that is its end
    NotFound {
        #[command(flatten)]
        reported: Reporting,
    },
    /// Report that an order could not be done
    Fail {
        #[command(flatten)]
        reported: Reporting,
        /// Why
        reason: Reason,
    },
    /// Call an order off that nobody works on
    Cancel {
        /// Such as work-0123456789abcdef0123456789abcdef
        order: WorkOrderId,
        /// Why
        #[arg(long)]
        reason: Option<Reason>,
    },
    /// Put an order that failed back to those that wait
    Retry {
        /// Such as work-0123456789abcdef0123456789abcdef
        order: WorkOrderId,
    },
}

/// What is ordered. An image is deleted with `image delete --in-cloud`, one of a server made with
/// `image bundle`
#[derive(Debug, Subcommand)]
pub(crate) enum OrderCommand {
    /// Copy an image to another location of its cloud; the copy is registered when it is done
    Copy {
        /// Such as img-0123456789abcdef0123456789abcdef
        record: ImageRecordId,
        /// Where the copy is to be, such as aws/us-west-2
        location: CloudLocation,
    },
    /// Change in its cloud who may launch an image
    Share {
        /// Such as img-0123456789abcdef0123456789abcdef
        record: ImageRecordId,
        /// An account of the cloud that is to get it; may be given again
        #[arg(long, value_name = "ACCOUNT")]
        add: Vec<CloudText>,
        /// An account of the cloud that is to lose it; may be given again
        #[arg(long, value_name = "ACCOUNT")]
        remove: Vec<CloudText>,
    },
}

/// What a report is about.
#[derive(Debug, clap::Args)]
pub(crate) struct Reporting {
    /// Such as work-0123456789abcdef0123456789abcdef
    order: WorkOrderId,
    /// The attempt that it is about, as taking the order told [default: the last]
    #[arg(long, value_name = "NUMBER")]
    attempt: Option<u32>,
}

pub(crate) fn run(command: WorkCommand, global: &Global, out: &mut Out) -> Run {
    let (session, scope) = (global.session()?, &global.scope);
    match command {
        WorkCommand::List { ended, kind, page } => {
            let mut query = WorkQuery::new(scope.clone());
            query.ended = ended;
            query.kind = kind;
            let headers = ["ORDER", "DO", "LOCATION", "STATE", "SCOPE", "BY", "SUBJECT"];
            let columns = Columns::new("no work orders", &headers, row);
            page.show(&columns, out, |page| {
                session.work_orders(&query, page).block_on()
            })
        }
        WorkCommand::Show { order } => out.fields(&session.work_order(order, scope).block_on()?),
        WorkCommand::Order(command) => {
            let (record, request) = match command {
                OrderCommand::Copy { record, location } => {
                    (record, WorkRequest::Copy { to: location })
                }
                OrderCommand::Share {
                    record,
                    add,
                    remove,
                } => {
                    let add = add.into_iter().collect();
                    let remove = remove.into_iter().collect();
                    (record, WorkRequest::Share { add, remove })
                }
            };
            let order = session.order_work(record, scope, request).block_on()?;
            told(&order, "ordered", out)
        }
        WorkCommand::Take {
            order,
            kind,
            location,
            lease,
        } => {
            let mut request = TakeWork::new(scope.clone(), Duration::from_secs(lease));
            request.order = order;
            request.kinds = kind.into_iter().collect();
            request.location = location;
            let Some(order) = session.take_work(&request).block_on()? else {
                note("no work is free");
                return Err(Failure::Wanting);
            };
            told(&order, "taken", out)
        }
        WorkCommand::Done { reported, image } => {
            let order = session.work_order(reported.order, scope).block_on()?;
            let cloud = order.action.location().cloud();
            let image = image.map(|text| ImageId::parse(cloud, &text)).transpose();
            let image_id = image.map_err(Failure::misused)?;
            let report = WorkReport::Done { image_id };
            send(&session, global, &reported, report, out)
        }
        WorkCommand::NotFound { reported } => {
            send(&session, global, &reported, WorkReport::NotFound, out)
        }
        WorkCommand::Fail { reported, reason } => {
            let report = WorkReport::Failed { reason };
            send(&session, global, &reported, report, out)
        }
        WorkCommand::Cancel { order, reason } => {
            let order = session.cancel_work(order, scope, reason).block_on()?;
            told(&order, "cancelled", out)
        }
        WorkCommand::Retry { order } => {
            let order = session.retry_work(order, scope).block_on()?;
            told(&order, "queued", out)
        }
    }
}

/// Sends a report, about the last attempt unless another is named.
fn send(
    session: &Session,
    global: &Global,
    reported: &Reporting,
    report: WorkReport,
    out: &mut Out,
) -> Run {
    let (id, scope) = (reported.order, &global.scope);
    let attempt = match reported.attempt {
        Some(attempt) => attempt,
        None => session.work_order(id, scope).block_on()?.attempt,
    };
    let report = ReportWork { attempt, report };
    let answer = session.report_work(id, scope, report).block_on()?;
    for warning in answer.registered.iter().flat_map(|made| &made.warnings) {
        warn(warning);
    }
    told(&answer.order, answer.order.state.as_str(), out)
}

/// Tells what became of an order.
pub(crate) fn told(order: &WorkOrder, what: &str, out: &mut Out) -> Run {
    out.one(order, |out| {
        let (kind, subject) = (order.action.kind(), order.action.subject());
        let location = order.action.location();
        write!(out, "{what} {}: {kind} {subject} in {location}", order.id)?;
        if order.attempt > 0 {
            write!(out, ", attempt {}", order.attempt)?;
        }
        match order.record() {
            Some(record) => writeln!(out, ", as {record}"),
            None => writeln!(out),
        }
    })
}

fn row(order: &WorkOrder) -> Vec<String> {
    vec![
        order.id.to_string(),
        order.action.kind().to_string(),
        order.action.location().to_string(),
        order.state.as_str().to_owned(),
        order.scope.to_string(),
        order.by.to_string(),
        order.action.subject().to_owned(),
    ]
}
