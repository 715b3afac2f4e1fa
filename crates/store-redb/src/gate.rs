//! Between the engine and the backend: nothing is written before we know whose file it is.

use crate::Backend;
use core::sync::atomic::{AtomicU64, Ordering};
use std::{
    collections::BTreeMap,
    io,
    sync::{Arc, PoisonError, RwLock},
};

/// Merely opening a file makes the engine write to it. The gate keeps those writes in memory
/// while the file is being looked at, and lets them through, in order, once it is known to be
/// ours. A file that is not is given back as it was.
#[derive(Debug)]
pub(crate) struct Gate {
    backend: Box<dyn Backend>,
    held: RwLock<Option<Held>>,
    flushes: AtomicU64,
}

impl Gate {
    /// A gate that lets everything through.
    pub(crate) fn open(backend: impl Backend) -> Arc<Self> {
        Arc::new(Self {
            backend: Box::new(backend),
            held: RwLock::new(None),
            flushes: AtomicU64::new(0),
        })
    }

    /// A gate that holds writes back until [`Gate::release`].
    pub(crate) fn holding(backend: impl Backend) -> io::Result<Arc<Self>> {
        let len = backend.len()?;
        let held = Held {
            len,
            below: len,
            ..Held::default()
        };
        Ok(Arc::new(Self {
            backend: Box::new(backend),
            held: RwLock::new(Some(held)),
            flushes: AtomicU64::new(0),
        }))
    }

    /// Lets through what was held back, flush by flush, so that a crash in the middle leaves the
    /// file as a crash of the engine would.
    pub(crate) fn release(&self) -> io::Result<()> {
        let mut held = self.held.write().unwrap_or_else(PoisonError::into_inner);
        let Some(kept) = held.as_ref() else {
            return Ok(());
        };
        for change in &kept.changes {
            match change {
                Change::Write(offset, data) => self.backend.write(*offset, data)?,
                Change::Len(len) => self.backend.set_len(*len)?,
                Change::Flush => self.flush()?,
            }
        }
        *held = None;
        Ok(())
    }

    /// How many flushes reached the backend.
    pub(crate) fn flushes(&self) -> u64 {
        self.flushes.load(Ordering::Relaxed)
    }

    fn flush(&self) -> io::Result<()> {
        self.flushes.fetch_add(1, Ordering::Relaxed);
        self.backend.flush()
    }

    /// Runs `held` on what is held back, or `through` where nothing is.
    fn change(
        &self,
        held: impl FnOnce(&mut Held, &dyn Backend) -> io::Result<()>,
        through: impl FnOnce() -> io::Result<()>,
    ) -> io::Result<()> {
        if self
            .held
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .is_none()
        {
            return through();
        }
        match self
            .held
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .as_mut()
        {
            Some(kept) => held(kept, &*self.backend),
            None => through(),
        }
    }
}

/// The gate as the engine sees it.
#[derive(Debug)]
pub(crate) struct Engine(pub(crate) Arc<Gate>);

impl redb::StorageBackend for Engine {
    fn len(&self) -> io::Result<u64> {
        match &*self.0.held.read().unwrap_or_else(PoisonError::into_inner) {
            Some(held) => Ok(held.len),
            None => self.0.backend.len(),
        }
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        match &*self.0.held.read().unwrap_or_else(PoisonError::into_inner) {
            Some(held) => held.read(&*self.0.backend, offset, out),
            None => self.0.backend.read(offset, out),
        }
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        let hold = |held: &mut Held, _: &dyn Backend| {
            held.set_len(len);
            Ok(())
        };
        self.0.change(hold, || self.0.backend.set_len(len))
    }

    fn sync_data(&self) -> io::Result<()> {
        let hold = |held: &mut Held, _: &dyn Backend| {
            held.changes.push(Change::Flush);
            Ok(())
        };
        self.0.change(hold, || self.0.flush())
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        let hold = |held: &mut Held, below: &dyn Backend| held.write(below, offset, data);
        self.0.change(hold, || self.0.backend.write(offset, data))
    }

    fn close(&self) -> io::Result<()> {
        self.0.backend.close()
    }
}

/// What the engine wrote that the backend has not seen.
#[derive(Debug, Default)]
struct Held {
    len: u64,
    /// How far the backend's own bytes count: its length, or less after a cut.
    below: u64,
    blocks: BTreeMap<u64, Box<[u8]>>,
    changes: Vec<Change>,
}

#[derive(Debug)]
enum Change {
    Write(u64, Box<[u8]>),
    Len(u64),
    Flush,
}

impl Held {
    fn read(&self, below: &dyn Backend, offset: u64, out: &mut [u8]) -> io::Result<()> {
        self.within(offset, out.len())?;
        let mut at = offset;
        let mut rest = out;
        while !rest.is_empty() {
            let (block, inside, count) = locate(at, rest.len());
            let (now, later) = rest.split_at_mut(count);
            match self.blocks.get(&block) {
                Some(bytes) => now.copy_from_slice(bytes.get(inside..inside + count).ok_or(EOF)?),
                None => self.read_below(below, at, now)?,
            }
            at = at.saturating_add(length(count));
            rest = later;
        }
        Ok(())
    }

    /// The backend's bytes, and zeros beyond them.
    fn read_below(&self, below: &dyn Backend, offset: u64, out: &mut [u8]) -> io::Result<()> {
        let there = usize::try_from(self.below.saturating_sub(offset)).unwrap_or(usize::MAX);
        let (found, beyond) = out.split_at_mut(there.min(out.len()));
        beyond.fill(0);
        if found.is_empty() {
            return Ok(());
        }
        below.read(offset, found)
    }

    fn write(&mut self, below: &dyn Backend, offset: u64, data: &[u8]) -> io::Result<()> {
        self.within(offset, data.len())?;
        let mut at = offset;
        let mut rest = data;
        while !rest.is_empty() {
            let (block, inside, count) = locate(at, rest.len());
            let (now, later) = rest.split_at(count);
            if !self.blocks.contains_key(&block) {
                let mut bytes = vec![0; BLOCK_BYTES].into_boxed_slice();
                self.read_below(below, block.saturating_mul(BLOCK), &mut bytes)?;
                self.blocks.insert(block, bytes);
            }
            let bytes = self.blocks.get_mut(&block).ok_or(EOF)?;
            bytes
                .get_mut(inside..inside + count)
                .ok_or(EOF)?
                .copy_from_slice(now);
            at = at.saturating_add(length(count));
            rest = later;
        }
        self.changes.push(Change::Write(offset, data.into()));
        Ok(())
    }

    fn set_len(&mut self, len: u64) {
        if len < self.len {
            self.below = self.below.min(len);
            self.blocks.split_off(&len.div_ceil(BLOCK));
            let inside = usize::try_from(len % BLOCK).unwrap_or(0);
            if let Some(bytes) = self.blocks.get_mut(&(len / BLOCK)) {
                bytes.get_mut(inside..).unwrap_or_default().fill(0);
            }
        }
        self.len = len;
        self.changes.push(Change::Len(len));
    }

    fn within(&self, offset: u64, count: usize) -> io::Result<()> {
        match offset.checked_add(length(count)) {
            Some(end) if end <= self.len => Ok(()),
            _ => Err(EOF.into()),
        }
    }
}

const EOF: io::ErrorKind = io::ErrorKind::UnexpectedEof;
const BLOCK: u64 = 4096;
const BLOCK_BYTES: usize = 4096;

/// The block of an offset, the place inside it, and how many of `count` bytes are in that block.
fn locate(offset: u64, count: usize) -> (u64, usize, usize) {
    let inside = usize::try_from(offset % BLOCK).unwrap_or(0);
    (offset / BLOCK, inside, count.min(BLOCK_BYTES - inside))
}

fn length(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}
