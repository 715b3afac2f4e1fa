//! What takes a step back, where one does: the rules say of each whether it can be.

use super::{
    model::{Guard, Life, Model, Record},
    steps::{ADMIN, Act, Change, Step, To},
};
use crate::support::dump;
use cloud_atlas::Atlas;
use std::collections::BTreeSet;

/// The steps that undo one that was done; none where it is for good, or changed nothing.
pub(super) fn undoing(act: &Act, before: &Model, after: &Model) -> Option<Vec<Step>> {
    let acts = match *act {
        Act::Grant(to, role, at, _) => {
            let fresh = !before.grants.contains_key(&(to, role, at));
            fresh.then_some(vec![Act::Revoke(to, role, at)])
        }
        Act::Revoke(from, role, at) => match before.grants[&(from, role, at)] {
            None => Some(vec![Act::Grant(from, role, at, None)]),
            Some(until) => (until > after.now)
                .then(|| vec![Act::Grant(from, role, at, Some(until - after.now))]),
        },
        Act::AddPerson(who) => Some(vec![Act::RemovePerson(who)]),
        Act::AddScope(at) => Some(vec![Act::RemoveScope(at)]),
        Act::AddCredential(at) => Some(vec![Act::RemoveCredential(at)]),
        Act::MakeMap(at, name) => Some(vec![Act::RemoveMap(name, at)]),
        Act::MakeGroup(at) => Some(vec![Act::DeleteGroup(at)]),
        Act::Register { .. } => unmade(after),
        Act::SetMap(name, from, which) => {
            let map = &before.maps[before.map(name, from)?];
            match map.images.get(before.records[which].place) {
                None => Some(vec![Act::UnsetMap(name, from, before.records[which].place)]),
                Some(old) if *old != which && settable(after, *old, map.at) => {
                    Some(vec![Act::SetMap(name, from, *old)])
                }
                Some(_) => None,
            }
        }
        Act::UnsetMap(name, from, place) => {
            let map = &before.maps[before.map(name, from)?];
            let old = map.images[place];
            settable(after, old, map.at).then(|| vec![Act::SetMap(name, from, old)])
        }
        Act::Record {
            which, ref change, ..
        } => match change {
            Change::Copy(..) => unmade(after),
            _ => unchanged(which, change, before, after),
        },
        _ => None,
    };
    let step = |act| Step {
        by: ADMIN,
        act,
        undo: false,
    };
    Some(acts?.into_iter().map(step).collect())
}

/// A record that nothing refers to yet is deleted and purged.
fn unmade(after: &Model) -> Option<Vec<Act>> {
    let which = after.records.len() - 1;
    let scope = after.records[which].scope;
    let free = after.referrers(which, scope).is_empty();
    free.then(|| changes(which, [Change::Delete(None), Change::Purge(true)]))
}

fn changes(which: usize, changes: impl IntoIterator<Item = Change>) -> Vec<Act> {
    let act = |change| Act::Record {
        which,
        from: None,
        change,
    };
    changes.into_iter().map(act).collect()
}

/// Whether a map could take a record now: it may since be gone, or be seen no more.
fn settable(model: &Model, which: usize, at: &'static str) -> bool {
    let record = &model.records[which];
    record.is_usable() && model.sees(record, at) == Some(super::model::Seen::Held)
}

fn unchanged(which: usize, change: &Change, before: &Model, after: &Model) -> Option<Vec<Act>> {
    let old: &Record = &before.records[which];
    // L01: launch permissions do not come back.
    let closed = old.open.is_empty();
    let taken = after.is_taken(old.scope, old.place, old.number, Some(which));
    let back = match *change {
        Change::Deprecate(..) => Some(Change::Undeprecate),
        Change::Undeprecate => match old.life {
            Life::Deprecated(from, None) => Some(Change::Deprecate(Some(from - after.now), None)),
            _ => None,
        },
        Change::Disable if closed => Some(Change::Enable),
        // L04: the key may be taken, by a scope above that registered the image later.
        Change::Delete(_) if closed && !taken => Some(Change::Restore),
        Change::Protect(false) if old.guard == Guard::Off => Some(Change::Unprotect),
        Change::Unprotect if old.guard == Guard::On(false) => Some(Change::Protect(false)),
        Change::Rename(_) => Some(Change::Rename(old.name)),
        Change::AddTag(tag) if !old.tags.contains(tag) => Some(Change::RemoveTag(tag)),
        Change::RemoveTag(tag) if old.tags.contains(tag) => Some(Change::AddTag(tag)),
        Change::Share if !old.shared => Some(Change::Unshare(true)),
        Change::Unshare(_) if old.shared => Some(Change::Share),
        Change::Open(to) if !old.open.contains(&after.to(to)?) => Some(Change::Close(to)),
        // They keep their order, so only the last one comes back to its place.
        Change::Close(to) if old.open.last() == after.to(to).as_ref() => {
            (!matches!(to, To::Group(_))).then_some(Change::Open(to))
        }
        _ => None,
    };
    Some(changes(which, [back?]))
}

/// Everything that the store holds but the audit trail, which forgets nothing.
pub(super) async fn held(atlas: &Atlas) -> BTreeSet<String> {
    let lines = dump(atlas).await.into_iter().skip(1);
    let is_trail = |line: &String| {
        let table = line.split(' ').nth(1).unwrap_or_default();
        table == "event" || table.starts_with("event.")
    };
    lines.filter(|line| !is_trail(line)).collect()
}
