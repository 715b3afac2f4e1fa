//! Files that belong to no image go.

use super::{PART, Plain, RAW};
use crate::{
    Collected, Gc, StoredId,
    claim::{self, Claim},
    error::{RepositoryError, failed},
    layout::Worker,
    watch::Watch,
};
use std::{collections::BTreeSet, fs, io};

impl Plain {
    /// Removes what no image needs. Ingests that nobody has heard of for as long as the period of grace
    /// are ended, and their files go at once, since no image will ever be made of them.
    pub(crate) fn gc(&self, ask: &Gc, watch: Watch<'_>) -> Result<Collected, RepositoryError> {
        claim::workers(self.backend(), ask.since(), None)?;
        let mut done = Collected::default();
        let there: BTreeSet<StoredId> = self.records().images()?.into_iter().collect();
        for id in self.with_files()?.difference(&there) {
            watch.go_on()?;
            let (files, bytes) = self.sweep(*id)?;
            done.removed = done.removed.saturating_add(files);
            done.removed_bytes = done.removed_bytes.saturating_add(bytes);
        }
        self.backend().clean(ask.since())?;
        Ok(done)
    }

    /// Removes the files of an image that is not there, unless somebody makes it.
    pub(super) fn sweep(&self, id: StoredId) -> Result<(u64, u64), RepositoryError> {
        let claim = match Claim::begin(self.backend(), Worker::Ingest(id)) {
            Ok(claim) => Some(claim),
            // There is a void: nobody needs a claim any more.
            Err(RepositoryError::Abandoned(_)) => None,
            Err(RepositoryError::Exists(_) | RepositoryError::Busy(_)) => return Ok((0, 0)),
            // Room is made where there is none, not even for a claim: ids are given once, so that
            // nobody begins anew with one that has files.
            Err(RepositoryError::Full(_)) if !self.is_claimed(id)? => None,
            Err(error) => return Err(error),
        };
        let removed = self.remove(id)?;
        claim.map_or(Ok(()), Claim::end)?;
        Ok(removed)
    }

    fn is_claimed(&self, id: StoredId) -> Result<bool, RepositoryError> {
        let found = self.backend().find(&Worker::Ingest(id).claim())?;
        Ok(found.is_some())
    }

    /// The ids of images of which there is a file.
    fn with_files(&self) -> Result<BTreeSet<StoredId>, RepositoryError> {
        let read = || -> io::Result<BTreeSet<StoredId>> {
            let mut all = BTreeSet::new();
            for entry in fs::read_dir(self.path(RAW))? {
                // What is called otherwise is not of this pool, and stays.
                all.extend(entry?.file_name().to_str().and_then(id_of));
            }
            Ok(all)
        };
        match read() {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(BTreeSet::new()),
            read => read.map_err(|error| failed("list", error)),
        }
    }
}

fn id_of(name: &str) -> Option<StoredId> {
    let name = name.strip_suffix(PART).unwrap_or(name);
    let id = name.strip_suffix(".raw").or(name.strip_suffix(".pages"))?;
    StoredId::parse(id).ok()
}
