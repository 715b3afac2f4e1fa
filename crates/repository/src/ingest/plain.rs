//! A disk comes in as a file.

use super::{Ingest, Ingested, assembly::Worked, line::Line, pages::Pages, read};
use crate::{
    StoredId,
    bytes::{digest, long},
    chunker::Cut,
    claim::{Claim, Outcome, taken},
    error::{RepositoryError, failed},
    index::{Index, Summary},
    layout::Worker,
    plain::Plain,
    sealed::Kind,
    watch::Watch,
};
use std::{
    fs::File,
    sync::{Mutex, PoisonError},
    thread,
};

/// Once in so many bytes of the disk a claim is renewed.
const RENEWAL: u64 = 256 << 20;

impl Plain {
    /// Takes in a disk, as [`Repository::ingest`](crate::Repository::ingest) does.
    ///
    /// Its files have other names until they are whole and have reached the disk; the record is put
    /// last, where none is, and without it there is no image.
    pub(crate) fn ingest(
        &self,
        disk: &atlas_disk::Disk,
        ask: &Ingest,
        watch: Watch<'_>,
    ) -> Result<Ingested, RepositoryError> {
        let worker = Worker::Ingest(ask.id);
        let claim = Claim::begin(self.backend(), worker)?;
        let (index, stored) = match self.make(disk, ask, watch, &claim) {
            Ok(made) => made,
            Err(error) => {
                // What went wrong first is said; what stays is removed by a clean-up.
                let _ = self.remove(ask.id).and_then(|_| claim.end());
                return Err(error);
            }
        };
        let (digest, record) = index.seal_plain();
        let stored = stored.saturating_add(long(record.len()));
        match claim.publish(&record.into())? {
            Outcome::Published => Ok(Ingested {
                digest,
                new_chunks: index.summary.chunks,
                new_data: index.summary.data,
                summary: index.summary,
                stored,
            }),
            Outcome::Ended => {
                // Nobody will ever need them.
                let _ = self.remove(ask.id);
                Err(taken(worker, true))
            }
            Outcome::Taken => Err(taken(worker, false)),
        }
    }

    /// Makes the files, and gives them their names.
    fn make(
        &self,
        disk: &atlas_disk::Disk,
        ask: &Ingest,
        watch: Watch<'_>,
        claim: &Claim<'_>,
    ) -> Result<(Index, u64), RepositoryError> {
        let [raw, pages] = self.create(ask.id)?;
        let made = fill(disk, ask, watch, claim, &raw, &pages)?;
        for file in [raw, pages] {
            file.sync_all().map_err(|error| failed("write", error))?;
        }
        self.rename(ask.id)
            .map_err(|error| self.reason(ask.id, error))?;
        Ok(made)
    }

    /// Why files are not there that an ingest has made: it was given up, or else what the system says.
    fn reason(&self, id: StoredId, error: RepositoryError) -> RepositoryError {
        match self.backend().find(&Worker::Ingest(id).publication()) {
            Ok(Some(found)) if Kind::Void.is(&found) => RepositoryError::Abandoned(id),
            _ => error,
        }
    }
}

/// Writes the RAW and the pages; gives the index, and how many bytes were written.
fn fill(
    disk: &atlas_disk::Disk,
    ask: &Ingest,
    watch: Watch<'_>,
    claim: &Claim<'_>,
    raw: &File,
    pages: &File,
) -> Result<(Index, u64), RepositoryError> {
    let line = Line::new(Pages::new(pages));
    let renewed = Mutex::new(0_u64);
    let tell = |progress: atlas_disk::Progress| {
        watch.tell(progress.done, progress.total);
        let mut renewed = renewed.lock().unwrap_or_else(PoisonError::into_inner);
        if progress.done.saturating_sub(*renewed) >= RENEWAL {
            *renewed = progress.done;
            if let Err(error) = claim.renew() {
                line.fail(error);
            }
        }
    };
    let done = thread::scope(|scope| {
        for _ in 0..ask.threads.get() {
            let spawned = thread::Builder::new().spawn_scoped(scope, || line.work(name));
            if let Err(error) = spawned {
                line.fail(failed("start a thread", error));
            }
        }
        let read = read(disk, raw, ask, watch, &line, &tell);
        line.close();
        match read {
            Ok(converted) => line.finish().map(|pages| (converted, pages)),
            Err(error) => {
                line.fail(error);
                None
            }
        }
    });
    if let Some(error) = line.failed() {
        return Err(error);
    }
    // Whoever failed has said why.
    let (converted, assembled) = done.ok_or(RepositoryError::Stopped)?;
    let (pages, counts) = assembled.finish()?;
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
        packs: Vec::new(),
        places: Vec::new(),
    };
    Ok((index, counts.stored.saturating_add(converted.data)))
}

/// Hashes a chunk, whose bytes are written already.
fn name(cut: Cut) -> Worked {
    match cut {
        Cut::Zeros(length) => Worked::Zeros(length),
        Cut::Chunk(bytes) => Worked::New {
            digest: digest(&bytes),
            raw: u32::try_from(bytes.len()).unwrap_or(u32::MAX),
            stored: Vec::new(),
        },
    }
}
