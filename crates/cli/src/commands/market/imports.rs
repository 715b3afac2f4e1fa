//! What an account imports.

use super::word;
use crate::{
    args::Global,
    exit::Run,
    pages::PageArgs,
    print::{Columns, Out, moment},
};
use cloud_atlas::{
    ImportPublication, ImportView, ImportedHere, LineageKind, PublicationChoice, Session,
    scope::Scope, template::Reference,
};
use pollster::FutureExt as _;

pub(super) fn import(
    publication: PublicationChoice,
    session: &Session,
    account: &Scope,
    out: &mut Out,
) -> Run {
    let ask = ImportPublication {
        publication,
        account: account.clone(),
    };
    let done = session.import_publication(&ask).block_on()?;
    out.one(&done, |out| {
        for imported in &done.imported {
            writeln!(out, "imported {}", told(imported))?;
        }
        for there in &done.there {
            writeln!(out, "had already {}", told(there))?;
        }
        Ok(())
    })
}

/// A revision that came, in the words of a line.
pub(super) fn told(here: &ImportedHere) -> String {
    let ImportedHere {
        kind,
        lineage,
        name,
        revision,
        ..
    } = here;
    format!("{} {name} revision {revision}: {lineage}", word(*kind))
}

pub(super) fn list(page: PageArgs, session: &Session, account: &Scope, out: &mut Out) -> Run {
    let headers = [
        "NAME",
        "KIND",
        ">REVISION",
        "PUBLISHER",
        "IMPORTED",
        "LINEAGE",
    ];
    let columns = Columns::new("no imports", &headers, row);
    page.show(&columns, out, |page| {
        session.imports(account, page).block_on()
    })
}

fn row(view: &ImportView) -> Vec<String> {
    vec![
        view.name.to_string(),
        word(view.kind).to_owned(),
        view.revision.to_string(),
        view.publisher.to_string(),
        moment(view.at),
        view.lineage.to_string(),
    ]
}

pub(super) fn delete(
    kind: LineageKind,
    reference: &Reference,
    session: Session,
    global: &Global,
    out: &mut Out,
) -> Run {
    let from = &global.scope;
    let session = global.confirmed(session, |session| {
        // What is not there is not asked about.
        match kind {
            LineageKind::Mci => drop(session.mci(reference, from).block_on()?),
            LineageKind::Template => drop(session.template(reference, from).block_on()?),
        }
        Ok(Some(format!("take the import {reference} away")))
    })?;
    let deleted = session.delete_import(kind, reference, from).block_on()?;
    out.one(&deleted, |out| {
        let revisions: Vec<_> = deleted.revisions.iter().map(ToString::to_string).collect();
        let revisions = match revisions.as_slice() {
            [one] => format!("revision {one}"),
            all => format!("revisions {}", all.join(", ")),
        };
        let left = if deleted.is_whole {
            "nothing of it is left"
        } else {
            "others of it are left"
        };
        let whole = Reference {
            selector: None,
            ..reference.clone()
        };
        writeln!(out, "took {revisions} of {whole} away, and {left}")
    })
}
