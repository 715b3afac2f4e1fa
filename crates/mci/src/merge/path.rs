//! Which part of a content a conflict is about.

use atlas_base::{Tag, parse_errors, quoted, text_form};
use atlas_image_id::CloudLocation;
use core::fmt;

/// A part of a content that is merged by itself. The text form is `nickname`, `description`,
/// `tag:TAG`, a location, or a part of its setting and a location: `image:aws/us-east-1`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(
    clippy::exhaustive_enums,
    reason = "what a content holds, which every caller settles"
)]
pub enum MergePath {
    /// The nickname.
    Nickname,
    /// The description.
    Description,
    /// One tag, which is there or is not.
    Tag(Tag),
    /// A setting or a part of it.
    Setting {
        /// Where.
        location: CloudLocation,
        /// Which part.
        part: SettingPart,
    },
}

/// A part of a setting that is merged by itself, in the order in which the product lists them
/// (RightScale: ramdisk, kernel, instance type, image, user data).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(clippy::exhaustive_enums, reason = "the parts of a setting")]
pub enum SettingPart {
    /// All of it: whether there is a setting.
    Whole,
    /// What must fit together: ramdisk, kernel, instance type and image.
    Unit,
    /// The ramdisk.
    Ramdisk,
    /// The kernel.
    Kernel,
    /// The instance type.
    InstanceType,
    /// The image.
    Image,
    /// The user data.
    UserData,
}

impl SettingPart {
    /// Those that hold one value each.
    pub(crate) const SINGLE: [Self; 5] = [
        Self::Ramdisk,
        Self::Kernel,
        Self::InstanceType,
        Self::Image,
        Self::UserData,
    ];

    /// The part's name in a path; none for all of the setting.
    pub fn name(self) -> Option<&'static str> {
        match self {
            Self::Whole => None,
            Self::Unit => Some("unit"),
            Self::Ramdisk => Some("ramdisk"),
            Self::Kernel => Some("kernel"),
            Self::InstanceType => Some("instance-type"),
            Self::Image => Some("image"),
            Self::UserData => Some("user-data"),
        }
    }
}

parse_errors! {
    /// Why a text is no [`MergePath`].
    ParseMergePathError;
}

impl MergePath {
    /// The path of a part of a setting.
    pub fn setting(location: &CloudLocation, part: SettingPart) -> Self {
        Self::Setting {
            location: location.clone(),
            part,
        }
    }

    /// Reads a path.
    ///
    /// # Errors
    ///
    /// It is none of the forms, or its tag, its location or its part is malformed.
    pub fn parse(text: &str) -> Result<Self, ParseMergePathError> {
        match text {
            "nickname" => return Ok(Self::Nickname),
            "description" => return Ok(Self::Description),
            _ => {}
        }
        let refuse = |at, why: fmt::Arguments<'_>| {
            ParseMergePathError::new(at, format_args!("{} is no path: {why}", quoted(text)))
        };
        if let Some(tag) = text.strip_prefix(TAG) {
            return Tag::parse(tag)
                .map(Self::Tag)
                .map_err(|error| refuse(TAG.len() + error.at(), format_args!("{error}")));
        }
        // No cloud is named like a part.
        let mut parts = SettingPart::SINGLE.into_iter().chain([SettingPart::Unit]);
        let split = |part: SettingPart| {
            let place = text.strip_prefix(part.name()?)?.strip_prefix(':')?;
            Some((part, place))
        };
        let (part, place) = parts.find_map(split).unwrap_or((SettingPart::Whole, text));
        CloudLocation::parse(place)
            .map(|location| Self::Setting { location, part })
            .map_err(|error| {
                let at = text.len() - place.len() + error.at();
                match part {
                    // It does not even begin like a location.
                    SettingPart::Whole if at == 0 => refuse(0, format_args!("{EXPECTED}")),
                    SettingPart::Whole => ParseMergePathError::new(at, error),
                    _ => refuse(at, format_args!("{error}")),
                }
            })
    }
}

const EXPECTED: &str = "expected `nickname`, `description`, `tag:` and a tag, a location, or \
    `image:`, `instance-type:`, `kernel:`, `ramdisk:`, `unit:` or `user-data:` and a location";

const TAG: &str = "tag:";

impl fmt::Display for MergePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nickname => f.write_str("nickname"),
            Self::Description => f.write_str("description"),
            Self::Tag(tag) => write!(f, "{TAG}{tag}"),
            Self::Setting { location, part } => match part.name() {
                None => write!(f, "{location}"),
                Some(part) => write!(f, "{part}:{location}"),
            },
        }
    }
}

text_form!(MergePath, ParseMergePathError);
