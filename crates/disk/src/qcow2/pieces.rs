//! What is at one item of the disk, cluster by cluster, and how it is read.

use super::{Qcow2, clusters::Place};
use crate::{DiskError, Reason, Refusal, layer::Scratch};

/// A cluster of the disk, as a part of the buffer that it fills.
#[derive(Debug, Clone, Copy)]
pub(super) struct Piece {
    pub(super) begin: usize,
    pub(super) end: usize,
    pub(super) place: Place,
}

/// Bytes between two pieces of compressed data that are read rather than left out.
const GAP: u64 = 64 << 10;
/// Bytes of compressed data that are read at once.
const MOST_PACKED: u64 = 4 << 20;

impl Piece {
    /// Whether the next one lies behind this one in the file, and on the disk.
    pub(super) fn leads_to(&self, next: &Self, cluster: u64) -> bool {
        match (self.place, next.place) {
            (Place::Data(at), Place::Data(then)) => {
                self.end == next.begin && at.checked_add(cluster) == Some(then)
            }
            (Place::Packed { at, length }, Place::Packed { at: then, .. }) => {
                let end = at.saturating_add(length);
                self.end == next.begin && then >= at && then <= end.saturating_add(GAP)
            }
            _ => false,
        }
    }
}

impl Qcow2 {
    /// What is at a part of the disk that begins with a cluster.
    pub(super) fn pieces(
        &self,
        length: usize,
        at: u64,
        scratch: &mut Scratch,
    ) -> Result<Vec<Piece>, DiskError> {
        let header = &self.header;
        let cluster = usize::try_from(header.cluster()).unwrap_or(usize::MAX);
        let entry = header.entry();
        let mut pieces = Vec::new();
        let (mut done, mut number) = (0_usize, at.wrapping_shr(header.cluster_bits));
        while done < length {
            // As many clusters as are in one table.
            let wanted = length.saturating_sub(done).div_ceil(cluster);
            let in_table = 1_u64.wrapping_shl(header.second_bits());
            let index = number & in_table.wrapping_sub(1);
            let left = usize::try_from(in_table.saturating_sub(index)).unwrap_or(usize::MAX);
            let count = wanted.min(left);
            let table = usize::try_from(number.wrapping_shr(header.second_bits())).ok();
            let table = table.and_then(|table| self.first.get(table)).copied();
            let next = done
                .saturating_add(count.saturating_mul(cluster))
                .min(length);
            if let Some(table) = table.filter(|table| *table != 0) {
                scratch.entries.resize(count.saturating_mul(entry), 0);
                let skipped = index.saturating_mul(u64::try_from(entry).unwrap_or(16));
                let from = table.saturating_add(skipped);
                let entries = scratch.entries.as_mut_slice();
                let refusal = || Refusal::new(Reason::BadL2).what("the table");
                self.source.exact(entries, from, refusal)?;
                let mut begin = done;
                let mut place_at = from;
                for entry in entries.chunks_exact(entry) {
                    let place = header.place(entry, place_at, self.source.length())?;
                    let end = begin.saturating_add(cluster).min(length);
                    pieces.push(Piece { begin, end, place });
                    begin = end;
                    place_at = place_at.saturating_add(u64::try_from(entry.len()).unwrap_or(16));
                }
            }
            done = next;
            number = number.saturating_add(u64::try_from(count).unwrap_or(u64::MAX));
        }
        Ok(pieces)
    }

    /// Reads pieces that lie together into their part of the buffer, and says where that ends.
    pub(super) fn read(
        &self,
        buffer: &mut [u8],
        run: &[Piece],
        scratch: &mut Scratch,
    ) -> Result<usize, DiskError> {
        let (Some(first), Some(last)) = (run.first(), run.last()) else {
            return Ok(0);
        };
        let room = buffer.get_mut(first.begin..last.end).unwrap_or_default();
        match first.place {
            Place::Hole => room.fill(0),
            // What is behind the end of the file is zeros.
            Place::Data(at) => self.source.zeros_behind(room, at)?,
            Place::Parts { at, data } => self.read_parts(room, at, data)?,
            Place::Packed { .. } => self.read_packed(room, run, scratch)?,
        }
        Ok(last.end)
    }

    fn read_parts(&self, room: &mut [u8], at: u64, data: u32) -> Result<(), DiskError> {
        let part = usize::try_from(self.header.cluster().wrapping_shr(5)).unwrap_or(usize::MAX);
        let mut from = at;
        for (number, room) in (0_u32..).zip(room.chunks_mut(part)) {
            if data.wrapping_shr(number) & 1 == 0 {
                room.fill(0);
            } else {
                self.source.zeros_behind(room, from)?;
            }
            from = from.saturating_add(u64::try_from(part).unwrap_or(u64::MAX));
        }
        Ok(())
    }

    fn read_packed(
        &self,
        room: &mut [u8],
        run: &[Piece],
        scratch: &mut Scratch,
    ) -> Result<(), DiskError> {
        let base = run.first().map_or(0, |first| first.begin);
        let mut rest = run;
        while let Some(Piece {
            place: Place::Packed { at: from, .. },
            ..
        }) = rest.first()
        {
            let end = |piece: &Piece| match piece.place {
                Place::Packed { at, length } => at.saturating_add(length),
                _ => 0,
            };
            let fits = |piece: &&Piece| end(piece).saturating_sub(*from) <= MOST_PACKED;
            let count = rest.iter().take_while(fits).count().max(1);
            let (together, after) = rest.split_at(count);
            let until = together.iter().map(end).max().unwrap_or_default();
            let length = until.min(self.source.length()).saturating_sub(*from);
            scratch
                .packed
                .resize(usize::try_from(length).unwrap_or_default(), 0);
            let refusal = || Refusal::new(Reason::Truncated).what("compressed data");
            self.source.exact(&mut scratch.packed, *from, refusal)?;
            for piece in together {
                let Place::Packed { at, length } = piece.place else {
                    continue;
                };
                let skipped = usize::try_from(at.saturating_sub(*from)).unwrap_or(usize::MAX);
                let packed = scratch.packed.get(skipped..).unwrap_or_default();
                let packed = packed
                    .get(..usize::try_from(length).unwrap_or(usize::MAX))
                    .unwrap_or(packed);
                let place = piece.begin.saturating_sub(base)..piece.end.saturating_sub(base);
                let room = room.get_mut(place).unwrap_or_default();
                let cluster = usize::try_from(self.header.cluster()).unwrap_or(usize::MAX);
                let packing = self.header.packing;
                if room.len() == cluster {
                    scratch.inflate.fill(room, packed, packing, at)?;
                } else {
                    // The disk ends within its last cluster.
                    let mut whole = vec![0; cluster];
                    scratch.inflate.fill(&mut whole, packed, packing, at)?;
                    if let Some(part) = whole.get(..room.len()) {
                        room.copy_from_slice(part);
                    }
                }
            }
            rest = after;
        }
        Ok(())
    }
}
