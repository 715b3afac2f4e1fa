//! Where a disk is cut into chunks.
//!
//! A pure function of the bytes and the [`Profile`]: the same disk is cut at the same places, however
//! its bytes arrive.

mod content;
mod grid;

use self::{content::Content, grid::Grid};
use crate::{
    bytes::{is_zero, long},
    profile::Profile,
};

/// What a disk is cut into.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "a disk has nothing else")]
pub enum Cut {
    /// A chunk, which is not all zeros.
    Chunk(Vec<u8>),
    /// So many zeros.
    Zeros(u64),
}

impl Cut {
    /// How many bytes of the disk it is.
    pub fn length(&self) -> u64 {
        match self {
            Self::Chunk(bytes) => long(bytes.len()),
            Self::Zeros(length) => *length,
        }
    }

    fn of(bytes: &[u8]) -> Self {
        if is_zero(bytes) {
            Self::Zeros(long(bytes.len()))
        } else {
            Self::Chunk(bytes.to_vec())
        }
    }
}

/// Zeros are looked for on this grid: that of most file systems.
const BLOCK: usize = 4096;

/// Cuts a disk that comes in pieces.
///
/// ```
/// use atlas_repository::{Chunker, Cut, Profile};
///
/// let mut cuts = Vec::new();
/// let mut chunker = Chunker::new(Profile::FastCdc);
/// chunker.data(&[1; 4096], &mut |cut| cuts.push(cut));
/// chunker.zeros(1 << 40, &mut |cut| cuts.push(cut));
/// chunker.finish(&mut |cut| cuts.push(cut));
/// assert_eq!(cuts, [Cut::Chunk(vec![1; 4096]), Cut::Zeros(1 << 40)]);
/// ```
#[derive(Debug)]
pub struct Chunker {
    way: Way,
    /// A block that is not whole yet.
    block: Vec<u8>,
}

#[derive(Debug)]
enum Way {
    Content(Content),
    Grid(Grid),
}

impl Way {
    fn block(&mut self, block: &[u8], out: &mut dyn FnMut(Cut)) {
        match self {
            Self::Content(content) if is_zero(block) => content.zeros(long(block.len()), out),
            Self::Content(content) => content.data(block, out),
            Self::Grid(grid) => grid.data(block, out),
        }
    }

    fn zeros(&mut self, length: u64, out: &mut dyn FnMut(Cut)) {
        match self {
            Self::Content(content) => content.zeros(length, out),
            Self::Grid(grid) => grid.zeros(length, out),
        }
    }
}

impl Chunker {
    /// A chunker at the beginning of a disk.
    pub fn new(profile: Profile) -> Self {
        let way = match profile {
            Profile::FastCdc => Way::Content(Content::new(profile.sizes())),
            Profile::Fixed => Way::Grid(Grid::new(profile.sizes().most)),
        };
        Self {
            way,
            block: Vec::new(),
        }
    }

    /// Takes data, some of which may be zeros.
    pub fn data(&mut self, bytes: &[u8], out: &mut dyn FnMut(Cut)) {
        let mut rest = bytes;
        if !self.block.is_empty() {
            let missing = BLOCK.saturating_sub(self.block.len()).min(rest.len());
            let (some, behind) = rest.split_at(missing);
            self.block.extend_from_slice(some);
            rest = behind;
            if self.block.len() < BLOCK {
                return;
            }
            self.way.block(&self.block, out);
            self.block.clear();
        }
        let blocks = rest.chunks_exact(BLOCK);
        self.block.extend_from_slice(blocks.remainder());
        blocks.for_each(|block| self.way.block(block, out));
    }

    /// Takes zeros.
    pub fn zeros(&mut self, length: u64, out: &mut dyn FnMut(Cut)) {
        static ZEROS: [u8; BLOCK] = [0; BLOCK];
        let zeros = |length: u64| {
            let length = usize::try_from(length).unwrap_or(BLOCK);
            ZEROS.get(..length).unwrap_or(&ZEROS)
        };
        let mut rest = length;
        if !self.block.is_empty() {
            let missing = long(BLOCK.saturating_sub(self.block.len())).min(rest);
            rest = rest.saturating_sub(missing);
            self.data(zeros(missing), out);
        }
        let behind = rest.checked_rem(long(BLOCK)).unwrap_or_default();
        if rest > behind {
            self.way.zeros(rest.saturating_sub(behind), out);
        }
        self.block.extend_from_slice(zeros(behind));
    }

    /// Cuts what is left.
    pub fn finish(mut self, out: &mut dyn FnMut(Cut)) {
        if !self.block.is_empty() {
            self.way.block(&self.block, out);
        }
        match self.way {
            Way::Content(content) => content.finish(out),
            Way::Grid(grid) => grid.finish(out),
        }
    }
}
