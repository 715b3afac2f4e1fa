//! `atlas image revoke`.

use super::{Deed, PlanArgs, chosen, question, show, tell_undo, went_back};
use crate::{
    args::Global,
    exit::{Failure, Run},
    print::{Out, warn},
};
use cloud_atlas::{
    PlanId,
    image::{ImageRecord, ImageRecordId, Reason, RevokeImage, RevokeItem, RevokeLeft},
};
use pollster::FutureExt as _;
use serde::Serialize;
use std::path::Path;

/// Disable an image and all that was made from it, by a plan
///
/// Shows which images would be disabled and who uses them; nothing changes until the plan is carried
/// out with --apply. Ends with 1 where something moved since the plan was made, or nothing is taken back.
#[derive(Debug, clap::Args)]
pub(crate) struct Revoke {
    /// Which record
    #[arg(required_unless_present_any = ["apply", "undo"], conflicts_with_all = ["apply", "undo"])]
    record: Option<ImageRecordId>,
    /// Why
    #[arg(long, conflicts_with_all = ["apply", "undo"])]
    reason: Option<Reason>,
    #[command(flatten)]
    plan: PlanArgs,
}

/// What carrying a plan out did.
#[derive(Serialize)]
struct Applied {
    #[serde(skip_serializing_if = "Option::is_none")]
    plan: Option<PlanId>,
    disabled: Vec<ImageRecordId>,
    closed: Vec<ImageRecordId>,
}

/// What taking a plan back did.
#[derive(Serialize)]
struct Undone<'a> {
    back: Vec<ImageRecordId>,
    closed: &'a [ImageRecordId],
    left: &'a [RevokeLeft],
}

fn ids(records: &[ImageRecord]) -> Vec<ImageRecordId> {
    records.iter().map(ImageRecord::id).collect()
}

impl Revoke {
    pub(crate) fn run(self, global: &Global, out: &mut Out) -> Run {
        let file = match self.plan.deed()? {
            Deed::Apply(file, only) => return apply(&file, &only, global, out),
            Deed::Undo(id) => return undo(id, global, out),
            Deed::Make(file) => file,
        };
        let Some(image) = self.record else {
            return Err(Failure::misused("a record is needed: see --help"));
        };
        let reason = self.reason;
        let ask = RevokeImage { image, reason };
        let session = global.session()?;
        let made = session.plan_revoke(&ask, &global.scope).block_on()?;
        drop(session);
        show(&made, file.as_deref(), "revoke", out)
    }
}

fn apply(file: &Path, only: &[String], global: &Global, out: &mut Out) -> Run {
    let plan = chosen::<RevokeItem>(file, only)?;
    global.confirm(&question(&plan))?;
    let session = global.session()?;
    let applied = session.apply_revoke(&plan, &global.scope).block_on()?;
    for record in &applied.closed {
        warn(format_args!("the launch permissions of {record} are gone"));
    }
    let answer = Applied {
        plan: applied.plan,
        disabled: ids(&applied.disabled),
        closed: applied.closed,
    };
    out.one(&answer, |out| {
        let mut disabled = answer.disabled.iter();
        disabled.try_for_each(|record| writeln!(out, "{record} is disabled"))
    })?;
    tell_undo(answer.plan, "revoke");
    Ok(())
}

fn undo(id: PlanId, global: &Global, out: &mut Out) -> Run {
    let session = global.session()?;
    let undone = session.undo_revocation(id, &global.scope).block_on()?;
    let answer = Undone {
        back: ids(&undone.records),
        closed: &undone.closed,
        left: &undone.left,
    };
    out.one(&answer, |out| writeln!(out, "{undone}"))?;
    went_back(!undone.records.is_empty())
}
