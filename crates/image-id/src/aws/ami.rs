//! `ami-`, `aki-` and `ari-` with hex digits.

use crate::{
    Cloud, IdKind, ParseImageIdError,
    scan::{Flaw, Piece, ShortText, is_lower_hex},
    text::id_text,
};
use core::fmt;

macro_rules! hex_id {
    ($(#[$doc:meta])* $name:ident, $head:literal, [$($length:literal),+], $most:literal, $expected:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(ShortText);

        impl $name {
            /// What every such id begins with.
            pub const PREFIX: &'static str = $head;

            /// Reads an id.
            ///
            /// # Errors
            ///
            /// The prefix is another, a digit is no lower-case hex digit, or their number is wrong.
            pub fn parse(text: &str) -> Result<Self, ParseImageIdError> {
                Piece::capped(text).and_then(Self::scan)
                    .map_err(|flaw| ParseImageIdError::new(Cloud::Aws, text, flaw))
            }

            #[inline]
            pub(crate) fn scan(piece: Piece<'_>) -> Result<Self, Flaw> {
                Self::read(piece.text)
                    .ok_or_else(|| flaw_of(piece, Self::PREFIX, $most, $expected))
            }

            #[inline(always)]
            fn read(text: &str) -> Option<Self> {
                let text = text.as_bytes();
                match text.len() {
                    $($length => whole::<$length>(text, Self::PREFIX),)+
                    _ => None,
                }
                .map(Self)
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

        id_text!($name);
    };
}

hex_id! {
    /// `ami-` and 8 or 17 lower-case hex digits; 32 on Symphony (E02). `Copy`, kept in place.
    AmiId, "ami-", [12, 21, 36], 32, "`ami-` and 8 or 17 lower-case hex digits (32 on Symphony)"
}

hex_id! {
    /// A kernel: `aki-` and 8 or 17 lower-case hex digits.
    KernelId, "aki-", [12, 21], 17, "`aki-` and 8 or 17 lower-case hex digits"
}

hex_id! {
    /// A ramdisk: `ari-` and 8 or 17 lower-case hex digits.
    RamdiskId, "ari-", [12, 21], 17, "`ari-` and 8 or 17 lower-case hex digits"
}

/// The id, if it is `head` and lower-case hex digits.
#[expect(
    clippy::inline_always,
    reason = "the id is copied once, to where it is wanted"
)]
#[inline(always)]
fn whole<const LEN: usize>(text: &[u8], head: &str) -> Option<ShortText> {
    let text: &[u8; LEN] = text.try_into().ok()?;
    let digits = text.strip_prefix(head.as_bytes())?;
    // No branch for each digit: of a known number, many are looked at at once.
    let all = digits
        .iter()
        .fold(true, |all, digit| all & is_lower_hex(*digit));
    all.then(|| ShortText::of(text))
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

    /// Displays the UUID of the image on Symphony; none for ids of AWS.
    pub fn symphony_uuid(self) -> Option<SymphonyUuid> {
        self.is_symphony().then_some(SymphonyUuid(self))
    }

    /// What sort of id this is.
    pub fn kind(self) -> IdKind {
        if self.is_symphony() {
            IdKind::SymphonyAmi
        } else {
            IdKind::Ami
        }
    }

    /// An id at the end of an ARN: Symphony has no ARNs.
    #[inline]
    pub(super) fn scan_in_arn(piece: Piece<'_>) -> Result<Self, Flaw> {
        const EXPECTED: &str = "`ami-` and 8 or 17 lower-case hex digits";
        match Self::read(piece.text) {
            Some(id) if piece.text.len() < 36 => Ok(id),
            _ => Err(flaw_of(piece, Self::PREFIX, 17, EXPECTED)),
        }
    }

    fn of(text: &str) -> Self {
        Self(ShortText::new(text.bytes()))
    }
}

/// Displays Symphony's UUID of an image as 8-4-4-4-12 lower-case hex digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SymphonyUuid(AmiId);

impl fmt::Display for SymphonyUuid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut rest = self.0.digits();
        for group in [8, 4, 4, 4] {
            let (digits, others) = rest.split_at_checked(group).unwrap_or((rest, ""));
            write!(f, "{digits}-")?;
            rest = others;
        }
        f.write_str(rest)
    }
}

/// Finds the first wrong byte of an id that was refused; `most` digits make its longest form.
#[cold]
fn flaw_of(piece: Piece<'_>, head: &str, most: usize, expected: &'static str) -> Flaw {
    let Some(digits) = piece.strip(head) else {
        let flaw = piece.differs(head, expected);
        let (word, _) = head.split_at_checked(3).unwrap_or((head, ""));
        return match piece.strip(word) {
            Some(rest) if !rest.text.is_empty() => {
                flaw.hint(format!("a dash stands behind `{word}`"))
            }
            _ => flaw,
        };
    };
    let stray = digits.misfit(is_lower_hex);
    let found = stray.unwrap_or(digits.end()) - digits.at;
    match stray {
        // A digit before the stray byte was too many already.
        Some(at) if found <= most => {
            let flaw = Flaw::found(at, expected);
            match stray_hint(digits.text, found) {
                "" => flaw,
                hint => flaw.hint(hint),
            }
        }
        _ => {
            let flaw = Flaw::digits(digits.at + found, found, expected);
            match found {
                7 | 16 => flaw.hint("one digit is missing"),
                9 | 18 => flaw.hint("one digit is too many"),
                32 => flaw.hint("only Symphony's own AMI ids have 32 digits"),
                _ => flaw,
            }
        }
    }
}

/// What to do about the byte at `at`, which is no digit.
fn stray_hint(digits: &str, at: usize) -> &'static str {
    let tail = digits.as_bytes().get(at..).unwrap_or_default();
    match tail {
        [b'x', b'x', b'x', ..] | [b'X', b'X', b'X', ..] => "fill in the placeholder",
        [b'A'..=b'F', ..] => "write hex digits in lower case",
        [b'O' | b'o', ..] => "write the digit `0`, not the letter",
        [b'I' | b'i' | b'l', ..] => "write the digit `1`, not the letter",
        [b'@', ..] => "the region belongs to the location, not to the id",
        [b'-', ..] if at == 0 => "one dash is enough",
        [b'-', ..] if digits.len() == 36 => "leave the dashes of the UUID out",
        [b' ' | b'(' | b')' | b'"' | b';' | b'&', ..] => "give the id alone",
        [b':' | b'/', ..] if at > 0 => "nothing stands behind the digits",
        _ => "",
    }
}
