//! One diff after another as one.

use super::{ApplyError, Change, Diff, Misplaced, SettingChange, SettingDiff, TagChange};
use crate::Setting;
use atlas_image_id::{CloudLocation, ImageId};
use std::collections::BTreeSet;

impl Diff {
    /// This diff and then another, as one (ours: diffs compose, so that
    /// `between(a, b).then(between(b, c))` is `between(a, c)`).
    ///
    /// # Errors
    ///
    /// `next` was made from another content than the one this diff leads to, as far as the two
    /// touch the same field.
    pub fn then(&self, next: &Self) -> Result<Self, ApplyError> {
        let top = |field| ApplyError {
            field,
            location: None,
        };
        let mut composed = Self {
            nickname: Change::chain(self.nickname.as_ref(), next.nickname.as_ref())
                .map_err(|Misplaced| top("the nickname"))?,
            description: Change::chain(self.description.as_ref(), next.description.as_ref())
                .map_err(|Misplaced| top("the description"))?,
            tags: self
                .tags
                .then(&next.tags)
                .map_err(|Misplaced| top("the set of tags"))?,
            settings: self.settings.clone(),
        };
        for (location, change) in &next.settings {
            let both = match composed.settings.remove(location) {
                None => Some(change.clone()),
                Some(first) => first.then(change).map_err(|field| ApplyError {
                    field,
                    location: Some(CloudLocation::clone(location)),
                })?,
            };
            let both = both.map(|both| (location.clone(), both));
            composed.settings.extend(both);
        }
        Ok(composed)
    }
}

impl TagChange {
    fn then(&self, next: &Self) -> Result<Self, Misplaced> {
        if !self.added.is_disjoint(&next.added) || !self.removed.is_disjoint(&next.removed) {
            return Err(Misplaced);
        }
        let left = |these: &BTreeSet<_>, taken_back: &BTreeSet<_>| {
            let left: Vec<_> = these.difference(taken_back).cloned().collect();
            left
        };
        let added = left(&self.added, &next.removed)
            .into_iter()
            .chain(left(&next.added, &self.removed));
        let removed = left(&self.removed, &next.added)
            .into_iter()
            .chain(left(&next.removed, &self.added));
        Ok(Self {
            added: added.collect(),
            removed: removed.collect(),
        })
    }
}

impl SettingDiff {
    /// Both as one; none where they cancel out. The error names the field that does not fit.
    fn then(self, next: &Self) -> Result<Option<Self>, &'static str> {
        let modified = |change: SettingChange| Self::Modified(Box::new(change));
        match (self, next) {
            (Self::Added(setting), Self::Modified(change)) => change
                .apply(*setting)
                .map(|setting| Some(Self::Added(Box::new(setting)))),
            (Self::Added(setting), Self::Removed(gone)) if setting == *gone => Ok(None),
            (Self::Removed(setting), Self::Added(come)) => {
                Ok(SettingChange::between(&setting, come).map(modified))
            }
            (Self::Modified(change), Self::Removed(gone)) => change
                .inverse()
                .apply(Setting::clone(gone))
                .map(|setting| Some(Self::Removed(Box::new(setting)))),
            (Self::Modified(first), Self::Modified(next)) => {
                let both = first.then(next)?;
                Ok((both != SettingChange::default()).then(|| modified(both)))
            }
            _ => Err("the setting"),
        }
    }
}

impl SettingChange {
    fn then(&self, next: &Self) -> Result<Self, &'static str> {
        let respelled = |a: &ImageId, b: &ImageId| a.as_str() != b.as_str();
        Ok(Self {
            ramdisk: Change::chain(self.ramdisk.as_deref(), next.ramdisk.as_deref())
                .map_err(|Misplaced| "the ramdisk")?
                .map(Box::new),
            kernel: Change::chain(self.kernel.as_deref(), next.kernel.as_deref())
                .map_err(|Misplaced| "the kernel")?
                .map(Box::new),
            instance_type: Change::chain(self.instance_type.as_ref(), next.instance_type.as_ref())
                .map_err(|Misplaced| "the instance type")?,
            image: Change::chain_by(self.image.as_ref(), next.image.as_ref(), respelled)
                .map_err(|Misplaced| "the image")?,
            user_data: Change::chain(self.user_data.as_ref(), next.user_data.as_ref())
                .map_err(|Misplaced| "the user data")?,
        })
    }
}
