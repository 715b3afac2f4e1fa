//! What is known of a part of a file that stays for a later attempt.

use crate::{ParseKeptError, Validator, answer::number};
use atlas_base::Digest;
use core::fmt;

/// The most bytes of the text.
const MOST_BYTES: usize = 1024;

/// What is known of a part of a file that stays for a later attempt: of which content it is, how many
/// bytes it has, and their digest, so that nothing else is taken for them.
///
/// The text has four lines, the first of which is the version. It holds nothing of the URL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// Of which content it is.
    pub(crate) validator: Validator,
    /// How many bytes the whole has, where that is known.
    pub(crate) total: Option<u64>,
    /// How many bytes are there.
    pub(crate) length: u64,
    /// Of these bytes.
    pub(crate) digest: Digest,
}

impl Kept {
    /// Reads the text.
    ///
    /// # Errors
    ///
    /// It is not of this form, of another version, or says that there is more than there can be.
    pub fn parse(text: &str) -> Result<Self, ParseKeptError> {
        let wrong = |why| ParseKeptError::new(0, format_args!("the state of a part {why}"));
        if text.len() > MOST_BYTES {
            return Err(wrong("is too long"));
        }
        let mut lines = text.split('\n');
        if lines.next() != Some(VERSION) {
            return Err(wrong("is of another version"));
        }
        let mut word = |name| {
            let line = lines.next()?.strip_prefix(name)?;
            line.strip_prefix(' ')
        };
        let validator = word("validator").and_then(Validator::parse);
        let total = word("total").and_then(|it| match it {
            "unknown" => Some(None),
            digits => plain(digits).map(Some),
        });
        let kept = word("kept").and_then(|it| it.split_once(' '));
        let length = kept.and_then(|(digits, _)| plain(digits));
        let digest = kept.and_then(|(_, digest)| Digest::parse(digest).ok());
        let (Some(validator), Some(total), Some(length), Some(digest)) =
            (validator, total, length, digest)
        else {
            return Err(wrong("is not whole"));
        };
        if lines.next() != Some("") || lines.next().is_some() {
            return Err(wrong("has more behind it"));
        }
        if length == 0 || total.is_some_and(|total| length > total) {
            return Err(wrong("has more than there is, or nothing"));
        }
        Ok(Self {
            validator,
            total,
            length,
            digest,
        })
    }

    /// How many bytes are there.
    pub const fn length(&self) -> u64 {
        self.length
    }
}

const VERSION: &str = "atlas-fetch 1";

/// A number in its one form.
fn plain(digits: &str) -> Option<u64> {
    number(digits).filter(|it| it.to_string() == digits)
}

impl fmt::Display for Kept {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{VERSION}\nvalidator {}", self.validator)?;
        match self.total {
            Some(total) => writeln!(f, "total {total}")?,
            None => writeln!(f, "total unknown")?,
        }
        writeln!(f, "kept {} {}", self.length, self.digest)
    }
}
