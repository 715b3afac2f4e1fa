//! The block allocation table: where each block is.

use super::{MIB, metadata::Metadata, regions::Region, replayed::Replayed};
use crate::{
    Budget, DiskError, Reason, Refusal,
    bytes::le64,
    error::refuse,
    extents::Extents,
    layer::Filled,
    seen::{Named, Seen},
};

/// Where blocks are. The table is not held: an item of the disk needs an entry or two.
#[derive(Debug)]
pub(super) struct Blocks {
    /// The first byte of the table.
    at: u64,
    /// Entries up to that of the last block.
    entries: u64,
    size: u64,
    block: u64,
    /// After so many entries of blocks there is one of a bitmap, which only a difference needs.
    ratio: u64,
}

const ENTRY: u64 = 8;
/// Bytes of the table that are read at once.
const AT_ONCE: u64 = 64 << 10;

impl Blocks {
    pub(super) fn new(
        metadata: &Metadata,
        (at, length): Region,
        budget: &Budget<'_>,
    ) -> Result<Self, DiskError> {
        let chunk = metadata.sector.saturating_mul(1 << 23);
        let ratio = chunk.checked_div(metadata.block).unwrap_or_default();
        let blocks = metadata.size.div_ceil(metadata.block);
        let bitmaps = blocks
            .saturating_sub(1)
            .checked_div(ratio)
            .unwrap_or_default();
        let entries = blocks.saturating_add(bitmaps);
        let bytes = entries.saturating_mul(ENTRY);
        let refusal = Refusal::new(Reason::BadL1).at(at);
        if bytes > length {
            let refusal = refusal.what("its length, which does not cover the disk,");
            return refuse(refusal.found(length));
        }
        let allowed = budget.limits().first_table;
        if bytes > allowed {
            return refuse(refusal.what("its size").found(bytes).allowed(allowed));
        }
        Ok(Self {
            at,
            entries,
            size: metadata.size,
            block: metadata.block,
            ratio,
        })
    }

    /// Reads an entry that is at a byte: where a block is, of which some bytes are on the disk.
    fn place(
        source: &Replayed,
        entry: u64,
        at: u64,
        length: u64,
    ) -> Result<Option<u64>, DiskError> {
        let refusal = || {
            Refusal::new(Reason::BadL1)
                .what("the entry")
                .found(entry)
                .at(at)
        };
        if entry & 0xf_fff8 != 0 {
            return refuse(refusal());
        }
        match entry & 7 {
            // Not there, undefined, zeros and unmapped: they all read as zeros.
            0..=3 => Ok(None),
            6 => {
                let place = entry & !(MIB - 1);
                if place < MIB {
                    return refuse(refusal());
                }
                let end = place.checked_add(length);
                if end.is_none_or(|end| end > source.length()) {
                    let refusal = Refusal::new(Reason::DataOutOfBounds).found(place);
                    return refuse(refusal.at(at));
                }
                Ok(Some(place))
            }
            _ => refuse(refusal()),
        }
    }

    /// Walks the table: what is named is in the file, and named once.
    pub(super) fn check(
        &self,
        source: &Replayed,
        taken: Seen,
        budget: &Budget<'_>,
    ) -> Result<(), DiskError> {
        let mut walk = Walk {
            taken,
            named: Named::of(source.length()),
        };
        let (mut number, mut left) = (0_u64, self.size);
        let every = self.ratio.saturating_add(1);
        let mut buffer = Vec::new();
        while number < self.entries {
            budget.go_on()?;
            let at = self.at.saturating_add(number.saturating_mul(ENTRY));
            let bytes = self.entries.saturating_sub(number).saturating_mul(ENTRY);
            buffer.resize(usize::try_from(bytes.min(AT_ONCE)).unwrap_or_default(), 0);
            source.read(&mut buffer, at)?;
            let mut at = at;
            for entry in buffer.chunks_exact(8) {
                let is_bitmap = number.checked_rem(every) == Some(self.ratio);
                if !is_bitmap {
                    let here = left.min(self.block);
                    left = left.saturating_sub(here);
                    let entry = le64(entry, 0).unwrap_or_default();
                    if let Some(place) = Self::place(source, entry, at, here)? {
                        budget.data(here)?;
                        walk.block(place, here, at)?;
                    }
                }
                number = number.saturating_add(1);
                at = at.saturating_add(ENTRY);
            }
        }
        Ok(())
    }

    /// Fills a buffer with what is at a place of the disk.
    pub(super) fn fill(
        &self,
        source: &Replayed,
        buffer: &mut [u8],
        at: u64,
    ) -> Result<Filled, DiskError> {
        let mut extents = Extents::default();
        let mut done = 0_usize;
        while done < buffer.len() {
            let place = at.saturating_add(u64::try_from(done).unwrap_or(u64::MAX));
            let number = place.checked_div(self.block).unwrap_or_default();
            let inside = place.checked_rem(self.block).unwrap_or_default();
            let left = usize::try_from(self.block.saturating_sub(inside)).unwrap_or(usize::MAX);
            let length = buffer.len().saturating_sub(done).min(left);
            let bitmaps = number.checked_div(self.ratio).unwrap_or_default();
            let index = number.saturating_add(bitmaps);
            let entry_at = self.at.saturating_add(index.saturating_mul(ENTRY));
            let mut entry = [0; 8];
            source.read(&mut entry, entry_at)?;
            let needed = inside.saturating_add(u64::try_from(length).unwrap_or(u64::MAX));
            match Self::place(source, u64::from_le_bytes(entry), entry_at, needed)? {
                Some(block) => extents.data(length, block.saturating_add(inside)),
                None => extents.hole(length),
            }
            done = done.saturating_add(length);
        }
        extents.fill(buffer, |room, at| source.read(room, at))
    }
}

struct Walk {
    /// MiB of the file that have something.
    taken: Seen,
    named: Named,
}

impl Walk {
    /// A block that is named by what is at a byte.
    fn block(&mut self, place: u64, length: u64, at: u64) -> Result<(), DiskError> {
        let first = place.wrapping_shr(20);
        let count = length.div_ceil(MIB);
        let mut is_new = true;
        for number in first..first.saturating_add(count) {
            is_new &= self.taken.insert(number);
        }
        self.named.add(is_new, place, length, at)
    }
}
