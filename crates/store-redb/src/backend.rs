//! Where the bytes of a store lie.

mod counting;
mod file;
mod memory;
mod volatile;

use core::fmt::Debug;
use std::io;

pub use self::{
    counting::{CountingBackend, FlushCount},
    file::FileBackend,
    memory::MemoryBackend,
    volatile::VolatileBackend,
};

/// Where the bytes of a store lie: a file, memory, or something between that counts or fails.
///
/// Only one store may use a backend at a time; a backend that others can reach locks itself.
pub trait Backend: Debug + Send + Sync + 'static {
    /// How many bytes there are.
    ///
    /// # Errors
    ///
    /// The medium's own.
    fn len(&self) -> io::Result<u64>;

    /// Whether there is nothing at all.
    ///
    /// # Errors
    ///
    /// The medium's own.
    fn is_empty(&self) -> io::Result<bool> {
        Ok(self.len()? == 0)
    }

    /// Fills `out` with the bytes from `offset` on.
    ///
    /// # Errors
    ///
    /// The medium's own; [`io::ErrorKind::UnexpectedEof`] where the bytes end before.
    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()>;

    /// Cuts the bytes, or adds zeros.
    ///
    /// # Errors
    ///
    /// The medium's own.
    fn set_len(&self, len: u64) -> io::Result<()>;

    /// Writes at a place below the length; it need not last before the next [`Backend::flush`].
    ///
    /// # Errors
    ///
    /// The medium's own.
    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()>;

    /// Returns once everything written so far will survive a loss of power.
    ///
    /// # Errors
    ///
    /// The medium's own.
    fn flush(&self) -> io::Result<()>;

    /// Lets go of locks. Nothing else is called afterwards.
    ///
    /// # Errors
    ///
    /// The medium's own.
    fn close(&self) -> io::Result<()> {
        Ok(())
    }
}
