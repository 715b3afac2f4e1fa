//! What every reader of one disk does.

use crate::{Budget, DiskError, inflate::Inflate};
use core::fmt::Debug;

/// One disk as it is seen inside, whatever holds it. All threads share one.
pub(crate) trait Layer: Send + Sync + Debug {
    /// How many bytes the disk has.
    fn size(&self) -> u64;

    /// Reads every table once: that all data is inside of the file, once, and not more than is allowed.
    fn check(&self, budget: &Budget<'_>) -> Result<(), DiskError>;

    /// Fills a buffer with what is at a place of the disk; all of it is inside of the disk. Where that
    /// is nothing but holes it says so, and leaves the buffer as it was.
    fn fill(&self, buffer: &mut [u8], at: u64, scratch: &mut Scratch) -> Result<Filled, DiskError>;
}

/// What is at a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Filled {
    /// Zeros, and the buffer was not touched.
    Hole,
    /// What is in the buffer now.
    Data,
}

/// What a thread uses again and again.
#[derive(Default)]
pub(crate) struct Scratch {
    pub(crate) inflate: Inflate,
    /// Compressed data.
    pub(crate) packed: Vec<u8>,
    /// Entries of a table.
    pub(crate) entries: Vec<u8>,
}
