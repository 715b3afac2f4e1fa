//! A backend that shows what a loss of power leaves.

use super::Backend;
use core::num::NonZeroUsize;
use std::{
    io,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// Memory that notes every change, and shows what a medium could hold if the power had failed
/// after any of them. Clones share the notes.
///
/// What was flushed is there. Of each later write there is everything, nothing, or its first or
/// last sectors; of later changes of the length the first so many. A sector is written as a whole
/// or not at all, and nothing beside it changes. Disks and file systems promise this for sectors
/// of 512 bytes; the engine asks for it for single bytes.
///
/// It keeps all that was ever written: for tests.
///
/// ```
/// # use atlas_store_redb::{MemoryBackend, RedbStore, VolatileBackend};
/// let medium = VolatileBackend::new();
/// let store = RedbStore::with_backend(medium.clone())?;
/// let now = medium.changes();
/// drop(store);
/// for seed in 0..3 {
///     let left = MemoryBackend::from_bytes(medium.left(now, seed));
///     assert!(RedbStore::check_backend(left)?.is_sound());
/// }
/// # Ok::<(), atlas_store_redb::OpenError>(())
/// ```
#[derive(Debug, Clone)]
pub struct VolatileBackend {
    notes: Arc<Mutex<Notes>>,
    sector_bytes: NonZeroUsize,
}

#[derive(Debug, Default)]
struct Notes {
    /// What was there at first.
    first: Vec<u8>,
    now: Vec<u8>,
    changes: Vec<Change>,
}

#[derive(Debug)]
enum Change {
    Write(usize, Box<[u8]>),
    Len(usize),
    Flush,
}

impl VolatileBackend {
    /// No bytes at all, and sectors of 512 bytes.
    pub fn new() -> Self {
        Self::from_bytes(Vec::new())
    }

    /// These bytes, which were flushed, and sectors of 512 bytes.
    pub fn from_bytes(bytes: Vec<u8>) -> Self {
        let notes = Notes {
            now: bytes.clone(),
            first: bytes,
            changes: Vec::new(),
        };
        Self {
            notes: Arc::new(Mutex::new(notes)),
            sector_bytes: SECTOR_BYTES,
        }
    }

    /// Writes so many bytes as a whole.
    #[must_use]
    pub const fn with_sector_bytes(mut self, sector_bytes: NonZeroUsize) -> Self {
        self.sector_bytes = sector_bytes;
        self
    }

    /// How many writes, changes of the length and flushes there were.
    pub fn changes(&self) -> usize {
        self.lock().changes.len()
    }

    /// After how many changes each flush was done, itself counted.
    pub fn flushes(&self) -> Vec<usize> {
        let notes = self.lock();
        let numbered = (1..).zip(&notes.changes);
        let flushes = numbered.filter(|(_, change)| matches!(change, Change::Flush));
        flushes.map(|(number, _)| number).collect()
    }

    /// What the medium may hold if the power fails after so many changes.
    ///
    /// With seed 0 nothing is left of what was not flushed, with seed 1 all of it, and with every
    /// other seed something else.
    pub fn left(&self, changes: usize, seed: u64) -> Vec<u8> {
        let notes = self.lock();
        let done = notes.changes.get(..changes).unwrap_or(&notes.changes);
        let flushed = done
            .iter()
            .rposition(|change| matches!(change, Change::Flush))
            .map_or(0, |last| last + 1);
        let (flushed, open) = done.split_at_checked(flushed).unwrap_or((done, &[]));
        let mut bytes = notes.first.clone();
        for change in flushed {
            match change {
                Change::Write(offset, data) => put(&mut bytes, *offset, data),
                Change::Len(len) => bytes.resize(*len, 0),
                Change::Flush => {}
            }
        }
        let mut chance = Chance::new(seed);
        let lengths = open.iter().filter(|open| matches!(open, Change::Len(_)));
        let mut lengths = chance.upto(lengths.count());
        for change in open {
            match change {
                Change::Write(offset, data) => {
                    let (skipped, part) = chance.part(*offset, data, self.sector_bytes.get());
                    put(&mut bytes, offset.saturating_add(skipped), part);
                }
                Change::Len(len) if lengths > 0 => {
                    lengths -= 1;
                    bytes.resize(*len, 0);
                }
                Change::Len(_) | Change::Flush => {}
            }
        }
        bytes
    }

    fn lock(&self) -> MutexGuard<'_, Notes> {
        self.notes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for VolatileBackend {
    fn default() -> Self {
        Self::new()
    }
}

impl Backend for VolatileBackend {
    fn len(&self) -> io::Result<u64> {
        u64::try_from(self.lock().now.len()).map_err(io::Error::other)
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        let notes = self.lock();
        let rest = usize::try_from(offset)
            .ok()
            .and_then(|offset| notes.now.get(offset..));
        let found = rest.and_then(|rest| rest.get(..out.len())).ok_or(EOF)?;
        out.copy_from_slice(found);
        Ok(())
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        let len = usize::try_from(len).map_err(io::Error::other)?;
        let mut notes = self.lock();
        notes.now.resize(len, 0);
        notes.changes.push(Change::Len(len));
        Ok(())
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        let offset = usize::try_from(offset).map_err(|_| EOF)?;
        let mut notes = self.lock();
        match offset.checked_add(data.len()) {
            Some(end) if end <= notes.now.len() => {}
            _ => return Err(EOF.into()),
        }
        put(&mut notes.now, offset, data);
        notes.changes.push(Change::Write(offset, data.into()));
        Ok(())
    }

    fn flush(&self) -> io::Result<()> {
        self.lock().changes.push(Change::Flush);
        Ok(())
    }
}

/// Writes what fits below the length.
fn put(bytes: &mut [u8], offset: usize, data: &[u8]) {
    let room = bytes.get_mut(offset..).unwrap_or_default();
    let fitting = room.len().min(data.len());
    if let (Some(room), Some(data)) = (room.get_mut(..fitting), data.get(..fitting)) {
        room.copy_from_slice(data);
    }
}

/// What becomes of changes that were not flushed.
enum Chance {
    Nothing,
    All,
    Drawn(u64),
}

impl Chance {
    fn new(seed: u64) -> Self {
        match seed {
            0 => Self::Nothing,
            1 => Self::All,
            seed => Self::Drawn(seed),
        }
    }

    /// A number from 0 to `most`.
    fn upto(&mut self, most: usize) -> usize {
        match self {
            Self::Nothing => 0,
            Self::All => most,
            Self::Drawn(state) => {
                // SplitMix64, as its authors published it.
                *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
                let mut bits = *state;
                bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
                bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
                bits ^= bits >> 31;
                let sides = u64::try_from(most).unwrap_or(u64::MAX).saturating_add(1);
                usize::try_from(bits % sides).unwrap_or(0)
            }
        }
    }

    /// What is left of a write, and how many bytes of it are missing before that.
    fn part<'d>(&mut self, offset: usize, data: &'d [u8], sector: usize) -> (usize, &'d [u8]) {
        match self {
            Self::Nothing => return (0, &[]),
            Self::All => return (0, data),
            Self::Drawn(_) => {}
        }
        let end = offset.saturating_add(data.len());
        let kind = self.upto(3);
        // Between two sectors inside the write, as far as it has several.
        let (first, last) = (offset / sector + 1, end.saturating_sub(1) / sector);
        let cut = match last.checked_sub(first) {
            Some(more) => (first + self.upto(more)).saturating_mul(sector) - offset,
            None if kind == 2 => 0,
            None => data.len(),
        };
        let (before, after) = data.split_at_checked(cut).unwrap_or((data, &[]));
        match kind {
            0 => (0, &[]),
            1 => (0, data),
            2 => (0, before),
            _ => (cut, after),
        }
    }
}

const SECTOR_BYTES: NonZeroUsize = NonZeroUsize::MIN.saturating_add(511);
const EOF: io::ErrorKind = io::ErrorKind::UnexpectedEof;
