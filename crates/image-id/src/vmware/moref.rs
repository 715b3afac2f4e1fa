//! References to virtual machines.

use super::near;
use crate::{
    Cloud,
    scan::{Cursor, Flaw, Piece, is_digit},
    text::{borrowed_twin, id_text},
};
use arrayvec::ArrayString;
use core::fmt;

/// `VirtualMachine:vm-N`: a reference that changes when the machine is registered anew.
///
/// The number has 1 to 19 digits and is compared as text, so `vm-02` is not `vm-2`. `Copy`, kept in
/// place.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct VmMoref(ArrayString<{ TYPE.len() + VM.len() + MOST_DIGITS }>);

/// [`VmMoref`] as it stands in a text that somebody else owns.
///
/// It does not say whether the type stood there, so two of one reference are equal.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct VmMorefRef<'a> {
    value: &'a str,
}

const TYPE: &str = "VirtualMachine:";
const VM: &str = "vm-";
const MOST_DIGITS: usize = 19;

impl<'a> VmMorefRef<'a> {
    pub(crate) fn scan(cursor: Cursor<'a>) -> Result<Self, Flaw> {
        let text = cursor.rest().text;
        let value = text.strip_prefix(TYPE).unwrap_or(text);
        match value.as_bytes() {
            [b'v', b'm', b'-', number @ ..]
                if matches!(number.len(), 1..=MOST_DIGITS)
                    && number.iter().all(u8::is_ascii_digit) =>
            {
                Ok(Self { value })
            }
            _ => Err(flaw_of(cursor.rest())),
        }
    }

    /// The reference in a text of its own; allocates nothing.
    pub fn into_owned(self) -> VmMoref {
        let mut text = ArrayString::new();
        // Both fit: the room is what the longest number needs.
        if text.try_push_str(TYPE).is_ok() {
            text.try_push_str(self.value).unwrap_or_default();
        }
        VmMoref(text)
    }

    /// The reference without its type, `vm-42`.
    pub fn value(self) -> &'a str {
        self.value
    }
}

/// The canonical text.
impl fmt::Display for VmMorefRef<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(TYPE)?;
        f.write_str(self.value)
    }
}

borrowed_twin!(VmMoref, VmMorefRef, Cloud::Vmware);

impl VmMoref {
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
