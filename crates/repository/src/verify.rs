//! Everything that is stored is looked at.

use crate::{
    Repository, StoredId,
    bytes::{digest, long, short},
    codec::Decoder,
    error::{RepositoryError, Rot, Told, Why},
    home::Home,
    image::{Part, StoredImage},
    index::page::Entry,
    layout::{self, PACKS},
    mark::reach,
    pack::{Tail, Trailer},
    packs::Moved,
    watch::{Counter, Watch},
};
use atlas_base::Digest;
use core::num::NonZeroUsize;
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

/// How much is looked at.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Depth {
    /// Each pack has the digest that is its name, each index its seal, and each pack that an index
    /// names is there: what was written is what is there. What images have in a pack that is lost or
    /// damaged is read, chunk by chunk.
    ///
    /// Whether what was written was right is not seen: an index whose packs are whole and lack a chunk
    /// that it names, or hold it in another length; a page that makes no sense; a chunk that does not
    /// decompress to its digest.
    #[default]
    Packs,
    /// All of that is seen, too: each chunk of each pack decompresses to its digest, each page of each
    /// index is read, and each chunk that it names is in a pack, as long as it says. Nothing that a
    /// reader would find is missed, but what breaks meanwhile.
    Chunks,
}

/// How a repository is verified.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Verify {
    /// How much is looked at.
    pub depth: Depth,
    /// Threads that work at once; each takes a pack.
    pub threads: NonZeroUsize,
    /// How many places of rot are told, at most.
    pub most: usize,
}

impl Default for Verify {
    fn default() -> Self {
        Self {
            depth: Depth::default(),
            threads: NonZeroUsize::MIN,
            most: 10_000,
        }
    }
}

/// A repository that was verified.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Verified {
    /// Packs that were read; of a plain pool, images.
    pub packs: u64,
    /// Bytes of them.
    pub bytes: u64,
    /// Images whose indexes were read.
    pub images: u64,
    /// What is rotten: what images lack, and packs that have something wrong in them. It is empty
    /// exactly where all is well that was [looked at](Depth).
    pub rot: Vec<Rot>,
}

impl Repository {
    /// Reads all packs and all indexes, and tells what is rotten or lost, and of which images.
    ///
    /// Packs that come or go meanwhile are no rot.
    ///
    /// # Errors
    ///
    /// The backend fails, or the caller stopped the work. Rot is no error.
    pub fn verify(&self, ask: &Verify, watch: Watch<'_>) -> Result<Verified, RepositoryError> {
        let listed = self.backend().list(PACKS)?;
        let total = listed.iter().map(|it| it.size).fold(0, u64::saturating_add);
        let work = Work {
            repository: self,
            ask,
            watch,
            names: listed.iter().map(|it| it.name.as_str()).collect(),
            next: AtomicUsize::new(0),
            counter: Counter::new(watch, total),
            state: Mutex::default(),
        };
        thread::scope(|scope| {
            for _ in 1..ask.threads.get() {
                // A thread that cannot be had is done without.
                let _ = thread::Builder::new().spawn_scoped(scope, || work.run());
            }
            work.run();
        });
        let state = work.state.into_inner();
        let state = state.unwrap_or_else(PoisonError::into_inner);
        if let Some(error) = state.failed {
            return Err(error);
        }
        let mut found = Findings {
            repository: self,
            depth: ask.depth,
            damaged: state.damaged,
            moved: self.packs().moves()?.as_ref().clone(),
            told: Told::new(ask.most),
        };
        let mut verified = state.verified;
        for id in self.images()? {
            if found.image(id, watch)? {
                verified.images = verified.images.saturating_add(1);
            }
        }
        found.rest();
        verified.rot = found.told.rot;
        Ok(verified)
    }
}

struct Work<'a> {
    repository: &'a Repository,
    ask: &'a Verify,
    watch: Watch<'a>,
    names: Vec<&'a str>,
    next: AtomicUsize,
    counter: Counter<'a>,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    verified: Verified,
    damaged: BTreeMap<Digest, Why>,
    failed: Option<RepositoryError>,
}

impl Work<'_> {
    fn run(&self) {
        let mut decoder = Decoder::new();
        let state = || self.state.lock().unwrap_or_else(PoisonError::into_inner);
        while let Some(name) = self.names.get(self.next.fetch_add(1, Ordering::Relaxed)) {
            if state().failed.is_some() {
                return;
            }
            // What is no pack has nothing of an image in it.
            let Some(pack) = layout::is_pack(name) else {
                continue;
            };
            match self.pack(&pack, &mut decoder) {
                Ok(None) => {}
                Ok(Some((length, damage))) => {
                    let mut state = state();
                    let verified = &mut state.verified;
                    verified.packs = verified.packs.saturating_add(1);
                    verified.bytes = verified.bytes.saturating_add(length);
                    state.damaged.extend(damage.map(|it| (pack, it)));
                    drop(state);
                    self.counter.add(length);
                }
                Err(error) => {
                    state().failed.get_or_insert(error);
                    return;
                }
            }
        }
    }

    /// How long a pack is, and what is wrong with it; none where it is gone.
    fn pack(
        &self,
        pack: &Digest,
        decoder: &mut Decoder,
    ) -> Result<Option<(u64, Option<Why>)>, RepositoryError> {
        self.watch.go_on()?;
        let Some(bytes) = self.repository.backend().find(&layout::pack(pack))? else {
            return Ok(None);
        };
        let wrong = if digest(&bytes) != *pack {
            Some(Why::Digest)
        } else if self.ask.depth == Depth::Chunks {
            chunks(&bytes, decoder).err()
        } else {
            None
        };
        Ok(Some((long(bytes.len()), wrong)))
    }
}

/// Whether all chunks of a pack are what its trailer says.
fn chunks(bytes: &[u8], decoder: &mut Decoder) -> Result<(), Why> {
    let Tail::Whole(trailer) = Trailer::parse(bytes, long(bytes.len()))? else {
        return Err(Why::Malformed);
    };
    let mut chunk = Vec::new();
    for place in trailer.places() {
        let stored = bytes.get(short(place.at)..short(place.range().end));
        let stored = stored.unwrap_or_default();
        decoder.decode(stored, place.raw, &place.digest, &mut chunk)?;
    }
    Ok(())
}

/// What the damage means to images.
struct Findings<'a> {
    repository: &'a Repository,
    depth: Depth,
    damaged: BTreeMap<Digest, Why>,
    moved: Moved,
    told: Told,
}

impl Findings<'_> {
    /// Looks at an image; false where it is gone.
    fn image(&mut self, id: StoredId, watch: Watch<'_>) -> Result<bool, RepositoryError> {
        let before = core::mem::take(&mut self.told.rot);
        let is_there = self.look_at(id, watch)?;
        let found = core::mem::replace(&mut self.told.rot, before);
        // What one lacks that was deleted meanwhile is not missed.
        if !found.is_empty() && matches!(self.repository.published(id), Ok(None)) {
            return Ok(false);
        }
        for rot in found {
            self.told.add(rot);
        }
        Ok(is_there)
    }

    fn look_at(&mut self, id: StoredId, watch: Watch<'_>) -> Result<bool, RepositoryError> {
        watch.go_on()?;
        let (digest, index) = match self.repository.published(id) {
            Ok(Some(found)) => found,
            Ok(None) => return Ok(false),
            Err(RepositoryError::Rot(rot)) => {
                self.told.add(*rot);
                return Ok(true);
            }
            Err(error) => return Err(error),
        };
        let mut suspects = BTreeSet::new();
        for (number, pack) in index.packs.iter().enumerate() {
            if self.is_suspect(pack)? {
                suspects.insert(number);
            }
        }
        if suspects.is_empty() && self.depth == Depth::Packs {
            return Ok(true);
        }
        let is_suspect =
            |pack: u32| usize::try_from(pack).is_ok_and(|pack| suspects.contains(&pack));
        let image = StoredImage::new(Home::Packs(self.repository.clone()), id, digest, index);
        let mut decoder = Decoder::new();
        for number in 0..image.index().pages.len() {
            watch.go_on()?;
            let page = match image.page(number) {
                Ok(page) => page,
                Err(RepositoryError::Rot(rot)) => {
                    self.told.add(*rot);
                    continue;
                }
                Err(error) => return Err(error),
            };
            let (mut doubtful, rest): (Vec<Part>, Vec<Part>) =
                page.iter().partition(|it| is_suspect(it.placed.pack));
            if self.depth == Depth::Chunks {
                doubtful.extend(self.not_located(&image, rest)?);
                doubtful.sort_unstable_by_key(|it| it.at);
            }
            for part in &doubtful {
                self.part(&image, part, &mut decoder)?;
            }
        }
        Ok(true)
    }

    /// The parts of a page whose chunks are not where it says, or not as long.
    fn not_located(
        &self,
        image: &StoredImage,
        mut parts: Vec<Part>,
    ) -> Result<Vec<Part>, RepositoryError> {
        // Pack by pack, so that no trailer is read twice for one page.
        parts.sort_by_key(|it| it.placed.pack);
        let mut lost = Vec::new();
        for part in parts {
            let Entry::Chunk { length, digest } = part.placed.entry else {
                continue;
            };
            let pack = image.pack(part.placed.pack);
            let found = pack.map(|pack| self.repository.packs().locate(&pack, &digest));
            match found {
                Some(Ok(found)) if found.place.raw == length => {}
                Some(Err(error)) if error.rot().is_none() => return Err(error),
                _ => lost.push(part),
            }
        }
        Ok(lost)
    }

    /// Whether something may be wrong with what was put into a pack.
    fn is_suspect(&self, pack: &Digest) -> Result<bool, RepositoryError> {
        for pack in reach(pack, &self.moved) {
            if self.damaged.contains_key(&pack) {
                return Ok(true);
            }
            let is_moved = self.moved.contains_key(&pack);
            if !is_moved && !self.is_there(&pack)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn is_there(&self, pack: &Digest) -> Result<bool, RepositoryError> {
        match self.repository.backend().size(&layout::pack(pack)) {
            Ok(_) => Ok(true),
            Err(RepositoryError::Rot(_)) => Ok(false),
            Err(error) => Err(error),
        }
    }

    fn part(
        &mut self,
        image: &StoredImage,
        part: &Part,
        decoder: &mut Decoder,
    ) -> Result<(), RepositoryError> {
        // Whatever is wrong is found as a reader finds it.
        match image.fetch(part, decoder) {
            Ok(_) => {}
            Err(RepositoryError::Rot(rot)) => self.told.add(*rot),
            Err(error) => return Err(error),
        }
        Ok(())
    }

    /// Packs with something wrong that no image lacks.
    fn rest(&mut self) {
        let told: BTreeSet<String> = self.told.rot.iter().map(|it| it.object.clone()).collect();
        let damaged = core::mem::take(&mut self.damaged);
        for (pack, why) in damaged {
            let object = layout::pack(&pack);
            if !told.contains(object.as_ref()) {
                self.told.add(Rot::of(object.as_ref(), why));
            }
        }
    }
}
