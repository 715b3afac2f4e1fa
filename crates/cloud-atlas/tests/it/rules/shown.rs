//! A record as somebody sees it, by the rules and in the answers.

use super::{
    model::{Guard, Life, Model, Record, Seen, account},
    real::{Real, at},
    steps::At,
};
use crate::support::ami;
use cloud_atlas::image::{ImageRecord, ImageRecordId, Lifecycle, Protection};
use std::collections::BTreeSet;

/// A record as somebody sees it: everything that a step can change.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Shown {
    id: Option<ImageRecordId>,
    scope: String,
    place: String,
    image: String,
    name: String,
    tags: BTreeSet<String>,
    shared: bool,
    life: String,
    guard: String,
    credential: Option<At>,
    source: Option<ImageRecordId>,
    by: String,
}

/// The states of a life in words.
fn told(life: &Life, names: &impl Fn(usize) -> ImageRecordId) -> String {
    match life {
        Life::Active => "active".to_owned(),
        Life::Deprecated(from, by) => {
            format!("deprecated from {} for {:?}", at(*from), by.map(names))
        }
        Life::Disabled(before) => format!("disabled, was {}", told(before, names)),
        Life::Deleted(until, before) => {
            let until = until.map(|until| at(until).to_string());
            format!("deleted until {until:?}, was {}", told(before, names))
        }
    }
}

fn read(life: &Lifecycle) -> String {
    match life {
        Lifecycle::Active => "active".to_owned(),
        Lifecycle::Deprecated {
            from, replacement, ..
        } => format!("deprecated from {from} for {replacement:?}"),
        Lifecycle::Disabled { before, .. } => format!("disabled, was {}", read(before)),
        Lifecycle::Deleted {
            purge_at, before, ..
        } => {
            let until = purge_at.map(|until| until.to_string());
            format!("deleted until {until:?}, was {}", read(before))
        }
        other => format!("{other:?}"),
    }
}

fn guarded(protection: Protection) -> String {
    match protection {
        Protection::Off => "off".to_owned(),
        Protection::On { cool_down } => format!("on {cool_down}"),
        Protection::CoolingDown { until } => format!("until {until}"),
        other => format!("{other:?}"),
    }
}

impl Model {
    /// What is seen of a record, and nothing but the image where it was merely opened (S10).
    pub(super) fn shown(&self, record: &Record, seen: Seen) -> Shown {
        let opened = seen == Seen::Opened;
        let id = |which: usize| self.records[which].id.unwrap();
        let home = account(record.scope).filter(|_| opened);
        let life = match record.life {
            Life::Deprecated(from, _) if opened => Life::Deprecated(from, None),
            ref life => life.clone(),
        };
        let guard = match record.guard {
            _ if opened => "off".to_owned(),
            Guard::Off => "off".to_owned(),
            Guard::On(cool_down) => format!("on {cool_down}"),
            Guard::Until(end) => format!("until {}", at(end)),
        };
        let tags = record.tags.iter().filter(|_| !opened);
        Shown {
            id: record.id,
            scope: home.unwrap_or(record.scope).to_owned(),
            place: record.place.to_owned(),
            image: ami(record.number).to_string(),
            name: record.name.to_owned(),
            tags: tags.map(|tag| (*tag).to_owned()).collect(),
            shared: record.shared,
            life: told(&life, &id),
            guard,
            credential: Some(record.credential).filter(|_| !opened),
            source: record.source.filter(|_| !opened).map(id),
            by: home
                .map_or(record.by, |home| home.trim_start_matches('/'))
                .to_owned(),
        }
    }
}

impl Real {
    pub(super) fn read(&self, record: &ImageRecord) -> Shown {
        Shown {
            id: Some(record.id()),
            scope: record.scope().to_string(),
            place: record.location().to_string(),
            image: record.image_id().to_string(),
            name: record.name().to_owned(),
            tags: record.tags().iter().map(ToString::to_string).collect(),
            shared: record.shared(),
            life: read(record.lifecycle()),
            guard: guarded(record.protection()),
            credential: record.credential().map(|id| self.credentials[&id]),
            source: record.origin().parent(),
            by: record.created_by().to_string(),
        }
    }
}
