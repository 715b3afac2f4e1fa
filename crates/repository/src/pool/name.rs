//! How pools are called.

use atlas_base::quoted;
use core::fmt;
use std::borrow::Cow;

atlas_base::parse_errors! {
    /// Why a text is no [`PoolName`].
    ParsePoolNameError;
}

/// The most bytes of a name.
const MOST: usize = 64;

/// The name of a pool: a small letter, and then small letters, digits and `-`, 64 bytes at most.
///
/// ```
/// use atlas_repository::PoolName;
///
/// assert_eq!(PoolName::parse("ssd-2")?.as_str(), "ssd-2");
/// assert_eq!(PoolName::parse("default")?, PoolName::DEFAULT);
/// assert_eq!(PoolName::parse("SSD").unwrap_err().at(), 0);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PoolName(Cow<'static, str>);

impl PoolName {
    /// Where images are kept of which nobody said where.
    pub const DEFAULT: Self = Self(Cow::Borrowed("default"));

    /// Reads a name.
    ///
    /// # Errors
    ///
    /// It is empty or too long, begins with another character than a small letter, or has other ones than
    /// small letters, digits and `-`.
    pub fn parse(text: &str) -> Result<Self, ParsePoolNameError> {
        let refuse = |at, why: &str| {
            let message = format!("the name of a pool {} {why}", quoted(text));
            Err(ParsePoolNameError::new(at, message))
        };
        if text.is_empty() {
            return refuse(0, "is empty");
        }
        for (at, byte) in text.bytes().enumerate() {
            let is_right =
                byte.is_ascii_lowercase() || at > 0 && (byte.is_ascii_digit() || byte == b'-');
            if !is_right {
                let why = match at {
                    0 => "begins with something else than a small letter",
                    _ => "has something else than small letters, digits and `-`",
                };
                return refuse(at, why);
            }
            if at >= MOST {
                return refuse(at, "is longer than 64 bytes");
            }
        }
        Ok(Self(Cow::Owned(text.to_owned())))
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Default for PoolName {
    fn default() -> Self {
        Self::DEFAULT
    }
}

impl fmt::Display for PoolName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

atlas_base::text_form!(PoolName, ParsePoolNameError);
