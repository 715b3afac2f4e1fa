//! Moments in time, always given from outside.

use crate::{ParseTimestampError, quoted, text_form};
use core::fmt;

/// A moment in UTC, to the microsecond, between the years 0001 and 9999.
///
/// The text form is RFC 3339 with `Z`; fractions are written only where there are any, and any
/// offset is read. Nothing in the domain asks a clock: moments are arguments.
///
/// ```
/// # use atlas_base::Timestamp;
/// let moment = Timestamp::parse("2026-07-21T16:07:12+02:00")?;
/// assert_eq!(moment.to_string(), "2026-07-21T14:07:12Z");
/// # Ok::<(), atlas_base::ParseTimestampError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(jiff::Timestamp);

/// 0001-01-01T00:00:00Z, the first moment that four digits of a year can name.
const FIRST: i64 = -62_135_596_800_000_000;
/// The last microsecond of the year 9999 that every offset can still show.
const LAST: i64 = 253_402_207_200_999_999;

impl Timestamp {
    /// 1970-01-01T00:00:00Z.
    pub const EPOCH: Self = Self(jiff::Timestamp::UNIX_EPOCH);

    /// The moment this many microseconds after 1970-01-01T00:00:00Z; none outside the range.
    pub fn from_micros(micros: i64) -> Option<Self> {
        if !(FIRST..=LAST).contains(&micros) {
            return None;
        }
        let nanos = i32::try_from(micros.rem_euclid(1_000_000) * 1_000).ok()?;
        jiff::Timestamp::new(micros.div_euclid(1_000_000), nanos)
            .ok()
            .map(Self)
    }

    /// Microseconds since 1970-01-01T00:00:00Z.
    pub fn as_micros(self) -> i64 {
        self.0.as_microsecond()
    }

    /// Reads RFC 3339: a date, `T`, a time and an offset; digits beyond microseconds are cut.
    ///
    /// # Errors
    ///
    /// The text is not RFC 3339 or outside the range.
    pub fn parse(text: &str) -> Result<Self, ParseTimestampError> {
        let refuse = |at| {
            let expected = "expected RFC 3339 such as `2026-07-21T14:07:12Z`";
            Err(ParseTimestampError::new(
                at,
                format_args!("{} is no time: {expected}", quoted(text)),
            ))
        };
        let shape = b"0000-00-00T00:00:00";
        if let Some(at) = text.bytes().zip(shape).position(|pair| !fits(pair)) {
            return refuse(at);
        }
        // The parser behind this reads more than RFC 3339: weeks, blanks, lower case, zone names.
        let (moment, tail) = text.split_at_checked(shape.len()).unwrap_or((text, ""));
        let digits = tail.strip_prefix('.').map_or(0, |fraction| {
            1 + fraction.bytes().take_while(u8::is_ascii_digit).count()
        });
        let (fraction, offset) = tail.split_at_checked(digits).unwrap_or_default();
        let offset_at = moment.len() + fraction.len();
        if fraction == "." {
            return refuse(offset_at);
        }
        if let Some(at) = unfit_offset(offset) {
            return refuse(offset_at + at);
        }
        let fraction = fraction.get(..7).unwrap_or(fraction);
        let parsed = format!("{moment}{fraction}{offset}")
            .parse::<jiff::Timestamp>()
            .ok()
            .map(jiff::Timestamp::as_microsecond);
        parsed
            .and_then(Self::from_micros)
            .map_or_else(|| refuse(0), Ok)
    }
}

/// Whether a byte is as in a shape, in which `0` stands for any digit.
fn fits((found, shape): (u8, &u8)) -> bool {
    match shape {
        b'0' => found.is_ascii_digit(),
        other => found == *other,
    }
}

/// Where a text is neither `Z` nor a sign, two digits, a colon and two digits.
fn unfit_offset(text: &str) -> Option<usize> {
    let shape = match text.bytes().next() {
        Some(b'Z') => "Z",
        Some(b'+') => "+00:00",
        Some(b'-') => "-00:00",
        _ => return Some(0),
    };
    if text.get(1..3).is_some_and(|hour| hour > "23") {
        return Some(1);
    }
    let mut pairs = text.bytes().zip(shape.as_bytes());
    let wrong = pairs.position(|pair| !fits(pair));
    let shorter = text.len().min(shape.len());
    wrong.or((text.len() != shape.len()).then_some(shorter))
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

text_form!(Timestamp, ParseTimestampError);
