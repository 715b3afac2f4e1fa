//! Look at servers, and at what there is for them.

use super::{change::shown, show::size};
use crate::{
    args::Global,
    commands::{candidates::InventoryArgs, kind::whole},
    exit::Run,
    pages::PageArgs,
    print::{Columns, Out, warn},
};
use cloud_atlas::{
    Behind, LineageKind, ServerNext, ServerOffer, ServerQuery, ServerRef, ServerView,
    base::Name,
    history::RevisionNumber,
    image::NetworkName,
    image_id::CloudLocation,
    scope::Scope,
    template::{LockEntry, OfferedMci, PolicyVerdict, Reference},
};
use pollster::FutureExt as _;
use serde::Serialize;
use std::io::{self, Write};

/// List the networks that are offered to a server at a location: those that the inventory reports
/// at this very place
#[derive(Debug, clap::Args)]
pub(crate) struct Networks {
    /// Such as vmware:vc1/DC1/cluster-a
    location: CloudLocation,
    #[command(flatten)]
    inventory: InventoryArgs,
}

/// List what a server at a location can be added from: what has an image there
#[derive(Debug, clap::Args)]
pub(crate) struct Offers {
    /// Such as aws/us-east-1
    location: CloudLocation,
    #[command(flatten)]
    page: PageArgs,
}

/// List the servers that are seen from --scope
#[derive(Debug, clap::Args)]
pub(crate) struct List {
    /// Those of this deployment
    #[arg(short, long, value_name = "NAME")]
    deployment: Option<Name>,
    /// Those that inherited from a ServerTemplate, at whatever state
    #[arg(long, value_name = "REF")]
    template: Option<Reference>,
    /// Those that inherited from a MultiCloud Image, at whatever state
    #[arg(long, value_name = "REF", conflicts_with = "template")]
    mci: Option<Reference>,
    #[command(flatten)]
    page: PageArgs,
}

/// Tell what a server launches with next, and how it stands to what it inherited from
///
/// Launches nothing. Ends with 1 if it must not be launched.
#[derive(Debug, clap::Args)]
pub(crate) struct Next {
    /// Which one
    server: ServerRef,
}

/// A network that is offered, or whether any is taken where none is.
#[derive(Serialize)]
struct Offered {
    location: CloudLocation,
    network: Option<NetworkName>,
    any: Option<bool>,
}

pub(super) fn networks(networks: &Networks, global: &Global, out: &mut Out) -> Run {
    let session = networks.inventory.session(global)?;
    let location = &networks.location;
    let offered = session
        .server_networks(location, &global.scope)
        .block_on()?;
    let none = match &offered {
        None => {
            format!("no inventory tells which networks there are at {location}: any is taken")
        }
        Some(_) => format!("no networks are offered at {location}: none is taken"),
    };
    let is_any = offered.is_none();
    let offer = |network| Offered {
        location: location.clone(),
        network: Some(network),
        any: None,
    };
    let mut lines: Vec<_> = offered.into_iter().flatten().map(offer).collect();
    if lines.is_empty() && out.is_json() {
        lines.push(Offered {
            location: location.clone(),
            network: None,
            any: Some(is_any),
        });
    }
    let row = |it: &Offered| {
        let network = it.network.as_ref().map(ToString::to_string);
        vec![it.location.to_string(), network.unwrap_or_default()]
    };
    let columns = Columns::new(&none, &["LOCATION", "NETWORK"], row);
    out.list(&lines, &columns)
}

pub(super) fn offers(offers: Offers, global: &Global, out: &mut Out) -> Run {
    let session = global.session()?;
    let headers = [
        "KIND",
        "NAME",
        ">REVISION",
        "SERVED BY",
        "OF MULTICLOUD IMAGES",
    ];
    let columns = Columns::new("nothing has an image there", &headers, offer_row);
    offers.page.show(&columns, out, |page| {
        session
            .server_offers(&offers.location, &global.scope, page)
            .block_on()
    })
}

fn offer_row(offer: &ServerOffer) -> Vec<String> {
    let revision = |number: Option<RevisionNumber>| {
        number.map_or_else(|| "head".to_owned(), |number| number.to_string())
    };
    let name = |mci: &OfferedMci| match &mci.mci.name {
        Some(name) => name.to_string(),
        None => mci.mci.lineage.to_string(),
    };
    match offer {
        ServerOffer::Template(template) => {
            let mcis = template.mcis.iter().map(|mci| {
                let default = if mci.is_default { " (default)" } else { "" };
                format!("{}{default}", name(mci))
            });
            let served_by = template.mcis.first().map(|mci| mci.served_by.to_string());
            vec![
                "ServerTemplate".to_owned(),
                template.name.to_string(),
                revision(template.revision),
                served_by.unwrap_or_default(),
                mcis.collect::<Vec<_>>().join(", "),
            ]
        }
        ServerOffer::Mci(mci) => vec![
            "MultiCloud Image".to_owned(),
            name(mci),
            revision(mci.revision),
            mci.served_by.to_string(),
            String::new(),
        ],
        _ => vec![String::new(); 5],
    }
}

pub(super) fn list(list: List, global: &Global, out: &mut Out) -> Run {
    for reference in list.template.iter().chain(&list.mci) {
        whole(
            reference,
            "servers are listed whatever state they inherited from",
        )?;
    }
    let session = global.session()?;
    let mut query = ServerQuery::new(global.scope.clone());
    query.deployment = list.deployment;
    let template = list.template.map(|it| (LineageKind::Template, it));
    query.using = template.or(list.mci.map(|it| (LineageKind::Mci, it)));
    let headers = ["SERVER", "SCOPE", "LOCATION", "FROM", "IMAGE", "ID"];
    let columns = Columns::new("no servers", &headers, row);
    list.page.show(&columns, out, |page| {
        session.servers(&query, page).block_on()
    })
}

fn row(server: &ServerView) -> Vec<String> {
    let definition = &server.definition;
    let image = match &definition.overrides().image {
        Some(image) => image.to_string(),
        None => definition.inherited().entry.image.clone(),
    };
    vec![
        shown(server),
        server.scope.to_string(),
        definition.location().to_string(),
        definition.inherited().states(),
        image,
        definition.id().to_string(),
    ]
}

pub(super) fn next(next: &Next, global: &Global, out: &mut Out) -> Run {
    let session = global.session()?;
    let seen = session.server(&next.server, &global.scope).block_on()?;
    let server = ServerRef::Id(seen.definition.id());
    let next = session.server_next(&server, &global.scope).block_on()?;
    let start = &next.start;
    let template = start.template_warnings.iter().map(ToString::to_string);
    let image = start.warnings.iter().map(ToString::to_string);
    let audited = start.audited.iter().map(PolicyVerdict::in_a_line);
    template.chain(image).chain(audited).for_each(warn);
    let answer = NextOf {
        scope: &seen.scope,
        deployment_name: &seen.deployment_name,
        next: &next,
    };
    out.one(&answer, |out| write_next(&seen, &next, out))
}

/// The next launch of a server, with where that is.
#[derive(Serialize)]
struct NextOf<'a> {
    scope: &'a Scope,
    deployment_name: &'a Name,
    #[serde(flatten)]
    next: &'a ServerNext,
}

fn write_next(server: &ServerView, next: &ServerNext, out: &mut dyn Write) -> io::Result<()> {
    let start = &next.start;
    let (name, location) = (shown(server), &start.location);
    writeln!(out, "{name} at {location}, from {}", next.from)?;
    write_entry(&start.entry, out)?;
    if !start.guest.is_empty() {
        writeln!(out, "  guest: {}", start.guest)?;
    }
    for network in &start.networks {
        writeln!(out, "  network: {network}")?;
    }
    for tag in &start.tags {
        writeln!(out, "  tag: {tag}")?;
    }
    for mark in &start.overridden {
        writeln!(out, "  {mark}")?;
    }
    match &next.behind {
        Behind::Behind(changes) => {
            writeln!(out, "inheriting again would change:")?;
            for line in changes.to_string().lines() {
                writeln!(out, "  {line}")?;
            }
            Ok(())
        }
        Behind::Orphan { reason } => {
            writeln!(
                out,
                "it keeps what it has, there is nothing to inherit again: {reason}"
            )
        }
        _ => writeln!(out, "inheriting again would change nothing"),
    }
}

fn write_entry(entry: &LockEntry, out: &mut dyn Write) -> io::Result<()> {
    let instance_type = entry.instance_type.as_ref().map(ToString::to_string);
    let user_data = entry.user_data.as_ref();
    let user_data = user_data.map(size);
    let fields = [
        ("image", Some(entry.image.clone())),
        ("instance type", instance_type),
        ("kernel", entry.kernel.clone()),
        ("ramdisk", entry.ramdisk.clone()),
        ("user data", user_data),
    ];
    for (field, value) in fields {
        if let Some(value) = value {
            writeln!(out, "  {field}: {value}")?;
        }
    }
    Ok(())
}
