//! The blocks of a dynamic disk, each behind a bitmap of its sectors.

use super::header::{FOOTER, Footer};
use crate::{
    Budget, DiskError, Reason, Refusal,
    bytes::be32,
    error::refuse,
    extents::Extents,
    layer::Filled,
    read_at::View,
    seen::{Named, Seen},
};

/// Where blocks are. The table is not held: an item of the disk needs a few entries.
#[derive(Debug)]
pub(super) struct Blocks {
    table_at: u64,
    /// Entries that the disk has, which can be fewer than the table's.
    entries: u64,
    /// Bytes of a block.
    block: u64,
    /// Where the footer is: blocks end before it.
    end: u64,
    /// What lies before any block: the footer's copy, the header and the table.
    taken: [(u64, u64); 3],
}

const SECTOR: u64 = 512;
const ENTRY: u64 = 4;
/// Nothing is there.
const HOLE: u32 = u32::MAX;
/// Bytes of the table that are read at once.
const AT_ONCE: u64 = 64 << 10;

impl Blocks {
    pub(super) fn open(
        source: &View,
        footer: &Footer,
        budget: &Budget<'_>,
    ) -> Result<Self, DiskError> {
        let header = footer.dynamic(source)?;
        let entries = footer.size.div_ceil(header.block);
        let refusal = || Refusal::new(Reason::BadL1).at(footer.header_at());
        if header.entries < entries {
            let refusal = refusal().what("its length, which does not cover the disk,");
            return refuse(refusal.found(header.entries));
        }
        let bytes = header.entries.saturating_mul(ENTRY);
        let allowed = budget.limits().first_table;
        if bytes > allowed {
            return refuse(refusal().what("its size").found(bytes).allowed(allowed));
        }
        let at = header.table_at;
        let end = at.checked_add(bytes);
        let is_inside = end.is_some_and(|end| end <= footer.at);
        let is_apart = at >= footer.header_end() || end.is_some_and(|it| it <= footer.header_at());
        if at < FOOTER || at & 511 != 0 || !is_inside || !is_apart {
            return refuse(refusal().what("its place").found(at));
        }
        Ok(Self {
            table_at: at,
            entries,
            block: header.block,
            end: footer.at,
            taken: [
                (0, FOOTER),
                (footer.header_at(), footer.header_end()),
                (at, at.saturating_add(bytes)),
            ],
        })
    }

    /// Bytes of the bitmap of a block's sectors: whole sectors.
    fn bitmap(&self) -> u64 {
        let bits = self.block.checked_div(SECTOR).unwrap_or_default();
        bits.div_ceil(8).next_multiple_of(SECTOR)
    }

    /// Reads an entry that is at a byte: where the bitmap of a block is.
    fn place(&self, entry: u32, at: u64) -> Result<Option<u64>, DiskError> {
        if entry == HOLE {
            return Ok(None);
        }
        let place = u64::from(entry).saturating_mul(SECTOR);
        let end = place
            .saturating_add(self.bitmap())
            .saturating_add(self.block);
        let overlaps = |(from, until): &(u64, u64)| place < *until && end > *from;
        if end > self.end {
            let refusal = Refusal::new(Reason::DataOutOfBounds).found(place);
            return refuse(refusal.at(at));
        }
        if self.taken.iter().any(overlaps) {
            let refusal = Refusal::new(Reason::BadL1).what("the place of a block");
            return refuse(refusal.found(place).at(at));
        }
        Ok(Some(place))
    }

    /// Walks the table: what is named is in the file, and named once.
    pub(super) fn check(
        &self,
        source: &View,
        size: u64,
        budget: &Budget<'_>,
    ) -> Result<(), DiskError> {
        let mut starts = Seen::default();
        let mut named = Named::of(source.length());
        let mut left = size;
        let mut buffer = Vec::new();
        let end = self
            .table_at
            .saturating_add(self.entries.saturating_mul(ENTRY));
        let mut at = self.table_at;
        while at < end {
            budget.go_on()?;
            let here = end.saturating_sub(at).min(AT_ONCE);
            buffer.resize(usize::try_from(here).unwrap_or_default(), 0);
            source.exact(&mut buffer, at, || Refusal::new(Reason::BadL1))?;
            for entry in buffer.chunks_exact(4) {
                let block = left.min(self.block);
                left = left.saturating_sub(block);
                if let Some(place) = self.place(be32(entry, 0).unwrap_or(HOLE), at)? {
                    budget.data(block)?;
                    let whole = self.bitmap().saturating_add(self.block);
                    let is_new = starts.insert(place.checked_div(SECTOR).unwrap_or_default());
                    named.add(is_new, place, whole, at)?;
                }
                at = at.saturating_add(ENTRY);
            }
        }
        Ok(())
    }

    /// Fills a buffer with what is at a place of the disk, with which a sector begins.
    pub(super) fn fill(
        &self,
        source: &View,
        buffer: &mut [u8],
        at: u64,
        bitmap: &mut Vec<u8>,
    ) -> Result<Filled, DiskError> {
        let mut extents = Extents::default();
        let mut done = 0_usize;
        while done < buffer.len() {
            let place = at.saturating_add(u64::try_from(done).unwrap_or(u64::MAX));
            let number = place.checked_div(self.block).unwrap_or_default();
            let inside = place.checked_rem(self.block).unwrap_or_default();
            let left = usize::try_from(self.block.saturating_sub(inside)).unwrap_or(usize::MAX);
            let length = buffer.len().saturating_sub(done).min(left);
            let entry_at = self.table_at.saturating_add(number.saturating_mul(ENTRY));
            let mut entry = [0; 4];
            source.exact(&mut entry, entry_at, || Refusal::new(Reason::BadL1))?;
            match self.place(u32::from_be_bytes(entry), entry_at)? {
                None => extents.hole(length),
                Some(block) => self.sectors(source, &mut extents, block, inside, length, bitmap)?,
            }
            done = done.saturating_add(length);
        }
        extents.fill(buffer, |room, at| {
            source.exact(room, at, || Refusal::new(Reason::Truncated))
        })
    }

    /// A part of a block: sectors that its bitmap does not have were never written.
    fn sectors(
        &self,
        source: &View,
        extents: &mut Extents,
        block: u64,
        inside: u64,
        length: usize,
        bitmap: &mut Vec<u8>,
    ) -> Result<(), DiskError> {
        let first = inside.checked_div(SECTOR).unwrap_or_default();
        let count = length.div_ceil(512);
        // INVARIANT: items and blocks are whole sectors, and items of 2 MiB whole bytes of bits.
        let skipped = first.checked_div(8).unwrap_or_default();
        bitmap.resize(count.div_ceil(8), 0);
        let at = block.saturating_add(skipped);
        source.exact(bitmap, at, || Refusal::new(Reason::Truncated))?;
        let mut from = block.saturating_add(self.bitmap()).saturating_add(inside);
        let bits = bitmap
            .iter()
            .flat_map(|byte| (0..8_u32).map(move |bit| byte & 0x80_u8.wrapping_shr(bit) != 0));
        let mut left = length;
        for is_there in bits.take(count) {
            let here = left.min(512);
            if is_there {
                extents.data(here, from);
            } else {
                extents.hole(here);
            }
            left = left.saturating_sub(here);
            from = from.saturating_add(SECTOR);
        }
        Ok(())
    }
}
