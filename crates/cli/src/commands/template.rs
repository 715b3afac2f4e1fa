//! `atlas template`: ServerTemplates.

pub(crate) mod diff;
mod edit;
mod history;
mod look;
mod merge;
mod times;
mod update;

use crate::{
    args::Global,
    commands::{
        marks,
        mci::{
            delete::{self, delete},
            graph::{self, Graph},
            sharing,
        },
        xref::{self, XrefArgs},
    },
    exit::Run,
    pages::PageArgs,
    print::Out,
};
use clap::Subcommand;
use cloud_atlas::{LineageKind, XrefSubject, template::Reference};
use pollster::FutureExt as _;

const KIND: LineageKind = LineageKind::Template;

/// A ServerTemplate links MultiCloud Images, one of them by default, and scripts, versioned as a
/// whole
#[derive(Debug, Subcommand)]
pub(crate) enum Template {
    New(edit::New),
    Link(edit::Link),
    Unlink(edit::Unlink),
    Default(edit::Default),
    Set(edit::Set),
    /// Add, replace, take out scripts, which hosts run and this program never does
    #[command(subcommand)]
    Script(edit::Script),
    /// List those that are seen from --scope
    List {
        #[command(flatten)]
        page: PageArgs,
    },
    /// Show one with its links: HEAD, or the state that @X names
    Show {
        /// Such as front or front@3
        #[arg(value_name = "REF")]
        reference: Reference,
    },
    Commit(history::Commit),
    Update(update::Update),
    Clone(crate::commands::mci::history::Clone),
    Merge(Box<merge::Merge>),
    Restore(crate::commands::mci::history::Restore),
    Undo(crate::commands::mci::history::Undo),
    /// Mark a revision as deprecated: it can still be launched, with a warning
    Deprecate(marks::Marking),
    /// Mark a revision as revoked: nothing is launched from it any more; channels go back
    Revoke(marks::Revoking),
    /// Take back the last mark of a revision: that it is revoked, else that it is deprecated
    Unmark {
        /// Which revision, such as front@3
        #[arg(value_name = "REF@X")]
        reference: Reference,
    },
    Share(sharing::Share),
    Unshare(sharing::Unshare),
    /// Delete one with HEAD and all its revisions and undo points
    ///
    /// Its channels and the registered locks that hold it are listed, and then nothing is deleted. A
    /// delete that was stopped on its way goes on when it is asked for again, by the lineage id.
    Delete(delete::Delete),
    /// Tell who uses one: channels, servers, locks; or with --used, which MultiCloud Images and
    /// images it uses
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
    Diff(diff::Diff),
    Times(times::Times),
    /// Draw what was made from what, as a picture or for programs that draw
    Graph(Graph),
}

pub(crate) fn run(command: Template, global: &Global, out: &mut Out) -> Run {
    let session = global.session()?;
    let from = &global.scope;
    match command {
        Template::New(new) => edit::new(new, &session, from, out),
        Template::Link(link) => edit::link(link, &session, from, out),
        Template::Unlink(unlink) => edit::unlink(unlink, &session, from, out),
        Template::Default(default) => edit::default(default, &session, from, out),
        Template::Set(set) => edit::set(set, &session, from, out),
        Template::Script(script) => edit::script(script, &session, from, out),
        Template::List { page } => look::list(page, &session, from, out),
        Template::Show { reference } => look::show(&reference, &session, from, out),
        Template::Commit(commit) => history::commit(commit, &session, from, out),
        Template::Update(update) => update::update(&update, &session, from, out),
        Template::Clone(clone) => history::clone(clone, &session, from, out),
        Template::Merge(merge) => merge::merge(*merge, &session, from, out),
        Template::Restore(restore) => history::restore(&restore, &session, from, out),
        Template::Undo(undo) => history::undo(&undo, &session, from, out),
        Template::Deprecate(marking) => marks::deprecate(KIND, &marking, &session, from, out),
        Template::Revoke(revoking) => marks::revoke(KIND, &revoking, &session, from, out),
        Template::Unmark { reference } => marks::unmark(KIND, &reference, &session, from, out),
        Template::Log {
            reference,
            graph: true,
            page,
        } => graph::log(&page, out, |bounds| {
            let drawn = session.template_graph(&reference, from, bounds);
            drawn.block_on()
        }),
        Template::Log {
            reference, page, ..
        } => history::log(&reference, page, &session, from, out),
        Template::Graph(args) => graph::draw(args, out, |reference, bounds| {
            session.template_graph(reference, from, bounds).block_on()
        }),
        Template::Xref { reference, args } => {
            let subject = XrefSubject::Lineage(KIND, reference);
            xref::run(&subject, &args, &session, from, out)
        }
        Template::Share(args) => sharing::share(&args, KIND, &session, from, out),
        Template::Unshare(args) => sharing::unshare(&args, KIND, &session, from, out),
        Template::Delete(args) => delete(&args, KIND, session, global, out),
        Template::Diff(args) => diff::run(args, &session, from, out),
        Template::Times(times) => times::times(&times, &session, from, out),
    }
}
