//! Where the bytes of an image come from.

use crate::{DiskError, Reason, Refusal};
use core::fmt;
use std::{fs::File, io, sync::Arc, time::SystemTime};

/// What can be read at any place, by many threads at once: all that a reader knows of an image.
///
/// It is never a path: what an image says of other files leads nowhere.
pub trait ReadAt: Send + Sync {
    /// Reads what is at a place into a buffer: as much as there is, nothing only at the end.
    ///
    /// # Errors
    ///
    /// The source cannot be read.
    fn read_at(&self, buffer: &mut [u8], at: u64) -> io::Result<usize>;

    /// What would be different if somebody wrote to it.
    ///
    /// # Errors
    ///
    /// The source does not tell.
    fn state(&self) -> io::Result<SourceState>;
}

/// What is compared before and after an image is read, so that nobody changes it meanwhile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SourceState {
    /// How many bytes it has.
    pub length: u64,
    /// When it was written last, where that is known.
    pub changed: Option<SystemTime>,
}

impl ReadAt for File {
    fn read_at(&self, buffer: &mut [u8], at: u64) -> io::Result<usize> {
        #[cfg(unix)]
        return std::os::unix::fs::FileExt::read_at(self, buffer, at);
        #[cfg(windows)]
        return std::os::windows::fs::FileExt::seek_read(self, buffer, at);
    }

    fn state(&self) -> io::Result<SourceState> {
        let metadata = self.metadata()?;
        Ok(SourceState {
            length: metadata.len(),
            changed: metadata.modified().ok(),
        })
    }
}

impl ReadAt for Vec<u8> {
    fn read_at(&self, buffer: &mut [u8], at: u64) -> io::Result<usize> {
        let rest = usize::try_from(at).ok().and_then(|at| self.get(at..));
        let mut rest = rest.unwrap_or_default();
        io::Read::read(&mut rest, buffer)
    }

    fn state(&self) -> io::Result<SourceState> {
        let length = u64::try_from(self.len()).map_err(io::Error::other)?;
        Ok(SourceState {
            length,
            changed: None,
        })
    }
}

/// A part of a source, which reads as if it were whole.
#[derive(Clone)]
pub(crate) struct View {
    of: Arc<dyn ReadAt>,
    start: u64,
    length: u64,
}

impl fmt::Debug for View {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { start, length, .. } = self;
        write!(f, "View({start}+{length})")
    }
}

impl ReadAt for View {
    fn read_at(&self, buffer: &mut [u8], at: u64) -> io::Result<usize> {
        let left = usize::try_from(self.length.saturating_sub(at)).unwrap_or(usize::MAX);
        let wanted = buffer.len().min(left);
        match (buffer.get_mut(..wanted), self.start.checked_add(at)) {
            (Some(buffer), Some(place)) if wanted > 0 => self.of.read_at(buffer, place),
            _ => Ok(0),
        }
    }

    fn state(&self) -> io::Result<SourceState> {
        let changed = self.of.state()?.changed;
        let length = self.length;
        Ok(SourceState { length, changed })
    }
}

impl View {
    pub(crate) fn whole(of: Arc<dyn ReadAt>) -> Result<Self, DiskError> {
        let length = of.state()?.length;
        Ok(Self {
            of,
            start: 0,
            length,
        })
    }

    /// A part of this one; none where it is not all inside.
    pub(crate) fn part(&self, at: u64, length: u64) -> Option<Self> {
        let end = at.checked_add(length)?;
        if end > self.length {
            return None;
        }
        Some(Self {
            of: Arc::clone(&self.of),
            start: self.start.checked_add(at)?,
            length,
        })
    }

    pub(crate) fn length(&self) -> u64 {
        self.length
    }

    /// Fills a buffer from a place, or says how it is called that the source does not have that much.
    pub(crate) fn exact(
        &self,
        buffer: &mut [u8],
        at: u64,
        otherwise: impl FnOnce() -> Refusal,
    ) -> Result<(), DiskError> {
        if self.some(buffer, at)? == buffer.len() {
            return Ok(());
        }
        Err(otherwise().at(at).into())
    }

    /// Fills as much of a buffer as there is from a place, and says how much that is.
    pub(crate) fn some(&self, buffer: &mut [u8], at: u64) -> Result<usize, DiskError> {
        let left = usize::try_from(self.length.saturating_sub(at)).unwrap_or(usize::MAX);
        let wanted = buffer.len().min(left);
        let mut done = 0_usize;
        while let Some(rest) = buffer.get_mut(done..wanted).filter(|it| !it.is_empty()) {
            let more = u64::try_from(done).ok();
            let place = more.and_then(|done| self.start.checked_add(at)?.checked_add(done));
            let Some(place) = place else { break };
            match self.of.read_at(rest, place) {
                // It was that long when it was opened.
                Ok(0) => return Err(DiskError::Changed),
                Ok(read) => done = done.saturating_add(read),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(done)
    }

    /// Fills a buffer from a place; what is behind the end of the source is zeros.
    pub(crate) fn zeros_behind(&self, buffer: &mut [u8], at: u64) -> Result<(), DiskError> {
        let done = self.some(buffer, at)?;
        if let Some(rest) = buffer.get_mut(done..) {
            rest.fill(0);
        }
        Ok(())
    }

    /// Bytes of a header or table, all of which must be there.
    pub(crate) fn bytes(
        &self,
        at: u64,
        length: usize,
        otherwise: impl FnOnce() -> Refusal,
    ) -> Result<Vec<u8>, DiskError> {
        // Nothing is allocated for what is not there.
        let inside = u64::try_from(length).ok().and_then(|it| it.checked_add(at));
        if inside.is_none_or(|end| end > self.length) {
            return Err(otherwise().at(at).into());
        }
        let mut bytes = vec![0; length];
        self.exact(&mut bytes, at, || Refusal::new(Reason::Truncated))?;
        Ok(bytes)
    }
}
