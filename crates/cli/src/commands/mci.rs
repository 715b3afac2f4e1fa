//! `atlas mci`: MultiCloud Images.

mod diff;
mod edit;
mod graph;
mod history;
mod look;
mod merge;

use crate::{args::Global, exit::Run, pages::PageArgs, print::Out};
use clap::Subcommand;
use cloud_atlas::{
    base::Name,
    history::{Generation, Message},
    template::Reference,
};
use pollster::FutureExt as _;

/// A MultiCloud Image is one name for an image in many cloud locations, versioned as a whole
#[derive(Debug, Subcommand)]
pub(crate) enum Mci {
    /// Make one with an empty HEAD at --scope
    New {
        /// What it is called
        name: Name,
    },
    /// Set the image of a cloud location in HEAD, or what describes it
    Set(Box<edit::Set>),
    /// Take cloud locations or tags out of HEAD
    Unset(edit::Unset),
    /// List those that are seen from --scope
    List {
        #[command(flatten)]
        page: PageArgs,
    },
    /// Show one: HEAD, or the state that @X names
    Show {
        /// Such as web-base or web-base@3
        #[arg(value_name = "REF")]
        reference: Reference,
    },
    /// Freeze HEAD as the next revision, which never changes again
    Commit {
        /// Which one
        #[arg(value_name = "REF")]
        reference: Reference,
        /// Why
        #[arg(short, long, value_name = "TEXT")]
        message: Message,
        /// Refuse if HEAD is no longer the one of this generation
        #[arg(long, value_name = "GENERATION", value_parser = generation)]
        seen: Option<Generation>,
    },
    Clone(history::Clone),
    Merge(Box<merge::Merge>),
    Restore(history::Restore),
    Undo(history::Undo),
    /// Mark a revision as deprecated: it can still be launched, with a warning
    Deprecate(history::Marking),
    /// Mark a revision as revoked: nothing is launched from it any more
    Revoke(history::Marking),
    /// Take back the last mark of a revision: that it is revoked, else that it is deprecated
    Unmark {
        /// Which revision, such as web-base@3
        #[arg(value_name = "REF@X")]
        reference: Reference,
    },
    /// List the revisions, newest first
    Log {
        /// Which one
        #[arg(value_name = "REF")]
        reference: Reference,
        /// Draw what was made from what: HEAD, the revisions, those of other lineages that were
        /// merged or cloned, and clones; up to 1000 revisions in one piece
        #[arg(long, conflicts_with = "after")]
        graph: bool,
        #[command(flatten)]
        page: PageArgs,
    },
    /// Compare two states, of one or of two
    Diff(diff::Diff),
    /// Draw what was made from what, as a picture or for programs that draw
    Graph(graph::Graph),
    /// Draw which locations each revision serves
    Coverage {
        /// Which ones, a lane each
        #[arg(value_name = "REF", required = true)]
        references: Vec<Reference>,
    },
}

fn generation(text: &str) -> Result<Generation, std::num::ParseIntError> {
    text.parse().map(Generation::new)
}

pub(crate) fn run(command: Mci, global: &Global, out: &mut Out) -> Run {
    let session = global.session()?;
    let from = &global.scope;
    match command {
        Mci::New { name } => {
            let view = session.create_mci(from, name).block_on()?;
            out.one(&view, |out| {
                writeln!(
                    out,
                    "made {} at {}: {}",
                    view.name, view.scope, view.lineage
                )
            })
        }
        Mci::Set(set) => edit::set(*set, &session, from, out),
        Mci::Unset(unset) => edit::unset(unset, &session, from, out),
        Mci::List { page } => look::list(page, &session, from, out),
        Mci::Show { reference } => look::show(&reference, &session, from, out),
        Mci::Commit {
            reference,
            message,
            seen,
        } => {
            let revision = session
                .commit_mci(&reference, from, message, seen)
                .block_on()?;
            out.one(&revision, |out| {
                let digest = revision.digest().short();
                writeln!(
                    out,
                    "revision {} {digest}: {}",
                    revision.number(),
                    revision.message().subject()
                )
            })
        }
        Mci::Clone(clone) => history::clone(clone, &session, from, out),
        Mci::Merge(merge) => merge::merge(*merge, &session, from, out),
        Mci::Restore(restore) => history::restore(&restore, &session, from, out),
        Mci::Undo(undo) => history::undo(&undo, &session, from, out),
        Mci::Deprecate(marking) => history::deprecate(&marking, &session, from, out),
        Mci::Revoke(marking) => history::revoke(&marking, &session, from, out),
        Mci::Unmark { reference } => history::unmark(&reference, &session, from, out),
        Mci::Log {
            reference,
            graph: true,
            page,
        } => graph::log(&reference, &page, &session, from, out),
        Mci::Log {
            reference, page, ..
        } => look::log(&reference, page, &session, from, out),
        Mci::Graph(args) => graph::run(args, &session, from, out),
        Mci::Diff(args) => diff::run(args, &session, from, out),
        Mci::Coverage { references } => look::coverage(&references, &session, from, out),
    }
}
