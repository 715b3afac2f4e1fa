//! `atlas channel`, `release`: names that lead to revisions.

use crate::{
    args::Global,
    exit::Run,
    print::{Columns, Out},
};
use clap::Subcommand;
use cloud_atlas::{
    history::RevisionNumber,
    template::{Channel, ChannelName, Reference},
};
use pollster::FutureExt as _;
use semver::Version;
use serde::Serialize;

/// A channel is a name such as `production` that points to a revision, and can be moved
#[derive(Debug, Subcommand)]
pub(crate) enum ChannelCommand {
    /// Point a channel to the revision that REF names
    Assign {
        /// The channel: `[a-z][a-z0-9-]*`, but not `head` or `latest`
        channel: ChannelName,
        /// Such as web-base@3; without @X the newest revision
        #[arg(value_name = "REF")]
        reference: Reference,
    },
    /// List the channels of a MultiCloud Image
    List {
        /// Which one
        #[arg(value_name = "REF")]
        reference: Reference,
    },
}

pub(crate) fn channel(command: ChannelCommand, global: &Global, out: &mut Out) -> Run {
    let session = global.session()?;
    let from = &global.scope;
    match command {
        ChannelCommand::Assign { channel, reference } => {
            let channel = session
                .assign_channel(&channel, &reference, from)
                .block_on()?;
            out.one(&Pointer::of(&channel), |out| {
                writeln!(out, "{} is revision {}", channel.name(), channel.current())
            })
        }
        ChannelCommand::List { reference } => {
            let channels = session.channels(&reference, from).block_on()?;
            let pointers: Vec<_> = channels.iter().map(Pointer::of).collect();
            let headers = ["CHANNEL", ">REVISION", "SINCE", "BY"];
            out.list(
                &pointers,
                &Columns::new("no channels", &headers, Pointer::row),
            )
        }
    }
}

/// Where a channel points.
#[derive(Serialize)]
struct Pointer {
    channel: String,
    revision: RevisionNumber,
    since: Option<String>,
    by: Option<String>,
    /// How often it was moved, the first time included.
    moves: usize,
}

impl Pointer {
    fn of(channel: &Channel) -> Self {
        let last = channel.moves().last();
        Self {
            channel: channel.name().to_string(),
            revision: channel.current(),
            since: last.map(|step| step.at.to_string()),
            by: last.map(|step| step.by.to_string()),
            moves: channel.moves().len(),
        }
    }

    fn row(&self) -> Vec<String> {
        let or_empty = |text: &Option<String>| text.clone().unwrap_or_default();
        vec![
            self.channel.clone(),
            self.revision.to_string(),
            or_empty(&self.since),
            or_empty(&self.by),
        ]
    }
}

/// A release is a semantic version that a revision keeps for ever
#[derive(Debug, Subcommand)]
pub(crate) enum ReleaseCommand {
    /// Release the revision that REF names as VERSION
    Set {
        /// Such as 2.1.0
        version: Version,
        /// Such as web-base@3; without @X the newest revision
        #[arg(value_name = "REF")]
        reference: Reference,
    },
    /// List the releases of a MultiCloud Image
    List {
        /// Which one
        #[arg(value_name = "REF")]
        reference: Reference,
    },
}

#[derive(Serialize)]
struct Released {
    version: Version,
    revision: RevisionNumber,
}

pub(crate) fn release(command: ReleaseCommand, global: &Global, out: &mut Out) -> Run {
    let session = global.session()?;
    match command {
        ReleaseCommand::Set { version, reference } => {
            let revision = session
                .release(&reference, &global.scope, &version)
                .block_on()?;
            let released = Released { version, revision };
            out.one(&released, |out| {
                writeln!(out, "revision {revision} is {}", released.version)
            })
        }
        ReleaseCommand::List { reference } => {
            let log = session.mci_log(&reference, &global.scope).block_on()?;
            let released = log.into_iter().filter_map(|entry| {
                let revision = entry.revision.number();
                entry
                    .marks
                    .release
                    .map(|version| Released { version, revision })
            });
            let mut released: Vec<_> = released.collect();
            released.sort_by(|a, b| b.version.cmp(&a.version));
            let row = |released: &Released| {
                vec![released.version.to_string(), released.revision.to_string()]
            };
            out.list(
                &released,
                &Columns::new("no releases", &["VERSION", ">REVISION"], row),
            )
        }
    }
}
