//! Clones, old revisions and undo points.

use super::{generation, look::warned, sharing::Shared};
use crate::{
    exit::{Failure, Run},
    print::{Columns, Out, moment},
};
use cloud_atlas::{
    CloneMci, Session,
    base::Name,
    history::{
        CloneAdvice, Generation, LineageId, RestoreRecord, RevisionRef, UndoCause, UndoEntry,
    },
    scope::Scope,
    template::Reference,
};
use pollster::FutureExt as _;
use serde::Serialize;

/// Make a new one of a revision or of HEAD, which remembers where it came from
#[derive(Debug, clap::Args)]
pub(crate) struct Clone {
    /// Which one: its newest revision that is not revoked, or the state that @X names
    #[arg(value_name = "REF")]
    pub(crate) reference: Reference,
    /// What the clone is called [default: the next free name, such as `web v9` for `web v8`]
    pub(crate) name: Option<Name>,
    /// Where it is made [default: --scope]
    #[arg(long, value_name = "SCOPE")]
    pub(crate) into: Option<Scope>,
    #[command(flatten)]
    pub(crate) shared: Shared,
}

/// Put the content of an old revision into HEAD; `undo` brings back what HEAD held
#[derive(Debug, clap::Args)]
pub(crate) struct Restore {
    /// Which revision, such as web-base@3
    #[arg(value_name = "REF@X")]
    reference: Reference,
    /// Refuse if HEAD is no longer the one of this generation
    #[arg(long, value_name = "GENERATION", value_parser = generation)]
    pub(crate) seen: Option<Generation>,
}

/// Bring back what HEAD held before a restore, a merge, an undo or a plan
#[derive(Debug, clap::Args)]
pub(crate) struct Undo {
    /// Which one
    #[arg(value_name = "REF")]
    pub(crate) reference: Reference,
    /// The number of an undo point [default: the newest]
    pub(crate) number: Option<u64>,
    /// List the undo points, oldest first, and change nothing
    #[arg(long, conflicts_with_all = ["number", "seen"])]
    pub(crate) list: bool,
    /// Refuse if HEAD is no longer the one of this generation
    #[arg(long, value_name = "GENERATION", value_parser = generation)]
    pub(crate) seen: Option<Generation>,
}

pub(super) fn clone(clone: Clone, session: &Session, from: &Scope, out: &mut Out) -> Run {
    let ask = CloneMci {
        into: clone.into,
        name: clone.name,
        shared: clone.shared.shared,
        ..CloneMci::new(clone.reference, from.clone())
    };
    let answer = session.clone_mci(&ask).block_on()?;
    let (mci, advice) = (&answer.mci, answer.advice());
    cloned(mci, (&mci.name, &mci.scope, mci.lineage), &advice, out)
}

/// Tells of a clone.
pub(crate) fn cloned(
    answer: &impl Serialize,
    (name, scope, lineage): (&Name, &Scope, LineageId),
    advice: &CloneAdvice,
    out: &mut Out,
) -> Run {
    out.one(answer, |out| {
        writeln!(out, "made {name} at {scope}: {lineage}")?;
        writeln!(out, "{advice}")
    })
}

/// What a restore answers to programs.
#[derive(Serialize)]
struct Restored<'a> {
    name: &'a Name,
    generation: Generation,
    #[serde(flatten)]
    record: RestoreRecord,
}

pub(super) fn restore(restore: &Restore, session: &Session, from: &Scope, out: &mut Out) -> Run {
    let reference = to_restore(restore)?;
    let answer = session.restore_mci(reference, from, restore.seen);
    let answer = answer.block_on()?;
    warned(&answer.mci.warnings);
    let (name, generation) = (&answer.mci.name, answer.mci.generation);
    restored(name, generation, answer.restored, out)
}

/// The revision that comes back, which has to be said.
pub(crate) fn to_restore(restore: &Restore) -> Result<&Reference, Failure> {
    let reference = &restore.reference;
    if reference.selector.is_some() {
        return Ok(reference);
    }
    let message = format!("say which revision comes back: `{reference}@N`");
    Err(Failure::misused(message))
}

/// Tells of a restore.
pub(crate) fn restored(
    name: &Name,
    generation: Generation,
    record: RestoreRecord,
    out: &mut Out,
) -> Run {
    let answer = Restored {
        name,
        generation,
        record,
    };
    out.one(&answer, |out| {
        let Restored {
            name,
            generation,
            record: RestoreRecord { revision, undo, .. },
        } = &answer;
        writeln!(
            out,
            "HEAD of {name} is at generation {generation} and holds what revision {revision} \
             holds\nwhat it held before is undo point {undo}"
        )
    })
}

/// What an undo answers to programs.
#[derive(Serialize)]
struct Back<'a> {
    name: &'a Name,
    generation: Generation,
    undone: &'a UndoEntry,
    undo: u64,
}

pub(super) fn undo(undo: &Undo, session: &Session, from: &Scope, out: &mut Out) -> Run {
    let reference = &undo.reference;
    if undo.list {
        let entries = session.mci_undo_points(reference, from).block_on()?;
        return points(entries, &|lineage| name_of(lineage, session, from), out);
    }
    let back = session
        .undo_mci(reference, from, undo.number, undo.seen)
        .block_on()?;
    warned(&back.mci.warnings);
    let (name, generation) = (&back.mci.name, back.mci.generation);
    came_back(name, generation, &back.undone, back.undo, out)
}

/// Tells of an undo.
pub(crate) fn came_back(
    name: &Name,
    generation: Generation,
    undone: &UndoEntry,
    undo: u64,
    out: &mut Out,
) -> Run {
    let answer = Back {
        name,
        generation,
        undone,
        undo,
    };
    out.one(&answer, |out| {
        let Back {
            name,
            generation,
            undone,
            undo,
        } = &answer;
        writeln!(
            out,
            "HEAD of {name} is at generation {generation} and holds what undo point {} held\nwhat \
             it held before is undo point {undo}",
            undone.number
        )
    })
}

/// Lists undo points; `called` knows the names of lineages that are seen.
pub(crate) fn points(
    entries: Vec<UndoEntry>,
    called: &dyn Fn(LineageId) -> Option<Name>,
    out: &mut Out,
) -> Run {
    let points = entries.into_iter().map(|entry| Point {
        before: cause(&entry.cause, called),
        entry,
    });
    let points: Vec<_> = points.collect();
    let headers = [">NUMBER", "BEFORE", ">GENERATION", "AT", "BY"];
    let columns = Columns::new("there is nothing to undo", &headers, point_row);
    out.list(&points, &columns)
}

/// An undo point as it is listed.
#[derive(Serialize)]
struct Point {
    #[serde(flatten)]
    entry: UndoEntry,
    /// What replaced it, in words.
    #[serde(skip)]
    before: String,
}

fn point_row(point: &Point) -> Vec<String> {
    let Point { entry, before } = point;
    vec![
        entry.number.to_string(),
        before.clone(),
        entry.generation.to_string(),
        moment(entry.at),
        entry.by.to_string(),
    ]
}

/// What replaced a HEAD, in words.
fn cause(cause: &UndoCause, called: &dyn Fn(LineageId) -> Option<Name>) -> String {
    match cause {
        UndoCause::Restore { revision } => format!("the restore of revision {revision}"),
        UndoCause::Merge { theirs } => {
            let name = called(theirs.lineage);
            let theirs = name.map_or_else(
                || theirs.to_string(),
                |name| format!("{name}@{}", theirs.number),
            );
            format!("the merge of {theirs}")
        }
        UndoCause::Undo { number } => format!("the undo of point {number}"),
        UndoCause::Replace => "the replacement of an image".to_owned(),
        _ => "another change".to_owned(),
    }
}

/// What a lineage is called, where it is seen.
fn name_of(lineage: LineageId, session: &Session, from: &Scope) -> Option<Name> {
    let source = session.mci(&Reference::lineage(lineage), from).block_on();
    source.ok().map(|source| source.name)
}

/// A revision by the name of its lineage, where that is seen.
pub(super) fn called(revision: RevisionRef, session: &Session, from: &Scope) -> String {
    let RevisionRef { lineage, number } = revision;
    match name_of(lineage, session, from) {
        Some(name) => format!("{name}@{number}"),
        None => revision.to_string(),
    }
}
