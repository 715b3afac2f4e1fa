//! VHD, fixed and dynamic ("Virtual Hard Disk Image Format Specification", version 1.0 of Microsoft).

mod blocks;
mod header;

use self::{blocks::Blocks, header::Footer};
use crate::{
    Budget, DiskError, Reason, Refusal,
    error::refuse,
    layer::{Filled, Layer, Scratch},
    read_at::View,
};

/// A VHD image.
#[derive(Debug)]
pub(crate) struct Vhd {
    source: View,
    /// Bytes of the disk: the footer's current size, and not what its geometry comes to.
    size: u64,
    /// Where blocks are; of a fixed image the disk is all that is before the footer.
    blocks: Option<Blocks>,
}

impl Vhd {
    pub(crate) fn open(source: View, budget: &Budget<'_>) -> Result<Self, DiskError> {
        let footer = Footer::at_end(&source)?;
        let size = footer.size;
        budget.virtual_size(size)?;
        if size == 0 || size & 511 != 0 {
            let refusal = Refusal::new(Reason::VirtualSize).what("the size");
            return refuse(refusal.found(size).at(footer.size_at()));
        }
        let blocks = if footer.is_dynamic {
            footer.check_copy(&source)?;
            Some(Blocks::open(&source, &footer, budget)?)
        } else {
            footer.check_fixed()?;
            None
        };
        Ok(Self {
            source,
            size,
            blocks,
        })
    }
}

impl Layer for Vhd {
    fn size(&self) -> u64 {
        self.size
    }

    fn check(&self, budget: &Budget<'_>) -> Result<(), DiskError> {
        match &self.blocks {
            Some(blocks) => blocks.check(&self.source, self.size, budget),
            None => budget.data(self.size),
        }
    }

    fn fill(&self, buffer: &mut [u8], at: u64, scratch: &mut Scratch) -> Result<Filled, DiskError> {
        if let Some(blocks) = &self.blocks {
            return blocks.fill(&self.source, buffer, at, &mut scratch.entries);
        }
        let short = || Refusal::new(Reason::Truncated);
        self.source.exact(buffer, at, short)?;
        Ok(Filled::Data)
    }
}
