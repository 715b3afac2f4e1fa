//! Where a disk is written.

use crate::{DiskError, bytes::is_zero};
use core::ops::Range;
use std::{
    fs::File,
    io,
    sync::{Mutex, PoisonError},
};

/// What can be written at any place, by many threads at once.
pub trait WriteAt: Send + Sync {
    /// Writes all of some bytes at a place. What is never written reads as zeros.
    ///
    /// # Errors
    ///
    /// It cannot be written: the disk of the host is full, for one.
    fn write_at(&self, bytes: &[u8], at: u64) -> io::Result<()>;

    /// Is called once all is written: it has so many bytes then.
    ///
    /// # Errors
    ///
    /// It cannot be written.
    fn finish(&self, length: u64) -> io::Result<()>;
}

impl WriteAt for File {
    fn write_at(&self, bytes: &[u8], at: u64) -> io::Result<()> {
        #[cfg(unix)]
        return std::os::unix::fs::FileExt::write_all_at(self, bytes, at);
        #[cfg(windows)]
        {
            let (mut rest, mut at) = (bytes, at);
            while !rest.is_empty() {
                let count = std::os::windows::fs::FileExt::seek_write(self, rest, at)?;
                if count == 0 {
                    return Err(io::ErrorKind::WriteZero.into());
                }
                rest = rest.get(count..).unwrap_or_default();
                at = at.saturating_add(u64::try_from(count).unwrap_or(u64::MAX));
            }
            Ok(())
        }
    }

    fn finish(&self, length: u64) -> io::Result<()> {
        self.set_len(length)
    }
}

/// A disk in memory, which grows with what is written.
impl WriteAt for Mutex<Vec<u8>> {
    fn write_at(&self, bytes: &[u8], at: u64) -> io::Result<()> {
        let begin = usize::try_from(at).map_err(io::Error::other)?;
        if bytes.is_empty() {
            return Ok(());
        }
        let end = begin.checked_add(bytes.len());
        let end = end.ok_or(io::ErrorKind::OutOfMemory)?;
        let mut disk = self.lock().unwrap_or_else(PoisonError::into_inner);
        grow(&mut disk, end)?;
        if let Some(place) = disk.get_mut(begin..end) {
            place.copy_from_slice(bytes);
        }
        Ok(())
    }

    fn finish(&self, length: u64) -> io::Result<()> {
        let length = usize::try_from(length).map_err(io::Error::other)?;
        let mut disk = self.lock().unwrap_or_else(PoisonError::into_inner);
        grow(&mut disk, length)?;
        disk.truncate(length);
        Ok(())
    }
}

/// Makes a disk so long at least. Memory that is not there is an error, and ends nothing.
fn grow(disk: &mut Vec<u8>, length: usize) -> io::Result<()> {
    let more = length.saturating_sub(disk.len());
    if more > 0 {
        let reserved = disk.try_reserve(more);
        reserved.map_err(|_| io::ErrorKind::OutOfMemory)?;
        disk.resize(length, 0);
    }
    Ok(())
}

/// Nothing is kept: for who only wants digests.
#[derive(Debug, Clone, Copy, Default)]
#[expect(clippy::exhaustive_structs, reason = "it has nothing inside")]
pub struct Discard;

impl WriteAt for Discard {
    fn write_at(&self, _: &[u8], _: u64) -> io::Result<()> {
        Ok(())
    }

    fn finish(&self, _: u64) -> io::Result<()> {
        Ok(())
    }
}

/// The smallest run of zeros that is left out: a block of most file systems.
const HOLE: usize = 4096;

/// Writes what is not zeros, and says how many bytes that is.
pub(crate) fn write_data(sink: &dyn WriteAt, buffer: &[u8], at: u64) -> Result<u64, DiskError> {
    let (mut run, mut written) = (0..0_usize, 0_u64);
    let mut flush = |run: &Range<usize>| {
        let bytes = buffer.get(run.clone()).unwrap_or_default();
        if bytes.is_empty() {
            return Ok(());
        }
        written = written.saturating_add(u64::try_from(bytes.len()).unwrap_or_default());
        let skipped = u64::try_from(run.start).unwrap_or_default();
        let done = sink.write_at(bytes, at.saturating_add(skipped));
        done.map_err(DiskError::Sink)
    };
    let mut place = 0_usize;
    for block in buffer.chunks(HOLE) {
        let end = place.saturating_add(block.len());
        if is_zero(block) {
            flush(&run)?;
            run = end..end;
        } else {
            run.end = end;
        }
        place = end;
    }
    flush(&run)?;
    Ok(written)
}
