//! Add, edit and remove servers.

use crate::{
    args::Global,
    commands::{candidates::InventoryArgs, resolve::OverrideArgs},
    exit::{Failure, Run},
    print::{Out, warn},
};
use clap::ValueEnum;
use cloud_atlas::{
    AddServer, LaunchBase, Reinherited, ServerRef, ServerView,
    base::Name,
    image::NetworkName,
    image_id::CloudLocation,
    template::{OverrideField, Overrides, Reference, Selector, ServerChanges, ServerEdit},
};
use pollster::FutureExt as _;
use serde::Serialize;
use std::collections::BTreeSet;

/// Add a server: first where, then what serves that place, then what it is called
#[derive(Debug, clap::Args)]
pub(crate) struct Add {
    /// Where it launches, for ever, such as aws/us-east-1 or vmware:vc1/DC1/cluster-a
    location: CloudLocation,
    /// What it inherits from, such as web-base@production; without @X the newest revision
    #[arg(value_name = "REF")]
    reference: Reference,
    /// REF names a ServerTemplate
    #[arg(short, long)]
    template: bool,
    /// The MultiCloud Image in place of the template's default: one that it links, or any other
    #[arg(long, value_name = "REF", requires = "template")]
    mci: Option<Reference>,
    /// What it is called, as `[DEPLOYMENT:]NAME`
    #[arg(value_name = "SERVER", value_parser = named)]
    server: ServerRef,
    /// A network that it is on; may be given several times
    #[arg(long, value_name = "NAME")]
    network: Vec<NetworkName>,
    #[command(flatten)]
    inventory: InventoryArgs,
    #[command(flatten)]
    overrides: OverrideArgs,
}

/// Edit a server for its next launch; one that runs goes on as it is
#[derive(Debug, clap::Args)]
pub(crate) struct Edit {
    /// Which one
    server: ServerRef,
    /// Another name in its deployment
    #[arg(long, value_name = "NAME")]
    rename: Option<Name>,
    /// The networks that it is on, in place of those before; may be given several times
    #[arg(long, value_name = "NAME", conflicts_with = "no_networks")]
    network: Vec<NetworkName>,
    /// On no network that is said
    #[arg(long)]
    no_networks: bool,
    /// What is to be as it was inherited again; may be given several times
    #[arg(long, value_name = "PART", value_enum)]
    inherit: Vec<Part>,
    #[command(flatten)]
    inventory: InventoryArgs,
    #[command(flatten)]
    overrides: OverrideArgs,
}

/// A part of what a server inherits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Part {
    Image,
    InstanceType,
    Kernel,
    Ramdisk,
    UserData,
}

/// Let a server inherit again from what it was added from, for its next launch
///
/// Its name, its networks and its overrides stay; a server that runs goes on as it is.
#[derive(Debug, clap::Args)]
pub(crate) struct Reinherit {
    /// Which one
    server: ServerRef,
    /// The state to inherit from: a revision number, a channel, a version requirement or `head`
    /// [default: the newest revision]
    #[arg(long, value_name = "X")]
    to: Option<Selector>,
    /// Tell what would change, and change nothing
    #[arg(long)]
    dry_run: bool,
}

/// Remove a server definition; what runs goes on
#[derive(Debug, clap::Args)]
pub(crate) struct Remove {
    /// Which one
    server: ServerRef,
}

/// A new server has a name and no id yet.
fn named(text: &str) -> Result<ServerRef, String> {
    match ServerRef::parse(text).map_err(|error| error.to_string())? {
        ServerRef::Id(_) => Err("expected [DEPLOYMENT:]NAME: the id is given to it".to_owned()),
        named => Ok(named),
    }
}

pub(super) fn add(add: Add, global: &Global, out: &mut Out) -> Run {
    let ServerRef::Named { deployment, name } = add.server else {
        return Err(Failure::misused("a new server has a name and no id"));
    };
    let session = add.inventory.session(global)?;
    let base = if add.template {
        LaunchBase::Template {
            template: add.reference,
            mci: add.mci,
        }
    } else {
        LaunchBase::Mci(add.reference)
    };
    let overrides = add.overrides.at(Some(&add.location))?;
    let mut request = AddServer::new(global.scope.clone(), add.location, base, name);
    request.deployment = deployment;
    request.overrides = overrides;
    request.networks = add.network.into_iter().collect();
    let added = session.add_server(request).block_on()?;
    warned(&added);
    out.one(&added, |out| {
        let server = &added.definition;
        writeln!(
            out,
            "added {} at {} as {}, from {}",
            shown(&added),
            server.location(),
            server.id(),
            server.inherited().states()
        )
    })
}

pub(super) fn edit(edit: Edit, global: &Global, out: &mut Out) -> Run {
    let session = edit.inventory.session(global)?;
    let scope = &global.scope;
    let before = session.server(&edit.server, scope).block_on()?;
    // Ids are read as those of the cloud where it launches, which never changes.
    let overrides = edit.overrides.at(Some(before.definition.location()))?;
    let mut edits = Vec::new();
    edits.extend(edit.rename.map(ServerEdit::Rename));
    edits.extend(edit.inherit.into_iter().map(|part| {
        ServerEdit::Inherit(match part {
            Part::Image => OverrideField::Image,
            Part::InstanceType => OverrideField::InstanceType,
            Part::Kernel => OverrideField::Kernel,
            Part::Ramdisk => OverrideField::Ramdisk,
            Part::UserData => OverrideField::UserData,
        })
    }));
    if overrides != Overrides::default() {
        edits.push(ServerEdit::Overlay(Box::new(overrides)));
    }
    if edit.no_networks || !edit.network.is_empty() {
        let networks: BTreeSet<_> = edit.network.into_iter().collect();
        edits.push(ServerEdit::SetNetworks(networks));
    }
    if edits.is_empty() {
        return Err(Failure::misused("nothing to edit: see --help"));
    }
    let edited = session.edit_server(&edit.server, scope, edits).block_on()?;
    warned(&edited);
    out.one(&edited, |out| {
        writeln!(out, "edited {} for its next launch", shown(&edited))
    })
}

/// What inheriting again would change.
#[derive(Serialize)]
struct Preview<'a> {
    server: String,
    changes: &'a ServerChanges,
}

pub(super) fn reinherit(reinherit: Reinherit, global: &Global, out: &mut Out) -> Run {
    let Reinherit {
        server,
        to,
        dry_run,
    } = reinherit;
    let (session, scope) = (global.session()?, &global.scope);
    if dry_run {
        let preview = session.reinherit_preview(&server, scope, to.as_ref());
        let changes = &preview.block_on()?;
        let server = server.to_string();
        return out.one(&Preview { server, changes }, |out| {
            writeln!(out, "{changes}\nnothing was done")
        });
    }
    let done = session.reinherit_server(&server, scope, to.as_ref());
    let done: Reinherited = done.block_on()?;
    warned(&done.server);
    out.one(&done, |out| {
        writeln!(out, "{}", done.changes)?;
        if done.changes.is_empty() {
            return Ok(());
        }
        let from = done.server.definition.inherited().states();
        writeln!(out, "{} inherits from {from} now", shown(&done.server))
    })
}

pub(super) fn remove(remove: &Remove, global: &Global, out: &mut Out) -> Run {
    let session = global.confirmed(global.session()?, |session| {
        let server = session.server(&remove.server, &global.scope).block_on()?;
        let (name, location) = (shown(&server), server.definition.location());
        Ok(Some(format!("remove the server {name} at {location}")))
    })?;
    let removed = session.remove_server(&remove.server, &global.scope);
    removed.block_on()?;
    out.removed("server", &remove.server)
}

/// A server as it is named: with its deployment.
pub(super) fn shown(server: &ServerView) -> String {
    format!("{}:{}", server.deployment_name, server.definition.name())
}

fn warned(server: &ServerView) {
    for warning in &server.warnings {
        warn(warning);
    }
}
