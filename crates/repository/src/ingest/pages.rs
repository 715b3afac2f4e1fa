//! Chunks become pages of a plain pool, in the order of the disk.

use super::{
    assembly::{Counts, Worked},
    line::Assemble,
};
use crate::{
    bytes::{digest, long},
    error::{RepositoryError, failed},
    index::{PageEntry, page::Page},
};
use atlas_base::Digest;
use atlas_disk::WriteAt;

/// Writes the pages of an index, one behind the other.
pub(super) struct Pages<'a> {
    out: &'a dyn WriteAt,
    page: Page,
    ended: Vec<PageEntry>,
    counts: Counts,
}

impl Assemble for Pages<'_> {
    fn add(&mut self, worked: Worked) -> Result<(), RepositoryError> {
        match worked {
            Worked::Zeros(length) => self.page.zeros(length),
            Worked::Known { digest, raw, .. } | Worked::New { digest, raw, .. } => {
                self.chunk(&digest, raw);
            }
        }
        if self.page.is_full() {
            self.end_page()?;
        }
        Ok(())
    }
}

impl<'a> Pages<'a> {
    pub(super) fn new(out: &'a dyn WriteAt) -> Self {
        Self {
            out,
            page: Page::default(),
            ended: Vec::new(),
            counts: Counts::default(),
        }
    }

    /// Ends the last page.
    pub(super) fn finish(mut self) -> Result<(Vec<PageEntry>, Counts), RepositoryError> {
        if !self.page.is_empty() {
            self.end_page()?;
        }
        Ok((self.ended, self.counts))
    }

    fn chunk(&mut self, digest: &Digest, raw: u32) {
        self.page.chunk(digest, raw, 0);
        self.counts.chunks = self.counts.chunks.saturating_add(1);
        self.counts.data = self.counts.data.saturating_add(raw.into());
    }

    fn end_page(&mut self) -> Result<(), RepositoryError> {
        let page = core::mem::take(&mut self.page);
        let (span, chunks) = (page.span, page.chunks);
        let (entries, _) = page.finish();
        let length = u32::try_from(entries.len()).map_err(|_| RepositoryError::TooLarge)?;
        let written = self.out.write_at(&entries, self.counts.stored);
        written.map_err(|error| failed("write", error))?;
        self.counts.stored = self.counts.stored.saturating_add(long(entries.len()));
        self.ended.push(PageEntry {
            span,
            digest: digest(&entries),
            length,
            chunks,
        });
        Ok(())
    }
}
