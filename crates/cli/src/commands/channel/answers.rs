//! Channels as they are answered.

use crate::{
    exit::Run,
    print::{Columns, Out, moment, note},
};
use cloud_atlas::{ChannelView, base::Timestamp, history::RevisionNumber, template::Channel};
use serde::Serialize;

/// Where a channel points.
#[derive(Serialize)]
pub(super) struct Pointer {
    channel: String,
    revision: RevisionNumber,
    since: Option<Timestamp>,
    by: Option<String>,
    /// How often it was moved, the first time included.
    moves: Option<u64>,
    /// Who may move it.
    access: Option<String>,
}

impl Pointer {
    /// Where somebody moved it.
    pub(super) fn of(channel: &Channel) -> Self {
        let last = channel.moves().last();
        Self {
            channel: channel.name().to_string(),
            revision: channel.current(),
            since: last.map(|step| step.at),
            by: last.map(|step| step.by.to_string()),
            moves: Some(channel.earlier() + channel.moves().len() as u64),
            access: None,
        }
    }

    /// Where it points, and who may move it.
    pub(super) fn seen(view: &ChannelView) -> Self {
        Self {
            access: Some(view.access.to_string()),
            ..Self::of(&view.channel)
        }
    }

    /// The managed channel, which nobody moves.
    pub(super) fn latest(revision: RevisionNumber) -> Self {
        Self {
            channel: "latest".to_owned(),
            revision,
            since: None,
            by: None,
            moves: None,
            access: Some("managed".to_owned()),
        }
    }

    pub(super) fn row(&self) -> Vec<String> {
        let or_empty = |text: &Option<String>| text.clone().unwrap_or_default();
        vec![
            self.channel.clone(),
            self.revision.to_string(),
            self.since.map(moment).unwrap_or_default(),
            or_empty(&self.by),
            or_empty(&self.access),
        ]
    }
}

/// A step of a channel's history.
#[derive(Serialize)]
struct Step<'a> {
    channel: &'a str,
    revision: RevisionNumber,
    at: Timestamp,
    by: &'a str,
    /// Whether it is where the channel points now.
    current: bool,
}

pub(super) fn history(channel: &Channel, out: &mut Out) -> Run {
    let newest_first = channel.moves().iter().rev().enumerate();
    let steps = newest_first.map(|(back, step)| Step {
        channel: channel.name().as_str(),
        revision: step.revision,
        at: step.at,
        by: step.by.as_str(),
        current: back == 0,
    });
    let steps: Vec<_> = steps.collect();
    let row = |step: &Step<'_>| {
        let now = if step.current { "now" } else { "" };
        let (at, by) = (moment(step.at), step.by.to_owned());
        vec![step.revision.to_string(), at, by, now.to_owned()]
    };
    let columns = Columns::new("it never moved", &[">REVISION", "SINCE", "BY", ""], row);
    out.list(&steps, &columns)?;
    match channel.earlier() {
        0 => {}
        1 => note("1 move came before these: the audit trail has it (atlas events)"),
        earlier => note(format_args!(
            "{earlier} moves came before these: the audit trail has them (atlas events)"
        )),
    }
    Ok(())
}
