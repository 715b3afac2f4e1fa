//! Where chunks are, and getting them from there.

use crate::{
    backend::Backend,
    bytes::long,
    cache::Cache,
    codec::Decoder,
    error::{RepositoryError, Rot, Why},
    layout::{self, MOVES},
    pack::{Place, Tail, Trailer},
    records::Moves,
};
use atlas_base::Digest;
use bytes::Bytes;
use core::ops::Range;
use object_store::path::Path;
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, PoisonError},
};

/// How much of the end of a pack is read at first: most trailers are shorter.
const TAIL: u64 = 96 << 10;
/// Chunks whose places are kept: 48 bytes each, of some 200 packs.
const PLACES: usize = 1 << 17;

/// All packs of a repository.
#[derive(Debug)]
pub(crate) struct Packs {
    backend: Backend,
    trailers: Cache<Digest, Trailer>,
    moves: Mutex<Arc<Moved>>,
}

/// From where to where chunks were moved.
pub(crate) type Moved = BTreeMap<Digest, Vec<Digest>>;

/// A chunk, and the pack where it is now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Found {
    pub(crate) pack: Digest,
    pub(crate) place: Place,
}

impl Packs {
    pub(crate) fn new(backend: Backend) -> Self {
        Self {
            backend,
            trailers: Cache::new(PLACES),
            moves: Mutex::default(),
        }
    }

    /// What a pack holds.
    pub(crate) fn trailer(&self, pack: &Digest) -> Result<Arc<Trailer>, RepositoryError> {
        if let Some(trailer) = self.trailers.find(pack) {
            return Ok(trailer);
        }
        let trailer = Arc::new(self.read_trailer(pack)?);
        let weight = trailer.places().len().max(1);
        self.trailers.insert(*pack, &trailer, weight);
        Ok(trailer)
    }

    /// As [`trailer`](Self::trailer), without keeping it.
    pub(crate) fn read_trailer(&self, pack: &Digest) -> Result<Trailer, RepositoryError> {
        let path = layout::pack(pack);
        let rot = |why| RepositoryError::from(Rot::of(path.as_ref(), why));
        let (tail, size) = self.backend.tail(&path, TAIL)?;
        match Trailer::parse(&tail, size).map_err(rot)? {
            Tail::Whole(trailer) => Ok(trailer),
            Tail::Needs(length) => {
                let (tail, size) = self.backend.tail(&path, long(length))?;
                match Trailer::parse(&tail, size).map_err(rot)? {
                    Tail::Whole(trailer) => Ok(trailer),
                    Tail::Needs(_) => Err(rot(Why::Malformed)),
                }
            }
        }
    }

    /// Where a chunk is that was put into a pack.
    pub(crate) fn locate(&self, pack: &Digest, chunk: &Digest) -> Result<Found, RepositoryError> {
        let mut lost = None;
        let mut seen = BTreeSet::new();
        let mut candidates = vec![*pack];
        let mut has_asked = false;
        while let Some(pack) = candidates.pop() {
            if !seen.insert(pack) {
                continue;
            }
            match self.trailer(&pack) {
                Ok(trailer) => {
                    if let Some(place) = trailer.find(chunk) {
                        let place = *place;
                        return Ok(Found { pack, place });
                    }
                    let rot = Rot::of(layout::pack(&pack).as_ref(), Why::Lacks);
                    lost.get_or_insert(RepositoryError::from(rot));
                }
                Err(RepositoryError::Rot(rot)) => {
                    lost.get_or_insert(RepositoryError::Rot(rot));
                }
                Err(error) => return Err(error),
            }
            let mut moved = self.known_moves();
            if !moved.contains_key(&pack) && !core::mem::replace(&mut has_asked, true) {
                moved = self.moves()?;
            }
            candidates.extend(moved.get(&pack).into_iter().flatten());
        }
        let lost = lost.unwrap_or_else(|| Rot::of(layout::pack(pack).as_ref(), Why::Lacks).into());
        Err(match lost {
            RepositoryError::Rot(rot) => rot.chunk(*chunk).into(),
            other => other,
        })
    }

    /// Some bytes of a pack.
    pub(crate) fn range(&self, pack: &Digest, range: Range<u64>) -> Result<Bytes, RepositoryError> {
        if range.is_empty() {
            return Ok(Bytes::new());
        }
        let found = self.backend.range(&layout::pack(pack), range);
        if found.is_err() {
            // It may be elsewhere now: whoever asks again looks there.
            self.trailers.remove(pack);
        }
        found
    }

    /// A chunk that was put into a pack.
    pub(crate) fn chunk(
        &self,
        pack: &Digest,
        chunk: &Digest,
        raw: u32,
        decoder: &mut Decoder,
    ) -> Result<Vec<u8>, RepositoryError> {
        let mut tried = BTreeMap::new();
        loop {
            let found = self.locate(pack, chunk);
            let at = found.as_ref().map_or(*pack, |found| found.pack);
            match found.and_then(|found| self.read(&found, raw, decoder)) {
                // It may have been moved meanwhile, and moved again, or spoilt on its way: nowhere is
                // looked more than twice.
                Err(RepositoryError::Rot(rot)) => {
                    let times: &mut u8 = tried.entry(at).or_default();
                    *times = times.saturating_add(1);
                    if *times > 1 {
                        return Err(RepositoryError::Rot(rot));
                    }
                }
                otherwise => return otherwise,
            }
        }
    }

    fn read(
        &self,
        found: &Found,
        raw: u32,
        decoder: &mut Decoder,
    ) -> Result<Vec<u8>, RepositoryError> {
        let Found { pack, place } = found;
        let rot = |why| Rot::of(layout::pack(pack).as_ref(), why).chunk(place.digest);
        if place.raw != raw {
            return Err(rot(Why::Malformed).into());
        }
        let stored = self.range(pack, place.range())?;
        let mut bytes = Vec::new();
        let right = decoder.decode(&stored, raw, &place.digest, &mut bytes);
        right.map_err(rot)?;
        Ok(bytes)
    }

    fn known_moves(&self) -> Arc<Moved> {
        let moves = self.moves.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(&moves)
    }

    /// All moves there are now.
    pub(crate) fn moves(&self) -> Result<Arc<Moved>, RepositoryError> {
        let mut all = Moved::new();
        for listed in self.backend.list(MOVES)? {
            let path = Path::from(MOVES).join(listed.name.as_str());
            // One that is removed meanwhile moved nothing that is still there.
            let Some(bytes) = self.backend.find(&path)? else {
                continue;
            };
            let parsed = Moves::parse(&bytes);
            let moves = parsed.map_err(|why| Rot::of(path.as_ref(), why))?;
            for (from, to) in moves.moved {
                all.entry(from).or_default().extend(to);
            }
        }
        let all = Arc::new(all);
        *self.moves.lock().unwrap_or_else(PoisonError::into_inner) = Arc::clone(&all);
        Ok(all)
    }
}
