//! What the entries of second tables say of clusters.

use super::header::Header;
use crate::{Reason, Refusal, bytes::be64};

/// What is at a cluster of the disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// Zeros.
    Hole,
    /// Data at a place of the file.
    Data(u64),
    /// Compressed data.
    Packed {
        at: u64,
        /// As far as whole sectors of the file tell; less is used.
        length: u64,
    },
    /// Parts that are data, each with its bit; the others are zeros.
    Parts { at: u64, data: u32 },
}

/// The bits of a place; it begins with a cluster.
const PLACE: u64 = 0x00ff_ffff_ffff_fe00;
const COPIED: u64 = 1 << 63;
const COMPRESSED: u64 = 1 << 62;
const ZERO: u64 = 1;
/// Places of compressed data are told in these.
const SECTOR: u64 = 512;

impl Header {
    /// Bytes of an entry.
    pub(super) fn entry(&self) -> usize {
        if self.is_extended { 16 } else { 8 }
    }

    /// Reads an entry of a second table that is at a byte of a file with so many.
    pub(super) fn place(&self, entry: &[u8], at: u64, length: u64) -> Result<Place, Refusal> {
        let refusal = || Refusal::new(Reason::BadL2).at(at);
        let word = be64(entry, 0).ok_or_else(refusal)?;
        let parts = if self.is_extended {
            be64(entry, 8).ok_or_else(refusal)?
        } else {
            0
        };
        let outside = |found| Refusal::new(Reason::DataOutOfBounds).found(found).at(at);
        if word & COMPRESSED != 0 {
            if parts != 0 || word & COPIED != 0 {
                return Err(refusal().what("a compressed cluster").found(word));
            }
            // INVARIANT: clusters have 9 to 21 bits.
            let bits = 70_u32.saturating_sub(self.cluster_bits);
            let place = word & 1_u64.wrapping_shl(bits).wrapping_sub(1);
            let sectors = (word & (COMPRESSED.wrapping_sub(1))).wrapping_shr(bits);
            if place >= length {
                return Err(outside(place));
            }
            let whole = sectors.saturating_add(1).saturating_mul(SECTOR);
            let length = whole.saturating_sub(place & SECTOR.wrapping_sub(1));
            return Ok(Place::Packed { at: place, length });
        }
        let is_zero = word & ZERO != 0;
        // A zero cluster is one of version 3, and of one without parts.
        if is_zero && (!self.has_zeros || self.is_extended) {
            return Err(refusal().what("a zero cluster").found(word));
        }
        if word & !(PLACE | COPIED | ZERO) != 0 {
            return Err(refusal().what("the entry").found(word));
        }
        let place = word & PLACE;
        if place & self.cluster().wrapping_sub(1) != 0 {
            return Err(refusal()
                .what("the place, which is not that of a cluster,")
                .found(place));
        }
        if self.is_extended {
            return in_parts(place, parts, &refusal, || outside(place), length);
        }
        if is_zero || place == 0 {
            return Ok(Place::Hole);
        }
        if place >= length {
            return Err(outside(place));
        }
        Ok(Place::Data(place))
    }
}

/// A cluster in parts.
fn in_parts(
    at: u64,
    parts: u64,
    refusal: &impl Fn() -> Refusal,
    outside: impl FnOnce() -> Refusal,
    length: u64,
) -> Result<Place, Refusal> {
    let half = |word: u64| u32::try_from(word & u64::from(u32::MAX)).unwrap_or(u32::MAX);
    let (data, zeros) = (half(parts), half(parts.wrapping_shr(32)));
    if data & zeros != 0 {
        return Err(refusal()
            .what("the parts, which are data and zeros at once,")
            .found(parts));
    }
    if data == 0 {
        return Ok(Place::Hole);
    }
    if at == 0 {
        return Err(refusal().what("the parts, which are nowhere,").found(parts));
    }
    if at >= length {
        return Err(outside());
    }
    Ok(match data {
        u32::MAX => Place::Data(at),
        data => Place::Parts { at, data },
    })
}
