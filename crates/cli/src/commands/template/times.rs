//! How long launches took.

use crate::{exit::Run, print::Out};
use cloud_atlas::{
    Session,
    scope::Scope,
    template::{PhaseTimes, Reference, TimesRow},
};
use pollster::FutureExt as _;
use serde::Serialize;

/// Compare how long launches took of two revisions: of servers at --scope and below it
#[derive(Debug, clap::Args)]
pub(crate) struct Times {
    /// Such as front@3; without @X the newest revision
    #[arg(value_name = "REF")]
    first: Reference,
    /// What it is compared with
    #[arg(value_name = "REF")]
    second: Reference,
}

/// The times of two revisions.
#[derive(Serialize)]
struct Compared<'a> {
    first: Side<'a>,
    second: Side<'a>,
    rows: [TimesRow; 3],
}

#[derive(Serialize)]
struct Side<'a> {
    revision: &'a str,
    #[serde(flatten)]
    times: PhaseTimes,
}

pub(super) fn times(times: &Times, session: &Session, from: &Scope, out: &mut Out) -> Run {
    let compared = session.template_times(&times.first, &times.second, from);
    let compared = compared.block_on()?;
    let side = |revision, times| Side { revision, times };
    let answer = Compared {
        first: side(&compared.names.0, compared.times.0),
        second: side(&compared.names.1, compared.times.1),
        rows: compared.rows(),
    };
    out.one(&answer, |out| writeln!(out, "{compared}"))
}
