//! A file as it is once its log was written to its places.

use crate::{DiskError, Refusal, bytes::array, read_at::View};
use std::collections::BTreeMap;

/// A file, and what of it is elsewhere.
#[derive(Debug)]
pub(super) struct Replayed {
    source: View,
    length: u64,
    /// Where parts begin and end, and what is there. They do not overlap.
    parts: BTreeMap<u64, (u64, Part)>,
}

/// What a part of the file is.
#[derive(Debug, Clone, Copy)]
pub(super) enum Part {
    Zeros,
    /// One sector of the log, whose first and last bytes are elsewhere.
    Sector {
        /// The byte of the file where it is.
        at: u64,
        first: [u8; 8],
        last: [u8; 4],
    },
}

/// Bytes of a sector of the log.
pub(super) const SECTOR: u64 = 4096;

impl Replayed {
    pub(super) fn new(source: View) -> Self {
        Self {
            length: source.length(),
            source,
            parts: BTreeMap::new(),
        }
    }

    /// Bytes of the file, with what the log adds to its end.
    pub(super) fn length(&self) -> u64 {
        self.length
    }

    /// The file is so long at least.
    pub(super) fn extend(&mut self, length: u64) {
        self.length = self.length.max(length);
    }

    /// How many parts there are.
    pub(super) fn parts(&self) -> usize {
        self.parts.len()
    }

    /// Puts something in the place of what is there, whole sectors of it.
    pub(super) fn put(&mut self, at: u64, end: u64, part: Part) {
        self.cut(at);
        self.cut(end);
        let covered: Vec<u64> = self.parts.range(at..end).map(|(start, _)| *start).collect();
        for start in covered {
            self.parts.remove(&start);
        }
        self.parts.insert(at, (end, part));
    }

    /// Makes two of a part that goes on over a place. Parts of one sector do not: places are aligned.
    fn cut(&mut self, at: u64) {
        if let Some((_, (end, part))) = self.parts.range_mut(..at).next_back()
            && *end > at
        {
            let behind = (*end, *part);
            *end = at;
            self.parts.insert(at, behind);
        }
    }

    /// Fills a buffer from a place.
    pub(super) fn read(&self, buffer: &mut [u8], at: u64) -> Result<(), DiskError> {
        self.source.zeros_behind(buffer, at)?;
        let until = at.saturating_add(u64::try_from(buffer.len()).unwrap_or(u64::MAX));
        let before = self.parts.range(..at).next_back();
        for (start, (end, part)) in before.into_iter().chain(self.parts.range(at..until)) {
            let from = at.max(*start);
            let length = until.min(*end).saturating_sub(from);
            let skipped = usize::try_from(from.saturating_sub(at)).unwrap_or(usize::MAX);
            let length = usize::try_from(length).unwrap_or_default();
            let room = buffer.get_mut(skipped..skipped.saturating_add(length));
            let Some(room) = room.filter(|room| !room.is_empty()) else {
                continue;
            };
            match part {
                Part::Zeros => room.fill(0),
                Part::Sector { at, first, last } => {
                    let mut sector = [0; 4096];
                    self.source.zeros_behind(&mut sector, *at)?;
                    if let Some(place) = sector.get_mut(..8) {
                        place.copy_from_slice(first);
                    }
                    if let Some(place) = sector.get_mut(4092..) {
                        place.copy_from_slice(last);
                    }
                    let inside = usize::try_from(from.saturating_sub(*start)).unwrap_or(usize::MAX);
                    let bytes = sector.get(inside..inside.saturating_add(length));
                    if let Some(bytes) = bytes {
                        room.copy_from_slice(bytes);
                    }
                }
            }
        }
        Ok(())
    }

    /// Bytes of a header or table, all of which must be there.
    pub(super) fn bytes(
        &self,
        at: u64,
        length: usize,
        otherwise: impl FnOnce() -> Refusal,
    ) -> Result<Vec<u8>, DiskError> {
        let inside = u64::try_from(length).ok().and_then(|it| it.checked_add(at));
        if inside.is_none_or(|end| end > self.length) {
            return Err(otherwise().at(at).into());
        }
        let mut bytes = vec![0; length];
        self.read(&mut bytes, at)?;
        Ok(bytes)
    }
}

impl Part {
    /// A sector of the log that is at a byte of the file, as its descriptor tells.
    pub(super) fn sector(at: u64, descriptor: &[u8]) -> Self {
        Self::Sector {
            at,
            first: array(descriptor, 8).unwrap_or_default(),
            last: array(descriptor, 4).unwrap_or_default(),
        }
    }
}
