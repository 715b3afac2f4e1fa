//! Parts of a buffer that are holes, or come from places of a file.

use crate::{DiskError, layer::Filled};

/// What a buffer is filled with, from its beginning.
#[derive(Debug, Default)]
pub(crate) struct Extents {
    data: Vec<Extent>,
    end: usize,
}

/// A part that comes from a place of a file; what is between two of them is zeros.
#[derive(Debug)]
struct Extent {
    begin: usize,
    end: usize,
    at: u64,
}

impl Extents {
    /// Zeros come next.
    pub(crate) fn hole(&mut self, length: usize) {
        self.end = self.end.saturating_add(length);
    }

    /// What is at a place of the file comes next: together with what is before it, where it lies
    /// behind that in the file too.
    pub(crate) fn data(&mut self, length: usize, at: u64) {
        let begin = self.end;
        self.end = begin.saturating_add(length);
        let end = self.end;
        if let Some(last) = self.data.last_mut().filter(|last| last.end == begin) {
            let before = u64::try_from(last.end.saturating_sub(last.begin)).unwrap_or(u64::MAX);
            if last.at.checked_add(before) == Some(at) {
                last.end = end;
                return;
            }
        }
        self.data.push(Extent { begin, end, at });
    }

    /// Fills a buffer; where all is zeros it is left as it was.
    pub(crate) fn fill(
        &self,
        buffer: &mut [u8],
        mut read: impl FnMut(&mut [u8], u64) -> Result<(), DiskError>,
    ) -> Result<Filled, DiskError> {
        if self.data.is_empty() {
            return Ok(Filled::Hole);
        }
        let mut done = 0;
        for extent in &self.data {
            if let Some(hole) = buffer.get_mut(done..extent.begin) {
                hole.fill(0);
            }
            if let Some(room) = buffer.get_mut(extent.begin..extent.end) {
                read(room, extent.at)?;
            }
            done = extent.end;
        }
        if let Some(hole) = buffer.get_mut(done..) {
            hole.fill(0);
        }
        Ok(Filled::Data)
    }
}
