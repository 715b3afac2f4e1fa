//! What wins over a setting.

use super::LaunchRefusal;
use atlas_base::counted;
use atlas_image_id::{CloudLocation, ImageId};
use atlas_mci::{InstanceType, Setting, UserData};
use core::fmt;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// What becomes of a part of a setting that may be absent.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "override", content = "value", rename_all = "kebab-case")]
#[expect(clippy::exhaustive_enums, reason = "it stays, is another, or goes")]
pub enum Override<T> {
    /// It stays as it is.
    #[default]
    Keep,
    /// It is this.
    Set(T),
    /// It goes.
    Clear,
}

/// What wins over a setting for one launch or one server (RightScale: the overrides of a server).
/// An image that is in no MultiCloud Image is allowed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize)]
pub struct Overrides {
    /// Another image.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image: Option<ImageId>,
    /// Another instance type.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub instance_type: Option<InstanceType>,
    /// Another kernel, or none (EC2).
    #[serde(skip_serializing_if = "Override::is_kept")]
    pub kernel: Override<ImageId>,
    /// Another ramdisk, or none (EC2).
    #[serde(skip_serializing_if = "Override::is_kept")]
    pub ramdisk: Override<ImageId>,
    /// Other user data, or none.
    #[serde(skip_serializing_if = "Override::is_kept")]
    pub user_data: Override<UserData>,
}

/// Overrides as they are stored: their ids are texts of the location's cloud.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct StoredOverrides {
    image: Option<String>,
    instance_type: Option<InstanceType>,
    #[serde(default)]
    kernel: Override<String>,
    #[serde(default)]
    ramdisk: Override<String>,
    #[serde(default)]
    user_data: Override<UserData>,
}

impl StoredOverrides {
    pub(crate) fn at(self, location: &CloudLocation) -> Overrides {
        let id = |text: String| ImageId::from_stored(location.cloud(), &text);
        Overrides {
            image: self.image.map(id),
            instance_type: self.instance_type,
            kernel: self.kernel.map(id),
            ramdisk: self.ramdisk.map(id),
            user_data: self.user_data,
        }
    }
}

/// Which part was overridden.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum OverrideField {
    /// The MultiCloud Image.
    Mci,
    /// The image.
    Image,
    /// The instance type.
    InstanceType,
    /// The kernel.
    Kernel,
    /// The ramdisk.
    Ramdisk,
    /// The user data.
    UserData,
}

impl fmt::Display for OverrideField {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Mci => "MultiCloud Image",
            Self::Image => "image",
            Self::InstanceType => "instance type",
            Self::Kernel => "kernel",
            Self::Ramdisk => "ramdisk",
            Self::UserData => "user data",
        })
    }
}

/// A part that was overridden. Of user data, which holds secrets, the sizes are told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OverrideMark {
    /// Which part.
    pub field: OverrideField,
    /// What the setting says; none where it says nothing.
    pub inherited: Option<String>,
    /// What is used; none where the override takes it away.
    pub now: Option<String>,
}

impl fmt::Display for OverrideMark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let said = |value: &Option<String>| {
            let none = || "none".to_owned();
            value
                .as_ref()
                .map_or_else(none, |value| format!("`{value}`"))
        };
        write!(f, "override: {} {}", self.field, said(&self.now))?;
        match self.field {
            OverrideField::Mci => f.write_str(", whatever the links say"),
            _ => write!(f, " in place of {}", said(&self.inherited)),
        }
    }
}

impl Overrides {
    /// Whether nothing is overridden.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// These overrides with others over them.
    #[must_use]
    pub fn overlaid(self, over: Self) -> Self {
        Self {
            image: over.image.or(self.image),
            instance_type: over.instance_type.or(self.instance_type),
            kernel: over.kernel.or(self.kernel),
            ramdisk: over.ramdisk.or(self.ramdisk),
            user_data: over.user_data.or(self.user_data),
        }
    }

    /// Overrides a part no longer; a MultiCloud Image is none of the parts of a setting.
    pub(crate) fn keep(&mut self, field: OverrideField) {
        match field {
            OverrideField::Mci => {}
            OverrideField::Image => self.image = None,
            OverrideField::InstanceType => self.instance_type = None,
            OverrideField::Kernel => self.kernel = Override::Keep,
            OverrideField::Ramdisk => self.ramdisk = Override::Keep,
            OverrideField::UserData => self.user_data = Override::Keep,
        }
    }

    /// The setting with these overrides in it, and what they changed; what is as it was is no
    /// override.
    pub(crate) fn applied<'a>(
        &self,
        setting: &'a Setting,
        served_by: &CloudLocation,
    ) -> Result<(Cow<'a, Setting>, Vec<OverrideMark>), LaunchRefusal> {
        if self.is_empty() {
            return Ok((Cow::Borrowed(setting), Vec::new()));
        }
        let mut changed = setting.clone();
        let mut marks = Vec::new();
        let mut mark = |field, inherited: Option<String>, now: Option<String>| {
            marks.push(OverrideMark {
                field,
                inherited,
                now,
            });
        };
        let text = |id: &ImageId| id.to_string();
        if let Some(image) = self.image.as_ref().filter(|it| *it != setting.image()) {
            let inherited = Some(text(setting.image()));
            mark(OverrideField::Image, inherited, Some(text(image)));
            changed = changed.with_image(image.clone());
        }
        let other = self.instance_type.as_ref();
        if let Some(other) = other.filter(|it| Some(*it) != setting.instance_type()) {
            let inherited = setting.instance_type().map(ToString::to_string);
            mark(
                OverrideField::InstanceType,
                inherited,
                Some(other.to_string()),
            );
            changed = changed.with_instance_type(other.clone());
        }
        let kernel = self.kernel.over(setting.kernel());
        if kernel != setting.kernel() {
            let inherited = setting.kernel().map(text);
            mark(OverrideField::Kernel, inherited, kernel.map(text));
            changed = changed.with_kernel(kernel.cloned());
        }
        let ramdisk = self.ramdisk.over(setting.ramdisk());
        if ramdisk != setting.ramdisk() {
            let inherited = setting.ramdisk().map(text);
            mark(OverrideField::Ramdisk, inherited, ramdisk.map(text));
            changed = changed.with_ramdisk(ramdisk.cloned());
        }
        let data = self.user_data.over(setting.user_data());
        if data != setting.user_data() {
            let size = |data: &UserData| counted(data.as_bytes().len(), "byte");
            let inherited = setting.user_data().map(size);
            mark(OverrideField::UserData, inherited, data.map(size));
            changed = changed.with_user_data(data.cloned());
        }
        changed
            .check(served_by)
            .map_err(|error| LaunchRefusal::Override { error })?;
        Ok((Cow::Owned(changed), marks))
    }
}

impl<T> Override<T> {
    /// Whether nothing is overridden.
    pub fn is_kept(&self) -> bool {
        matches!(self, Self::Keep)
    }

    fn or(self, other: Self) -> Self {
        if self.is_kept() { other } else { self }
    }

    fn map<U>(self, map: impl FnOnce(T) -> U) -> Override<U> {
        match self {
            Self::Keep => Override::Keep,
            Self::Set(value) => Override::Set(map(value)),
            Self::Clear => Override::Clear,
        }
    }

    /// What is there with the override.
    fn over<'a>(&'a self, inherited: Option<&'a T>) -> Option<&'a T> {
        match self {
            Self::Keep => inherited,
            Self::Set(value) => Some(value),
            Self::Clear => None,
        }
    }
}
