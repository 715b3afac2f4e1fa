//! What is newer than what an account has.

use super::{imports::told, word};
use crate::{
    commands::{mci, mci::diff::Format, template},
    exit::{Failure, Run},
    print::{Columns, Out, note, quoted},
};
use cloud_atlas::{
    Error, ImportView, MarketDiff, MarketUpdate, MarketUpdated, Paging, Session,
    history::LineageId,
    market::{Following, PublicationRef},
    scope::Scope,
    template::{Reference, Selector, Target},
};
use pollster::FutureExt as _;
use serde::Serialize;
use std::io::{self, Write};

/// List the imports with newer publications, and the clones whose upstream has moved
#[derive(Debug, clap::Args)]
pub(crate) struct Updates {
    /// Tell what the newest would change
    #[arg(long)]
    diff: bool,
    /// How that is shown to people. Unified text has user data line by line, secrets in it too, and
    /// so has --output json; the table tells how long it is
    #[arg(long, value_enum, default_value_t = Format::Table, requires = "diff")]
    format: Format,
}

/// Import the newest of what has newer publications, beside what is there
///
/// A clone is merged with it by `atlas mci merge` or `atlas template merge`.
#[derive(Debug, clap::Args)]
pub(crate) struct Update {
    /// Of these alone: names here, or lineages such as lin-0123456789abcdef0123456789abcdef
    /// [default: all]
    #[arg(value_name = "NAME|LINEAGE")]
    only: Vec<Reference>,
}

/// An update with what it would change.
#[derive(Debug, Serialize)]
struct Compared {
    #[serde(flatten)]
    update: MarketUpdate,
    /// Where what the account has is there to be compared.
    diff: Option<MarketDiff>,
}

pub(super) fn list(args: &Updates, session: &Session, account: &Scope, out: &mut Out) -> Run {
    let updates = session.market_updates(account).block_on()?;
    let headers = [
        "NAME",
        "KIND",
        "PUBLISHER",
        ">HAVE",
        ">NEWEST",
        "IS",
        "LINEAGE",
    ];
    let columns = Columns::new(nothing_newer(session, account)?, &headers, row);
    if !args.diff || updates.is_empty() {
        return out.list(&updates, &columns);
    }
    for (number, update) in updates.into_iter().enumerate() {
        let newest = PublicationRef {
            lineage: update.update.publication,
            revision: update.update.newest,
        };
        let diff = session.market_diff(update.update.have, newest, account);
        let diff = diff.block_on()?;
        let compared = Compared { update, diff };
        out.one(&compared, |out| {
            if number > 0 {
                writeln!(out)?;
            }
            shown(&compared, args.format, out)
        })?;
    }
    Ok(())
}

fn row(it: &MarketUpdate) -> Vec<String> {
    let is = match it.update.what {
        Following::Import => "import",
        Following::Clone => "clone",
    };
    vec![
        it.here.to_string(),
        word(it.kind).to_owned(),
        it.publisher.to_string(),
        it.update.have.to_string(),
        it.update.newest.to_string(),
        is.to_owned(),
        it.update.lineage.to_string(),
    ]
}

fn shown(compared: &Compared, format: Format, out: &mut dyn Write) -> io::Result<()> {
    let Compared { update, diff } = compared;
    let MarketUpdate { kind, here, .. } = update;
    match update.update.what {
        Following::Import => writeln!(out, "{} {here}", word(*kind))?,
        Following::Clone => writeln!(out, "{} {here}, a clone", word(*kind))?,
    }
    match diff {
        Some(MarketDiff::Mci(diff)) => mci::diff::write(diff, format, out),
        Some(MarketDiff::Template(diff)) => template::diff::write(diff, format, out),
        None => writeln!(
            out,
            "revision {} is not here to be compared",
            update.update.have
        ),
    }
}

pub(super) fn update(args: &Update, session: &Session, account: &Scope, out: &mut Out) -> Run {
    let only = match args.only.as_slice() {
        [] => None,
        named => Some(chosen(named, session, account)?),
    };
    let updated = session
        .import_updates(account, only.as_deref())
        .block_on()?;
    let nothing = match args.only.as_slice() {
        [] => nothing_newer(session, account)?.to_owned(),
        named => {
            let named: Vec<_> = named.iter().map(|it| format!("`{it}`")).collect();
            format!("nothing newer is published of {}", named.join(", "))
        }
    };
    out.one(&updated, |out| {
        if updated.imported.is_empty() && updated.to_merge.is_empty() {
            return writeln!(out, "{nothing}");
        }
        for imported in &updated.imported {
            writeln!(out, "imported {}", told(imported))?;
        }
        Ok(())
    })?;
    if !out.is_json() {
        for clone in &updated.to_merge {
            note(to_merge(clone, &updated));
        }
    }
    Ok(())
}

/// What is said where there is nothing newer.
fn nothing_newer(session: &Session, account: &Scope) -> Result<&'static str, Error> {
    let imports = session.imports(account, &Paging::of(1)).block_on()?;
    Ok(if imports.items.is_empty() {
        "nothing is imported"
    } else {
        "everything is at the newest publication"
    })
}

/// Whether a reference names an import of the account, or what was cloned from something.
fn follows(reference: &Reference, session: &Session, account: &Scope) -> Result<bool, Error> {
    let mut paging = Paging::of(Paging::MOST);
    loop {
        let page = session.imports(account, &paging).block_on()?;
        let is_meant = |it: &ImportView| match &reference.target {
            Target::Lineage(lineage) => it.lineage == *lineage,
            Target::Named { scope, name } => {
                scope.as_ref().is_none_or(|scope| scope == account) && it.name == *name
            }
        };
        if page.items.iter().any(is_meant) {
            return Ok(true);
        }
        match page.following() {
            Some(following) => paging = following,
            None => break,
        }
    }
    let mci = session.mci(reference, account).block_on();
    let template = session.template(reference, account).block_on();
    Ok(mci.is_ok_and(|it| it.origin.is_some()) || template.is_ok_and(|it| it.origin.is_some()))
}

/// The lineages that people named, as far as there is something newer of them.
fn chosen(
    named: &[Reference],
    session: &Session,
    account: &Scope,
) -> Result<Vec<LineageId>, Failure> {
    let updates = session.market_updates(account).block_on()?;
    let mut lineages = Vec::new();
    for reference in named {
        crate::commands::kind::whole(reference, "the newest is imported")?;
        let is_meant = |it: &&MarketUpdate| match &reference.target {
            Target::Lineage(lineage) => [it.update.lineage, it.update.upstream].contains(lineage),
            Target::Named { scope, name } => {
                let is_there = scope.as_ref().is_none_or(|scope| *scope == it.update.scope);
                is_there && it.here == *name
            }
        };
        let before = lineages.len();
        lineages.extend(updates.iter().filter(is_meant).map(|it| it.update.lineage));
        if lineages.len() == before && !follows(reference, session, account)? {
            let message = format!("`{reference}` is no import of {account}, nor a clone of one");
            return Err(Failure::refused(message).into());
        }
    }
    Ok(lineages)
}

/// How the newest is brought into a clone.
fn to_merge(clone: &MarketUpdate, updated: &MarketUpdated) -> String {
    let upstream = clone.update.upstream;
    let mut imported = updated.imported.iter();
    let target = match imported.find(|it| it.lineage == upstream) {
        Some(imported) => Target::Named {
            scope: None,
            name: imported.name.clone(),
        },
        None => Target::Lineage(upstream),
    };
    let theirs = Reference {
        target,
        selector: Some(Selector::Number(clone.update.newest)),
    };
    let (here, theirs) = (clone.here.to_string(), theirs.to_string());
    format!(
        "bring it into the clone: atlas {} merge {} --from {}",
        word(clone.kind),
        quoted(&here),
        quoted(&theirs)
    )
}
