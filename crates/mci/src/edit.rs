//! Changes of HEAD, as values.

mod admit;

use crate::{Content, Description, Misfit, Setting, SettingError};
use atlas_base::{Name, Tag};
use atlas_image_id::{CloudLocation, ImageId};

pub use self::admit::{EditWarning, ImageAccess, KnownImage};

/// One change of HEAD.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum HeadEdit {
    /// Names it anew.
    SetNickname(Name),
    /// Describes it anew.
    SetDescription(Description),
    /// Adds a tag, if it is not there.
    AddTag(Tag),
    /// Takes a tag away.
    RemoveTag(Tag),
    /// Puts a setting at a location, in place of the one there.
    Set {
        /// Where.
        location: CloudLocation,
        /// What.
        setting: Box<Setting>,
    },
    /// Takes the setting of a location away.
    Unset {
        /// Where.
        location: CloudLocation,
    },
    /// Moves a setting to a location that has none (RightScale).
    Move {
        /// From where.
        from: CloudLocation,
        /// To where.
        to: CloudLocation,
    },
}

impl HeadEdit {
    /// Puts a setting at a location.
    pub fn set(location: CloudLocation, setting: Setting) -> Self {
        Self::Set {
            location,
            setting: Box::new(setting),
        }
    }
}

/// Why an edit was refused; HEAD is then as it was.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EditError {
    /// The setting cannot stand at its location.
    #[error(transparent)]
    Setting(#[from] SettingError),
    /// The instance type of a setting does not take its image (RightScale).
    #[error(transparent)]
    Misfit(#[from] Misfit),
    /// An inventory says that the image is not there (RightScale).
    #[error("there is no image `{image}` at {location}: check its id and its location")]
    NoImage {
        /// Where.
        location: CloudLocation,
        /// Which.
        image: ImageId,
    },
    /// An inventory says that the image is there, and closed to whoever asks (RightScale).
    #[error(
        "the image `{image}` is at {location}, and the credential has no access to it: ask its owner to share it, or copy it"
    )]
    NoAccess {
        /// Where.
        location: CloudLocation,
        /// Which.
        image: ImageId,
    },
    /// There is no setting to take away or to move.
    #[error("there is no setting at {location}{}", list("; there are settings at ", .known))]
    NoSetting {
        /// Where it was looked for.
        location: CloudLocation,
        /// Where there are settings.
        known: Vec<CloudLocation>,
    },
    /// The location that a setting should move to has one.
    #[error("{location} has a setting already: unset it first, or set it")]
    Occupied {
        /// Where.
        location: CloudLocation,
    },
    /// A content holds no more of them.
    #[error("{found} {what} are too many, a MultiCloud Image holds at most {limit}: split it")]
    TooMany {
        /// What there are too many of: settings or tags.
        what: &'static str,
        /// The limit.
        limit: usize,
        /// How many there would be.
        found: usize,
    },
    /// There is no such tag to take away.
    #[error("there is no tag `{tag}`")]
    NoTag {
        /// Which.
        tag: Tag,
    },
}

/// At most eight of the locations, for a message.
fn list(before: &str, locations: &[CloudLocation]) -> String {
    if locations.is_empty() {
        return String::new();
    }
    let shown: Vec<_> = locations
        .iter()
        .take(8)
        .map(CloudLocation::as_str)
        .collect();
    let more = if locations.len() > shown.len() {
        ", …"
    } else {
        ""
    };
    format!("{before}{}{more}", shown.join(", "))
}

impl Content {
    /// This content after some edits, in their order: all of them or none.
    ///
    /// # Errors
    ///
    /// The first edit that cannot be made.
    pub fn edited(&self, edits: impl IntoIterator<Item = HeadEdit>) -> Result<Self, EditError> {
        let mut content = self.clone();
        for edit in edits {
            content.edit(edit)?;
        }
        for (what, limit, found) in [
            ("settings", Self::MAX_SETTINGS, content.settings.len()),
            ("tags", Self::MAX_TAGS, content.tags.len()),
        ] {
            if found > limit {
                return Err(EditError::TooMany { what, limit, found });
            }
        }
        Ok(content)
    }

    /// The setting of a location itself.
    ///
    /// # Errors
    ///
    /// There is none.
    pub fn setting(&self, location: &CloudLocation) -> Result<&Setting, EditError> {
        let found = self.settings.get(location);
        found.ok_or_else(|| self.no_setting(location))
    }

    fn no_setting(&self, location: &CloudLocation) -> EditError {
        EditError::NoSetting {
            location: location.clone(),
            known: self.settings.keys().cloned().collect(),
        }
    }

    fn edit(&mut self, edit: HeadEdit) -> Result<(), EditError> {
        match edit {
            HeadEdit::SetNickname(nickname) => self.nickname = nickname,
            HeadEdit::SetDescription(description) => self.description = description,
            HeadEdit::AddTag(tag) => {
                self.tags.insert(tag);
            }
            HeadEdit::RemoveTag(tag) => {
                if !self.tags.remove(&tag) {
                    return Err(EditError::NoTag { tag });
                }
            }
            HeadEdit::Set { location, setting } => {
                setting.check(&location)?;
                self.settings.insert(location, *setting);
            }
            HeadEdit::Unset { location } => {
                self.take(&location)?;
            }
            HeadEdit::Move { from, to } => {
                if self.settings.contains_key(&to) {
                    return Err(EditError::Occupied { location: to });
                }
                let setting = self.take(&from)?;
                setting.check(&to)?;
                self.settings.insert(to, setting);
            }
        }
        Ok(())
    }

    fn take(&mut self, location: &CloudLocation) -> Result<Setting, EditError> {
        let taken = self.settings.remove(location);
        taken.ok_or_else(|| self.no_setting(location))
    }
}
