//! Images that are the disk itself: RAW, and CDs.

use crate::{
    Budget, DiskError, Reason, Refusal,
    error::refuse,
    layer::{Filled, Layer, Scratch},
    read_at::View,
};

/// A source that is the disk, byte for byte.
#[derive(Debug)]
pub(crate) struct Raw {
    source: View,
    size: u64,
}

impl Raw {
    /// The disk ends with a whole sector: what is missing of the last reads as zeros.
    pub(crate) fn open(source: View, budget: &Budget<'_>) -> Result<Self, DiskError> {
        const SECTOR: u64 = 512;
        let Some(size) = source
            .length()
            .checked_next_multiple_of(SECTOR)
            .filter(|it| *it > 0)
        else {
            return refuse(Refusal::new(Reason::VirtualSize).what("the file is empty"));
        };
        budget.virtual_size(size)?;
        Ok(Self { source, size })
    }
}

impl Layer for Raw {
    fn size(&self) -> u64 {
        self.size
    }

    fn check(&self, budget: &Budget<'_>) -> Result<(), DiskError> {
        budget.data(self.size)
    }

    fn fill(&self, buffer: &mut [u8], at: u64, _: &mut Scratch) -> Result<Filled, DiskError> {
        self.source.zeros_behind(buffer, at)?;
        Ok(Filled::Data)
    }
}
