//! A disk comes in.
//!
//! ```text
//!   disk ── threads decode ──┬─ digests of the RAW
//!                            └─ chunker ── line ── threads hash, look up, compress ──┐
//!                                                                                    │
//!   backend ── threads put packs, renew the claim ── queue ── assembly: packs, pages ┘
//! ```
//!
//! Where two stages meet there is a bound, so that memory is bounded whatever is slow: for each thread
//! of `threads` 10 MiB, 256 chunks on their way, packs as many as there are uploads and three more, and
//! for each chunk that is known some 50 bytes. The image is there once its index is, which is put last,
//! at once.

mod assembly;
mod line;
mod pages;
mod plain;
mod queue;

use self::{
    assembly::{Assembled, Assembly, Upload, Worked},
    line::{Assemble, Line},
    queue::Queue,
};
use crate::{
    Repository, StoredId,
    bytes::digest,
    catalogue::Catalogue,
    chunker::{Chunker, Cut},
    claim::{Claim, Outcome, taken},
    codec::Encoder,
    error::{RepositoryError, failed},
    index::{About, Index, Summary},
    layout::{self, Worker},
    profile::Profile,
    watch::Watch,
};
use atlas_base::Digest;
use atlas_disk::{
    Budget, Convert, Converted, DigestChoice, Discard, Disk, DiskError, Limits, Piece, WriteAt,
    convert_in_order,
};
use core::{num::NonZeroUsize, ops::ControlFlow};
use std::{
    sync::{Arc, PoisonError},
    thread::{self, Scope},
};

/// What is to come in, and how.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Ingest {
    /// How the image will be called. Ids are given once: what failed is tried again with another one.
    pub id: StoredId,
    /// What is known of it.
    pub about: About,
    /// How it is cut.
    pub profile: Profile,
    /// Which digests of the RAW are taken.
    pub digests: DigestChoice,
    /// The size of the image, where it is not that of the disk: it only grows (B03).
    pub size: Option<u64>,
    /// What the disk may ask for.
    pub limits: Limits,
    /// Threads that decode, and as many that hash and compress.
    pub threads: NonZeroUsize,
    /// Packs that are written at once.
    pub uploads: NonZeroUsize,
    /// Bytes of a pack, 64 MiB at most.
    pub pack_size: usize,
    /// How many chunks of the repository are known at once, 40 bytes each: of what is beyond, the
    /// chunks of the oldest packs are written again. As many again are known of the image itself.
    pub known_chunks: usize,
}

impl Ingest {
    /// What must be known.
    pub fn new(id: StoredId, about: About) -> Self {
        Self {
            id,
            about,
            profile: Profile::default(),
            digests: DigestChoice::default(),
            size: None,
            limits: Limits::default(),
            threads: NonZeroUsize::MIN,
            uploads: NonZeroUsize::MIN,
            pack_size: 16 << 20,
            known_chunks: 8 << 20,
        }
    }
}

/// An image that came in.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Ingested {
    /// The digest of its index.
    pub digest: Digest,
    /// What its index says.
    pub summary: Summary,
    /// Chunks that were not there before.
    pub new_chunks: u64,
    /// Bytes of these chunks.
    pub new_data: u64,
    /// Bytes that were written for them, and for the index.
    pub stored: u64,
}

const MOST_PACK: usize = 64 << 20;

impl Repository {
    /// Takes in a disk. It is there once it is whole; what fails or is killed leaves chunks behind, which
    /// another ingest of the same disk finds, or else a [clean-up](Self::gc).
    ///
    /// # Errors
    ///
    /// The id is taken; the disk cannot be read or is refused; the backend fails or is full; the caller
    /// stopped the work; somebody gave the ingest up.
    pub fn ingest(
        &self,
        disk: &Disk,
        ask: &Ingest,
        watch: Watch<'_>,
    ) -> Result<Ingested, RepositoryError> {
        let worker = Worker::Ingest(ask.id);
        let claim = Claim::begin(self.backend(), worker)?;
        let index = match self.fill(disk, ask, watch, &claim) {
            Ok(index) => index,
            Err(error) => {
                // What went wrong first is said; a claim that stays is ended by a clean-up.
                let _ = claim.end();
                return Err(error);
            }
        };
        let (index, counts) = index;
        let (digest, object) = index.seal();
        match claim.publish(&object.into())? {
            Outcome::Published => Ok(Ingested {
                digest,
                summary: index.summary,
                new_chunks: counts.new_chunks,
                new_data: counts.new_data,
                stored: counts.stored,
            }),
            Outcome::Ended => Err(taken(worker, true)),
            Outcome::Taken => Err(taken(worker, false)),
        }
    }

    /// Gives an ingest up that will not come back: its id is never used again. Says whether there is no
    /// image of that id; where there is one, it stays.
    ///
    /// # Errors
    ///
    /// The backend fails.
    pub fn abandon(&self, id: StoredId) -> Result<bool, RepositoryError> {
        crate::claim::abandon(self.backend(), Worker::Ingest(id))
    }

    /// Writes all packs.
    fn fill(
        &self,
        disk: &Disk,
        ask: &Ingest,
        watch: Watch<'_>,
        claim: &Claim<'_>,
    ) -> Result<(Index, assembly::Counts), RepositoryError> {
        let catalogue = self.catalogue(ask.known_chunks, watch)?;
        let uploads = Queue::new(1);
        let pack_size = ask.pack_size.min(MOST_PACK);
        let assembly = Assembly::new(ask.id.as_u128(), &uploads, pack_size, ask.known_chunks);
        let work = Work {
            repository: self,
            catalogue: &catalogue,
            claim,
            line: Line::new(assembly),
            uploads: &uploads,
        };
        let done = thread::scope(|scope| work.run(scope, disk, ask, watch));
        if let Some(error) = work.line.failed() {
            return Err(error);
        }
        let (converted, assembled) = done?;
        let Assembled {
            pages,
            places,
            packs,
            counts,
        } = assembled;
        let index = Index {
            summary: Summary {
                profile: ask.profile,
                size: converted.size,
                data: counts.data,
                chunks: counts.chunks,
                digests: converted.digests,
                about: ask.about.clone(),
            },
            pages,
            packs,
            places,
        };
        Ok((index, counts))
    }
}

/// What the threads of an ingest share.
struct Work<'a> {
    repository: &'a Repository,
    catalogue: &'a Catalogue,
    claim: &'a Claim<'a>,
    line: Line<Assembly<'a>>,
    uploads: &'a Queue<Upload>,
}

impl<'a> Work<'a> {
    fn run<'scope>(
        &'scope self,
        scope: &'scope Scope<'scope, '_>,
        disk: &Disk,
        ask: &Ingest,
        watch: Watch<'_>,
    ) -> Result<(Converted, Assembled), RepositoryError>
    where
        'a: 'scope,
    {
        for _ in 0..ask.threads.get() {
            self.spawn(scope, || self.work());
        }
        let uploads: Vec<_> = (0..ask.uploads.get())
            .filter_map(|_| self.spawn(scope, || self.upload()))
            .collect();
        let tell = |progress: atlas_disk::Progress| watch.tell(progress.done, progress.total);
        let read = read(disk, &Discard, ask, watch, &self.line, &tell);
        self.line.close();
        if let Err(error) = read {
            self.give_up(error);
            return Err(RepositoryError::Stopped);
        }
        let assembled = self.line.finish().map(Assembly::finish);
        self.uploads.close();
        for upload in uploads {
            let _ = upload.join();
        }
        match (read, assembled) {
            (Ok(converted), Some(assembled)) => Ok((converted, assembled?)),
            // Whoever failed has said why.
            _ => Err(RepositoryError::Stopped),
        }
    }

    fn spawn<'scope>(
        &self,
        scope: &'scope Scope<'scope, '_>,
        work: impl FnOnce() + Send + 'scope,
    ) -> Option<thread::ScopedJoinHandle<'scope, ()>> {
        match thread::Builder::new().spawn_scoped(scope, work) {
            Ok(thread) => Some(thread),
            Err(error) => {
                self.give_up(RepositoryError::Backend {
                    what: "start a thread",
                    is_retryable: true,
                    source: Box::new(error),
                });
                None
            }
        }
    }

    fn give_up(&self, error: RepositoryError) {
        self.line.fail(error);
        self.uploads.give_up();
    }

    /// Hashes chunks, and compresses those that are new.
    fn work(&self) {
        let mut encoder = Encoder::new();
        self.line.work(|cut| match cut {
            Cut::Zeros(length) => Worked::Zeros(length),
            Cut::Chunk(bytes) => {
                let digest = digest(&bytes);
                let raw = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
                match self.catalogue.find(&digest) {
                    Some(pack) => Worked::Known { digest, raw, pack },
                    None => Worked::New {
                        digest,
                        raw,
                        stored: encoder.encode(bytes),
                    },
                }
            }
        });
    }

    /// Puts packs where they belong.
    fn upload(&self) {
        while let Some(upload) = self.uploads.pop() {
            let done = match upload {
                Upload::Pack(packed) => {
                    let path = layout::pack(&packed.name);
                    let put = self.repository.backend().put(&path, packed.bytes.into());
                    put.and_then(|()| self.claim.renew())
                }
                Upload::Renewal => self.claim.renew(),
            };
            if let Err(error) = done {
                self.give_up(error);
                return;
            }
        }
    }
}

/// Reads the disk and cuts it; writes it as RAW on the way.
fn read(
    disk: &Disk,
    raw: &dyn WriteAt,
    ask: &Ingest,
    watch: Watch<'_>,
    line: &Line<impl Assemble>,
    tell: &(dyn Fn(atlas_disk::Progress) + Sync),
) -> Result<Converted, RepositoryError> {
    let mut convert = Convert::default();
    convert.threads = ask.threads;
    convert.digests = ask.digests;
    convert.size = ask.size;
    let budget = Budget::new(&ask.limits, watch.stop());
    let mut chunker = Chunker::new(ask.profile);
    let mut take = |piece: Piece<'_>| {
        let mut flow = ControlFlow::Continue(());
        let mut out = |cut| {
            if flow.is_continue() {
                flow = line.push(cut);
            }
        };
        match piece {
            Piece::Data(bytes) => chunker.data(bytes, &mut out),
            Piece::Zeros(length) => chunker.zeros(length, &mut out),
        }
        flow
    };
    let read = convert_in_order(disk, raw, &convert, &budget, &mut take, tell);
    let converted = read.map_err(|error| match error {
        DiskError::Stopped => RepositoryError::Stopped,
        DiskError::Sink(error) => failed("write", error),
        error => RepositoryError::Disk(error),
    })?;
    chunker.finish(&mut |cut| {
        let _ = line.push(cut);
    });
    Ok(converted)
}

impl Repository {
    /// Which chunks are there, as of now: whoever asks has a claim.
    fn catalogue(&self, most: usize, watch: Watch<'_>) -> Result<Arc<Catalogue>, RepositoryError> {
        // In this order: a pack that is not condemned now is not removed while the claim is there.
        let condemned = self.condemned_packs()?;
        let listed = self.backend().list(layout::PACKS)?;
        let known = || self.known().lock().unwrap_or_else(PoisonError::into_inner);
        // Whoever comes meanwhile makes one of their own, rather than wait.
        let mut catalogue = core::mem::take(&mut *known());
        let refreshed = Arc::make_mut(&mut catalogue).refresh(
            &listed,
            &condemned,
            self.packs(),
            most,
            &mut || watch.go_on(),
        );
        *known() = Arc::clone(&catalogue);
        refreshed.map(|()| catalogue)
    }
}
