//! Pages: the list of chunks, in parts of some thousands.
//!
//! A page is as many entries of 36 bytes as it has: the length of a chunk and its digest; or four
//! zeros, a run of zeros in eight bytes, and 24 more zeros. Its *places* say in which packs the chunks
//! are: a pack of the index and how many chunks in a row are there, in four bytes each.

use super::PageEntry;
use crate::{
    bytes::{Input, Output as _},
    profile::LONGEST_CHUNK,
};
use atlas_base::Digest;

/// Entries of a page: 144 KB, for some 256 MiB of data.
pub(crate) const ENTRIES: usize = 4096;
const ENTRY: usize = 36;

/// What a part of an image is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Entry {
    Chunk { length: u32, digest: Digest },
    Zeros(u64),
}

impl Entry {
    pub(crate) fn length(&self) -> u64 {
        match self {
            Self::Chunk { length, .. } => (*length).into(),
            Self::Zeros(length) => *length,
        }
    }
}

/// An entry, with the pack of its chunk: a place in the list of the index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Placed {
    pub(crate) entry: Entry,
    pub(crate) pack: u32,
}

/// A page that is being filled.
#[derive(Debug, Default)]
pub(crate) struct Page {
    pub(crate) span: u64,
    pub(crate) chunks: u32,
    entries: Vec<u8>,
    /// Zeros at its end that are not written yet.
    zeros: u64,
    runs: Vec<(u32, u32)>,
}

impl Page {
    pub(crate) fn is_full(&self) -> bool {
        self.entries.len() / ENTRY >= ENTRIES
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.span == 0
    }

    pub(crate) fn zeros(&mut self, length: u64) {
        self.zeros = self.zeros.saturating_add(length);
        self.span = self.span.saturating_add(length);
    }

    pub(crate) fn chunk(&mut self, digest: &Digest, length: u32, pack: u32) {
        self.end_zeros();
        self.entries.u32(length);
        self.entries.digest(digest);
        self.span = self.span.saturating_add(length.into());
        self.chunks = self.chunks.saturating_add(1);
        match self.runs.last_mut() {
            Some((same, count)) if *same == pack => *count = count.saturating_add(1),
            _ => self.runs.push((pack, 1)),
        }
    }

    fn end_zeros(&mut self) {
        if self.zeros > 0 {
            self.entries.u32(0);
            self.entries.u64(self.zeros);
            self.entries.extend_from_slice(&[0; 24]);
            self.zeros = 0;
        }
    }

    /// The bytes of the page, and those of its places.
    pub(crate) fn finish(mut self) -> (Vec<u8>, Vec<u8>) {
        self.end_zeros();
        let mut places = Vec::new();
        for (pack, count) in self.runs {
            places.u32(pack);
            places.u32(count);
        }
        (self.entries, places)
    }
}

/// Reads a page of a plain pool, all of whose chunks are in one place.
pub(crate) fn parse_plain(page: &[u8], entry: &PageEntry) -> Option<Vec<Placed>> {
    let mut places = Vec::new();
    if entry.chunks > 0 {
        places.u32(0);
        places.u32(entry.chunks);
    }
    parse(page, &places, 1, entry.span)
}

/// Reads a page with its places; none where they do not agree with one another and with the index.
pub(crate) fn parse(page: &[u8], places: &[u8], packs: usize, span: u64) -> Option<Vec<Placed>> {
    let mut page = Input::new(page);
    let mut places = Input::new(places);
    let (mut pack, mut left) = (0_u32, 0_u32);
    let mut all = Vec::new();
    let mut end = 0_u64;
    while !page.is_empty() {
        let length = page.u32()?;
        let entry = if length == 0 {
            let zeros = page.u64()?;
            let is_empty = page.take(24)? == [0; 24];
            (is_empty && zeros > 0).then_some(Entry::Zeros(zeros))?
        } else {
            if left == 0 {
                (pack, left) = (places.u32()?, places.u32()?);
            }
            left = left.checked_sub(1)?;
            let digest = page.digest()?;
            Entry::Chunk { length, digest }
        };
        let is_pack = usize::try_from(pack).is_ok_and(|pack| pack < packs);
        let fits = match entry {
            Entry::Chunk { length, .. } => {
                is_pack && usize::try_from(length).is_ok_and(|it| it <= LONGEST_CHUNK)
            }
            Entry::Zeros(_) => true,
        };
        end = end.checked_add(entry.length())?;
        if !fits || all.len() > ENTRIES {
            return None;
        }
        all.push(Placed { entry, pack });
    }
    (left == 0 && places.is_empty() && end == span).then_some(all)
}
