//! `atlas channel`, `release`: names that lead to revisions.

mod answers;

use self::answers::{Pointer, history};
use crate::{
    args::Global,
    commands::kind::{KindArg, whole},
    exit::Run,
    pages::PageArgs,
    print::{Columns, Out},
};
use clap::Subcommand;
use cloud_atlas::{
    Error, Released,
    history::RevisionNumber,
    template::{ChannelName, Reference},
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
        /// Such as web-base@3; without @X the newest revision that is not revoked
        #[arg(value_name = "REF")]
        reference: Reference,
        #[command(flatten)]
        kind: KindArg,
    },
    /// Point a channel to where it pointed before, past what is revoked
    Rollback(Which),
    /// List the channels of a MultiCloud Image or ServerTemplate
    ///
    /// The list begins with `latest`, which is managed: the newest revision that is not revoked. Nobody
    /// assigns it; it moves with each commit, and goes back by itself when the newest
    /// is revoked.
    List {
        /// Which one
        #[arg(value_name = "REF")]
        reference: Reference,
        #[command(flatten)]
        kind: KindArg,
        #[command(flatten)]
        page: PageArgs,
    },
    /// List where a channel points and pointed, newest first
    History(Which),
    /// Let those alone move a channel who also hold `channel.restrict`
    Restrict(Which),
    /// Let all move a channel again who may assign channels
    Open(Which),
    /// Delete a channel; the audit trail keeps its moves
    Delete(Which),
}

/// A channel that is there.
#[derive(Debug, clap::Args)]
pub(crate) struct Which {
    /// The channel
    channel: ChannelName,
    /// Of which MultiCloud Image or ServerTemplate, such as web-base
    #[arg(value_name = "REF")]
    reference: Reference,
    #[command(flatten)]
    kind: KindArg,
}

pub(crate) fn channel(command: ChannelCommand, global: &Global, out: &mut Out) -> Run {
    let session = global.session()?;
    let from = &global.scope;
    match command {
        ChannelCommand::Assign {
            channel,
            reference,
            kind,
        } => {
            let channel = session
                .assign_channel(&channel, kind.kind(), &reference, from)
                .block_on()?;
            out.one(&Pointer::of(&channel), |out| {
                writeln!(out, "{} is revision {}", channel.name(), channel.current())
            })
        }
        ChannelCommand::Rollback(which) => {
            let channel = session
                .roll_back_channel(&which.channel, which.kind.kind(), &which.reference, from)
                .block_on()?;
            out.one(&Pointer::of(&channel), |out| {
                let (name, revision) = (channel.name(), channel.current());
                writeln!(out, "{name} is revision {revision} again")
            })
        }
        ChannelCommand::List {
            reference,
            kind,
            page,
        } => {
            whole(&reference, "channels are those of all revisions")?;
            let headers = ["CHANNEL", ">REVISION", "SINCE", "BY", "ACCESS"];
            let columns = Columns::new("no channels", &headers, Pointer::row);
            page.show(&columns, out, |page| {
                let found = session
                    .channels(kind.kind(), &reference, from, page)
                    .block_on()?;
                let mut channels = found.channels.map(|view| Pointer::seen(&view));
                // It is no item of the list: pages of any length go on behind it.
                if page.after.is_none() {
                    channels
                        .items
                        .splice(0..0, found.latest.map(Pointer::latest));
                }
                Ok::<_, Error>(channels)
            })
        }
        ChannelCommand::History(which) => {
            let view = session
                .channel(&which.channel, which.kind.kind(), &which.reference, from)
                .block_on()?;
            history(&view.channel, out)
        }
        ChannelCommand::Restrict(which) => {
            let view = session
                .restrict_channel(&which.channel, which.kind.kind(), &which.reference, from)
                .block_on()?;
            out.one(&Pointer::seen(&view), |out| {
                let name = view.channel.name();
                writeln!(
                    out,
                    "{name} is restricted: moving it needs channel.restrict"
                )
            })
        }
        ChannelCommand::Open(which) => {
            let view = session
                .open_channel(&which.channel, which.kind.kind(), &which.reference, from)
                .block_on()?;
            out.one(&Pointer::seen(&view), |out| {
                writeln!(out, "{} is open", view.channel.name())
            })
        }
        ChannelCommand::Delete(which) => {
            let Which {
                channel,
                reference,
                kind,
            } = which;
            let session = global.confirmed(session, |session| {
                let found = session.channel(&channel, kind.kind(), &reference, from);
                let to = found.block_on()?.channel.current();
                Ok(Some(format!(
                    "delete the channel {channel} of {reference}, which leads to revision {to}"
                )))
            })?;
            let gone = session
                .delete_channel(&channel, kind.kind(), &reference, from)
                .block_on()?;
            out.removed("channel", gone.name())
        }
    }
}

/// A release is a semantic version that a revision keeps for ever
#[derive(Debug, Subcommand)]
pub(crate) enum ReleaseCommand {
    /// Release the revision that REF names as VERSION
    Set {
        /// Such as 2.1.0
        version: Version,
        /// Such as web-base@3; without @X the newest revision that is not revoked
        #[arg(value_name = "REF")]
        reference: Reference,
        #[command(flatten)]
        kind: KindArg,
    },
    /// List the releases of a MultiCloud Image or ServerTemplate, newest revision first
    List {
        /// Which one
        #[arg(value_name = "REF")]
        reference: Reference,
        #[command(flatten)]
        kind: KindArg,
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
        ReleaseCommand::Set {
            version,
            reference,
            kind,
        } => {
            let revision = session
                .release(kind.kind(), &reference, &global.scope, &version)
                .block_on()?;
            let set = Set { version, revision };
            out.one(&set, |out| {
                writeln!(out, "revision {revision} is {}", set.version)
            })
        }
        ReleaseCommand::List {
            reference,
            kind,
            page,
        } => {
            whole(&reference, "releases are those of all revisions")?;
            let row = |released: &Released| {
                vec![released.version.to_string(), released.revision.to_string()]
            };
            let columns = Columns::new("no releases", &["VERSION", ">REVISION"], row);
            page.show(&columns, out, |page| {
                session
                    .releases(kind.kind(), &reference, &global.scope, page)
                    .block_on()
            })
        }
    }
}
