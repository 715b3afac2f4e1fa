//! Publications: the catalogue, and what an account published itself.

use super::{KindWord, names::Names, word};
use crate::{
    exit::Run,
    pages::PageArgs,
    print::{Columns, Out},
};
use cloud_atlas::{
    PublicationChoice, Session,
    base::Tag,
    history::RevisionNumber,
    image_id::CloudLocation,
    market::{CatalogueQuery, Listing, RevisionImporters, SeenPublication},
    scope::Scope,
};
use pollster::FutureExt as _;
use serde::Serialize;

/// List what the account is offered: each lineage once, at its newest revision that is offered
#[derive(Debug, clap::Args)]
pub(crate) struct List {
    /// Of a name with this in it only, whatever the case
    #[arg(long, value_name = "TEXT")]
    name: Option<String>,
    /// Published by this account only
    #[arg(long, value_name = "ACCOUNT")]
    publisher: Option<Scope>,
    /// What can be launched at this cloud location only
    #[arg(long)]
    location: Option<CloudLocation>,
    /// With this tag only
    #[arg(long)]
    tag: Option<Tag>,
    /// Of this kind only
    #[arg(long)]
    kind: Option<KindWord>,
    /// What the account itself has published instead, every revision, deprecated ones too
    #[arg(long, conflicts_with_all = ["name", "publisher", "location", "tag", "kind"])]
    own: bool,
    #[command(flatten)]
    page: PageArgs,
}

pub(super) fn list(list: List, session: &Session, account: &Scope, out: &mut Out) -> Run {
    if list.own {
        let headers = ["NAME", "KIND", ">REVISION", "STATE", "FOR", "PUBLICATION"];
        let names = Names::new(session, account);
        let row = |seen: &SeenPublication| own_row(seen, &names);
        let columns = Columns::new("nothing is published", &headers, row);
        return list.page.show(&columns, out, |page| {
            session.publications(account, page).block_on()
        });
    }
    let mut query = CatalogueQuery::default();
    query.name = list.name;
    query.publisher = list.publisher;
    query.location = list.location;
    query.tag = list.tag;
    query.kind = list.kind.map(Into::into);
    let headers = [
        "NAME",
        "KIND",
        "PUBLISHER",
        ">REVISION",
        "PUBLICATION",
        "WHAT IT IS",
    ];
    let columns = Columns::new("no publications", &headers, row);
    list.page.show(&columns, out, |page| {
        session.catalogue(&query, account, page).block_on()
    })
}

fn row(listing: &Listing) -> Vec<String> {
    vec![
        listing.name.to_string(),
        word(listing.kind).to_owned(),
        listing.publisher.to_string(),
        listing.revision.to_string(),
        listing.publication.to_string(),
        listing.short.to_string(),
    ]
}

fn own_row(seen: &SeenPublication, names: &Names<'_>) -> Vec<String> {
    let state = match seen.deprecated {
        Some(_) => "deprecated",
        None => "active",
    };
    let meant_for = seen.visibility.as_ref().map(|it| names.audience(it));
    vec![
        seen.name.to_string(),
        word(seen.kind).to_owned(),
        seen.publication.revision.to_string(),
        state.to_owned(),
        meant_for.unwrap_or_default(),
        seen.publication.lineage.to_string(),
    ]
}

/// Tells of a publication in its new state.
pub(super) fn changed(seen: &SeenPublication, how: &str, out: &mut Out) -> Run {
    out.one(seen, |out| {
        let SeenPublication {
            name, publication, ..
        } = seen;
        writeln!(
            out,
            "{name} revision {} {how}: {publication}",
            publication.revision
        )
    })
}

/// Who imported one revision.
#[derive(Debug, Serialize)]
struct Imported {
    revision: RevisionNumber,
    #[serde(flatten)]
    by: RevisionImporters,
}

pub(super) fn importers(
    publication: &PublicationChoice,
    session: &Session,
    account: &Scope,
    out: &mut Out,
) -> Run {
    let importers = session.importers(publication, account).block_on()?;
    let imported = importers.revisions.into_iter();
    let imported: Vec<_> = imported
        .map(|(revision, by)| Imported { revision, by })
        .collect();
    let row = |it: &Imported| {
        let accounts: Vec<_> = it.by.accounts.iter().map(ToString::to_string).collect();
        vec![
            it.revision.to_string(),
            accounts.join(" "),
            it.by.others.to_string(),
        ]
    };
    let headers = [">REVISION", "ACCOUNTS IN GROUPS", ">OTHERS"];
    let columns = Columns::new("nobody has imported it", &headers, row);
    out.list(&imported, &columns)
}
