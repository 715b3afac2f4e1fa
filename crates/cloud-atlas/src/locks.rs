//! Lock files: plans that never move.

mod holding;
mod registered;

pub use self::{holding::LockHolder, registered::LockRef};

use crate::{
    Error, Session,
    kind::{Mci, Template, Versioned},
    states::{Located, State},
    unit::Unit,
};
use atlas_base::Digest;
use atlas_history::{LineageId, Revision, RevisionNumber};
use atlas_image_id::CloudLocation;
use atlas_scope::Scope;
use atlas_template::{AnyLock, LockDiff, LockFile, LockState, LockedPlan, Reference, Selector};
use serde::Serialize;

/// What a lock file says to launch, and how that stands today.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct LockedLaunch {
    /// Where.
    pub location: CloudLocation,
    /// What: that of the lock file, whatever the store says today.
    #[serde(flatten)]
    pub plan: LockedPlan,
    /// How the entry stands today.
    #[serde(flatten)]
    pub state: LockState,
}

/// A lock file that could take the place of another.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct LockUpdate {
    /// The new one.
    pub lock: LockFile,
    /// What would be different.
    pub diff: LockDiff,
}

/// What there is today of a revision that a lock file holds.
enum Today<C: Versioned> {
    /// Nothing, and why.
    Gone(String),
    /// The revision.
    There(Box<(Located<C>, State<C>)>),
}

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

    /// The lock that the same locations of the same lineage give now: at the state that a selector
    /// chooses, else at the newest revision. Nothing is written: who is shown the difference says
    /// whether the new lock takes the place of the old one (ours).
    ///
    /// # Errors
    ///
    /// As [`Session::lock`].
    pub async fn update_lock(
        &self,
        lock: &LockFile,
        to: Option<&Selector>,
        from: &Scope,
        locations: Option<&[CloudLocation]>,
    ) -> Result<LockUpdate, Error> {
        let unit = self.read().await?;
        let mut reference = Reference::lineage(lock.lineage());
        reference.selector = to.cloned();
        let (located, state) = unit.launchable(&reference, from).await?;
        let same: Vec<_> = lock.locations().keys().cloned().collect();
        let locations = locations.unwrap_or(&same);
        let plans = unit.plans(&located, &state, Some(locations)).await?;
        let (lock, diff) = lock.update(&plans)?;
        Ok(LockUpdate { lock, diff })
    }

    /// How each entry of a lock file stands today.
    ///
    /// # Errors
    ///
    /// The store fails. That the revision is gone is an answer, not an error.
    pub async fn verify_lock(
        &self,
        lock: &AnyLock,
        from: &Scope,
    ) -> Result<Vec<(CloudLocation, LockState)>, Error> {
        let unit = self.read().await?;
        let template = unit.template_today(lock, from).await?;
        let mut states = Vec::new();
        for held in lock.locks() {
            let today = unit.mci_today(held, from).await?;
            for location in held.locations().keys() {
                let state = unit.entry_today(held, &today, location).await?;
                let state = judged(lock, template.as_ref(), state);
                states.push((location.clone(), state));
            }
        }
        states.sort_by(|(one, _), (other, _)| one.cmp(other));
        Ok(states)
    }

    /// What a lock file says to launch at a location: never anything else, whatever was committed,
    /// moved or deleted since (ours). What is revoked is refused, as it is without a lock.
    ///
    /// # Errors
    ///
    /// The lock file holds nothing for the location, or what it holds must not be launched any more.
    pub async fn resolve_locked(
        &self,
        lock: &AnyLock,
        location: &CloudLocation,
        from: &Scope,
    ) -> Result<LockedLaunch, Error> {
        let unit = self.read().await?;
        let state = match lock.lock_for(location) {
            Some(held) => {
                let template = unit.template_today(lock, from).await?;
                let today = unit.mci_today(held, from).await?;
                let state = unit.entry_today(held, &today, location).await?;
                judged(lock, template.as_ref(), state)
            }
            None => LockState::Same,
        };
        Ok(LockedLaunch {
            location: location.clone(),
            plan: lock.launch(location, &state)?,
            state,
        })
    }
}

/// How an entry of a lock stands where it stands like this by itself.
fn judged(lock: &AnyLock, template: Option<&Today<Template>>, entry: LockState) -> LockState {
    match (lock, template) {
        (AnyLock::Template(lock), Some(Today::There(there))) => {
            lock.with_marks(&there.1.marks, entry)
        }
        (_, Some(Today::Gone(reason))) => LockState::Gone {
            reason: reason.clone(),
        },
        _ => entry,
    }
}

impl Unit {
    /// What there is of a revision that is to have a digest, as seen from a scope.
    async fn today<C: Versioned>(
        &self,
        lineage: LineageId,
        number: RevisionNumber,
        digest: Digest,
        from: &Scope,
    ) -> Result<Today<C>, Error> {
        let reference = Reference::lineage(lineage).at(Selector::Number(number));
        let found = async {
            let located = self.locate::<C>(&reference, from, C::CAN.view).await?;
            let state = self.committed(&located.found, number).await?;
            Ok((located, state))
        };
        match found.await {
            Ok(found) if found.1.revision.as_ref().map(Revision::digest) == Some(digest) => {
                Ok(Today::There(Box::new(found)))
            }
            Ok(_) => {
                let reason = "the store holds another revision under that number";
                Ok(Today::Gone(reason.to_owned()))
            }
            Err(error @ (Error::NotFound(_) | Error::NoRevision { .. })) => {
                Ok(Today::Gone(error.to_string()))
            }
            Err(error) => Err(error),
        }
    }

    async fn mci_today(&self, lock: &LockFile, from: &Scope) -> Result<Today<Mci>, Error> {
        let (lineage, number) = (lock.lineage(), lock.revision());
        self.today(lineage, number, lock.revision_digest(), from)
            .await
    }

    /// What there is of the template of a lock; none where it is the lock of none.
    async fn template_today(
        &self,
        lock: &AnyLock,
        from: &Scope,
    ) -> Result<Option<Today<Template>>, Error> {
        let AnyLock::Template(lock) = lock else {
            return Ok(None);
        };
        let template = lock.template();
        let (Some(number), Some(digest)) = (template.revision, template.revision_digest) else {
            let reason = "it was locked at no revision";
            return Ok(Some(Today::Gone(reason.to_owned())));
        };
        let today = self.today(template.lineage, number, digest, from);
        Ok(Some(today.await?))
    }

    /// How an entry of a lock stands by itself.
    async fn entry_today(
        &self,
        lock: &LockFile,
        today: &Today<Mci>,
        location: &CloudLocation,
    ) -> Result<LockState, Error> {
        let gone = |reason: &str| LockState::Gone {
            reason: reason.to_owned(),
        };
        let (located, state) = match today {
            Today::There(there) => &**there,
            Today::Gone(reason) => return Ok(gone(reason)),
        };
        let now = match self.plan(located, state, location).await {
            Ok(plan) => Ok(plan),
            Err(Error::Resolve(refusal)) => Err(refusal),
            Err(error) => return Err(error),
        };
        let entry = lock.locations().get(location);
        Ok(entry.map_or_else(
            || gone("the lock holds nothing there"),
            |entry| LockFile::compare(location, entry, &now),
        ))
    }
}
