//! The settings of two sides.

use super::{
    Chosen, Conflict, Edit, MergeBase, MergeDraft, MergePath, MergeValue, SettingPart,
    base::Said,
    choose, part,
    settle::is_same_unit,
    value::{is_same, with_part},
};
use crate::{HeadEdit, Setting};
use atlas_image_id::CloudLocation;
use core::cmp::Ordering;
use std::collections::BTreeMap;

impl<'a> MergeDraft<'a> {
    pub(super) fn settings(&mut self, base: &MergeBase) {
        let nowhere = BTreeMap::new();
        let bases = base
            .content()
            .map_or(&nowhere, |content| content.settings());
        // One pass over three sorted maps: no location is looked up. Locations are in the order of
        // their texts.
        let mut bases = bases.iter().peekable();
        let mut ours = self.ours.settings().iter().peekable();
        let mut theirs = self.theirs.settings().iter().peekable();
        loop {
            let order = match (ours.peek(), theirs.peek()) {
                (Some((our, _)), Some((their, _))) => our.as_str().cmp(their.as_str()),
                (Some(_), None) => Ordering::Less,
                (None, Some(_)) => Ordering::Greater,
                (None, None) => break,
            };
            let our = ours.next_if(|_| order != Ordering::Greater);
            let their = theirs.next_if(|_| order != Ordering::Less);
            let Some((location, _)) = our.or(their) else {
                break;
            };
            // What the base alone has is gone on both sides.
            let mut found = None;
            while let Some((at, setting)) = bases.peek() {
                match at.as_str().cmp(location.as_str()) {
                    Ordering::Less => drop(bases.next()),
                    Ordering::Equal => {
                        found = Some(*setting);
                        bases.next();
                        break;
                    }
                    Ordering::Greater => break,
                }
            }
            let setting = |entry: Option<(&'a CloudLocation, &'a Setting)>| entry.map(|(_, it)| it);
            self.location(base, location, found, setting(our), setting(their));
        }
    }

    fn location(
        &mut self,
        base: &MergeBase,
        location: &'a CloudLocation,
        found: Option<&Setting>,
        ours: Option<&'a Setting>,
        theirs: Option<&'a Setting>,
    ) {
        if is_same_place(ours, theirs) {
            return;
        }
        let before = base.whole(location, found);
        if let Said::Known(before) = before {
            if is_same_place(before, theirs) {
                return;
            }
            if is_same_place(before, ours) {
                self.edits.push(match theirs {
                    Some(setting) => Edit::Take(location, setting),
                    None => Edit::Unset(location),
                });
                return;
            }
        }
        match (before, ours, theirs) {
            (_, Some(ours), Some(theirs)) => self.parts(base, location, ours, theirs),
            // One side removed it, and the other changed no more than a spelling.
            (Said::Known(before), None, theirs) if before == theirs => {}
            (Said::Known(before), ours, None) if before == ours => {
                self.edits.push(Edit::Unset(location));
            }
            _ => {
                let path = MergePath::setting(location, SettingPart::Whole);
                let whole = |setting: Option<&Setting>| part(setting?, SettingPart::Whole);
                let before = base.term(&path);
                let conflict = Conflict::new(path, before, whole(ours), whole(theirs));
                self.conflicts.push(conflict);
            }
        }
    }

    /// Merges two settings part by part.
    fn parts(
        &mut self,
        base: &MergeBase,
        location: &CloudLocation,
        ours: &Setting,
        theirs: &Setting,
    ) {
        let mut merged = ours.clone();
        let mut conflicts = Vec::new();
        let mut is_whole_unit = true;
        for single in SettingPart::SINGLE {
            let path = MergePath::setting(location, single);
            let (our, their) = (part(ours, single), part(theirs, single));
            let value = match choose(&base.value(&path), our.as_ref(), their.as_ref()) {
                Chosen::Ours => continue,
                Chosen::Theirs => their,
                Chosen::Lines(data) => Some(MergeValue::UserData(data)),
                Chosen::Open => {
                    is_whole_unit &= single == SettingPart::UserData;
                    let base = base.term(&path);
                    conflicts.push(Conflict::new(path, base, our, their));
                    continue;
                }
            };
            let next = with_part(merged.clone(), single, value);
            merged = next.unwrap_or(merged);
        }
        // What boots together must fit together: a union that no side held is judged.
        let is_union = is_whole_unit
            && ![ours, theirs]
                .iter()
                .any(|side| is_same_unit(side, &merged));
        let judged = if is_union {
            (self.judge)(location, &merged)
        } else {
            Ok(())
        };
        if let Err(refused) = judged {
            let path = MergePath::setting(location, SettingPart::Unit);
            let unit = |side: &Setting| part(side, SettingPart::Unit);
            let conflict = Conflict::new(path.clone(), base.term(&path), unit(ours), unit(theirs));
            conflicts.insert(0, conflict.because(refused.to_string()));
        }
        if !conflicts.is_empty() {
            self.conflicts.append(&mut conflicts);
            self.pending.insert(location.clone(), merged);
        } else if !is_same(ours, &merged) {
            let merged = HeadEdit::set(location.clone(), merged);
            self.edits.push(Edit::Other(merged));
        }
    }
}

/// Whether a location holds the same, also in how ids are spelled.
fn is_same_place(one: Option<&Setting>, other: Option<&Setting>) -> bool {
    match (one, other) {
        (Some(one), Some(other)) => is_same(one, other),
        (one, other) => one.is_none() && other.is_none(),
    }
}
