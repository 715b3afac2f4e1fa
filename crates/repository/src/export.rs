//! An image goes out.

use crate::{
    StoredImage,
    bytes::{long, short},
    codec::Decoder,
    error::RepositoryError,
    home::Home,
    image::Part,
    index::page::Entry,
    pack::Place,
    watch::{Counter, Watch},
};
use atlas_base::Digest;
use atlas_disk::WriteAt;
use core::num::NonZeroUsize;
use std::{
    sync::{Mutex, PoisonError},
    thread,
};

/// How an image is exported.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Export {
    /// Threads that work at once; each takes some 5 MiB.
    pub threads: NonZeroUsize,
}

impl Default for Export {
    fn default() -> Self {
        Self {
            threads: NonZeroUsize::MIN,
        }
    }
}

/// An image that was exported.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Exported {
    /// Bytes of the image.
    pub size: u64,
    /// Bytes that were written; the rest are zeros.
    pub data: u64,
}

/// Stored bytes that are read at once.
const READ: u64 = 4 << 20;
/// Bytes between two chunks that are read and thrown away, rather than asking twice.
const GAP: u64 = 64 << 10;

impl StoredImage {
    /// Writes the image as RAW. Zeros are not written, so that a file comes to be sparse; each chunk is
    /// verified before it is. Where it fails or is stopped, whoever made the sink takes away what it
    /// holds.
    ///
    /// # Errors
    ///
    /// A chunk is rotten or lost, the backend fails, the sink cannot be written, or the caller stopped
    /// the work.
    pub fn export(
        &self,
        sink: &dyn WriteAt,
        ask: &Export,
        watch: Watch<'_>,
    ) -> Result<Exported, RepositoryError> {
        let work = Work {
            image: self,
            sink,
            watch,
            plan: Mutex::default(),
            counter: Counter::new(watch, self.index().summary.data),
            failed: Mutex::new(None),
        };
        thread::scope(|scope| {
            for _ in 1..ask.threads.get() {
                // A thread that cannot be had is done without.
                let _ = thread::Builder::new().spawn_scoped(scope, || work.run());
            }
            work.run();
        });
        let failed = work.failed.into_inner();
        if let Some(error) = failed.unwrap_or_else(PoisonError::into_inner) {
            return Err(error);
        }
        let size = self.size();
        sink.finish(size).map_err(RepositoryError::Sink)?;
        Ok(Exported {
            size,
            data: self.index().summary.data,
        })
    }
}

struct Work<'a> {
    image: &'a StoredImage,
    sink: &'a dyn WriteAt,
    watch: Watch<'a>,
    plan: Mutex<Plan>,
    counter: Counter<'a>,
    failed: Mutex<Option<RepositoryError>>,
}

/// How far the work was given out.
#[derive(Debug, Default)]
struct Plan {
    page: usize,
    part: usize,
}

/// Chunks that stand close together in a pack.
#[derive(Debug)]
struct Group {
    pack: Digest,
    start: u64,
    end: u64,
    chunks: Vec<(Part, Place)>,
}

impl Work<'_> {
    fn run(&self) {
        let mut decoder = Decoder::new();
        let mut buffer = Vec::new();
        loop {
            let done = self.step(&mut decoder, &mut buffer);
            match done {
                Ok(true) => {}
                Ok(false) => return,
                Err(error) => {
                    let failed = self.failed.lock();
                    failed
                        .unwrap_or_else(PoisonError::into_inner)
                        .get_or_insert(error);
                    return;
                }
            }
        }
    }

    fn has_failed(&self) -> bool {
        let failed = self.failed.lock();
        failed.unwrap_or_else(PoisonError::into_inner).is_some()
    }

    fn step(&self, decoder: &mut Decoder, buffer: &mut Vec<u8>) -> Result<bool, RepositoryError> {
        self.watch.go_on()?;
        if self.has_failed() {
            return Ok(false);
        }
        let Some(group) = self.next()? else {
            return Ok(false);
        };
        let home = self.image.home();
        let stored = match home.range(&group.pack, group.start..group.end) {
            Ok(stored) => Some(stored),
            // It was moved, or is rotten: chunk by chunk it is found out.
            Err(RepositoryError::Rot(_)) => None,
            Err(error) => return Err(error),
        };
        for (part, place) in &group.chunks {
            let from = short(place.at.saturating_sub(group.start));
            let end = from.saturating_add(short(place.stored.into()));
            let bytes = stored.as_ref().and_then(|it| it.get(from..end));
            let is_right = bytes.is_some_and(|bytes| {
                let chunk = decoder.decode(bytes, place.raw, &place.digest, buffer);
                chunk.is_ok()
            });
            if !is_right {
                *buffer = self.image.fetch(part, decoder)?;
            }
            let written = self.sink.write_at(buffer, part.at);
            written.map_err(RepositoryError::Sink)?;
            self.counter.add(long(buffer.len()));
        }
        Ok(true)
    }

    /// Gives out the chunks that come next, as many as stand close together.
    fn next(&self) -> Result<Option<Group>, RepositoryError> {
        let mut plan = self.plan.lock().unwrap_or_else(PoisonError::into_inner);
        let mut group: Option<Group> = None;
        while plan.page < self.image.index().pages.len() {
            let page = self.image.page(plan.page)?;
            while let Some(part) = page.get(plan.part) {
                if let Entry::Chunk { length, digest } = part.placed.entry {
                    let (pack, place) = self.locate(part, &digest, length)?;
                    match &mut group {
                        None => {
                            group = Some(Group {
                                pack,
                                start: place.at,
                                end: place.range().end,
                                chunks: vec![(*part, place)],
                            });
                        }
                        Some(group) if group.takes(&pack, &place) => {
                            group.end = group.end.max(place.range().end);
                            group.chunks.push((*part, place));
                        }
                        Some(_) => return Ok(group),
                    }
                }
                plan.part = plan.part.saturating_add(1);
            }
            *plan = Plan {
                page: plan.page.saturating_add(1),
                part: 0,
            };
        }
        Ok(group)
    }

    fn locate(
        &self,
        part: &Part,
        digest: &Digest,
        length: u32,
    ) -> Result<(Digest, Place), RepositoryError> {
        let packs = match self.image.home() {
            Home::Packs(repository) => repository.packs(),
            // Where it is in the image, it is in the file.
            Home::Files(_) => {
                let (digest, raw) = (*digest, length);
                let (at, stored) = (part.at, length);
                let place = Place {
                    digest,
                    raw,
                    at,
                    stored,
                };
                return Ok((Digest::from_bytes([0; 32]), place));
            }
        };
        let named = self.image.pack(part.placed.pack);
        if let Some(Ok(found)) = named.map(|pack| packs.locate(&pack, digest))
            && found.place.raw == length
        {
            return Ok((found.pack, found.place));
        }
        // Says what is wrong with it, unless it is right by now.
        self.image.fetch(part, &mut Decoder::new())?;
        Err(RepositoryError::Backend {
            what: "read",
            is_retryable: true,
            source: "the chunk was there again when it was looked for again".into(),
        })
    }
}

impl Group {
    fn takes(&self, pack: &Digest, place: &Place) -> bool {
        let gap = place.at.saturating_sub(self.end);
        let length = place.range().end.saturating_sub(self.start);
        self.pack == *pack && place.at >= self.end && gap <= GAP && length <= READ
    }
}
