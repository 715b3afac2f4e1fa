//! `ami-`, `aki-` and `ari-` with hex digits.

use crate::{
    Cloud, IdKind, ParseImageIdError,
    scan::{Flaw, Piece, ShortText, is_lower_hex},
};
use core::fmt;

macro_rules! hex_id {
    ($(#[$doc:meta])* $name:ident, $prefix:literal, $lengths:pat, $expected:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(ShortText);

        impl $name {
            /// What every such id begins with.
            pub const PREFIX: &'static str = $prefix;

            /// Reads an id.
            ///
            /// # Errors
            ///
            /// The prefix is another, a digit is no lower-case hex digit, or their number is wrong.
            pub fn parse(text: &str) -> Result<Self, ParseImageIdError> {
                Piece::capped(text).and_then(Self::scan)
                    .map_err(|flaw| ParseImageIdError::new(Cloud::Aws, text, flaw))
            }

            pub(crate) fn scan(piece: Piece<'_>) -> Result<Self, Flaw> {
                if let Some(digits) = piece.strip(Self::PREFIX) {
                    if matches!(digits.text.len(), $lengths) && digits.text.bytes().all(is_lower_hex) {
                        return Ok(Self(ShortText::new(piece.text.bytes())));
                    }
                }
                Err(flaw_of(piece, Self::PREFIX, $expected))
            }

            /// The whole id.
            pub fn as_str(&self) -> &str {
                self.0.as_str()
            }

            /// The hex digits.
            pub fn digits(&self) -> &str {
                self.as_str().strip_prefix(Self::PREFIX).unwrap_or_default()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Debug::fmt(self.as_str(), f)
            }
        }

        atlas_base::text_form!($name, ParseImageIdError);
    };
}

hex_id! {
    /// `ami-` and 8 or 17 lower-case hex digits; 32 on Symphony (E02). `Copy`, kept in place.
    AmiId, "ami-", 8 | 17 | 32, "`ami-` and 8 or 17 lower-case hex digits (32 on Symphony)"
}

hex_id! {
    /// A kernel: `aki-` and 8 or 17 lower-case hex digits.
    KernelId, "aki-", 8 | 17, "`aki-` and 8 or 17 lower-case hex digits"
}

hex_id! {
    /// A ramdisk: `ari-` and 8 or 17 lower-case hex digits.
    RamdiskId, "ari-", 8 | 17, "`ari-` and 8 or 17 lower-case hex digits"
}

impl AmiId {
    /// The id of 17 digits that the lowest 68 bits give.
    pub fn from_bits(bits: u128) -> Self {
        Self::of(&format!("ami-{:017x}", bits & ((1 << 68) - 1)))
    }

    /// Symphony: the id is the image's UUID without dashes (E02).
    pub fn symphony(uuid: u128) -> Self {
        Self::of(&format!("ami-{uuid:032x}"))
    }

    /// Whether the id has Symphony's 32 digits.
    pub fn is_symphony(self) -> bool {
        self.digits().len() == 32
    }

    /// What sort of id this is.
    pub fn kind(self) -> IdKind {
        if self.is_symphony() {
            IdKind::SymphonyAmi
        } else {
            IdKind::Ami
        }
    }

    fn of(text: &str) -> Self {
        Self(ShortText::new(text.bytes()))
    }
}

/// Finds the first wrong byte of an id that was refused.
#[cold]
fn flaw_of(piece: Piece<'_>, prefix: &str, expected: &'static str) -> Flaw {
    let Some(digits) = piece.strip(prefix) else {
        return piece.differs(prefix, expected);
    };
    let found = digits.text.len();
    let Some(at) = digits.misfit(is_lower_hex) else {
        let flaw = Flaw::digits(piece.end(), found, expected);
        return match found {
            7 | 16 => flaw.hint("one digit is missing"),
            9 | 18 => flaw.hint("one digit is too many"),
            32 => flaw.hint("only Symphony's own AMI ids have 32 digits"),
            _ => flaw,
        };
    };
    let flaw = Flaw::found(at, expected);
    match digits.text.as_bytes().get(at - digits.at) {
        Some(b'A'..=b'F') => flaw.hint("write hex digits in lower case"),
        Some(b'O' | b'o') => flaw.hint("write the digit `0`, not the letter"),
        Some(b'I' | b'l') => flaw.hint("write the digit `1`, not the letter"),
        Some(b'@') => flaw.hint("the region belongs to the location, not to the id"),
        _ => flaw,
    }
}
