//! Commits, clones, old revisions and undo points of ServerTemplates.

use super::edit::warned;
use crate::{
    commands::mci::{
        generation,
        history::{Clone, Restore, Undo, came_back, cloned, points, restored, to_restore},
        look::log_page,
    },
    exit::Run,
    pages::PageArgs,
    print::{Out, note},
};
use cloud_atlas::{
    CloneTemplate, CommitTemplate, Session,
    history::{Generation, Message},
    scope::Scope,
    template::{HeadDependencies, HeadLink, HeadPin, Reference},
};
use pollster::FutureExt as _;

/// Freeze HEAD as the next revision, which never changes again
#[derive(Debug, clap::Args)]
pub(crate) struct Commit {
    /// Which one
    #[arg(value_name = "REF")]
    reference: Reference,
    /// Why
    #[arg(short, long, value_name = "TEXT")]
    message: Message,
    /// Commit the HEADs that it links first, and link what comes of that: all or nothing
    #[arg(long)]
    with_heads: bool,
    /// Refuse if HEAD is no longer the one of this generation
    #[arg(long, value_name = "GENERATION", value_parser = generation)]
    seen: Option<Generation>,
}

pub(super) fn commit(commit: Commit, session: &Session, from: &Scope, out: &mut Out) -> Run {
    let ask = CommitTemplate {
        heads: if commit.with_heads {
            HeadDependencies::Commit
        } else {
            HeadDependencies::Leave
        },
        seen: commit.seen,
        ..CommitTemplate::new(commit.reference, from.clone(), commit.message)
    };
    let done = session.commit_template(&ask).block_on()?;
    warned(done.agents_unknown.as_ref());
    out.one(&done, |out| {
        let revision = &done.revision;
        let digest = revision.digest().short();
        writeln!(
            out,
            "revision {} {digest}: {}",
            revision.number(),
            revision.message().subject()
        )?;
        for HeadPin {
            name,
            revision,
            is_new,
            ..
        } in &done.pinned
        {
            let how = if *is_new {
                "committed as"
            } else {
                "was committed as"
            };
            writeln!(out, "{name} {how} revision {revision}, which is linked now")?;
        }
        Ok(())
    })?;
    if !out.is_json() {
        for HeadLink { lineage, name, .. } in &done.stays {
            let name = match name {
                Some(name) => name.to_string(),
                None => lineage.to_string(),
            };
            note(format!(
                "{name} is linked at HEAD, which moves with every edit: commit with --with-heads to pin it"
            ));
        }
    }
    Ok(())
}

pub(super) fn clone(clone: Clone, session: &Session, from: &Scope, out: &mut Out) -> Run {
    let ask = CloneTemplate {
        into: clone.into,
        name: clone.name,
        shared: clone.shared.shared,
        ..CloneTemplate::new(clone.reference, from.clone())
    };
    let answer = session.clone_template(&ask).block_on()?;
    let (template, advice) = (&answer.template, answer.advice());
    let made = (&template.name, &template.scope, template.lineage);
    cloned(template, made, &advice, out)
}

pub(super) fn restore(restore: &Restore, session: &Session, from: &Scope, out: &mut Out) -> Run {
    let reference = to_restore(restore)?;
    let answer = session.restore_template(reference, from, restore.seen);
    let answer = answer.block_on()?;
    let template = &answer.template;
    warned(template.agents_unknown.as_ref());
    restored(&template.name, template.generation, answer.restored, out)
}

pub(super) fn undo(undo: &Undo, session: &Session, from: &Scope, out: &mut Out) -> Run {
    let reference = &undo.reference;
    if undo.list {
        let entries = session.template_undo_points(reference, from).block_on()?;
        let called = |lineage| {
            let reference = Reference::lineage(lineage);
            let theirs = session.template(&reference, from).block_on();
            theirs.ok().map(|theirs| theirs.name)
        };
        return points(entries, &called, out);
    }
    let back = session.undo_template(reference, from, undo.number, undo.seen);
    let back = back.block_on()?;
    let template = &back.template;
    warned(template.agents_unknown.as_ref());
    let (name, generation) = (&template.name, template.generation);
    came_back(name, generation, &back.undone, back.undo, out)
}

pub(super) fn log(
    reference: &Reference,
    page: PageArgs,
    session: &Session,
    from: &Scope,
    out: &mut Out,
) -> Run {
    log_page(page, out, |page| {
        session.template_log(reference, from, page).block_on()
    })
}
