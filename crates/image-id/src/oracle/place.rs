//! Where an OCID says that its image is.

use crate::scan::{Class, Cursor, Flaw, Piece};
use core::fmt;

/// A realm: a set of regions that share nothing with other realms. `oc1` is the commercial one.
///
/// Oracle's page lists `oc1` to `oc3`; OCIDs of `oc4` and `oc19` were seen, so any number of at most
/// three digits is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OracleRealm(u16);

impl OracleRealm {
    /// The number behind `oc`, 1 to 999.
    pub const fn number(self) -> u16 {
        self.0
    }

    /// A realm, and what stands behind it and a dot.
    pub(super) fn split(text: &str) -> Option<(Self, &str)> {
        let (realm, rest) = match text.as_bytes() {
            [b'o', b'c', b'1'..=b'9', b'.', ..] => text.split_at_checked(3)?,
            [b'o', b'c', b'1'..=b'9', b'0'..=b'9', b'.', ..] => text.split_at_checked(4)?,
            [b'o', b'c', b'1'..=b'9', b'0'..=b'9', b'0'..=b'9', b'.', ..] => {
                text.split_at_checked(5)?
            }
            _ => return None,
        };
        Some((Self::checked(realm), rest.strip_prefix('.')?))
    }

    /// Of a realm that has been read, or its number.
    pub(super) fn checked(text: &str) -> Self {
        let digits = text.bytes().filter(u8::is_ascii_digit);
        Self(digits.fold(0, |number, digit| number * 10 + u16::from(digit - b'0')))
    }
}

impl fmt::Display for OracleRealm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "oc{}", self.0)
    }
}

#[cold]
pub(super) fn no_realm(mut cursor: Cursor<'_>) -> Flaw {
    if !cursor.eat("oc") {
        return cursor.rest().differs("oc", REALM);
    }
    let number = cursor.take(Class::DIGIT);
    let fits = if number.text.starts_with('0') { 0 } else { 3 };
    Flaw::found(number.at + number.text.len().min(fits), REALM)
}

const REALM: &str = "a realm such as `oc1` and a dot";

/// A region as an OCID writes it: its name, or the key of one of the two oldest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OracleRegion<'a>(&'a str);

impl<'a> OracleRegion<'a> {
    /// The text as the OCID has it: `phx`, `iad` or a name.
    pub const fn as_str(self) -> &'a str {
        self.0
    }

    /// The name, as locations say it: `us-phoenix-1` for `phx`, `us-ashburn-1` for `iad`.
    pub fn name(self) -> &'a str {
        match self.0 {
            "phx" => "us-phoenix-1",
            "iad" => "us-ashburn-1",
            name => name,
        }
    }

    /// A region, and what stands behind it and a dot.
    pub(super) fn split(text: &'a str) -> Option<(Self, &'a str)> {
        let length = match text.as_bytes() {
            [b'p', b'h', b'x', b'.', ..] | [b'i', b'a', b'd', b'.', ..] => 3,
            bytes => match name(bytes) {
                (length, true) if length <= MOST => length,
                _ => return None,
            },
        };
        let (region, rest) = text.split_at_checked(length)?;
        Some((Self(region), rest.strip_prefix('.')?))
    }

    /// Of a region that has been read.
    pub(super) const fn checked(text: &'a str) -> Self {
        Self(text)
    }
}

/// The name.
impl fmt::Display for OracleRegion<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// How many bytes begin a name, and whether they are a whole one: words of letters and a number of
/// one or two digits, with dashes between them.
fn name(text: &[u8]) -> (usize, bool) {
    let (mut before, mut dashes, mut digits) = (b'-', 0_u16, 0_u8);
    let misfit = text.iter().position(|byte| {
        match byte {
            b'a'..=b'z' if digits == 0 => {}
            b'-' if digits == 0 && before != b'-' => dashes += 1,
            b'1'..=b'9' if before == b'-' && dashes >= 2 => digits = 1,
            b'0'..=b'9' if digits == 1 => digits = 2,
            _ => return true,
        }
        before = *byte;
        false
    });
    (misfit.unwrap_or(text.len()), digits > 0)
}

#[cold]
pub(super) fn no_region(start: Piece<'_>) -> Flaw {
    let (length, _) = name(start.text.as_bytes());
    let flaw = Flaw::found(start.at + length.min(MOST), REGION);
    match start.text.split_once('.') {
        Some(("", _)) => Flaw::empty(start.at, "region", REGION).hint(
            "an image of the marketplace has no region: take the OCID that it has in the region",
        ),
        Some((word, _)) if word.len() == 3 && length == 3 => {
            flaw.hint("only `phx` and `iad` are short: write the whole name of the region")
        }
        _ => flaw,
    }
}

/// A location's region is no longer.
const MOST: usize = 63;
const REGION: &str = "a region such as `eu-frankfurt-1`, `phx` or `iad`, and a dot";
