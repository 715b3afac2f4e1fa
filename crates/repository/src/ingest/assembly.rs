//! Chunks become packs and pages, in the order of the disk.

use super::{line::Assemble, queue::Queue};
use crate::{
    bytes::{digest, long},
    codec::Encoder,
    error::RepositoryError,
    index::{PageEntry, PagePlace, page::Page},
    pack::{Packed, Packing},
};
use atlas_base::Digest;
use std::collections::BTreeMap;

/// Once in so many bytes of the disk a claim is renewed, whatever is written.
const RENEWAL: u64 = 256 << 20;

/// What is sent to the backend.
#[derive(Debug)]
pub(super) enum Upload {
    Pack(Packed),
    Renewal,
}

/// A part of the disk that was worked on.
#[derive(Debug)]
pub(super) enum Worked {
    Zeros(u64),
    /// A chunk that is in a pack already.
    Known {
        digest: Digest,
        raw: u32,
        pack: Digest,
    },
    New {
        digest: Digest,
        raw: u32,
        stored: Vec<u8>,
    },
}

/// What an ingest came to, apart from the disk itself.
#[derive(Debug)]
pub(super) struct Assembled {
    pub(super) pages: Vec<PageEntry>,
    pub(super) places: Vec<PagePlace>,
    pub(super) packs: Vec<Digest>,
    pub(super) counts: Counts,
}

/// What was counted.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Counts {
    pub(super) size: u64,
    pub(super) chunks: u64,
    pub(super) data: u64,
    pub(super) new_chunks: u64,
    pub(super) new_data: u64,
    pub(super) stored: u64,
}

#[derive(Debug)]
pub(super) struct Assembly<'a> {
    uploads: &'a Queue<Upload>,
    pack_size: usize,
    most_fresh: usize,
    packing: Packing,
    page: Page,
    pages: Vec<PageEntry>,
    places: Vec<PagePlace>,
    /// The packs of the image: those that are being filled have no name yet.
    packs: Vec<Option<Digest>>,
    /// Where each pack that was there before is among them.
    known: BTreeMap<Digest, u32>,
    /// Where the pack that is being filled is among them.
    current: Option<u32>,
    /// Chunks that this ingest wrote.
    fresh: BTreeMap<Digest, u32>,
    counts: Counts,
    since_renewal: u64,
    encoder: Encoder,
}

impl Assemble for Assembly<'_> {
    fn add(&mut self, worked: Worked) -> Result<(), RepositoryError> {
        let length = match worked {
            Worked::Zeros(length) => {
                self.page.zeros(length);
                length
            }
            Worked::Known { digest, raw, pack } => {
                let pack = self.known_pack(pack)?;
                self.chunk(&digest, raw, pack);
                raw.into()
            }
            Worked::New {
                digest,
                raw,
                stored,
            } => {
                let pack = if let Some(pack) = self.fresh.get(&digest) {
                    *pack
                } else {
                    self.counts.new_chunks = self.counts.new_chunks.saturating_add(1);
                    self.counts.new_data = self.counts.new_data.saturating_add(raw.into());
                    self.store(&digest, raw, &stored)?
                };
                self.chunk(&digest, raw, pack);
                raw.into()
            }
        };
        self.counts.size = self.counts.size.saturating_add(length);
        self.since_renewal = self.since_renewal.saturating_add(length);
        if self.since_renewal >= RENEWAL {
            self.since_renewal = 0;
            self.uploads.push(Upload::Renewal);
        }
        if self.page.is_full() {
            self.end_page()?;
        }
        Ok(())
    }
}

impl<'a> Assembly<'a> {
    pub(super) fn new(
        maker: u128,
        uploads: &'a Queue<Upload>,
        pack_size: usize,
        most_fresh: usize,
    ) -> Self {
        Self {
            uploads,
            pack_size,
            most_fresh,
            packing: Packing::new(maker),
            page: Page::default(),
            pages: Vec::new(),
            places: Vec::new(),
            packs: Vec::new(),
            known: BTreeMap::new(),
            current: None,
            fresh: BTreeMap::new(),
            counts: Counts::default(),
            since_renewal: 0,
            encoder: Encoder::new(),
        }
    }

    /// Ends the last page and the last pack.
    pub(super) fn finish(mut self) -> Result<Assembled, RepositoryError> {
        if !self.page.is_empty() {
            self.end_page()?;
        }
        self.end_pack();
        // Every pack has its name by now.
        let packs = self.packs.into_iter().flatten().collect();
        Ok(Assembled {
            pages: self.pages,
            places: self.places,
            packs,
            counts: self.counts,
        })
    }

    fn chunk(&mut self, digest: &Digest, raw: u32, pack: u32) {
        self.page.chunk(digest, raw, pack);
        self.counts.chunks = self.counts.chunks.saturating_add(1);
        self.counts.data = self.counts.data.saturating_add(raw.into());
    }

    fn known_pack(&mut self, name: Digest) -> Result<u32, RepositoryError> {
        if let Some(at) = self.known.get(&name) {
            return Ok(*at);
        }
        let at = self.new_pack(Some(name))?;
        self.known.insert(name, at);
        Ok(at)
    }

    fn new_pack(&mut self, name: Option<Digest>) -> Result<u32, RepositoryError> {
        let at = u32::try_from(self.packs.len()).map_err(|_| RepositoryError::TooLarge)?;
        self.packs.push(name);
        Ok(at)
    }

    /// Puts a chunk into the pack that is being filled.
    fn store(&mut self, digest: &Digest, raw: u32, stored: &[u8]) -> Result<u32, RepositoryError> {
        let after = self.packing.length().saturating_add(stored.len());
        if after > self.pack_size && !self.packing.is_empty() {
            self.end_pack();
        }
        let pack = match self.current {
            Some(pack) => pack,
            None => self.new_pack(None)?,
        };
        self.current = Some(pack);
        self.packing.add(*digest, raw, stored);
        self.counts.stored = self.counts.stored.saturating_add(long(stored.len()));
        if self.fresh.len() < self.most_fresh {
            self.fresh.insert(*digest, pack);
        }
        Ok(pack)
    }

    fn end_pack(&mut self) {
        let Some(at) = self.current.take() else {
            return;
        };
        let packed = self.packing.seal();
        let slot = usize::try_from(at)
            .ok()
            .and_then(|at| self.packs.get_mut(at));
        if let Some(slot) = slot {
            *slot = Some(packed.name);
        }
        self.uploads.push(Upload::Pack(packed));
    }

    fn end_page(&mut self) -> Result<(), RepositoryError> {
        let page = core::mem::take(&mut self.page);
        let (span, chunks) = (page.span, page.chunks);
        let (entries, places) = page.finish();
        let (page_digest, length, pack) = self.part(entries)?;
        let (places_digest, places_length, places_pack) = self.part(places)?;
        self.pages.push(PageEntry {
            span,
            digest: page_digest,
            length,
            chunks,
        });
        self.places.push(PagePlace {
            pack,
            places_pack,
            places_length,
            places: places_digest,
        });
        Ok(())
    }

    /// Stores a part of the index as a chunk.
    fn part(&mut self, bytes: Vec<u8>) -> Result<(Digest, u32, u32), RepositoryError> {
        let digest = digest(&bytes);
        let length = u32::try_from(bytes.len()).map_err(|_| RepositoryError::TooLarge)?;
        let pack = if let Some(pack) = self.fresh.get(&digest) {
            *pack
        } else {
            let stored = self.encoder.encode(bytes);
            self.store(&digest, length, &stored)?
        };
        Ok((digest, length, pack))
    }
}
