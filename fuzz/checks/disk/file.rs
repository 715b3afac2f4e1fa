//! A file that is built: most of it can be holes.

use atlas_disk::{ReadAt, SourceState};
use core::sync::atomic::{AtomicU64, Ordering};
use std::{
    collections::BTreeMap,
    io::{self, Read},
};

const PAGE: u64 = 4096;

#[derive(Clone, Default)]
pub(crate) struct File {
    pages: BTreeMap<u64, Box<[u8]>>,
    pub(crate) length: u64,
    /// Where something is that is worth changing, and how long it is.
    pub(crate) spots: Vec<(u64, u64)>,
}

impl File {
    pub(crate) fn of(bytes: &[u8]) -> Self {
        let mut file = Self::default();
        file.put(0, bytes);
        file
    }

    /// Writes at a place; the file is as long as that needs.
    pub(crate) fn put(&mut self, at: u64, bytes: &[u8]) {
        let (mut at, mut rest) = (at, bytes);
        while !rest.is_empty() {
            let inside = (at % PAGE) as usize;
            let (here, after) = rest.split_at(rest.len().min(PAGE as usize - inside));
            let empty = || vec![0; PAGE as usize].into_boxed_slice();
            let page = self.pages.entry(at / PAGE).or_insert_with(empty);
            page[inside..inside + here.len()].copy_from_slice(here);
            at += here.len() as u64;
            rest = after;
        }
        self.length = self.length.max(at);
    }

    /// Writes what may be changed.
    pub(crate) fn spot(&mut self, at: u64, bytes: &[u8]) {
        self.put(at, bytes);
        self.spots.push((at, bytes.len() as u64));
    }

    pub(crate) fn grow(&mut self, length: u64) {
        self.length = self.length.max(length);
    }

    pub(crate) fn read(&self, buffer: &mut [u8], at: u64) -> usize {
        let left = usize::try_from(self.length.saturating_sub(at)).unwrap_or(usize::MAX);
        let count = left.min(buffer.len());
        let mut done = 0;
        while done < count {
            let place = at + done as u64;
            let inside = (place % PAGE) as usize;
            let here = (count - done).min(PAGE as usize - inside);
            let room = &mut buffer[done..done + here];
            match self.pages.get(&(place / PAGE)) {
                Some(page) => room.copy_from_slice(&page[inside..inside + here]),
                None => room.fill(0),
            }
            done += here;
        }
        count
    }

    pub(crate) fn bytes(&self, at: u64, length: usize) -> Vec<u8> {
        let mut bytes = vec![0; length];
        self.read(&mut bytes, at);
        bytes
    }
}

/// Numbers of headers, in the order of bytes that a format has.
pub(crate) fn be(bytes: &mut [u8], at: usize, number: u64, width: usize) {
    bytes[at..at + width].copy_from_slice(&number.to_be_bytes()[8 - width..]);
}

pub(crate) fn le(bytes: &mut [u8], at: usize, number: u64, width: usize) {
    bytes[at..at + width].copy_from_slice(&number.to_le_bytes()[..width]);
}

/// A file that counts what is read of it.
#[derive(Default)]
pub(crate) struct Source {
    pub(crate) file: File,
    reads: AtomicU64,
    bytes: AtomicU64,
}

impl Source {
    pub(crate) fn new(file: File) -> Self {
        Self {
            file,
            ..Self::default()
        }
    }

    /// How often it was read, and how many bytes, since this was asked before.
    pub(crate) fn taken(&self) -> (u64, u64) {
        let reads = self.reads.swap(0, Ordering::Relaxed);
        (reads, self.bytes.swap(0, Ordering::Relaxed))
    }
}

impl ReadAt for Source {
    fn read_at(&self, buffer: &mut [u8], at: u64) -> io::Result<usize> {
        let count = self.file.read(buffer, at);
        self.reads.fetch_add(1, Ordering::Relaxed);
        self.bytes.fetch_add(count as u64, Ordering::Relaxed);
        Ok(count)
    }

    fn state(&self) -> io::Result<SourceState> {
        Ok(SourceState {
            length: self.file.length,
            changed: None,
        })
    }
}

/// A file that is read once, so many bytes at a time at most.
pub(crate) struct Drops<'a> {
    pub(crate) file: &'a File,
    pub(crate) at: u64,
    pub(crate) most: usize,
}

impl Read for Drops<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = buffer.len().min(self.most);
        let count = self.file.read(&mut buffer[..count], self.at);
        self.at += count as u64;
        Ok(count)
    }
}
