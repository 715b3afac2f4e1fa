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
        put(&mut target.nickname, self.nickname.as_ref()).ok_or_else(|| misfit("the nickname"))?;
        put(&mut target.description, self.description.as_ref())
            .ok_or_else(|| misfit("the description"))?;
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

/// Puts the new value where the old one is as expected.
fn put<T: PartialEq + Clone>(place: &mut T, change: Option<&Change<T>>) -> Option<()> {
    let Some(change) = change else {
        return Some(());
    };
    (*place == change.before).then(|| *place = change.after.clone())
}

impl SettingChange {
    pub(super) fn apply(&self, before: Setting) -> Result<Setting, &'static str> {
        let mut ramdisk = before.ramdisk().cloned();
        let mut kernel = before.kernel().cloned();
        let mut instance_type = before.instance_type().cloned();
        let mut image = before.image().clone();
        let mut user_data = before.user_data().cloned();
        put(&mut ramdisk, self.ramdisk.as_deref()).ok_or("the ramdisk")?;
        put(&mut kernel, self.kernel.as_deref()).ok_or("the kernel")?;
        put(&mut instance_type, self.instance_type.as_ref()).ok_or("the instance type")?;
        put(&mut image, self.image.as_ref()).ok_or("the image")?;
        put(&mut user_data, self.user_data.as_ref()).ok_or("the user data")?;
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
