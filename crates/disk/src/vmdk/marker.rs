//! Markers: what comes next in a file that was written as a stream.

use super::header::SECTOR;
use crate::bytes::{le32, le64};

/// The beginning of a sector of a stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Marker {
    /// The first sector of a grain on the disk; or of what is next, how many sectors it has.
    pub(crate) value: u64,
    /// Bytes of a grain's compressed data, which begins behind this number; 0 of anything else.
    pub(crate) length: u32,
    /// What is next, where it is no grain.
    pub(crate) kind: u32,
}

/// Bytes before a grain's compressed data.
pub(crate) const GRAIN_MARKER: u64 = 12;

pub(crate) const END: u32 = 0;
pub(crate) const TABLE: u32 = 1;
pub(crate) const DIRECTORY: u32 = 2;
pub(crate) const FOOTER: u32 = 3;

impl Marker {
    /// None where there are not enough bytes.
    pub(crate) fn read(bytes: &[u8]) -> Option<Self> {
        Some(Self {
            value: le64(bytes, 0)?,
            length: le32(bytes, 8)?,
            // A grain has its data here already; the shortest may end before this.
            kind: le32(bytes, 12).unwrap_or_default(),
        })
    }

    /// Whether something other than a grain is next, of so many sectors.
    pub(crate) fn is(&self, kind: u32, sectors: u64) -> bool {
        self.length == 0 && self.kind == kind && self.value == sectors
    }

    /// Bytes that a grain takes in the file, as whole sectors.
    pub(crate) fn whole(&self) -> u64 {
        GRAIN_MARKER
            .saturating_add(self.length.into())
            .checked_next_multiple_of(SECTOR)
            .unwrap_or(u64::MAX)
    }
}
