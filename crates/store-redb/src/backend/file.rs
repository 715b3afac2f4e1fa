//! A backend in a file.

use super::Backend;
use redb::StorageBackend as _;
use std::{
    fs::{File, OpenOptions, TryLockError},
    io,
    path::Path,
};

/// The bytes of one file, which is locked against other processes and other stores of this one.
#[derive(Debug)]
pub struct FileBackend {
    /// Holds the lock and knows the length.
    file: File,
    /// Reads and writes at offsets, on every platform the engine knows.
    bytes: redb::backends::FileBackend,
}

impl FileBackend {
    /// Opens a file that is there, for reading and writing, and locks it. The file does not change.
    ///
    /// # Errors
    ///
    /// [`io::ErrorKind::WouldBlock`] where someone else holds the lock; the system's own otherwise.
    pub fn open(path: &Path) -> io::Result<Self> {
        Self::lock(OpenOptions::new().read(true).write(true).open(path)?)
    }

    /// Opens a file that is there, for reading only, and locks it.
    ///
    /// # Errors
    ///
    /// [`io::ErrorKind::WouldBlock`] where someone else holds the lock; the system's own otherwise.
    pub fn open_read_only(path: &Path) -> io::Result<Self> {
        Self::lock(OpenOptions::new().read(true).open(path)?)
    }

    /// Makes a new, empty file and locks it.
    ///
    /// # Errors
    ///
    /// [`io::ErrorKind::AlreadyExists`] where there is one; the system's own otherwise.
    pub fn create_new(path: &Path) -> io::Result<Self> {
        let mut options = OpenOptions::new();
        Self::lock(options.read(true).write(true).create_new(true).open(path)?)
    }

    fn lock(file: File) -> io::Result<Self> {
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(io::ErrorKind::WouldBlock.into()),
            Err(TryLockError::Error(error)) => return Err(error),
        }
        let bytes =
            redb::backends::FileBackend::new(file.try_clone()?).map_err(io::Error::other)?;
        Ok(Self { file, bytes })
    }
}

impl Backend for FileBackend {
    fn len(&self) -> io::Result<u64> {
        self.bytes.len()
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        self.bytes.read(offset, out)
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        self.bytes.set_len(len)
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        self.bytes.write(offset, data)
    }

    fn flush(&self) -> io::Result<()> {
        self.bytes.sync_data()
    }

    fn close(&self) -> io::Result<()> {
        self.bytes.close()?;
        self.file.unlock()
    }
}
