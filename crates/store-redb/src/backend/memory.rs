//! A backend in memory.

use super::Backend;
use core::ops::Range;
use std::{
    io,
    sync::{Arc, PoisonError, RwLock},
};

/// Bytes in memory. Clones share them, so that a store can be opened again on what another left.
#[derive(Debug, Clone, Default)]
pub struct MemoryBackend(Arc<RwLock<Vec<u8>>>);

impl MemoryBackend {
    /// No bytes at all.
    pub fn new() -> Self {
        Self::default()
    }

    /// These bytes.
    pub fn from_bytes(bytes: Vec<u8>) -> Self {
        Self(Arc::new(RwLock::new(bytes)))
    }

    /// A copy of the bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        self.0
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

impl Backend for MemoryBackend {
    fn len(&self) -> io::Result<u64> {
        let bytes = self.0.read().unwrap_or_else(PoisonError::into_inner);
        u64::try_from(bytes.len()).map_err(io::Error::other)
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        let bytes = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let found = bytes.get(span(offset, out.len())?).ok_or(EOF)?;
        out.copy_from_slice(found);
        Ok(())
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        let len = usize::try_from(len).map_err(io::Error::other)?;
        self.0
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .resize(len, 0);
        Ok(())
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        let mut bytes = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let place = bytes.get_mut(span(offset, data.len())?).ok_or(EOF)?;
        place.copy_from_slice(data);
        Ok(())
    }

    fn flush(&self) -> io::Result<()> {
        Ok(())
    }
}

const EOF: io::ErrorKind = io::ErrorKind::UnexpectedEof;

fn span(offset: u64, len: usize) -> io::Result<Range<usize>> {
    let start = usize::try_from(offset).map_err(|_| EOF)?;
    Ok(start..start.checked_add(len).ok_or(EOF)?)
}
