//! A source that is read once, with its beginning and its end kept.

use crate::{DiskError, Reason, Refusal, error::refuse, probe::HEAD, vmdk::header::SECTOR};
use std::io::{self, Read};

pub(super) struct Input<'a> {
    source: &'a mut dyn Read,
    /// The beginning: of more than one format, it is refused.
    head: Vec<u8>,
    /// The last sector that was read.
    tail: Vec<u8>,
    at: u64,
}

impl<'a> Input<'a> {
    /// Reads the beginning.
    pub(super) fn new(source: &'a mut dyn Read) -> Result<Self, DiskError> {
        let mut head = vec![0; HEAD];
        let length = fill(source, &mut head)?;
        head.truncate(length);
        Ok(Self {
            source,
            head,
            tail: Vec::new(),
            at: 0,
        })
    }

    pub(super) fn head(&self) -> &[u8] {
        &self.head
    }

    pub(super) fn tail(&self) -> &[u8] {
        &self.tail
    }

    /// Where the next byte is.
    pub(super) fn at(&self) -> u64 {
        self.at
    }

    /// Fills a buffer.
    pub(super) fn exact(&mut self, buffer: &mut [u8], what: &'static str) -> Result<(), DiskError> {
        if self.some(buffer)? == buffer.len() {
            return Ok(());
        }
        refuse(Refusal::new(Reason::Truncated).what(what).at(self.at))
    }

    /// Reads the next sector; there may be none.
    pub(super) fn next(&mut self, sector: &mut [u8; 512]) -> Result<bool, DiskError> {
        match self.some(sector)? {
            512 => Ok(true),
            0 => Ok(false),
            _ => refuse(Refusal::new(Reason::Truncated).what("a sector").at(self.at)),
        }
    }

    /// Goes on to a sector, which must be ahead.
    pub(super) fn skip_to(&mut self, sector: u64, what: &'static str) -> Result<(), DiskError> {
        let to = sector.saturating_mul(SECTOR);
        if to < self.at {
            let refusal = Refusal::new(Reason::VmdkHeader).what(what).found(sector);
            return refuse(refusal.at(self.at));
        }
        let mut buffer = [0; 4096];
        while self.at < to {
            let left = usize::try_from(to.saturating_sub(self.at)).unwrap_or(usize::MAX);
            let wanted = left.min(buffer.len());
            self.exact(buffer.get_mut(..wanted).unwrap_or_default(), what)?;
        }
        Ok(())
    }

    /// Goes on to the beginning of a sector.
    pub(super) fn skip_to_sector(&mut self) -> Result<(), DiskError> {
        self.skip_to(self.at.div_ceil(SECTOR), "a sector")
    }

    /// Reads as much as there is.
    fn some(&mut self, buffer: &mut [u8]) -> Result<usize, DiskError> {
        let from_head = usize::try_from(self.at).ok();
        let kept = from_head.and_then(|at| self.head.get(at..));
        let kept = kept.unwrap_or_default();
        let count = kept.len().min(buffer.len());
        let (first, rest) = buffer.split_at_mut(count);
        first.copy_from_slice(kept.get(..count).unwrap_or_default());
        let count = count.saturating_add(fill(self.source, rest)?);
        let read = buffer.get(..count).unwrap_or_default();
        let (_, last) = read.split_at(read.len().saturating_sub(512));
        let too_many = self.tail.len().saturating_add(last.len());
        let too_many = too_many.saturating_sub(512).min(self.tail.len());
        self.tail.drain(..too_many);
        self.tail.extend_from_slice(last);
        self.at = self
            .at
            .saturating_add(u64::try_from(count).unwrap_or(u64::MAX));
        Ok(count)
    }
}

/// Fills a buffer as far as a source goes.
fn fill(source: &mut dyn Read, buffer: &mut [u8]) -> Result<usize, DiskError> {
    let mut done = 0_usize;
    while let Some(rest) = buffer.get_mut(done..).filter(|rest| !rest.is_empty()) {
        match source.read(rest) {
            Ok(0) => break,
            Ok(count) => done = done.saturating_add(count),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(done)
}
