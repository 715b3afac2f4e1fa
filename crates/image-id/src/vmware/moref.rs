//! References to virtual machines.

use super::near;
use crate::{
    Cloud, ParseImageIdError,
    scan::{Flaw, Piece, is_digit},
    text::id_text,
};
use arrayvec::ArrayString;

/// `VirtualMachine:vm-N`: a reference that changes when the machine is registered anew.
///
/// The number has 1 to 19 digits and is compared as text, so `vm-02` is not `vm-2`. `Copy`, kept in
/// place.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct VmMoref(ArrayString<{ TYPE.len() + VM.len() + MOST_DIGITS }>);

const TYPE: &str = "VirtualMachine:";
const VM: &str = "vm-";
const MOST_DIGITS: usize = 19;

impl VmMoref {
    /// Reads a reference with its type or without.
    ///
    /// # Errors
    ///
    /// The type is another, or no number of 1 to 19 digits follows `vm-`.
    pub fn parse(text: &str) -> Result<Self, ParseImageIdError> {
        Piece::capped(text)
            .and_then(Self::scan)
            .map_err(|flaw| ParseImageIdError::new(Cloud::Vmware, text, flaw))
    }

    pub(super) fn scan(piece: Piece<'_>) -> Result<Self, Flaw> {
        let value = piece.text.strip_prefix(TYPE).unwrap_or(piece.text);
        if let Some(number) = value.strip_prefix(VM)
            && matches!(number.len(), 1..=MOST_DIGITS)
            && number.bytes().all(is_digit)
        {
            let mut text = ArrayString::new();
            // Both fit: the room is what the longest number needs.
            if text.try_push_str(TYPE).is_ok() && text.try_push_str(value).is_ok() {
                return Ok(Self(text));
            }
        }
        Err(flaw_of(piece))
    }

    /// The reference with its type, `VirtualMachine:vm-42`.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The reference without its type, `vm-42`.
    pub fn value(&self) -> &str {
        self.0.strip_prefix(TYPE).unwrap_or_default()
    }
}

id_text!(VmMoref);

/// Finds the first wrong byte of a reference that was refused.
#[cold]
fn flaw_of(piece: Piece<'_>) -> Flaw {
    const EXPECTED: &str = "`vm-` and a number";
    const TYPED: &str = "`VirtualMachine:vm-` and a number";
    let value = match piece.strip(TYPE) {
        Some(value) => value,
        None if piece.text.starts_with('V') => {
            return near::hinted(piece.differs(TYPE, TYPED), piece);
        }
        None => piece,
    };
    let Some(number) = value.strip(VM) else {
        return near::hinted(value.differs(VM, EXPECTED), value);
    };
    let digits = number.text.bytes().take_while(|byte| is_digit(*byte));
    let digits = digits.count();
    if digits > MOST_DIGITS {
        let at = number.at + MOST_DIGITS;
        return Flaw::long(at, "number", digits, MOST_DIGITS, EXPECTED);
    }
    near::hinted(Flaw::found(number.at + digits, EXPECTED), value)
}
