//! A disk that nothing holds: all zeros.

use crate::{
    Budget, DiskError, Reason, Refusal,
    error::refuse,
    layer::{Filled, Layer, Scratch},
};

/// A disk of zeros.
#[derive(Debug)]
pub(crate) struct Empty {
    size: u64,
}

impl Empty {
    pub(crate) fn new(size: u64, budget: &Budget<'_>) -> Result<Self, DiskError> {
        const SECTOR: u64 = 512;
        let size = size.checked_next_multiple_of(SECTOR).unwrap_or(u64::MAX);
        budget.virtual_size(size)?;
        if size == 0 {
            return refuse(
                Refusal::new(Reason::VirtualSize)
                    .what("the capacity")
                    .found(0),
            );
        }
        Ok(Self { size })
    }
}

impl Layer for Empty {
    fn size(&self) -> u64 {
        self.size
    }

    fn check(&self, _: &Budget<'_>) -> Result<(), DiskError> {
        Ok(())
    }

    fn fill(&self, _: &mut [u8], _: u64, _: &mut Scratch) -> Result<Filled, DiskError> {
        Ok(Filled::Hole)
    }
}
