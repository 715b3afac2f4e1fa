//! `atlas image replace`.

use super::{Deed, PlanArgs, chosen, question, show, tell_undo, went_back};
use crate::{
    args::Global,
    exit::{Failure, Run},
    print::Out,
};
use cloud_atlas::{
    PlanId,
    image::{ImageRecordId, Reason},
    scope::Scope,
    template::{DeprecateOld, ReplaceImage, ReplaceItem},
};
use pollster::FutureExt as _;
use std::{collections::BTreeSet, path::Path};

/// Put one image in the place of another everywhere, by a plan
///
/// Shows which HEADs of MultiCloud Images, role maps and servers would have the new image, and what
/// stays and why; nothing changes until the plan is carried out with --apply. Ends with 1 where
/// something moved since the plan was made, or nothing is taken back.
#[derive(Debug, clap::Args)]
pub(crate) struct Replace {
    /// The record of the image that goes
    #[arg(required_unless_present_any = ["apply", "undo"], conflicts_with_all = ["apply", "undo"])]
    old: Option<ImageRecordId>,
    /// The record of the one that comes
    #[arg(required_unless_present_any = ["apply", "undo"], conflicts_with_all = ["apply", "undo"])]
    new: Option<ImageRecordId>,
    /// In this scope; name each of several, a lower one needs those above it [default: --scope]
    #[arg(long = "at", value_name = "SCOPE", conflicts_with_all = ["apply", "undo"])]
    scopes: Vec<Scope>,
    /// Deprecate the old image with the new one as its replacement
    #[arg(long, conflicts_with_all = ["apply", "undo"])]
    deprecate: bool,
    /// Why it is deprecated
    #[arg(long, requires = "deprecate")]
    reason: Option<Reason>,
    #[command(flatten)]
    plan: PlanArgs,
}

impl Replace {
    pub(crate) fn run(self, global: &Global, out: &mut Out) -> Run {
        let file = match self.plan.deed()? {
            Deed::Apply(file, only) => return apply(&file, &only, global, out),
            Deed::Undo(id) => return undo(id, global, out),
            Deed::Make(file) => file,
        };
        let (Some(old), Some(new)) = (self.old, self.new) else {
            return Err(Failure::misused("two records are needed: see --help"));
        };
        let mut scopes: BTreeSet<_> = self.scopes.into_iter().collect();
        if scopes.is_empty() {
            scopes.insert(global.scope.clone());
        }
        let reason = self.reason;
        let ask = ReplaceImage {
            old,
            new,
            scopes,
            deprecate: self.deprecate.then_some(DeprecateOld { reason }),
        };
        let session = global.session()?;
        let made = session.plan_replace(&ask, &global.scope).block_on()?;
        drop(session);
        show(&made, file.as_deref(), "replace", out)
    }
}

fn apply(file: &Path, only: &[String], global: &Global, out: &mut Out) -> Run {
    let plan = chosen::<ReplaceItem>(file, only)?;
    global.confirm(&question(&plan))?;
    let session = global.session()?;
    let applied = session.apply_replace(&plan, &global.scope).block_on()?;
    out.one(&applied, |out| {
        applied.changes.iter().try_for_each(|change| {
            let key = change.key();
            writeln!(out, "{} {key} is changed", key.kind())
        })
    })?;
    tell_undo(applied.plan, "replace");
    Ok(())
}

fn undo(id: PlanId, global: &Global, out: &mut Out) -> Run {
    let session = global.session()?;
    let undone = session.undo_replacement(id, &global.scope).block_on()?;
    out.one(&undone, |out| {
        let mut back = undone.back.iter();
        back.try_for_each(|key| writeln!(out, "{} {key} is what it was", key.kind()))?;
        undone
            .left
            .iter()
            .try_for_each(|left| writeln!(out, "{left}"))
    })?;
    went_back(!undone.back.is_empty())
}
