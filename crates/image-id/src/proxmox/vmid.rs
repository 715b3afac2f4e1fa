//! Numbers of machines and templates.

use crate::{
    Cloud, ParseImageIdError,
    number::too_many,
    scan::{Class, Cursor, Flaw, Piece},
};
use core::fmt;

/// The number of a machine, a container or a template: 100 to 999999999.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ProxmoxVmid(u32);

impl ProxmoxVmid {
    /// The least number; those below are reserved.
    pub const LEAST: u32 = 100;
    /// The greatest number.
    pub const MOST: u32 = 999_999_999;

    /// Reads a number of three to nine digits that does not begin with zero.
    ///
    /// # Errors
    ///
    /// The text is no such number.
    pub fn parse(text: &str) -> Result<Self, ParseImageIdError> {
        Cursor::capped(text)
            .and_then(Self::scan)
            .map_err(|flaw| ParseImageIdError::new(Cloud::Proxmox, text, flaw))
    }

    /// Reads the whole text.
    pub(super) fn scan(mut cursor: Cursor<'_>) -> Result<Self, Flaw> {
        let start = cursor.rest();
        match Self::take(&mut cursor) {
            Ok(vmid) if cursor.is_done() => Ok(vmid),
            taken => Err(no_vmid(start, cursor, taken.err())),
        }
    }

    /// Reads a number and leaves what follows it.
    pub(super) fn take(cursor: &mut Cursor<'_>) -> Result<Self, Flaw> {
        let digits = cursor.take(Class::DIGIT);
        match digits.text.as_bytes() {
            [b'1'..=b'9', rest @ ..] if matches!(rest.len(), 2..=8) => Ok(Self(value(digits.text))),
            _ => Err(flaw_of(digits, *cursor)),
        }
    }

    /// The number.
    pub const fn number(self) -> u32 {
        self.0
    }
}

impl fmt::Display for ProxmoxVmid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

atlas_base::text_form!(ProxmoxVmid, ParseImageIdError);

/// The number that at most nine digits are.
pub(super) fn value(digits: &str) -> u32 {
    digits
        .bytes()
        .fold(0, |value, digit| value * 10 + u32::from(digit - b'0'))
}

#[cold]
fn flaw_of(digits: Piece<'_>, behind: Cursor<'_>) -> Flaw {
    match digits.text.as_bytes() {
        [b'0', ..] => Flaw::found(digits.at, EXPECTED).hint("leave the zeros at the start out"),
        [_, _, _, ..] => too_many(digits, 9, behind, EXPECTED),
        _ => Flaw::found(digits.end(), EXPECTED),
    }
}

#[cold]
fn no_vmid(start: Piece<'_>, cursor: Cursor<'_>, flaw: Option<Flaw>) -> Flaw {
    let flaw = flaw.unwrap_or_else(|| Flaw::found(cursor.at(), EXPECTED));
    if start.text.contains(':') {
        flaw.hint("the id of a storage begins with a letter")
    } else if start.text.contains("-disk-") {
        flaw.hint("a volume begins with its storage, `STORAGE:`")
    } else {
        flaw
    }
}

const EXPECTED: &str = "a VMID from 100 to 999999999";
