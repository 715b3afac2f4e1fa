//! An image, as it is read.

use crate::{
    Repository, StoredId,
    bytes::{long, short},
    cache::Cache,
    codec::Decoder,
    error::{RepositoryError, Rot, Why},
    home::Home,
    index::{
        Index, Summary,
        page::{self, Entry, Placed},
    },
    layout,
};
use atlas_base::Digest;
use atlas_disk::{ReadAt, SourceState};
use core::{fmt, ops::Range};
use std::{
    io,
    sync::{Arc, Mutex, PoisonError},
};

/// Pages that are kept: some 250 KB each.
const PAGES: usize = 8;
/// Bytes of chunks that are kept.
const CHUNKS: usize = 16 << 20;

/// An image of a repository or of a plain pool, which reads like the RAW that it was: each chunk is verified before a
/// byte of it is seen. It is [`ReadAt`], so that whatever reads disks reads it.
///
/// It takes up to 24 MiB, whatever its size, and for each TiB one more.
pub struct StoredImage {
    home: Home,
    id: StoredId,
    digest: Digest,
    index: Index,
    /// Where each page begins.
    starts: Vec<u64>,
    pages: Cache<usize, Vec<Part>>,
    chunks: Cache<Digest, Vec<u8>>,
    decoders: Mutex<Vec<Decoder>>,
}

/// An entry of a page, and where it begins.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Part {
    pub(crate) at: u64,
    pub(crate) placed: Placed,
}

/// The parts of a page.
pub(crate) type Page = Arc<Vec<Part>>;

impl Part {
    fn end(&self) -> u64 {
        self.at.saturating_add(self.placed.entry.length())
    }
}

/// A part of an image that is one chunk, or zeros.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Extent {
    /// Where it begins.
    pub at: u64,
    /// How long it is.
    pub length: u64,
    /// The digest of the chunk; none of zeros.
    pub chunk: Option<Digest>,
}

impl fmt::Debug for StoredImage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "StoredImage({}, {})", self.id, self.digest)
    }
}

impl Repository {
    /// Opens an image.
    ///
    /// # Errors
    ///
    /// There is none, its index is rotten, or the backend fails.
    pub fn open(&self, id: StoredId) -> Result<StoredImage, RepositoryError> {
        let found = self.published(id)?;
        let (digest, index) = found.ok_or(RepositoryError::NotFound(id))?;
        let home = Home::Packs(self.clone());
        Ok(StoredImage::new(home, id, digest, index))
    }

    /// Opens an image that is known to have a digest.
    ///
    /// # Errors
    ///
    /// As of [`open`](Self::open); or it has another digest.
    pub fn open_exact(
        &self,
        id: StoredId,
        expected: Digest,
    ) -> Result<StoredImage, RepositoryError> {
        self.open(id)?.expect_digest(expected)
    }
}

impl StoredImage {
    pub(crate) fn new(home: Home, id: StoredId, digest: Digest, index: Index) -> Self {
        let mut end = 0_u64;
        let start = |page: &crate::index::PageEntry| {
            let start = end;
            end = end.saturating_add(page.span);
            start
        };
        let starts = index.pages.iter().map(start).collect();
        Self {
            home,
            id,
            digest,
            index,
            starts,
            pages: Cache::new(PAGES),
            chunks: Cache::new(CHUNKS),
            decoders: Mutex::default(),
        }
    }

    /// The image, if it has a digest.
    pub(crate) fn expect_digest(self, expected: Digest) -> Result<Self, RepositoryError> {
        let (id, found) = (self.id, self.digest);
        if found != expected {
            return Err(RepositoryError::Other {
                id,
                expected,
                found,
            });
        }
        Ok(self)
    }

    /// How it is called.
    pub fn id(&self) -> StoredId {
        self.id
    }

    /// The digest of its index: of what it is, not of where its chunks are.
    pub fn digest(&self) -> Digest {
        self.digest
    }

    /// What its index says.
    pub fn summary(&self) -> &Summary {
        &self.index.summary
    }

    /// Bytes of the image.
    pub fn size(&self) -> u64 {
        self.index.summary.size
    }

    /// What the part of the image is that holds a byte, and where it begins and ends; none behind the
    /// end. One after the other, they are the list of blocks of the image.
    ///
    /// # Errors
    ///
    /// A page of the index is rotten, or the backend fails.
    pub fn extent(&self, at: u64) -> Result<Option<Extent>, RepositoryError> {
        let Some((page, entry)) = self.find(at)? else {
            return Ok(None);
        };
        Ok(page.get(entry).map(|part| Extent {
            at: part.at,
            length: part.placed.entry.length(),
            chunk: match part.placed.entry {
                Entry::Chunk { digest, .. } => Some(digest),
                Entry::Zeros(_) => None,
            },
        }))
    }

    /// Reads what is at a place into a buffer: as much as there is, nothing only at the end.
    ///
    /// # Errors
    ///
    /// A chunk is rotten or lost, or the backend fails.
    pub fn read(&self, buffer: &mut [u8], at: u64) -> Result<usize, RepositoryError> {
        let mut done = 0_usize;
        while let Some(rest) = buffer.get_mut(done..).filter(|it| !it.is_empty()) {
            let place = at.saturating_add(long(done));
            let Some((page, first)) = self.find(place)? else {
                break;
            };
            let Some(part) = page.get(first) else {
                break;
            };
            let into = place.saturating_sub(part.at);
            let left = short(part.end().saturating_sub(place)).min(rest.len());
            let Some(out) = rest.get_mut(..left) else {
                break;
            };
            match part.placed.entry {
                Entry::Zeros(_) => out.fill(0),
                Entry::Chunk { .. } => {
                    let chunk = self.chunk(part)?;
                    let from = short(into);
                    let end = from.saturating_add(left);
                    let bytes = chunk.get(from..end).unwrap_or_default();
                    if bytes.len() != out.len() {
                        break;
                    }
                    out.copy_from_slice(bytes);
                }
            }
            done = done.saturating_add(left);
        }
        Ok(done)
    }

    /// The page that holds a byte, and which of its parts does.
    fn find(&self, at: u64) -> Result<Option<(Page, usize)>, RepositoryError> {
        if at >= self.size() {
            return Ok(None);
        }
        let number = self.starts.partition_point(|start| *start <= at);
        let page = self.page(number.saturating_sub(1))?;
        let part = page.partition_point(|part| part.at <= at);
        Ok(Some((page, part.saturating_sub(1))))
    }

    pub(crate) fn index(&self) -> &Index {
        &self.index
    }

    pub(crate) fn home(&self) -> &Home {
        &self.home
    }

    /// The part of the image that a page is of.
    pub(crate) fn span(&self, number: usize) -> Range<u64> {
        let start = self.starts.get(number).copied().unwrap_or_default();
        let page = self.index.pages.get(number);
        start..start.saturating_add(page.map_or(0, |page| page.span))
    }

    /// A page of the index.
    pub(crate) fn page(&self, number: usize) -> Result<Page, RepositoryError> {
        if let Some(page) = self.pages.find(&number) {
            return Ok(page);
        }
        let page = self.with_decoder(|decoder| self.read_page(number, decoder));
        let Range { start, end } = self.span(number);
        let at = |error| match error {
            RepositoryError::Rot(rot) => {
                let length = end.saturating_sub(start);
                rot.image(self.id).at(start, length).into()
            }
            other => other,
        };
        let page = Arc::new(page.map_err(at)?);
        self.pages.insert(number, &page, 1);
        Ok(page)
    }

    fn read_page(
        &self,
        number: usize,
        decoder: &mut Decoder,
    ) -> Result<Vec<Part>, RepositoryError> {
        let malformed = || Rot::of(layout::image(self.id).as_ref(), Why::Malformed);
        let entry = self.index.pages.get(number).ok_or_else(malformed)?;
        let parsed = match &self.home {
            Home::Packs(repository) => {
                let packs = repository.packs();
                let place = self.index.places.get(number).ok_or_else(malformed)?;
                let pack = self.pack(place.pack).ok_or_else(malformed)?;
                let page = packs.chunk(&pack, &entry.digest, entry.length, decoder)?;
                let pack = self.pack(place.places_pack).ok_or_else(malformed)?;
                let places = packs.chunk(&pack, &place.places, place.places_length, decoder)?;
                page::parse(&page, &places, self.index.packs.len(), entry.span)
            }
            Home::Files(files) => {
                let before = self.index.pages.iter().take(number);
                let lengths = before.map(|page| u64::from(page.length));
                let page = files.page(lengths.fold(0, u64::saturating_add), entry)?;
                page::parse_plain(&page, entry)
            }
        };
        let mut at = self.span(number).start;
        let part = |placed: Placed| {
            let part = Part { at, placed };
            at = part.end();
            part
        };
        let parsed = parsed.ok_or_else(malformed)?;
        Ok(parsed.into_iter().map(part).collect())
    }

    /// A pack of the index.
    pub(crate) fn pack(&self, number: u32) -> Option<Digest> {
        let at = usize::try_from(number).ok()?;
        self.index.packs.get(at).copied()
    }

    /// The chunk of a part.
    fn chunk(&self, part: &Part) -> Result<Arc<Vec<u8>>, RepositoryError> {
        let Entry::Chunk { digest, .. } = part.placed.entry else {
            return Ok(Arc::default());
        };
        if let Some(chunk) = self.chunks.find(&digest) {
            return Ok(chunk);
        }
        let chunk = self.with_decoder(|decoder| self.fetch(part, decoder))?;
        let chunk = Arc::new(chunk);
        self.chunks.insert(digest, &chunk, chunk.len());
        Ok(chunk)
    }

    /// The chunk of a part, from its pack.
    pub(crate) fn fetch(
        &self,
        part: &Part,
        decoder: &mut Decoder,
    ) -> Result<Vec<u8>, RepositoryError> {
        let Entry::Chunk { length, digest } = part.placed.entry else {
            return Ok(Vec::new());
        };
        let rot = |error| match error {
            RepositoryError::Rot(rot) => rot.image(self.id).at(part.at, length.into()).into(),
            other => other,
        };
        let malformed = || Rot::of(layout::image(self.id).as_ref(), Why::Malformed).into();
        let found = match &self.home {
            Home::Packs(repository) => {
                let pack = self.pack(part.placed.pack).ok_or_else(malformed);
                pack.and_then(|pack| repository.packs().chunk(&pack, &digest, length, decoder))
            }
            Home::Files(files) => files.chunk(part.at, length, &digest),
        };
        found.map_err(rot)
    }

    fn with_decoder<T>(&self, work: impl FnOnce(&mut Decoder) -> T) -> T {
        let lock = || self.decoders.lock().unwrap_or_else(PoisonError::into_inner);
        let free = lock().pop();
        let mut decoder = free.unwrap_or_else(Decoder::new);
        let done = work(&mut decoder);
        lock().push(decoder);
        done
    }
}

impl ReadAt for StoredImage {
    fn read_at(&self, buffer: &mut [u8], at: u64) -> io::Result<usize> {
        self.read(buffer, at).map_err(io::Error::other)
    }

    fn state(&self) -> io::Result<SourceState> {
        Ok(SourceState {
            length: self.size(),
            changed: None,
        })
    }
}
