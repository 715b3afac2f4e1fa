//! Moving links that have fallen behind.

use super::edit::{OF_WHOLE, warned};
use crate::{
    commands::{
        kind::whole,
        mci::{diff::diff_lines, generation},
    },
    exit::Run,
    print::{self, Out, note, quoted, warn},
};
use cloud_atlas::{
    Session, TemplateUpdates, history::Generation, scope::Scope, template::Reference,
};
use pollster::FutureExt as _;
use std::io::{self, Write};

/// List the links with a newer revision and what it changes; with --apply move them in one step
///
/// Links at HEAD and at channels move by themselves.
#[derive(Debug, clap::Args)]
pub(crate) struct Update {
    /// Which ServerTemplate
    #[arg(value_name = "REF")]
    reference: Reference,
    /// Move the links: all, or those of --only
    #[arg(long)]
    apply: bool,
    /// A MultiCloud Image whose link is moved, and no other; may be given again
    #[arg(long, value_name = "MCI", requires = "apply")]
    only: Vec<Reference>,
    /// Refuse if HEAD is no longer the one of this generation
    #[arg(long, value_name = "GENERATION", value_parser = generation, requires = "apply")]
    seen: Option<Generation>,
}

pub(super) fn update(update: &Update, session: &Session, from: &Scope, out: &mut Out) -> Run {
    let reference = &update.reference;
    if !update.apply {
        let updates = session.template_updates(reference, from).block_on()?;
        out.one(&updates, |out| report(&updates, out))?;
        if !updates.steps.is_empty() && !out.is_json() {
            note(format!(
                "move them: atlas template update {} --apply --seen {}",
                quoted(&reference.to_string()),
                updates.generation
            ));
        }
        return Ok(());
    }
    for mci in &update.only {
        whole(mci, OF_WHOLE)?;
    }
    let only = Some(update.only.as_slice()).filter(|only| !only.is_empty());
    let updated = session.update_template(reference, from, only, update.seen);
    let updated = updated.block_on()?;
    warned(updated.template.agents_unknown.as_ref());
    out.one(&updated, |out| {
        for step in &updated.moved {
            writeln!(out, "{step}")?;
        }
        let (name, generation) = (&updated.template.name, updated.template.generation);
        writeln!(out, "HEAD of {name} is at generation {generation}")
    })
}

fn report(updates: &TemplateUpdates, out: &mut dyn Write) -> io::Result<()> {
    let is_current = updates.steps.is_empty() && updates.stuck.is_empty();
    if is_current && updates.unseen.is_empty() {
        return writeln!(
            out,
            "every link is at the newest revision, or moves by itself"
        );
    }
    for (number, step) in updates.steps.iter().enumerate() {
        if number > 0 {
            writeln!(out)?;
        }
        writeln!(out, "{}", step.update)?;
        print::diff(&diff_lines(&step.diff.rows), out)?;
    }
    for stuck in &updates.stuck {
        warn(format!(
            "`{}` {} is revoked and nothing follows it: link another revision",
            stuck.name, stuck.revision
        ));
    }
    for lineage in &updates.unseen {
        warn(format!(
            "the link to {lineage} leads nowhere that can be seen from here: unlink it, or ask for its MultiCloud Image to be shared"
        ));
    }
    Ok(())
}
