//! Account numbers.

use crate::ParseAccountNumberError;
use atlas_base::{quoted, text_form};
use core::fmt;

/// The 12 digits by which the EC2 API knows an account (AWS), leading zeros included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AccountNumber(u64);

/// One more than the largest number.
const END: u64 = 1_000_000_000_000;

impl AccountNumber {
    /// Makes a number of random bits: they are taken modulo a million million.
    pub fn from_bits(bits: u128) -> Self {
        let digits = bits % u128::from(END);
        // INVARIANT: what is left is below a million million, so it fits.
        Self(u64::try_from(digits).unwrap_or_default())
    }

    /// Reads exactly 12 digits.
    ///
    /// # Errors
    ///
    /// There are more or fewer, or something else is among them.
    pub fn parse(text: &str) -> Result<Self, ParseAccountNumberError> {
        let refuse = |at| {
            let message = format_args!("{} is no account number: expected 12 digits", quoted(text));
            Err(ParseAccountNumberError::new(at, message))
        };
        let mut number = 0;
        for (at, byte) in text.bytes().enumerate() {
            if at == 12 || !byte.is_ascii_digit() {
                return refuse(at);
            }
            number = number * 10 + u64::from(byte - b'0');
        }
        if text.len() < 12 {
            refuse(text.len())
        } else {
            Ok(Self(number))
        }
    }
}

impl fmt::Display for AccountNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:012}", self.0)
    }
}

text_form!(AccountNumber, ParseAccountNumberError);
