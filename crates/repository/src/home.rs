//! Where the bytes of an image are.

use crate::{
    Repository, StoredId,
    bytes::{digest, long, short},
    error::{RepositoryError, Rot, Why, failed},
    index::PageEntry,
    profile::LONGEST_CHUNK,
};
use atlas_base::Digest;
use atlas_disk::ReadAt as _;
use bytes::Bytes;
use core::{fmt, ops::Range};
use std::{fs::File, io, sync::Arc};

/// Where the bytes of an image are.
#[derive(Debug, Clone)]
pub(crate) enum Home {
    /// In the packs of a repository.
    Packs(Repository),
    /// In files of its own.
    Files(Arc<Files>),
}

impl Home {
    /// Some stored bytes: of a pack, or of the one file.
    pub(crate) fn range(&self, pack: &Digest, range: Range<u64>) -> Result<Bytes, RepositoryError> {
        match self {
            Self::Packs(repository) => repository.packs().range(pack, range),
            Self::Files(files) => {
                let length = short(range.end.saturating_sub(range.start));
                files.raw.read(range.start, length).map(Bytes::from)
            }
        }
    }
}

/// The files of an image of a plain pool, open: whoever removes them takes nothing from who reads.
pub(crate) struct Files {
    pub(crate) raw: Named,
    pub(crate) pages: Named,
}

impl fmt::Debug for Files {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Files({})", self.raw.name)
    }
}

impl Files {
    /// A page of the index, verified.
    pub(crate) fn page(&self, at: u64, entry: &PageEntry) -> Result<Vec<u8>, RepositoryError> {
        let length = short(entry.length.into());
        // No page is as long as a chunk may be.
        if length > LONGEST_CHUNK {
            return Err(self.pages.rot(Why::Malformed));
        }
        let page = self.pages.read(at, length)?;
        if digest(&page) != entry.digest {
            return Err(self.pages.rot(Why::Digest));
        }
        Ok(page)
    }

    /// A chunk, verified.
    pub(crate) fn chunk(
        &self,
        at: u64,
        length: u32,
        wanted: &Digest,
    ) -> Result<Vec<u8>, RepositoryError> {
        let chunk = self.raw.read(at, short(length.into()))?;
        if digest(&chunk) != *wanted {
            let rot = Rot::of(&self.raw.name, Why::Digest);
            return Err(rot.chunk(*wanted).into());
        }
        Ok(chunk)
    }
}

/// An open file, and how it is called.
pub(crate) struct Named {
    pub(crate) file: File,
    pub(crate) name: String,
}

impl Named {
    /// Where the next byte is that is stored, from a place on; none where only holes follow. Where the
    /// system does not tell, every byte may be.
    pub(crate) fn data(&self, at: u64) -> Option<u64> {
        #[cfg(target_os = "linux")]
        {
            use rustix::{
                fs::{SeekFrom, seek},
                io::Errno,
            };
            match seek(&self.file, SeekFrom::Data(at)) {
                Ok(data) => return Some(data),
                Err(Errno::NXIO) => return None,
                Err(_) => {}
            }
        }
        Some(at)
    }

    fn rot(&self, why: Why) -> RepositoryError {
        Rot::of(&self.name, why).into()
    }

    /// Some bytes, all of them.
    fn read(&self, at: u64, length: usize) -> Result<Vec<u8>, RepositoryError> {
        let mut bytes = vec![0; length];
        let mut done = 0_usize;
        while let Some(rest) = bytes.get_mut(done..).filter(|it| !it.is_empty()) {
            match self.file.read_at(rest, at.saturating_add(long(done))) {
                Ok(0) => return Err(self.rot(Why::Short)),
                Ok(read) => done = done.saturating_add(read),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(failed("read", error)),
            }
        }
        Ok(bytes)
    }
}

/// How the file of an image is called.
pub(crate) fn raw(id: StoredId) -> String {
    format!("raw/{id}.raw")
}

/// How the file of its pages is called.
pub(crate) fn pages(id: StoredId) -> String {
    format!("raw/{id}.pages")
}
