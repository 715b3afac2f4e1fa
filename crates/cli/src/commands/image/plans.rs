//! `atlas image revoke`, `replace` and `retention`: plans before changes.

mod replace;
mod retention;
mod revoke;

pub(super) use self::{replace::Replace, retention::Retain, revoke::Revoke};

use crate::{
    args::Global,
    exit::{Failure, Run},
    files,
    pages::PageArgs,
    print::{Columns, Out, moment, note},
};
use cloud_atlas::{
    AppliedPlan, PlanId,
    image::{Plan, PlanItem},
};
use core::{error::Error, str::FromStr};
use pollster::FutureExt as _;
use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

/// What is done with a plan.
#[derive(Debug, clap::Args)]
pub(super) struct PlanArgs {
    /// Write the plan to this file too; `-` is stdout
    #[arg(long, value_name = "FILE", conflicts_with_all = ["apply", "undo"])]
    plan: Option<PathBuf>,
    /// Carry out the plan of a file: exactly as it stands, or not at all
    #[arg(long, value_name = "FILE", conflicts_with = "undo")]
    apply: Option<PathBuf>,
    /// Carry out this part of the plan only: what stands in its first column
    #[arg(long, value_name = "KEY", conflicts_with_all = ["plan", "undo"], num_args = 1..)]
    only: Vec<String>,
    /// Take back what the plan did that has this id, as `atlas image plans` tells it
    #[arg(long, value_name = "PLAN")]
    undo: Option<PlanId>,
}

/// What is to be done.
enum Deed {
    /// A plan is made, and written to a file where one is named.
    Make(Option<PathBuf>),
    /// The plan of a file is carried out, or that part of it.
    Apply(PathBuf, Vec<String>),
    /// What a plan did is taken back.
    Undo(PlanId),
}

impl PlanArgs {
    fn deed(self) -> Result<Deed, Failure> {
        match (self.apply, self.undo) {
            (Some(file), _) => Ok(Deed::Apply(file, self.only)),
            (None, _) if !self.only.is_empty() => Err(Failure::misused(
                "--only chooses a part of a plan that is carried out: name its file with --apply",
            )),
            (None, Some(id)) => Ok(Deed::Undo(id)),
            (None, None) => Ok(Deed::Make(self.plan)),
        }
    }
}

/// List the plans that were carried out for images of --scope, the newest first
#[derive(Debug, clap::Args)]
pub(crate) struct List {
    #[command(flatten)]
    page: PageArgs,
}

impl List {
    pub(crate) fn run(self, global: &Global, out: &mut Out) -> Run {
        let session = global.session()?;
        let headers = ["PLAN", "KIND", "IMAGE", "CHANGES", "AT", "BY", "UNDONE"];
        let row = |plan: &AppliedPlan| {
            let image = plan.image.to_string();
            let image = match plan.by_image {
                Some(new) => format!("{image} by {new}"),
                None => image,
            };
            let undone = plan.undone.as_ref();
            vec![
                plan.id.to_string(),
                plan.kind.to_string(),
                image,
                plan.changes.to_string(),
                moment(plan.at),
                plan.by.to_string(),
                undone.map_or_else(|| "-".to_owned(), |undone| moment(undone.at)),
            ]
        };
        let columns = Columns::new("no plans were carried out", &headers, row);
        self.page.show(&columns, out, |page| {
            session.applied_plans(&global.scope, page).block_on()
        })
    }
}

/// Writes a plan to a file, if one is named.
fn write<I: PlanItem>(plan: &Plan<I>, file: &Path) -> Run {
    let text = plan.to_text().map_err(refused)?;
    files::write_text((file != Path::new("-")).then_some(file), &text)
}

/// Shows a plan that may be carried out, and writes it to the file that is named.
fn show<I: PlanItem>(plan: &Plan<I>, file: Option<&Path>, name: &str, out: &mut Out) -> Run {
    match file {
        Some(file) if file == Path::new("-") => return write(plan, file),
        Some(file) => write(plan, file)?,
        None => {}
    }
    out.one(plan, |out| writeln!(out, "{plan}"))?;
    match file {
        _ if plan.changes().next().is_none() => note("nothing would change"),
        Some(file) => note(format_args!(
            "nothing changed yet: carry it out with `atlas image {name} --apply {}`",
            files::plain(file)
        )),
        None => note(
            "nothing changed yet: write the plan with --plan FILE, and carry it out with --apply FILE",
        ),
    }
    Ok(())
}

/// The plan of a file, or the part of it that is chosen.
fn chosen<I>(file: &Path, only: &[String]) -> Result<Plan<I>, Failure>
where
    I: PlanItem<Key: FromStr<Err: Error + Send + Sync + 'static>>,
{
    let keys = only.iter().map(|key| key.parse());
    let keys: BTreeSet<I::Key> = keys.collect::<Result<_, _>>().map_err(Failure::misused)?;
    let text = files::read_text(file, Plan::<I>::MOST_BYTES)?;
    let plan = Plan::parse(&text).map_err(|error| {
        let message = format!("{} is no plan to be carried out", files::shown(file));
        Failure::refused(message).because(error)
    })?;
    if keys.is_empty() {
        return Ok(plan);
    }
    plan.select(&keys).map_err(refused)
}

fn refused(error: impl Error + Send + Sync + 'static) -> Failure {
    Failure::Refused(Box::new(error))
}

/// What a plan is asked about before it is carried out.
fn question<I: PlanItem>(plan: &Plan<I>) -> String {
    let total = I::total(plan.items());
    format!("carry the plan out: {total}")
}

/// How what was done is taken back.
fn tell_undo(plan: Option<PlanId>, name: &str) {
    match plan {
        Some(id) => note(format_args!(
            "take it back with `atlas image {name} --undo {id}`"
        )),
        None => note("nothing was to be changed"),
    }
}

/// Ends with 1 where nothing was taken back.
fn went_back(any: bool) -> Run {
    if any {
        return Ok(());
    }
    note("nothing was taken back");
    Err(Failure::Wanting)
}
