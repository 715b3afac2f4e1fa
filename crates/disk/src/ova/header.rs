//! One header of an archive.

use crate::{
    DiskError, Reason, Refusal,
    bytes::{array, be64},
    error::refuse,
};

/// Bytes of a header, and of what data is filled up to.
pub(super) const BLOCK: usize = 512;

/// What a header says, checked.
pub(super) struct Header {
    pub(super) kind: Kind,
    /// The whole name, with the prefix that ustar may have.
    pub(super) name: Vec<u8>,
    pub(super) size: u64,
}

/// What a header stands for. All that is a link, a folder, a device or a sparse file is refused.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    File,
    /// The data is the name of the next member (GNU tar).
    LongName,
    /// The data is about the next member (pax).
    Pax,
    /// The data is about all members that follow (pax).
    PaxGlobal,
}

impl Header {
    pub(super) fn read(block: &[u8], at: u64) -> Result<Self, DiskError> {
        let field = |from: usize, to: usize| block.get(from..to).unwrap_or_default();
        if !is_sum_right(block) {
            let refusal = Refusal::new(Reason::BadHeader).what("the checksum of a member's header");
            return refuse(refusal.at(at));
        }
        let kind = match block.get(156) {
            Some(b'0' | 0) => Kind::File,
            Some(b'L') => Kind::LongName,
            Some(b'x') => Kind::Pax,
            Some(b'g') => Kind::PaxGlobal,
            other => {
                let found = other.copied().unwrap_or_default();
                let refusal = Refusal::new(Reason::TarMemberType).what("its type");
                let name = text(field(0, 100));
                let name = String::from_utf8_lossy(name);
                return refuse(refusal.named(&name).found(found.into()).at(at));
            }
        };
        let Some(size) = number(field(124, 136)) else {
            let refusal = Refusal::new(Reason::TarSize).what("the size of a member");
            return refuse(refusal.at(at));
        };
        let mut name = text(field(0, 100)).to_vec();
        // GNU's own headers have other fields there.
        let is_posix = field(257, 263) == b"ustar\0";
        let prefix = text(field(345, 500));
        if is_posix && !prefix.is_empty() {
            name = [prefix, b"/", &name].concat();
        }
        Ok(Self { kind, name, size })
    }
}

/// Whether a file begins as an archive does: the sum of the first header is in it, or its magic.
pub(crate) fn is_tar(head: &[u8]) -> bool {
    let Some(block) = array::<BLOCK>(head, 0) else {
        return false;
    };
    block.get(257..262) == Some(b"ustar") || (block.first() != Some(&0) && is_sum_right(&block))
}

/// Whether the sum that a header tells is that of its bytes.
fn is_sum_right(block: &[u8]) -> bool {
    octal(block.get(148..156).unwrap_or_default()) == Some(sum(block))
}

/// A text that ends with its field or a zero.
fn text(field: &[u8]) -> &[u8] {
    field.split(|byte| *byte == 0).next().unwrap_or_default()
}

/// All bytes, those of the sum itself as if they were spaces.
fn sum(block: &[u8]) -> u64 {
    let bytes = block.iter().enumerate();
    bytes
        .map(|(at, byte)| match at {
            148..156 => u64::from(b' '),
            _ => u64::from(*byte),
        })
        .sum()
}

/// A number in octal digits, or in binary ones, as GNU tar writes what is too large.
fn number(field: &[u8]) -> Option<u64> {
    if field.first().is_none_or(|byte| *byte < 0x80) {
        return octal(field);
    }
    // A sign, and more than 64 bits, are nothing that a size has.
    let is_small = array::<4>(field, 0) == Some([0x80, 0, 0, 0]);
    be64(field, 4).filter(|_| is_small)
}

/// Spaces, digits, and then nothing but spaces and zeros.
fn octal(field: &[u8]) -> Option<u64> {
    let text = core::str::from_utf8(field).ok()?;
    let text = text.trim_start_matches(' ');
    let text = text.trim_end_matches([' ', '\0']);
    let are_digits = text.bytes().all(|byte| matches!(byte, b'0'..=b'7'));
    u64::from_str_radix(text, 8).ok().filter(|_| are_digits)
}
