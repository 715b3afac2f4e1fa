//! `atlas channel`, `release`: names that lead to revisions.

use crate::{
    args::Global,
    exit::Run,
    pages::PageArgs,
    print::{Columns, Out, moment},
};
use clap::Subcommand;
use cloud_atlas::{
    Released,
    base::Timestamp,
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
        #[command(flatten)]
        page: PageArgs,
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
        ChannelCommand::List { reference, page } => {
            let headers = ["CHANNEL", ">REVISION", "SINCE", "BY"];
            let columns = Columns::new("no channels", &headers, Pointer::row);
            page.show(&columns, out, |page| {
                let channels = session.channels(&reference, from, page).block_on()?;
                Ok(channels.map(|channel| Pointer::of(&channel)))
            })
        }
    }
}

/// Where a channel points.
#[derive(Serialize)]
struct Pointer {
    channel: String,
    revision: RevisionNumber,
    since: Option<Timestamp>,
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
            since: last.map(|step| step.at),
            by: last.map(|step| step.by.to_string()),
            moves: channel.moves().len(),
        }
    }

    fn row(&self) -> Vec<String> {
        let or_empty = |text: &Option<String>| text.clone().unwrap_or_default();
        vec![
            self.channel.clone(),
            self.revision.to_string(),
            self.since.map(moment).unwrap_or_default(),
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
    /// List the releases of a MultiCloud Image, newest revision first
    List {
        /// Which one
        #[arg(value_name = "REF")]
        reference: Reference,
        #[command(flatten)]
        page: PageArgs,
    },
}

pub(crate) fn release(command: ReleaseCommand, global: &Global, out: &mut Out) -> Run {
    #[derive(Serialize)]
    struct Set {
        version: Version,
        revision: RevisionNumber,
    }
    let session = global.session()?;
    match command {
        ReleaseCommand::Set { version, reference } => {
            let revision = session
                .release(&reference, &global.scope, &version)
                .block_on()?;
            let set = Set { version, revision };
            out.one(&set, |out| {
                writeln!(out, "revision {revision} is {}", set.version)
            })
        }
        ReleaseCommand::List { reference, page } => {
            let row = |released: &Released| {
                vec![released.version.to_string(), released.revision.to_string()]
            };
            let columns = Columns::new("no releases", &["VERSION", ">REVISION"], row);
            page.show(&columns, out, |page| {
                session.releases(&reference, &global.scope, page).block_on()
            })
        }
    }
}
