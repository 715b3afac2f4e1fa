//! Why disk images could not be made, for programs.

use atlas_base::{parse_errors, quoted, text_form};
use core::fmt;
use std::borrow::Cow;

/// Why a disk image could not be made, for programs: 1 to 64 lower-case letters, digits and hyphens,
/// the first of them a letter.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FailureCode(Cow<'static, str>);

impl FailureCode {
    /// Where nothing better is known: `failed`.
    pub const UNKNOWN: Self = Self(Cow::Borrowed("failed"));
    /// Where whoever made it is gone: `interrupted`.
    pub const INTERRUPTED: Self = Self(Cow::Borrowed("interrupted"));

    /// Checks a text.
    ///
    /// # Errors
    ///
    /// It is none.
    pub fn parse(text: &str) -> Result<Self, ParseFailureCodeError> {
        let misfit = text.bytes().enumerate().position(|(at, byte)| match byte {
            b'a'..=b'z' => at >= 64,
            b'0'..=b'9' | b'-' => at == 0 || at >= 64,
            _ => true,
        });
        let at = misfit.or(text.is_empty().then_some(0));
        match at {
            None => Ok(Self(Cow::Owned(text.to_owned()))),
            Some(at) => Err(ParseFailureCodeError::new(
                at,
                format_args!(
                    "{} is no code: expected lower-case letters, digits and hyphens, 64 at most",
                    quoted(text)
                ),
            )),
        }
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for FailureCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

text_form!(FailureCode, ParseFailureCodeError);

parse_errors! {
    /// Why a text is no [`FailureCode`].
    ParseFailureCodeError;
}
