//! What turns one content into another.

mod apply;
mod change;
mod compose;
mod report;
mod rows;
mod unified;

use crate::{Content, Description, InstanceType, Setting, UserData};
use atlas_base::{Name, Tag};
use atlas_image_id::{CloudLocation, ImageId};
use core::cmp::Ordering;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

pub use self::{
    apply::ApplyError,
    change::{Change, Misplaced},
    report::{DiffCoverage, DiffReport},
    rows::DiffRow,
    unified::UnifiedDiff,
};

/// Tags that came and went.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct TagChange {
    /// In the second content only.
    pub added: BTreeSet<Tag>,
    /// In the first content only.
    pub removed: BTreeSet<Tag>,
}

/// The fields of a setting that differ, in the order in which the product lists them
/// (RightScale: ramdisk, kernel, instance type, image, user data).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct SettingChange {
    /// The ramdisk.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ramdisk: Option<Box<Change<Option<ImageId>>>>,
    /// The kernel.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kernel: Option<Box<Change<Option<ImageId>>>>,
    /// The instance type.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub instance_type: Option<Change<Option<InstanceType>>>,
    /// The image.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image: Option<Change<ImageId>>,
    /// The user data.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_data: Option<Change<Option<UserData>>>,
}

impl SettingChange {
    fn between(before: &Setting, after: &Setting) -> Option<Self> {
        let change = Self {
            ramdisk: Change::of(before.ramdisk(), after.ramdisk()).map(Box::new),
            kernel: Change::of(before.kernel(), after.kernel()).map(Box::new),
            instance_type: Change::of(before.instance_type(), after.instance_type()),
            image: respelled(before.image(), after.image()),
            user_data: Change::of(before.user_data(), after.user_data()),
        };
        (change != Self::default()).then_some(change)
    }

    fn inverse(&self) -> Self {
        Self {
            ramdisk: self.ramdisk.as_deref().map(Change::inverse).map(Box::new),
            kernel: self.kernel.as_deref().map(Change::inverse).map(Box::new),
            instance_type: self.instance_type.as_ref().map(Change::inverse),
            image: self.image.as_ref().map(Change::inverse),
            user_data: self.user_data.as_ref().map(Change::inverse),
        }
    }
}

/// Ids that are equal may differ in spelling (Azure does not mind case): the digest of a content
/// sees that, so a diff shows it.
fn respelled(before: &ImageId, after: &ImageId) -> Option<Change<ImageId>> {
    (before.as_str() != after.as_str()).then(|| Change {
        before: before.clone(),
        after: after.clone(),
    })
}

/// What became of one location.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SettingDiff {
    /// The second content alone has it.
    Added(Box<Setting>),
    /// The first content alone has it.
    Removed(Box<Setting>),
    /// Both have it, with differing fields.
    Modified(Box<SettingChange>),
}

/// What turns one content into another: name, description, tags, then the locations in order
/// (RightScale: the diff of two MultiCloud Images; the row of tags is ours).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Diff {
    /// The nickname.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nickname: Option<Change<Name>>,
    /// The description.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<Change<Description>>,
    /// The tags.
    pub tags: TagChange,
    /// The locations that differ.
    pub settings: BTreeMap<CloudLocation, SettingDiff>,
}

impl Diff {
    /// What turns `before` into `after`.
    pub fn between(before: &Content, after: &Content) -> Self {
        let mut settings = Vec::new();
        // Both sides are in order: one walk over both, where looking each location up on the other
        // side would compare it a dozen times.
        let (mut old, mut new) = (before.settings.iter(), after.settings.iter());
        let (mut left, mut right) = (old.next(), new.next());
        loop {
            let order = match (left, right) {
                (None, None) => break,
                (Some(_), None) => Ordering::Less,
                (None, Some(_)) => Ordering::Greater,
                (Some((a, _)), Some((b, _))) => a.cmp(b),
            };
            let at = if order == Ordering::Greater {
                right
            } else {
                left
            };
            let change = match (order, left, right) {
                (Ordering::Less, Some((_, gone)), _) => {
                    Some(SettingDiff::Removed(Box::new(gone.clone())))
                }
                (Ordering::Greater, _, Some((_, come))) => {
                    Some(SettingDiff::Added(Box::new(come.clone())))
                }
                (_, Some((_, gone)), Some((_, come))) => SettingChange::between(gone, come)
                    .map(Box::new)
                    .map(SettingDiff::Modified),
                _ => None,
            };
            settings.extend(at.zip(change).map(|((at, _), change)| (at.clone(), change)));
            if order != Ordering::Greater {
                left = old.next();
            }
            if order != Ordering::Less {
                right = new.next();
            }
        }
        Self {
            nickname: Change::between(&before.nickname, &after.nickname),
            description: Change::between(&before.description, &after.description),
            tags: TagChange {
                added: after.tags.difference(&before.tags).cloned().collect(),
                removed: before.tags.difference(&after.tags).cloned().collect(),
            },
            // They come in order, so that the map is built in one go.
            settings: settings.into_iter().collect(),
        }
    }

    /// Whether nothing differs, not even the spelling of an id that names the same image.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// What turns the second content back into the first.
    #[must_use]
    pub fn inverse(&self) -> Self {
        let settings = self.settings.iter().map(|(location, change)| {
            let inverse = match change {
                SettingDiff::Added(setting) => SettingDiff::Removed(setting.clone()),
                SettingDiff::Removed(setting) => SettingDiff::Added(setting.clone()),
                SettingDiff::Modified(change) => SettingDiff::Modified(Box::new(change.inverse())),
            };
            (location.clone(), inverse)
        });
        Self {
            nickname: self.nickname.as_ref().map(Change::inverse),
            description: self.description.as_ref().map(Change::inverse),
            tags: TagChange {
                added: self.tags.removed.clone(),
                removed: self.tags.added.clone(),
            },
            settings: settings.collect(),
        }
    }

    /// The locations that the second content serves and the first did not.
    pub fn gained(&self) -> Vec<&CloudLocation> {
        self.locations(|change| matches!(change, SettingDiff::Added(_)))
    }

    /// The locations that the second content no longer serves.
    pub fn lost(&self) -> Vec<&CloudLocation> {
        self.locations(|change| matches!(change, SettingDiff::Removed(_)))
    }

    /// The locations whose setting is another.
    pub fn modified(&self) -> Vec<&CloudLocation> {
        self.locations(|change| matches!(change, SettingDiff::Modified(_)))
    }

    fn locations(&self, wanted: fn(&SettingDiff) -> bool) -> Vec<&CloudLocation> {
        let chosen = self.settings.iter().filter(|(_, change)| wanted(change));
        chosen.map(|(location, _)| location).collect()
    }
}
