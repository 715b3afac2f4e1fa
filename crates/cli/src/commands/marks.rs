//! Marks of revisions, of both kinds of lineages.

use crate::{
    exit::{Failure, Run},
    print::{Out, warn},
};
use cloud_atlas::{
    LineageKind, MarkedRevision, Session,
    history::RevisionNumber,
    scope::Scope,
    template::{ChannelFate, ChannelName, OnRevoke, Reference},
};
use pollster::FutureExt as _;
use serde::Serialize;

/// A revision, and why it is marked
#[derive(Debug, clap::Args)]
pub(crate) struct Marking {
    /// Which revision, such as web-base@3
    #[arg(value_name = "REF@X")]
    reference: Reference,
    /// Why, in a line
    #[arg(long, value_name = "TEXT")]
    reason: String,
}

/// A revision that goes, and why
#[derive(Debug, clap::Args)]
pub(crate) struct Revoking {
    #[command(flatten)]
    marking: Marking,
    /// Leave channels that point to it where they are: they launch nothing until they are moved
    #[arg(long)]
    keep_channels: bool,
}

pub(super) fn deprecate(
    kind: LineageKind,
    marking: &Marking,
    session: &Session,
    from: &Scope,
    out: &mut Out,
) -> Run {
    let Marking { reference, reason } = marking;
    named(reference)?;
    let marked = match kind {
        LineageKind::Mci => session.deprecate_mci(reference, from, reason).block_on(),
        LineageKind::Template => session
            .deprecate_template(reference, from, reason)
            .block_on(),
    }?;
    tell(&marked, "deprecated: it is launched with a warning", out)
}

/// What a revocation answers to programs.
#[derive(Serialize)]
struct Revoked<'a> {
    #[serde(flatten)]
    marked: &'a MarkedRevision,
    channels: Vec<Moved<'a>>,
    latest: Option<RevisionNumber>,
}

/// A channel that pointed to a revision that was revoked.
#[derive(Serialize)]
struct Moved<'a> {
    channel: &'a ChannelName,
    fate: Fate,
    /// Where it points now.
    revision: RevisionNumber,
}

/// What became of it.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
enum Fate {
    RolledBack,
    Stuck,
}

impl<'a> Moved<'a> {
    fn of(fate: &'a ChannelFate) -> Self {
        let (channel, fate, revision) = match fate {
            ChannelFate::RolledBack { channel } => {
                (channel.name(), Fate::RolledBack, channel.current())
            }
            ChannelFate::Stuck { name, revision } => (name, Fate::Stuck, *revision),
        };
        Self {
            channel,
            fate,
            revision,
        }
    }
}

pub(super) fn revoke(
    kind: LineageKind,
    revoking: &Revoking,
    session: &Session,
    from: &Scope,
    out: &mut Out,
) -> Run {
    let Revoking {
        marking: Marking { reference, reason },
        keep_channels,
    } = revoking;
    named(reference)?;
    let wanted = if *keep_channels {
        OnRevoke::Stay
    } else {
        OnRevoke::RollBack
    };
    let revoked = match kind {
        LineageKind::Mci => session
            .revoke_mci(reference, from, reason, wanted)
            .block_on(),
        LineageKind::Template => session
            .revoke_template(reference, from, reason, wanted)
            .block_on(),
    }?;
    let marked = &revoked.marked;
    let answer = Revoked {
        marked,
        channels: revoked.channels.iter().map(Moved::of).collect(),
        latest: revoked.latest,
    };
    out.one(&answer, |out| {
        let MarkedRevision { name, revision, .. } = marked;
        writeln!(
            out,
            "revision {revision} of {name} is revoked: nothing new is launched from it; servers keep what they inherited until they inherit again"
        )?;
        for moved in &answer.channels {
            let (channel, now) = (moved.channel, moved.revision);
            match moved.fate {
                Fate::Stuck => writeln!(
                    out,
                    "{channel} stays at revision {now} and launches nothing until it is assigned"
                )?,
                Fate::RolledBack => writeln!(out, "{channel} is revision {now} again")?,
            }
        }
        match revoked.latest {
            None => writeln!(out, "latest leads nowhere: every revision is revoked"),
            Some(latest) if latest < *revision => {
                writeln!(out, "latest is revision {latest} again")
            }
            Some(_) => Ok(()),
        }
    })?;
    tell_locks(marked);
    Ok(())
}

pub(super) fn unmark(
    kind: LineageKind,
    reference: &Reference,
    session: &Session,
    from: &Scope,
    out: &mut Out,
) -> Run {
    named(reference)?;
    let marked = match kind {
        LineageKind::Mci => session.unmark_mci(reference, from).block_on(),
        LineageKind::Template => session.unmark_template(reference, from).block_on(),
    }?;
    let state = match &marked.marks.deprecated {
        Some(_) => "deprecated again, and no longer revoked",
        None => "neither revoked nor deprecated any more",
    };
    tell(&marked, state, out)
}

/// Refuses to mark whatever is the newest just now.
fn named(reference: &Reference) -> Run {
    if reference.selector.is_some() {
        return Ok(());
    }
    let message = format!("say which revision is meant: `{reference}@N`");
    Err(Failure::misused(message))
}

fn tell(marked: &MarkedRevision, state: &str, out: &mut Out) -> Run {
    out.one(marked, |out| {
        let MarkedRevision { name, revision, .. } = marked;
        writeln!(out, "revision {revision} of {name} is {state}")
    })?;
    tell_locks(marked);
    Ok(())
}

fn tell_locks(marked: &MarkedRevision) {
    for lock in &marked.locks {
        warn(format_args!("the registered lock {lock} holds it"));
    }
}
