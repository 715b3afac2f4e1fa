//! Claims: what says that somebody is at work.
//!
//! An ingest and a clean-up make one before they look at anything else, and remove it after the last
//! thing they do. While it is there, what they may rely on is not removed. One that is not renewed for
//! too long is ended by a clean-up, which puts a *void* where the result would be published: both are
//! made only where nothing is, so that exactly one of them is there, whatever the clocks say.

use crate::{
    RunId, StoredId,
    backend::Backend,
    error::{RepositoryError, Rot, Why},
    layout::{CLAIMS, Worker},
    sealed::Kind,
};
use atlas_base::Timestamp;
use bytes::Bytes;
use std::collections::BTreeSet;

/// What a worker holds while it works.
#[derive(Debug)]
pub(crate) struct Claim<'a> {
    backend: &'a Backend,
    worker: Worker,
}

/// What came of publishing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    Published,
    /// Somebody ended the claim.
    Ended,
    /// Somebody else published under the same id.
    Taken,
}

impl<'a> Claim<'a> {
    /// Begins, unless somebody has begun or has published under that id.
    pub(crate) fn begin(backend: &'a Backend, worker: Worker) -> Result<Self, RepositoryError> {
        let check = || match backend.find(&worker.publication())? {
            Some(bytes) => Err(taken(worker, Kind::Void.is(&bytes))),
            None => Ok(()),
        };
        check()?;
        if !backend.create(&worker.claim(), Kind::Claim.object(&[]))? {
            return Err(match worker {
                Worker::Ingest(id) => RepositoryError::Busy(id),
                Worker::Gc(id) => RepositoryError::Ran(id),
            });
        }
        let claim = Self { backend, worker };
        // Somebody may have published, and ended, since it was looked. Nobody can from here on.
        if let Err(error) = check() {
            claim.end()?;
            return Err(error);
        }
        Ok(claim)
    }

    /// Tells that the work goes on.
    pub(crate) fn renew(&self) -> Result<(), RepositoryError> {
        self.backend
            .put(&self.worker.claim(), Kind::Claim.object(&[]))
    }

    /// Publishes what was made, and ends.
    ///
    /// Where the backend does not tell whether it took it, the claim stays: what it protects may have
    /// been published.
    pub(crate) fn publish(self, object: &Bytes) -> Result<Outcome, RepositoryError> {
        let place = self.worker.publication();
        let outcome = if self.backend.create(&place, object.clone())? {
            Outcome::Published
        } else {
            let found = self.backend.find(&place)?.ok_or_else(unclear)?;
            // The same is there where the answer to an earlier attempt was lost.
            match found == *object {
                true => Outcome::Published,
                false if Kind::Void.is(&found) => Outcome::Ended,
                false => Outcome::Taken,
            }
        };
        self.end()?;
        Ok(outcome)
    }

    /// Ends without having published anything.
    pub(crate) fn end(self) -> Result<(), RepositoryError> {
        self.backend.delete(&self.worker.claim())
    }
}

/// What is said of a worker whose publication is there already.
pub(crate) fn taken(worker: Worker, is_void: bool) -> RepositoryError {
    match worker {
        Worker::Ingest(id) if is_void => RepositoryError::Abandoned(id),
        Worker::Ingest(id) => RepositoryError::Exists(id),
        Worker::Gc(id) => RepositoryError::Ran(id),
    }
}

/// Puts a void where an image would be published: false where one was.
pub(crate) fn abandon(backend: &Backend, worker: Worker) -> Result<bool, RepositoryError> {
    let place = worker.publication();
    for _ in 0..ATTEMPTS {
        let is_void = if backend.create(&place, Kind::Void.object(&[]))? {
            Some(true)
        } else {
            backend.find(&place)?.map(|it| Kind::Void.is(&it))
        };
        // Before something is there for certain, the worker may still publish.
        if let Some(is_void) = is_void {
            backend.delete(&worker.claim())?;
            return Ok(is_void);
        }
    }
    Err(unclear())
}

/// How often something is put where nothing is found and something is said to be.
const ATTEMPTS: usize = 3;

/// What is said then: somebody else removes or puts it all the time, or the backend errs.
fn unclear() -> RepositoryError {
    RepositoryError::Backend {
        what: "write",
        is_retryable: true,
        source: "something was there, and was not when it was looked for".into(),
    }
}

/// Everybody who is at work. Those that were not renewed since a moment are ended.
pub(crate) fn workers(
    backend: &Backend,
    since: Timestamp,
    but: Option<RunId>,
) -> Result<BTreeSet<Worker>, RepositoryError> {
    let mut all = BTreeSet::new();
    for claim in backend.list(CLAIMS)? {
        let Some(worker) = Worker::parse(&claim.name) else {
            let object = format!("{CLAIMS}/{}", claim.name);
            return Err(Rot::of(&object, Why::Kind).into());
        };
        let is_own = matches!((worker, but), (Worker::Gc(id), Some(own)) if id == own);
        if is_own {
            continue;
        }
        // Whoever has published, or never will, is not at work, whatever it thinks.
        let is_over = backend.find(&worker.publication())?.is_some();
        if is_over || claim.changed < since {
            abandon(backend, worker)?;
        } else {
            all.insert(worker);
        }
    }
    Ok(all)
}

/// The id of an image, if an object under `images/` is one.
pub(crate) fn image_of(name: &str) -> Result<StoredId, RepositoryError> {
    StoredId::parse(name).map_err(|_| Rot::of(&format!("images/{name}"), Why::Kind).into())
}
