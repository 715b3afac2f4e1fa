//! Which numbers were seen, in memory that is bounded, and that nothing is named twice.

use crate::{DiskError, Reason, Refusal, error::refuse};
use std::collections::BTreeMap;

/// A set of numbers. Those that are close together take a bit each. Once it holds as much as it may,
/// it takes every other number for new: whoever asks bounds the rest by how much there can be.
#[derive(Debug, Clone, Default)]
pub(crate) struct Seen {
    pages: BTreeMap<u64, Box<[u64; Self::WORDS]>>,
}

impl Seen {
    /// Words of a page.
    const WORDS: usize = 8;
    /// Bits of the number of a bit in a page.
    const BITS: u32 = 9;
    /// Pages, each of some hundred bytes with what leads to it.
    const MOST: usize = 200_000;

    /// Adds a number, and says whether it is new.
    pub(crate) fn insert(&mut self, number: u64) -> bool {
        let page = number.wrapping_shr(Self::BITS);
        let bit = number & 1_u64.wrapping_shl(Self::BITS).wrapping_sub(1);
        if self.pages.len() >= Self::MOST && !self.pages.contains_key(&page) {
            return true;
        }
        let page = self.pages.entry(page).or_default();
        let place = usize::try_from(bit.wrapping_shr(6)).unwrap_or_default();
        let Some(word) = page.get_mut(place) else {
            return true;
        };
        let bit = 1_u64.wrapping_shl(u32::try_from(bit & 63).unwrap_or_default());
        let is_new = *word & bit == 0;
        *word |= bit;
        is_new
    }
}

/// What the tables of an image name, which can be no more than its file has.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Named {
    /// Bytes of the file.
    file: u64,
    /// The fewest bytes that all of it can have.
    least: u64,
}

impl Named {
    pub(crate) fn of(file: u64) -> Self {
        Self { file, least: 0 }
    }

    /// Adds something at a place, of so many bytes at least, that is named by what is at a byte. It is
    /// refused where it was named before; where too much is named to know it, where the file cannot
    /// have it all.
    pub(crate) fn add(
        &mut self,
        is_new: bool,
        place: u64,
        least: u64,
        at: u64,
    ) -> Result<(), DiskError> {
        self.least = self.least.saturating_add(least);
        if is_new && self.least <= self.file {
            return Ok(());
        }
        let refusal = Refusal::new(Reason::Amplification).what("the data that is named twice");
        refuse(refusal.found(place).at(at))
    }
}
