//! `atlas mci`: MultiCloud Images.

mod check;
pub(crate) mod delete;
pub(crate) mod diff;
mod edit;
mod gate;
pub(crate) mod graph;
pub(crate) mod history;
pub(crate) mod look;
mod matching;
pub(crate) mod merge;
pub(crate) mod sharing;
mod suggest;

use crate::{
    args::Global,
    commands::{
        candidates::InventoryArgs,
        marks,
        xref::{self, XrefArgs},
    },
    exit::Run,
    pages::PageArgs,
    print::Out,
};
use clap::Subcommand;
use cloud_atlas::{
    LineageKind, NewLineage, XrefSubject, base::Name, history::Generation, template::Reference,
};
use pollster::FutureExt as _;

const KIND: LineageKind = LineageKind::Mci;

/// A MultiCloud Image is one name for an image in many cloud locations, versioned as a whole
#[derive(Debug, Subcommand)]
pub(crate) enum Mci {
    /// Make one with an empty HEAD at --scope
    New {
        /// What it is called
        name: Name,
        #[command(flatten)]
        shared: sharing::Shared,
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
    Check(check::Check),
    Commit(check::Commit),
    Require(gate::Require),
    Match(matching::Match),
    Rematch(matching::Rematch),
    Unmatch(matching::Unmatch),
    Suggest(suggest::Suggest),
    Clone(history::Clone),
    Merge(Box<merge::Merge>),
    Restore(history::Restore),
    Undo(history::Undo),
    /// Mark a revision as deprecated: it can still be launched, with a warning
    Deprecate(marks::Marking),
    /// Mark a revision as revoked: nothing is launched from it any more; channels go back
    Revoke(marks::Revoking),
    /// Take back the last mark of a revision: that it is revoked, else that it is deprecated
    Unmark {
        /// Which revision, such as web-base@3
        #[arg(value_name = "REF@X")]
        reference: Reference,
    },
    Share(sharing::Share),
    Unshare(sharing::Unshare),
    /// Delete one with HEAD and all its revisions, channels and undo points
    ///
    /// What links or locks it is listed, and then nothing is deleted. A delete that was stopped on its
    /// way goes on when it is asked for again, by the lineage id.
    Delete(delete::Delete),
    /// Tell who uses one: channels, templates, servers, locks; or with --used, which images it uses
    Xref {
        /// Which one: HEAD, its newest 100 revisions and all that are used, or the state that @X
        /// names
        #[arg(value_name = "REF")]
        reference: Reference,
        #[command(flatten)]
        args: XrefArgs,
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

pub(crate) fn generation(text: &str) -> Result<Generation, std::num::ParseIntError> {
    text.parse().map(Generation::new)
}

impl Mci {
    /// The inventory that the command may name.
    fn inventory(&self) -> Option<&InventoryArgs> {
        match self {
            Self::Set(set) => Some(&set.inventory),
            Self::Match(make) => Some(&make.inventory),
            Self::Rematch(again) => Some(&again.inventory),
            Self::Suggest(suggest) => Some(&suggest.inventory),
            _ => None,
        }
    }
}

pub(crate) fn run(command: Mci, global: &Global, out: &mut Out) -> Run {
    let session = match command.inventory() {
        Some(inventory) => inventory.session(global)?,
        None => global.session()?,
    };
    let from = &global.scope;
    match command {
        Mci::New { name, shared } => {
            let new = NewLineage::new(from.clone(), name).with_shared(shared.shared);
            let view = session.make_mci(&new).block_on()?;
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
        Mci::Check(check) => check::check(&check, &session, from, out),
        Mci::Commit(commit) => check::commit(commit, &session, from, out),
        Mci::Require(require) => gate::require(&require, &session, from, out),
        Mci::Match(make) => matching::make(&make, &session, from, out),
        Mci::Rematch(again) => matching::again(&again, &session, from, out),
        Mci::Unmatch(unmatch) => matching::remove(&unmatch, &session, from, out),
        Mci::Suggest(suggest) => suggest::suggest(&suggest, &session, from, out),
        Mci::Clone(clone) => history::clone(clone, &session, from, out),
        Mci::Merge(merge) => merge::merge(*merge, &session, from, out),
        Mci::Restore(restore) => history::restore(&restore, &session, from, out),
        Mci::Undo(undo) => history::undo(&undo, &session, from, out),
        Mci::Deprecate(marking) => marks::deprecate(KIND, &marking, &session, from, out),
        Mci::Revoke(revoking) => marks::revoke(KIND, &revoking, &session, from, out),
        Mci::Unmark { reference } => marks::unmark(KIND, &reference, &session, from, out),
        Mci::Log {
            reference,
            graph: true,
            page,
        } => graph::log(&page, out, |bounds| {
            session.mci_graph(&reference, from, bounds).block_on()
        }),
        Mci::Log {
            reference, page, ..
        } => look::log(&reference, page, &session, from, out),
        Mci::Xref { reference, args } => {
            let subject = XrefSubject::Lineage(LineageKind::Mci, reference);
            xref::run(&subject, &args, &session, from, out)
        }
        Mci::Share(args) => sharing::share(&args, KIND, &session, from, out),
        Mci::Unshare(args) => sharing::unshare(&args, KIND, &session, from, out),
        Mci::Delete(args) => delete::delete(&args, LineageKind::Mci, session, global, out),
        Mci::Graph(args) => graph::run(args, &session, from, out),
        Mci::Diff(args) => diff::run(args, &session, from, out),
        Mci::Coverage { references } => look::coverage(&references, &session, from, out),
    }
}
