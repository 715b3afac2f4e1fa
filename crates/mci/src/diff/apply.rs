//! From a content and a diff to the other content.

use super::{Change, Diff, SettingChange, SettingDiff};
use crate::{Content, Setting};
use atlas_image_id::CloudLocation;

/// A diff was applied to a content that it was not made from.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the diff does not fit: {} is not what it was made from", .location.as_ref().map_or_else(|| (*.field).to_owned(), |location| format!("{field} at {location}", field = .field)))]
pub struct ApplyError {
    /// The field that is another than in the diff's first content.
    pub field: &'static str,
    /// The location, for fields of settings.
    pub location: Option<CloudLocation>,
}

impl Diff {
    /// The content that the diff leads to.
    ///
    /// # Errors
    ///
    /// `content` differs from the diff's first content in something that the diff changes.
    pub fn apply(&self, content: &Content) -> Result<Content, ApplyError> {
        let misfit = |field| ApplyError {
            field,
            location: None,
        };
        let mut target = content.clone();
        Change::put(self.nickname.as_ref(), &mut target.nickname)
            .map_err(|_| misfit("the nickname"))?;
        Change::put(self.description.as_ref(), &mut target.description)
            .map_err(|_| misfit("the description"))?;
        let gone = self.tags.removed.iter().all(|tag| target.tags.remove(tag));
        let fresh = self
            .tags
            .added
            .iter()
            .all(|tag| target.tags.insert(tag.clone()));
        if !gone || !fresh {
            return Err(misfit("the set of tags"));
        }
        for (location, change) in &self.settings {
            let misfit = |field| ApplyError {
                field,
                location: Some(location.clone()),
            };
            let before = target.settings.remove(location);
            let after = match (change, before) {
                (SettingDiff::Added(setting), None) => Setting::clone(setting),
                (SettingDiff::Removed(setting), Some(before)) if **setting == before => continue,
                (SettingDiff::Modified(change), Some(before)) => {
                    change.apply(before).map_err(misfit)?
                }
                _ => return Err(misfit("the setting")),
            };
            target.settings.insert(location.clone(), after);
        }
        Ok(target)
    }
}

impl SettingChange {
    pub(super) fn apply(&self, before: Setting) -> Result<Setting, &'static str> {
        let mut ramdisk = before.ramdisk().cloned();
        let mut kernel = before.kernel().cloned();
        let mut instance_type = before.instance_type().cloned();
        let mut image = before.image().clone();
        let mut user_data = before.user_data().cloned();
        Change::put(self.ramdisk.as_deref(), &mut ramdisk).map_err(|_| "the ramdisk")?;
        Change::put(self.kernel.as_deref(), &mut kernel).map_err(|_| "the kernel")?;
        Change::put(self.instance_type.as_ref(), &mut instance_type)
            .map_err(|_| "the instance type")?;
        Change::put(self.image.as_ref(), &mut image).map_err(|_| "the image")?;
        Change::put(self.user_data.as_ref(), &mut user_data).map_err(|_| "the user data")?;
        let setting = before
            .with_image(image)
            .with_kernel(kernel)
            .with_ramdisk(ramdisk)
            .with_user_data(user_data);
        Ok(match instance_type {
            Some(instance_type) => setting.with_instance_type(instance_type),
            None => setting.without_instance_type(),
        })
    }
}
