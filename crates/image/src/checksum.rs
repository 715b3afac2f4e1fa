//! What the bytes of an image add up to.

use atlas_base::{parse_errors, quoted, text_form};
use core::fmt;
use std::sync::Arc;

/// What a cloud says an image's bytes add up to: 1 to 128 visible ASCII characters, such as
/// `sha256:9f86d0…` or an `ETag`. Case does not count: the text is kept in lower case.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Checksum(Arc<str>);

impl Checksum {
    /// The most characters it may have.
    pub const MAX_CHARACTERS: usize = 128;

    /// Checks a text.
    ///
    /// # Errors
    ///
    /// It is empty, too long, or holds a blank or anything but visible ASCII.
    pub fn parse(text: &str) -> Result<Self, ParseChecksumError> {
        let at = text.bytes().position(|byte| !byte.is_ascii_graphic());
        let long = (text.len() > Self::MAX_CHARACTERS).then_some(Self::MAX_CHARACTERS);
        let empty = text.is_empty().then_some(0);
        match [at, long, empty].into_iter().flatten().min() {
            None => Ok(Self(text.to_ascii_lowercase().into())),
            Some(at) => {
                let shown = quoted(text);
                let expected = "expected 1 to 128 visible ASCII characters";
                let message =
                    format_args!("{shown} is no checksum: {expected}, stopped at byte {at}");
                Err(ParseChecksumError::new(at, message))
            }
        }
    }

    /// The text, in lower case.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Checksum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl fmt::Debug for Checksum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

text_form!(Checksum, ParseChecksumError);

parse_errors! {
    /// Why a text is no [`Checksum`].
    ParseChecksumError;
}
