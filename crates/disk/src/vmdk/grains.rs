//! How grains are read.

use super::{
    Vmdk,
    header::{Header, SECTOR},
    marker::{GRAIN_MARKER, Marker},
    tables::Place,
};
use crate::{
    DiskError, Reason, Refusal,
    error::refuse,
    extents::Extents,
    inflate::{Inflate, Packing},
    layer::{Filled, Scratch},
};

/// Bytes of compressed grains that are read at once.
const AT_ONCE: u64 = 4 << 20;

impl Header {
    /// Checks the marker of what must be a grain of the disk, at a byte of the file.
    pub(crate) fn check_marker(
        &self,
        marker: Marker,
        grain: u64,
        at: u64,
    ) -> Result<(), DiskError> {
        let refusal = Refusal::new(Reason::VmdkGrain).at(at);
        if Some(marker.value) != grain.checked_mul(self.grain_sectors()) {
            let refusal = refusal.what("the sector in a grain's marker");
            return refuse(refusal.found(marker.value));
        }
        let length = u64::from(marker.length);
        let allowed = self.grain.saturating_mul(2);
        if length == 0 || length > allowed {
            let refusal = refusal.what("the length of a grain");
            return refuse(refusal.found(length).allowed(allowed));
        }
        Ok(())
    }

    /// Inflates a grain, of which the last one of a disk has less room.
    pub(crate) fn inflate(
        &self,
        room: &mut [u8],
        packed: &[u8],
        inflate: &mut Inflate,
        at: u64,
    ) -> Result<(), DiskError> {
        let grain = usize::try_from(self.grain).unwrap_or(usize::MAX);
        if room.len() == grain {
            return inflate.fill(room, packed, Packing::Zlib, at);
        }
        // Some write all of the last grain, and others what is on the disk.
        let mut whole = vec![0; grain];
        match inflate.fill(&mut whole, packed, Packing::Zlib, at) {
            Err(error) if error.reason() == Some(Reason::CompressedData) => {
                inflate.fill(room, packed, Packing::Zlib, at)
            }
            Err(error) => Err(error),
            Ok(()) => {
                if let Some(part) = whole.get(..room.len()) {
                    room.copy_from_slice(part);
                }
                Ok(())
            }
        }
    }
}

impl Vmdk {
    /// Fills a buffer with the grains from a place on, with which one begins.
    pub(super) fn fill_grains(
        &self,
        buffer: &mut [u8],
        at: u64,
        scratch: &mut Scratch,
    ) -> Result<Filled, DiskError> {
        let grain = usize::try_from(self.header.grain).unwrap_or(usize::MAX);
        let first = at.checked_div(self.header.grain).unwrap_or_default();
        let count = buffer.len().div_ceil(grain);
        let places = self.places(first, count, &mut scratch.entries)?;
        if self.header.is_packed {
            return self.fill_packed(buffer, first, &places, scratch);
        }
        let mut extents = Extents::default();
        for (room, place) in buffer.chunks(grain).zip(&places) {
            match place {
                Place::Hole => extents.hole(room.len()),
                Place::At(at) => extents.data(room.len(), *at),
            }
        }
        extents.fill(buffer, |room, at| self.source.zeros_behind(room, at))
    }

    fn fill_packed(
        &self,
        buffer: &mut [u8],
        first: u64,
        places: &[Place],
        scratch: &mut Scratch,
    ) -> Result<Filled, DiskError> {
        if places.iter().all(|place| *place == Place::Hole) {
            return Ok(Filled::Hole);
        }
        let grain = usize::try_from(self.header.grain).unwrap_or(usize::MAX);
        // What of the file is in `packed`.
        let mut have = 0..0_u64;
        let mut rest = places;
        for (number, room) in (first..).zip(buffer.chunks_mut(grain)) {
            let Some((place, next)) = rest.split_first() else {
                break;
            };
            let Place::At(at) = *place else {
                room.fill(0);
                rest = next;
                continue;
            };
            if at < have.start || at.saturating_add(SECTOR) > have.end {
                have = at..self.reach(at, rest);
                self.read_packed(&have, &mut scratch.packed)?;
            }
            let marker = part(&scratch.packed, have.start, at, GRAIN_MARKER);
            let marker = marker.and_then(Marker::read).ok_or_else(|| short(at))?;
            self.header.check_marker(marker, number, at)?;
            let from = at.saturating_add(GRAIN_MARKER);
            let length = u64::from(marker.length);
            if from.saturating_add(length) > have.end {
                have = at..from.saturating_add(length);
                self.read_packed(&have, &mut scratch.packed)?;
            }
            let packed = part(&scratch.packed, have.start, from, length);
            let packed = packed.ok_or_else(|| short(at))?;
            self.header
                .inflate(room, packed, &mut scratch.inflate, at)?;
            rest = next;
        }
        Ok(Filled::Data)
    }

    /// As far as is read with a grain: the next ones, where they follow in the file. What is read and
    /// not used is less than what is.
    fn reach(&self, at: u64, places: &[Place]) -> u64 {
        let step = self.header.grain.saturating_add(SECTOR);
        let mut last = at;
        for place in places {
            if let Place::At(next) = *place {
                if next < last
                    || next > last.saturating_add(step)
                    || next.saturating_sub(at) > AT_ONCE
                {
                    break;
                }
                last = next;
            }
        }
        // How long the last one is, only its marker tells: most are shorter than a grain.
        last.saturating_add(step).min(self.source.length())
    }

    fn read_packed(
        &self,
        range: &core::ops::Range<u64>,
        packed: &mut Vec<u8>,
    ) -> Result<(), DiskError> {
        // INVARIANT: at most what is read at once, or two grains.
        let length = range.end.saturating_sub(range.start);
        packed.resize(usize::try_from(length).unwrap_or_default(), 0);
        self.source
            .exact(packed, range.start, || short(range.start))
    }
}

/// A part of some bytes of the file, which begin at a place of it.
fn part(bytes: &[u8], start: u64, at: u64, length: u64) -> Option<&[u8]> {
    let begin = usize::try_from(at.checked_sub(start)?).ok()?;
    let end = begin.checked_add(usize::try_from(length).ok()?)?;
    bytes.get(begin..end)
}

fn short(at: u64) -> Refusal {
    Refusal::new(Reason::Truncated).what("a grain").at(at)
}
