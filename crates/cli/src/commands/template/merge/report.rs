//! What a merge came to, as people and programs read it.

use crate::{
    commands::{
        mci::merge::report::{advise, headline, their_marks},
        template::{
            diff::{Names, called, in_names, lines},
            edit::warned,
        },
    },
    exit::Run,
    print::{self, Out, quoted},
};
use cloud_atlas::{
    MergeOutcome, TemplateMerge,
    template::{Reference, TemplateConflict, TemplatePath},
};
use std::io::{self, Write};

pub(super) fn tell(merge: &TemplateMerge, into: &Reference, out: &mut Out) -> Run {
    their_marks(&merge.theirs);
    warned(merge.agents_unknown.as_ref());
    out.one(merge, |out| {
        let (outcome, open) = (merge.outcome, merge.conflicts.len());
        headline(
            &merge.theirs,
            &merge.name,
            outcome,
            merge.generation,
            open,
            out,
        )?;
        writeln!(out, "{}", merge.explanation)?;
        for conflict in &merge.conflicts {
            writeln!(out)?;
            report(conflict, &merge.names, out)?;
        }
        match outcome {
            MergeOutcome::Merged | MergeOutcome::WouldMerge if merge.diff.is_empty() => {
                writeln!(out, "HEAD holds all of it already")
            }
            MergeOutcome::Merged | MergeOutcome::WouldMerge => {
                writeln!(out)?;
                print::diff(&lines(&merge.diff, &merge.names), out)
            }
            _ => Ok(()),
        }
    })?;
    if !out.is_json() {
        advise("template", merge.outcome, merge.generation, into);
    }
    Ok(())
}

/// A conflict with its values, and the options that settle it.
fn report(conflict: &TemplateConflict, names: &Names, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{}", in_names(&conflict.to_string(), names))?;
    let path = match conflict.path() {
        TemplatePath::Link(lineage) => format!("link:{}", called(*lineage, names)),
        path => path.to_string(),
    };
    let take = |side| format!("--take {}", quoted(&format!("{path}={side}")));
    let other = format!("--set {}", quoted(&format!("{path}=VALUE")));
    for (number, option) in [take("ours"), take("theirs"), other]
        .into_iter()
        .enumerate()
    {
        let label = if number == 0 { "settle" } else { "" };
        writeln!(out, "  {label:6}  {option}")?;
    }
    Ok(())
}
