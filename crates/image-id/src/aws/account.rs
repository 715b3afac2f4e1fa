//! AWS accounts.

use crate::{
    ParseLocationError,
    scan::{Flaw, Piece, is_digit},
};
use core::fmt;

/// An AWS account: 12 digits, which may begin with zeros. `Copy`, kept in place.
///
/// The console shows it with dashes (`1234-5678-9012`), ARNs hold it without; so does this type.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AwsAccountId([u8; Self::DIGITS]);

impl AwsAccountId {
    const DIGITS: usize = 12;

    /// Reads an account.
    ///
    /// # Errors
    ///
    /// The text is not 12 digits.
    pub fn parse(text: &str) -> Result<Self, ParseLocationError> {
        Piece::capped(text)
            .and_then(Self::scan)
            .map_err(|flaw| ParseLocationError::new("AWS account", text, flaw))
    }

    fn scan(piece: Piece<'_>) -> Result<Self, Flaw> {
        Self::read(piece.text).ok_or_else(|| flaw_of(piece))
    }

    pub(super) fn read(text: &str) -> Option<Self> {
        let digits: [u8; Self::DIGITS] = text.as_bytes().try_into().ok()?;
        digits
            .iter()
            .all(u8::is_ascii_digit)
            .then_some(Self(digits))
    }

    /// The digits.
    pub fn as_str(&self) -> &str {
        core::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl fmt::Display for AwsAccountId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Debug for AwsAccountId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

atlas_base::text_form!(AwsAccountId, ParseLocationError);

#[cold]
fn flaw_of(piece: Piece<'_>) -> Flaw {
    const EXPECTED: &str = "an account of 12 digits";
    let stray = piece.misfit(is_digit);
    let found = stray.unwrap_or(piece.end()) - piece.at;
    match stray {
        Some(at) if found <= AwsAccountId::DIGITS => {
            let flaw = Flaw::found(at, EXPECTED);
            match piece.text.replace('-', "") {
                plain if AwsAccountId::read(&plain).is_some() => {
                    flaw.hint(format!("leave the dashes out: `{plain}`"))
                }
                _ => flaw,
            }
        }
        _ => Flaw::digits(piece.at + found, found, EXPECTED),
    }
}
