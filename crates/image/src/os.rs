//! The operating system inside an image.

use crate::{OsText, ParseTextError};
use core::fmt;
use serde::{Deserialize, Serialize};

/// Which operating system is inside, in a person's words; it is never guessed (Scalr).
///
/// Where nobody said it yet, there is none of this: the operating system is *unknown*.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OsFacts {
    /// The family: `ubuntu`, `windows`.
    pub family: OsText,
    /// The generation, which is what a role map goes by: `24`, `2022`.
    pub generation: OsText,
    /// The exact version: `24.04.1`.
    pub version: OsText,
}

impl OsFacts {
    /// How an operating system is called of which nobody said anything.
    pub const UNKNOWN: &str = "unknown";

    /// Checks three texts.
    ///
    /// # Errors
    ///
    /// One of them is blank, too long, or holds a character that nobody sees; or the family is
    /// `unknown`, which is what an image is of which none of them is said.
    pub fn parse(family: &str, generation: &str, version: &str) -> Result<Self, ParseTextError> {
        if family.eq_ignore_ascii_case(Self::UNKNOWN) {
            return Err(ParseTextError::shape(
                family,
                "family of operating systems",
                "the name of one, such as `ubuntu`, since nobody guesses it",
            ));
        }
        Ok(Self {
            family: OsText::parse(family)?,
            generation: OsText::parse(generation)?,
            version: OsText::parse(version)?,
        })
    }

    /// Reads `FAMILY/GENERATION/VERSION`, such as `ubuntu/22.04/22.04.4`.
    ///
    /// # Errors
    ///
    /// There are not three of them, or one is blank, too long, or holds a character that nobody sees.
    pub fn read(text: &str) -> Result<Self, ParseTextError> {
        let parts: Vec<_> = text.split('/').collect();
        match parts.as_slice() {
            [family, generation, version] => Self::parse(family, generation, version),
            _ => Err(ParseTextError::shape(
                text,
                "operating system",
                "FAMILY/GENERATION/VERSION, such as `ubuntu/22.04/22.04.4`",
            )),
        }
    }
}

impl fmt::Display for OsFacts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} ({})", self.family, self.generation, self.version)
    }
}
