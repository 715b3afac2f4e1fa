//! The codes of checks.

use atlas_base::{quoted, text_form};
use core::fmt;
use serde::Serialize;

/// How much a finding matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Severity {
    /// It works, and is probably not what was meant.
    Warning,
    /// A launch is refused for it.
    Error,
}

impl Severity {
    /// The severity in one word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $text:literal $severity:ident $says:literal;)*) => {
        /// What a check is about; its text form never changes.
        ///
        /// Order is the order in which findings are shown.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum CheckCode {
            $($(#[$doc])* $name,)*
        }

        impl CheckCode {
            /// Every code, in order.
            pub const fn all() -> &'static [Self] {
                &[$(Self::$name),*]
            }

            /// The text form.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => $text,)*
                }
            }

            /// How much it matters.
            pub const fn severity(self) -> Severity {
                match self {
                    $(Self::$name => Severity::$severity,)*
                }
            }

            /// What it says, in a line; what was found goes behind it.
            pub const fn says(self) -> &'static str {
                match self {
                    $(Self::$name => $says,)*
                }
            }
        }
    };
}

codes! {
    /// The images of the settings have several operating systems (RightScale).
    MixedOs = "mixed-os" Warning
        "the images have several operating systems";
    /// They have one operating system in several versions (RightScale).
    MixedOsVersion = "mixed-os-version" Warning
        "the images have several versions of one operating system";
    /// They are for several architectures (RightScale).
    MixedArchitecture = "mixed-architecture" Warning
        "the images are for several architectures";
    /// They have several agents, or versions of one (RightScale).
    MixedAgent = "mixed-agent" Warning
        "the images have several agents, or versions of one";
    /// Images have an agent, and no tag says so (RightScale).
    AgentUntagged = "agent-untagged" Warning
        "images have an agent and no tag says so, add the tag";
    /// A tag says that images have an agent, and some have none (RightScale).
    AgentTagUnfounded = "agent-tag-unfounded" Warning
        "the tag says that images have an agent, and these have none";
    /// Scripts need an agent, and images have none (RightScale, Scalr).
    AgentMissing = "agent-missing" Error
        "scripts need an agent, and these images have none";
    /// Scripts need an agent, and nobody said whether images have one (ours).
    AgentUnknown = "agent-unknown" Warning
        "scripts need an agent, and nobody has said whether these images have one";
    /// Images are deprecated (AWS).
    ImageDeprecated = "image-deprecated" Warning
        "these images are deprecated";
    /// Images are disabled, or deleted (AWS).
    ImageDisabled = "image-disabled" Error
        "these images cannot be launched";
    /// Images have no record that is seen here (ours).
    ImageUnregistered = "image-unregistered" Warning
        "these images are not registered, so nothing is known of them";
    /// The MultiCloud Image is shared, and images of it are not (RightScale).
    ImagePrivate = "image-private" Warning
        "the MultiCloud Image is shared, and these images are private";
    /// Nobody said which operating system is inside (ours).
    OsUnknown = "os-unknown" Warning
        "the operating system of these images is unknown";
    /// There are newer images (ours).
    NewerImage = "newer-image" Warning
        "there are newer images";
    /// The nickname does not name the operating system of most of its images (RightScale).
    NicknameLacksOs = "nickname-lacks-os" Warning
        "the nickname does not name the operating system of most images";
    /// The nickname does not name its version (RightScale).
    NicknameLacksVersion = "nickname-lacks-version" Warning
        "the nickname does not name the version of the operating system of most images";
    /// The nickname does not name the architecture of most of its images (RightScale).
    NicknameLacksArchitecture = "nickname-lacks-architecture" Warning
        "the nickname does not name the architecture of most images";
    /// An instance type took no images of that architecture at first (RightScale).
    InstanceTypeLate = "instance-type-late" Warning
        "these instance types did not take such images at first";
    /// An instance type does not take the image (RightScale).
    InstanceTypeMisfit = "instance-type-misfit" Error
        "these instance types do not take such images";
}

impl CheckCode {
    /// Reads the text form.
    ///
    /// # Errors
    ///
    /// It is none of the codes.
    pub fn parse(text: &str) -> Result<Self, ParseCheckCodeError> {
        let known = Self::all().iter().find(|code| code.as_str() == text);
        known.copied().ok_or_else(|| {
            let codes: Vec<_> = Self::all().iter().map(|code| code.as_str()).collect();
            let (shown, codes) = (quoted(text), codes.join(", "));
            let message = format!("{shown} is no code of a check: expected one of {codes}");
            ParseCheckCodeError { message }
        })
    }

    /// Whether what is found are the parts of a mixture.
    pub(super) fn is_mixture(self) -> bool {
        matches!(
            self,
            Self::MixedOs | Self::MixedOsVersion | Self::MixedArchitecture | Self::MixedAgent
        )
    }
}

impl fmt::Display for CheckCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

text_form!(CheckCode, ParseCheckCodeError);

/// Why a text is no [`CheckCode`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParseCheckCodeError {
    message: String,
}

impl ParseCheckCodeError {
    /// The byte offset at which the text stopped making sense: a word counts as a whole.
    pub fn at(&self) -> usize {
        0
    }
}

impl fmt::Display for ParseCheckCodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for ParseCheckCodeError {}
