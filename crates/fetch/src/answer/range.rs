//! Which part of the whole an answer is.

use super::number;
use crate::ParseAnswerError;
use atlas_base::quoted;
use core::fmt;

/// Which bytes of the whole an answer holds (`Content-Range`, RFC 9110, 14.4): the first and the last one,
/// and how many the whole has, if the server knows that.
///
/// ```
/// use atlas_fetch::ContentRange;
///
/// let range = ContentRange::parse("bytes 100-199/1000")?;
/// assert_eq!((range.first(), range.length(), range.total()), (100, 100, Some(1000)));
/// # Ok::<(), atlas_fetch::ParseAnswerError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ContentRange {
    first: u64,
    last: u64,
    total: Option<u64>,
}

impl ContentRange {
    /// Reads the value of the header.
    ///
    /// # Errors
    ///
    /// It is not `bytes FIRST-LAST/TOTAL`, with `*` for a total that is not known, or its numbers
    /// contradict each other.
    pub fn parse(text: &str) -> Result<Self, ParseAnswerError> {
        let wrong = || {
            let expected = "expected `bytes`, the first and the last byte, and the total";
            let message = format!("the answer has the range {}: {expected}", quoted(text));
            ParseAnswerError::new(0, message)
        };
        let (unit, rest) = text.split_once(' ').ok_or_else(wrong)?;
        let (bytes, total) = rest.split_once('/').ok_or_else(wrong)?;
        let (first, last) = bytes.split_once('-').ok_or_else(wrong)?;
        let first = number(first).ok_or_else(wrong)?;
        let last = number(last).ok_or_else(wrong)?;
        let total = match total {
            "*" => None,
            digits => Some(number(digits).ok_or_else(wrong)?),
        };
        let is_inside = total.is_none_or(|total| last < total);
        // The last number of all has none behind it, which `length` needs.
        if !unit.eq_ignore_ascii_case("bytes") || first > last || !is_inside || last == u64::MAX {
            return Err(wrong());
        }
        Ok(Self { first, last, total })
    }

    /// The first byte.
    pub const fn first(&self) -> u64 {
        self.first
    }

    /// How many bytes there are.
    pub const fn length(&self) -> u64 {
        self.last.saturating_sub(self.first).saturating_add(1)
    }

    /// How many bytes the whole has.
    pub const fn total(&self) -> Option<u64> {
        self.total
    }
}

impl fmt::Display for ContentRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { first, last, total } = self;
        match total {
            Some(total) => write!(f, "bytes {first}-{last}/{total}"),
            None => write!(f, "bytes {first}-{last}/*"),
        }
    }
}
