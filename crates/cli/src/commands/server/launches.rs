//! How far launches came.

use crate::{
    args::Global,
    exit::Run,
    pages::PageArgs,
    print::{Columns, Out, moment},
};
use cloud_atlas::{
    ReportLaunch, ServerRef,
    base::Timestamp,
    template::{LaunchId, LaunchPhase, LaunchReport},
};
use pollster::FutureExt as _;

/// Report how far a launch of a server came: requested, then booted, then scripts-done
///
/// What was reported before changes nothing: the first time counts.
#[derive(Debug, clap::Args)]
pub(crate) struct Report {
    /// Which server
    server: ServerRef,
    /// How far: requested, booted or scripts-done
    phase: LaunchPhase,
    /// When that was, such as 2026-08-01T12:00:40Z [default: now]
    #[arg(long, value_name = "TIME")]
    at: Option<Timestamp>,
    /// Which launch; with `requested` an id of your own, so that it may be reported twice [default:
    /// `requested` begins a new one, and what comes after is of the newest]
    #[arg(long, value_name = "ID")]
    launch: Option<LaunchId>,
}

/// List the launches of a server, newest first
#[derive(Debug, clap::Args)]
pub(crate) struct Launches {
    /// Which server
    server: ServerRef,
    #[command(flatten)]
    page: PageArgs,
}

pub(super) fn report(report: Report, global: &Global, out: &mut Out) -> Run {
    let session = global.session()?;
    let mut ask = ReportLaunch::new(global.scope.clone(), report.server, report.phase);
    ask.at = report.at;
    ask.launch = report.launch;
    let phase = report.phase;
    let launch = session.report_launch(ask).block_on()?;
    out.one(&launch, |out| {
        let at = launch.phases().get(&phase).copied().map(moment);
        let at = at.unwrap_or_default();
        writeln!(out, "{}: {phase} at {at}", launch.id())
    })
}

pub(super) fn list(launches: Launches, global: &Global, out: &mut Out) -> Run {
    let session = global.session()?;
    let headers = ["LAUNCH", "REQUESTED", "BOOTED", "SCRIPTS DONE"];
    let columns = Columns::new("no launches", &headers, row);
    launches.page.show(&columns, out, |page| {
        session
            .launches(&launches.server, &global.scope, page)
            .block_on()
    })
}

fn row(launch: &LaunchReport) -> Vec<String> {
    let mut cells = vec![launch.id().to_string()];
    let phases = LaunchPhase::ALL.into_iter();
    cells.extend(phases.map(|phase| {
        let at = launch.phases().get(&phase).copied();
        at.map(moment).unwrap_or_default()
    }));
    cells
}
