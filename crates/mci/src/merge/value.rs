//! The values that paths have.

use super::{MergePath, SettingPart};
use crate::{
    Description, InstanceType, ParseDescriptionError, ParseInstanceTypeError, Setting, UserData,
};
use atlas_base::{Name, ParseNameError, Tag, counted, parse_errors, quoted};
use atlas_image_id::{CloudLocation, ImageId, ParseImageIdError};
use core::fmt;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// What a part of a content holds. Two values are equal where they are spelled alike, too: a
/// digest sees how an id is spelled.
#[derive(Debug, Clone, Serialize)]
#[serde(untagged)]
#[expect(clippy::exhaustive_enums, reason = "what a content holds")]
pub enum MergeValue {
    /// The nickname.
    Nickname(Name),
    /// The description.
    Description(Description),
    /// A tag that is there.
    Tag(Tag),
    /// An image, a kernel or a ramdisk.
    Id(ImageId),
    /// An instance type.
    InstanceType(InstanceType),
    /// User data.
    UserData(UserData),
    /// A setting; as a unit it is without its user data.
    Setting(Box<Setting>),
}

impl PartialEq for MergeValue {
    fn eq(&self, other: &Self) -> bool {
        self.is_alike(other)
            && match (self, other) {
                (Self::Id(one), Self::Id(other)) => one.as_str() == other.as_str(),
                (Self::Setting(one), Self::Setting(other)) => is_same(one, other),
                _ => true,
            }
    }
}

impl Eq for MergeValue {}

/// Whether two settings of one location are the same, also in how their ids are spelled.
pub(crate) fn is_same(one: &Setting, other: &Setting) -> bool {
    let is_same_id = |one: Option<&ImageId>, other: Option<&ImageId>| {
        one.map(ImageId::as_str) == other.map(ImageId::as_str)
    };
    one.is_shared_with(other)
        || is_same_id(Some(one.image()), Some(other.image()))
            && one.instance_type() == other.instance_type()
            && is_same_id(one.kernel(), other.kernel())
            && is_same_id(one.ramdisk(), other.ramdisk())
            && one.user_data() == other.user_data()
}

impl MergeValue {
    /// Whether two values mean the same, however they are spelled.
    pub(crate) fn is_alike(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Nickname(one), Self::Nickname(other)) => one == other,
            (Self::Description(one), Self::Description(other)) => one == other,
            (Self::Tag(one), Self::Tag(other)) => one == other,
            (Self::Id(one), Self::Id(other)) => one == other,
            (Self::InstanceType(one), Self::InstanceType(other)) => one == other,
            (Self::UserData(one), Self::UserData(other)) => one == other,
            (Self::Setting(one), Self::Setting(other)) => one == other,
            _ => false,
        }
    }

    /// Reads the value of a path from text: user data as it is, everything else in its text form.
    ///
    /// # Errors
    ///
    /// The text is no such value, or the path's value is a whole setting, which has no text form.
    pub fn parse(path: &MergePath, text: &str) -> Result<Self, ParseMergeValueError> {
        fn read<T, E: fmt::Display>(
            parsed: Result<T, E>,
            at: fn(&E) -> usize,
        ) -> Result<T, ParseMergeValueError> {
            parsed.map_err(|error| ParseMergeValueError::new(at(&error), error))
        }
        let refuse = |why: fmt::Arguments<'_>| Err(ParseMergeValueError::new(0, why));
        match path {
            MergePath::Nickname => read(Name::parse(text), ParseNameError::at).map(Self::Nickname),
            MergePath::Description => {
                read(Description::parse(text), ParseDescriptionError::at).map(Self::Description)
            }
            MergePath::Tag(tag) if tag.as_str() == text => Ok(Self::Tag(tag.clone())),
            MergePath::Tag(tag) => refuse(format_args!(
                "{} cannot be the tag `{tag}`: give the tag itself to keep it, nothing to remove it",
                quoted(text)
            )),
            MergePath::Setting { location, part } => match part {
                SettingPart::Image | SettingPart::Kernel | SettingPart::Ramdisk => read(
                    ImageId::parse(location.cloud(), text),
                    ParseImageIdError::at,
                )
                .map(Self::Id),
                SettingPart::InstanceType => {
                    read(InstanceType::parse(text), ParseInstanceTypeError::at)
                        .map(Self::InstanceType)
                }
                SettingPart::UserData => match UserData::new(text.as_bytes()) {
                    Some(data) => Ok(Self::UserData(data)),
                    None => refuse(format_args!("user data is empty: leave it out")),
                },
                SettingPart::Whole | SettingPart::Unit => refuse(format_args!(
                    "{} is no setting: settle the setting at {location} by a side, or give it as an object",
                    quoted(text)
                )),
            },
        }
    }
}

/// The value of a setting's part; none where it has none.
pub(crate) fn part(setting: &Setting, part: SettingPart) -> Option<MergeValue> {
    match part {
        SettingPart::Whole => Some(MergeValue::Setting(Box::new(setting.clone()))),
        SettingPart::Unit => Some(MergeValue::Setting(Box::new(
            setting.clone().with_user_data(None),
        ))),
        SettingPart::Ramdisk => setting.ramdisk().cloned().map(MergeValue::Id),
        SettingPart::Kernel => setting.kernel().cloned().map(MergeValue::Id),
        SettingPart::InstanceType => {
            let instance_type = setting.instance_type().cloned();
            instance_type.map(MergeValue::InstanceType)
        }
        SettingPart::Image => Some(MergeValue::Id(setting.image().clone())),
        SettingPart::UserData => setting.user_data().cloned().map(MergeValue::UserData),
    }
}

/// A setting with another value in one of its parts; none where the part cannot have it.
pub(crate) fn with_part(
    setting: Setting,
    part: SettingPart,
    value: Option<MergeValue>,
) -> Option<Setting> {
    Some(match (part, value) {
        (SettingPart::Whole, Some(MergeValue::Setting(whole))) => *whole,
        (SettingPart::Unit, Some(MergeValue::Setting(unit))) if unit.user_data().is_none() => {
            let user_data = setting.user_data().cloned();
            unit.with_user_data(user_data)
        }
        (SettingPart::Image, Some(MergeValue::Id(image))) => setting.with_image(image),
        (SettingPart::Kernel, Some(MergeValue::Id(id))) => setting.with_kernel(Some(id)),
        (SettingPart::Kernel, None) => setting.with_kernel(None),
        (SettingPart::Ramdisk, Some(MergeValue::Id(id))) => setting.with_ramdisk(Some(id)),
        (SettingPart::Ramdisk, None) => setting.with_ramdisk(None),
        (SettingPart::InstanceType, Some(MergeValue::InstanceType(instance_type))) => {
            setting.with_instance_type(instance_type)
        }
        (SettingPart::InstanceType, None) => setting.without_instance_type(),
        (SettingPart::UserData, Some(MergeValue::UserData(data))) => {
            setting.with_user_data(Some(data))
        }
        (SettingPart::UserData, None) => setting.with_user_data(None),
        _ => return None,
    })
}

parse_errors! {
    /// Why a text is no value of a path.
    ParseMergeValueError;
}

impl fmt::Display for MergeValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nickname(name) => fmt::Display::fmt(name, f),
            Self::Description(text) if text.as_str().is_empty() => f.write_str("(empty)"),
            Self::Description(text) => fmt::Display::fmt(text, f),
            Self::Tag(tag) => fmt::Display::fmt(tag, f),
            Self::Id(id) => fmt::Display::fmt(id, f),
            Self::InstanceType(name) => fmt::Display::fmt(name, f),
            Self::UserData(data) => size(data, f),
            Self::Setting(setting) => {
                fmt::Display::fmt(setting.image(), f)?;
                if let Some(instance_type) = setting.instance_type() {
                    write!(f, ", {instance_type}")?;
                }
                if let Some(kernel) = setting.kernel() {
                    write!(f, ", kernel {kernel}")?;
                }
                if let Some(ramdisk) = setting.ramdisk() {
                    write!(f, ", ramdisk {ramdisk}")?;
                }
                if let Some(data) = setting.user_data() {
                    f.write_str(", user data of ")?;
                    size(data, f)?;
                }
                Ok(())
            }
        }
    }
}

/// How much there is: people keep secrets in user data, so that it is not shown by itself.
fn size(data: &UserData, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let bytes = data.as_bytes().len();
    if let Some(text) = data.as_text() {
        let lines = text.lines().count();
        write!(f, "{}, ", counted(lines, "line"))?;
    }
    f.write_str(&counted(bytes, "byte"))
}

/// Tells a value that is null from one that is not there.
#[derive(Default)]
pub(crate) enum Given<T> {
    #[default]
    Nothing,
    Value(Option<T>),
}

impl<T> Given<T> {
    pub(crate) fn is_nothing(&self) -> bool {
        matches!(self, Self::Nothing)
    }
}

impl<T: Serialize> Serialize for Given<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Value(Some(value)) => value.serialize(serializer),
            Self::Value(None) | Self::Nothing => serializer.serialize_none(),
        }
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Given<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Option::deserialize(deserializer).map(Self::Value)
    }
}

/// A value as it is read, before its path says what it is.
#[derive(Deserialize)]
#[serde(untagged)]
pub(crate) enum ValueForm {
    Text(String),
    UserData(UserData),
    Setting(Box<SettingForm>),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SettingForm {
    image: String,
    instance_type: Option<InstanceType>,
    kernel: Option<String>,
    ramdisk: Option<String>,
    user_data: Option<UserData>,
}

impl SettingForm {
    fn at(self, location: &CloudLocation) -> Result<Setting, String> {
        let id = |text: String| {
            ImageId::parse(location.cloud(), &text).map_err(|error| error.to_string())
        };
        let setting = Setting::new(id(self.image)?)
            .with_kernel(self.kernel.map(id).transpose()?)
            .with_ramdisk(self.ramdisk.map(id).transpose()?)
            .with_user_data(self.user_data);
        Ok(match self.instance_type {
            Some(instance_type) => setting.with_instance_type(instance_type),
            None => setting,
        })
    }
}

fn expected(path: &MergePath) -> &'static str {
    match path {
        MergePath::Setting { part, .. } => match part {
            SettingPart::Whole | SettingPart::Unit => "a setting, as an object with an `image`",
            SettingPart::UserData => "a text, or an object with a `text` or in `base64`",
            _ => "a text",
        },
        _ => "a text",
    }
}

impl ValueForm {
    /// The value at a path, or why it is none.
    pub(crate) fn at(self, path: &MergePath) -> Result<MergeValue, String> {
        match (self, path) {
            (Self::Text(text), path) => {
                MergeValue::parse(path, &text).map_err(|error| error.to_string())
            }
            (
                Self::UserData(data),
                MergePath::Setting {
                    part: SettingPart::UserData,
                    ..
                },
            ) => Ok(MergeValue::UserData(data)),
            (
                Self::Setting(form),
                MergePath::Setting {
                    location,
                    part: SettingPart::Whole | SettingPart::Unit,
                },
            ) => form.at(location).map(Box::new).map(MergeValue::Setting),
            (_, path) => Err(format!("{path} takes {}", expected(path))),
        }
    }
}
