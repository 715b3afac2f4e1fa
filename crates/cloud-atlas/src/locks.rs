//! Lock files: plans that never move.

use crate::{Error, Session};
use atlas_history::Revision;
use atlas_image_id::CloudLocation;
use atlas_scope::Scope;
use atlas_template::{LockFile, LockState, Reference, Selector};

impl Session {
    /// Locks the plans of some locations, or of all that have a setting: `None`.
    ///
    /// # Errors
    ///
    /// As [`Session::resolve`]; HEAD cannot be locked.
    pub async fn lock(
        &self,
        reference: &Reference,
        from: &Scope,
        locations: Option<&[CloudLocation]>,
    ) -> Result<LockFile, Error> {
        let unit = self.read().await?;
        let (located, state) = unit.launchable(reference, from).await?;
        Ok(LockFile::new(
            &unit.plans(&located, &state, locations).await?,
        )?)
    }

    /// How each entry of a lock file stands today.
    ///
    /// # Errors
    ///
    /// The store fails. That the revision is gone is an answer, not an error.
    pub async fn verify_lock(
        &self,
        lock: &LockFile,
        from: &Scope,
    ) -> Result<Vec<(CloudLocation, LockState)>, Error> {
        let unit = self.read().await?;
        let reference = Reference::lineage(lock.lineage()).at(Selector::Number(lock.revision()));
        let entries = lock.locations();
        let gone = |reason: String| {
            let state = LockState::Gone { reason };
            Ok(entries
                .keys()
                .map(|location| (location.clone(), state.clone()))
                .collect())
        };
        let (located, state) = match unit.launchable(&reference, from).await {
            Ok(found) => found,
            Err(error @ (Error::NotFound(_) | Error::NoRevision { .. })) => {
                return gone(error.to_string());
            }
            Err(error) => return Err(error),
        };
        if state.revision.as_ref().map(Revision::digest) != Some(lock.revision_digest()) {
            return gone("the store holds another revision under that number".to_owned());
        }
        let mut states = Vec::with_capacity(entries.len());
        for (location, entry) in entries {
            let now = match unit.plan(&located, &state, location).await {
                Ok(plan) => Ok(plan),
                Err(Error::Resolve(refusal)) => Err(refusal),
                Err(error) => return Err(error),
            };
            states.push((location.clone(), LockFile::compare(location, entry, &now)));
        }
        Ok(states)
    }
}
