//! VHDX, fixed and dynamic ("MS-VHDX: Virtual Hard Disk v2 File Format" of Microsoft).

mod blocks;
mod header;
mod log;
mod metadata;
mod regions;
mod replayed;

use self::{
    blocks::Blocks, header::Header, metadata::Metadata, regions::Regions, replayed::Replayed,
};
use crate::{
    Budget, DiskError, Reason, Refusal,
    bytes::{be64, le16, le32},
    layer::{Filled, Layer, Scratch},
    read_at::View,
};

/// A VHDX image, as if its log had been written to its places: nothing is ever written.
#[derive(Debug)]
pub(crate) struct Vhdx {
    source: Replayed,
    regions: Regions,
    metadata: Metadata,
    blocks: Blocks,
}

impl Vhdx {
    pub(crate) fn open(source: View, budget: &Budget<'_>) -> Result<Self, DiskError> {
        let header = Header::read(&source)?;
        let source = log::replay(source, &header, budget)?;
        let regions = Regions::read(&source, &header)?;
        let metadata = Metadata::read(&source, regions.metadata, budget)?;
        let blocks = Blocks::new(&metadata, regions.table, budget)?;
        Ok(Self {
            source,
            regions,
            metadata,
            blocks,
        })
    }
}

impl Layer for Vhdx {
    fn size(&self) -> u64 {
        self.metadata.size
    }

    fn check(&self, budget: &Budget<'_>) -> Result<(), DiskError> {
        self.blocks
            .check(&self.source, self.regions.taken.clone(), budget)
    }

    fn fill(&self, buffer: &mut [u8], at: u64, _: &mut Scratch) -> Result<Filled, DiskError> {
        self.blocks.fill(&self.source, buffer, at)
    }
}

/// A kind of region or of metadata, as it is written for people: `2DC27766-F623-4200-9D64-115E9BFD4A08`.
type Guid = u128;

/// Reads one from a file, where its first three numbers are little-endian; 0 if it is not there.
fn guid(bytes: &[u8], at: usize) -> Guid {
    let place = |more| at.saturating_add(more);
    let first = le32(bytes, place(0)).map_or(0, u128::from);
    let second = le16(bytes, place(4)).map_or(0, u128::from);
    let third = le16(bytes, place(6)).map_or(0, u128::from);
    let rest = be64(bytes, place(8)).map_or(0, u128::from);
    first.wrapping_shl(96) | second.wrapping_shl(80) | third.wrapping_shl(64) | rest
}

/// The checksum of a structure, whose own checksum at byte 4 counts as zeros.
fn sum(bytes: &[u8]) -> u32 {
    let (before, rest) = bytes.split_at(bytes.len().min(4));
    let behind = rest.get(4..).unwrap_or_default();
    let sum = crc32c::crc32c(before);
    let sum = crc32c::crc32c_append(sum, &[0; 4]);
    crc32c::crc32c_append(sum, behind)
}

/// Most of what is aligned is so to this.
const MIB: u64 = 1 << 20;

fn wrong(what: &'static str) -> Refusal {
    Refusal::new(Reason::VhdxHeader).what(what)
}
