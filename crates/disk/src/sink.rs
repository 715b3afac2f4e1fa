//! Where a disk is written.

use std::{fs::File, io};

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
