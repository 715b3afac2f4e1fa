//! What nobody needs goes.
//!
//! Why no image loses a chunk by it is said in the documentation of the crate.

use crate::{
    Repository, RunId,
    backend::Listed,
    claim::{self, Claim, Outcome},
    error::RepositoryError,
    layout::{self, CONDEMNED, MOVES, PACKS, Worker},
    mark::{Needed, Used},
    packs::Moved,
    records::{Condemned, Moves},
    watch::Watch,
};
use atlas_base::{Digest, Timestamp};
use core::time::Duration;
use object_store::path::Path;
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// How a repository is cleaned up.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Gc {
    /// How the run is called: given once.
    pub run: RunId,
    /// What time it is.
    pub now: Timestamp,
    /// How old a pack is before it may be condemned, how long it is condemned before it goes, and how
    /// long a claim may stay without being renewed. A reader of an image that is deleted has as long.
    pub grace: Duration,
    /// Packs of which more than so many of a hundred stored bytes are needed by nobody are rewritten;
    /// none are unless this is told, and of a pack nothing goes before nobody needs any of it. To know,
    /// all pages of all indexes are read.
    pub rewrite: Option<u8>,
    /// Packs that are rewritten in one run, at most.
    pub most_rewritten: usize,
}

impl Gc {
    /// A run, and what time it is.
    pub fn new(run: RunId, now: Timestamp) -> Self {
        Self {
            run,
            now,
            grace: Duration::from_hours(24),
            rewrite: None,
            most_rewritten: 256,
        }
    }

    /// The moment before which things are old enough.
    pub(crate) fn since(&self) -> Timestamp {
        let grace = i64::try_from(self.grace.as_micros()).unwrap_or(i64::MAX);
        let since = self.now.as_micros().saturating_sub(grace);
        Timestamp::from_micros(since).unwrap_or(Timestamp::EPOCH)
    }
}

/// What a clean-up did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Collected {
    /// Packs that were condemned, and go in a later run.
    pub condemned: u64,
    /// Packs that were removed; of a plain pool, files.
    pub removed: u64,
    /// Bytes of them; of files, those that they took.
    pub removed_bytes: u64,
    /// Packs whose chunks were moved, of those that were removed.
    pub rewritten: u64,
    /// Packs that have been condemned and wait for their time, for an ingest, or to be rewritten.
    pub waiting: u64,
}

impl Repository {
    /// Removes what no image needs. What is found unneeded is condemned by one run, and removed by a
    /// later one; [the module](crate#cleaning-up) says why images are safe meanwhile.
    ///
    /// # Errors
    ///
    /// The id of the run is taken; an index cannot be read, so that nobody knows what is needed; the
    /// backend fails; the caller stopped the work. What is done by then is done, and a later run goes on.
    pub fn gc(&self, ask: &Gc, watch: Watch<'_>) -> Result<Collected, RepositoryError> {
        let claim = Claim::begin(self.backend(), Worker::Gc(ask.run))?;
        let mut run = Run {
            repository: self,
            ask,
            watch,
            sizes: BTreeMap::new(),
            done: Collected::default(),
        };
        match run.all(&claim) {
            Ok(None) => claim.end()?,
            Ok(Some(moves)) => run.publish(claim, &moves)?,
            Err(error) => {
                // What went wrong first is said; a claim that stays is ended by a later run.
                let _ = claim.end();
                return Err(error);
            }
        }
        Ok(run.done)
    }
}

pub(crate) struct Run<'a> {
    pub(crate) repository: &'a Repository,
    pub(crate) ask: &'a Gc,
    pub(crate) watch: Watch<'a>,
    sizes: BTreeMap<Digest, Listed>,
    done: Collected,
}

impl Run<'_> {
    /// Does all but to publish moves.
    fn all(&mut self, claim: &Claim<'_>) -> Result<Option<Moves>, RepositoryError> {
        let repository = self.repository;
        let backend = repository.backend();
        // In this order: who is noted to be waited for, who is at work, which packs there are, and what
        // is needed. A pack that is condemned after the packs were listed would be taken for gone.
        let condemned = repository.condemned()?;
        let workers = claim::workers(backend, self.ask.since(), Some(self.ask.run))?;
        backend.clean(self.ask.since())?;
        let moved = repository.packs().moves()?;
        for listed in backend.list(PACKS)? {
            if let Some(name) = layout::is_pack(&listed.name) {
                self.sizes.insert(name, listed);
            }
        }
        let needed = repository.needed(&moved, self.watch)?;
        let mut used = None;
        if self.ask.rewrite.is_some() {
            used = Some(repository.used(&moved, self.watch)?);
        }
        let mut to_move = BTreeSet::new();
        for (listed, record) in &condemned {
            self.watch.go_on()?;
            let packs = self.sweep(listed, record, &workers, &needed)?;
            to_move.extend(packs);
        }
        self.condemn(&condemned, &needed, used.as_ref())?;
        self.forget_moves(&needed, &moved)?;
        let waiting = condemned.iter().flat_map(|(_, it)| &it.packs);
        let waiting: BTreeSet<_> = waiting.filter(|it| self.sizes.contains_key(it)).collect();
        self.done.waiting = u64::try_from(waiting.len()).unwrap_or(u64::MAX);
        let Some(used) = used.filter(|_| !to_move.is_empty()) else {
            return Ok(None);
        };
        let some = to_move.into_iter().take(self.ask.most_rewritten);
        let new = self.rewrite(some, &used, claim)?;
        Ok((!new.moved.is_empty()).then_some(new))
    }

    /// Removes what is condemned and not needed; gives what has to be moved.
    fn sweep(
        &mut self,
        listed: &Listed,
        record: &Condemned,
        workers: &BTreeSet<Worker>,
        needed: &Needed,
    ) -> Result<Vec<Digest>, RepositoryError> {
        let backend = self.repository.backend();
        let path = Path::from(CONDEMNED).join(listed.name.as_str());
        let Some(waits) = &record.waits else {
            // Whoever condemned them did not come to note who is at work.
            let mut record = record.clone();
            record.waits = Some(workers.clone());
            backend.put(&path, record.object())?;
            return Ok(Vec::new());
        };
        if !waits.is_disjoint(workers) || listed.changed > self.ask.since() {
            return Ok(Vec::new());
        }
        let mut left = Vec::new();
        for pack in &record.packs {
            if needed.live.contains(pack) && self.sizes.contains_key(pack) {
                left.push(*pack);
            } else {
                self.remove(pack)?;
            }
        }
        if left.is_empty() {
            backend.delete(&path)?;
        }
        Ok(left)
    }

    fn remove(&mut self, pack: &Digest) -> Result<(), RepositoryError> {
        if let Some(listed) = self.sizes.remove(pack) {
            self.repository.backend().delete(&layout::pack(pack))?;
            self.done.removed = self.done.removed.saturating_add(1);
            self.done.removed_bytes = self.done.removed_bytes.saturating_add(listed.size);
        }
        Ok(())
    }

    /// Condemns what nobody needs.
    fn condemn(
        &mut self,
        before: &[(Listed, Condemned)],
        needed: &Needed,
        used: Option<&Used>,
    ) -> Result<(), RepositoryError> {
        let before: BTreeSet<_> = before.iter().flat_map(|(_, it)| &it.packs).collect();
        let mut packs = BTreeSet::new();
        for (pack, listed) in &self.sizes {
            if before.contains(pack) || listed.changed > self.ask.since() {
                continue;
            }
            if !needed.live.contains(pack) || self.is_mostly_dead(pack, used)? {
                packs.insert(*pack);
            }
        }
        if packs.is_empty() {
            return Ok(());
        }
        self.done.condemned = u64::try_from(packs.len()).unwrap_or(u64::MAX);
        let mut record = Condemned { packs, waits: None };
        let path = layout::condemned(self.ask.run);
        let backend = self.repository.backend();
        backend.put(&path, record.object())?;
        // Only now: whoever begins from here on reads what is condemned.
        let workers = claim::workers(backend, self.ask.since(), Some(self.ask.run))?;
        record.waits = Some(workers);
        backend.put(&path, record.object())
    }

    fn is_mostly_dead(&self, pack: &Digest, used: Option<&Used>) -> Result<bool, RepositoryError> {
        let (Some(used), Some(most)) = (used, self.ask.rewrite) else {
            return Ok(false);
        };
        match used.dead(pack, self.repository.packs()) {
            Ok(dead) => Ok(dead > most.into()),
            // Nothing can be moved from what cannot be read.
            Err(RepositoryError::Rot(_)) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Removes moves from packs that no image names any more.
    fn forget_moves(&self, needed: &Needed, moved: &Arc<Moved>) -> Result<(), RepositoryError> {
        if moved.is_empty() {
            return Ok(());
        }
        let backend = self.repository.backend();
        for listed in backend.list(MOVES)? {
            let path = Path::from(MOVES).join(listed.name.as_str());
            let Some(bytes) = backend.find(&path)? else {
                continue;
            };
            // One that cannot be read was an error before; a void stays for ever.
            let record = Moves::parse(&bytes).unwrap_or_default().moved;
            let is_known = record.keys().all(|from| moved.contains_key(from));
            let is_needed = record.keys().any(|from| needed.named.contains(from));
            if !record.is_empty() && is_known && !is_needed {
                backend.delete(&path)?;
            }
        }
        Ok(())
    }

    /// Publishes moves, and removes the packs that are empty by that.
    fn publish(&mut self, claim: Claim<'_>, moves: &Moves) -> Result<(), RepositoryError> {
        match claim.publish(&moves.object())? {
            Outcome::Published => {}
            Outcome::Ended | Outcome::Taken => return Err(RepositoryError::Ran(self.ask.run)),
        }
        for pack in moves.moved.keys() {
            self.remove(pack)?;
            self.done.rewritten = self.done.rewritten.saturating_add(1);
            self.done.waiting = self.done.waiting.saturating_sub(1);
        }
        Ok(())
    }
}
