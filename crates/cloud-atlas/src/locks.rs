//! Lock files: plans that never move.

mod holding;
mod registered;

pub use self::{holding::LockHolder, registered::LockRef};

use crate::{
    Error, Session,
    states::{Located, State},
    unit::Unit,
};
use atlas_history::Revision;
use atlas_image_id::CloudLocation;
use atlas_scope::Scope;
use atlas_template::{
    AnyLock, LaunchPlan, LockDiff, LockFile, LockState, LockedPlan, Reference, ResolveError,
    Selector,
};
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

/// What there is today of the revision that a lock file holds.
enum Today {
    /// Nothing, and why.
    Gone(String),
    /// The revision.
    There(Box<(Located, State)>),
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
        let mut states = Vec::new();
        for lock in lock.locks() {
            let today = unit.locked_today(lock, from).await?;
            for location in lock.locations().keys() {
                let (state, _) = unit.locked_state(lock, &today, location).await?;
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
        let mut locks = lock.locks().into_iter();
        let held = locks.find(|lock| lock.locations().contains_key(location));
        let (Some(held), Some(plan)) = (held, lock.resolve(location)) else {
            return Err(Error::NotLocked {
                name: lock.name().clone(),
                location: location.clone(),
                locked: lock.locations().into_iter().cloned().collect(),
            });
        };
        let today = unit.locked_today(held, from).await?;
        match unit.locked_state(held, &today, location).await? {
            (LockState::Revoked { .. }, Some(refusal)) => Err(refusal.into()),
            (state, _) => Ok(LockedLaunch {
                location: location.clone(),
                plan,
                state,
            }),
        }
    }
}

impl Unit {
    /// What there is of the revision of a lock, as seen from a scope.
    async fn locked_today(&self, lock: &LockFile, from: &Scope) -> Result<Today, Error> {
        let reference = Reference::lineage(lock.lineage()).at(Selector::Number(lock.revision()));
        let (located, state) = match self.launchable(&reference, from).await {
            Ok(found) => found,
            Err(error @ (Error::NotFound(_) | Error::NoRevision { .. })) => {
                return Ok(Today::Gone(error.to_string()));
            }
            Err(error) => return Err(error),
        };
        if state.revision.as_ref().map(Revision::digest) != Some(lock.revision_digest()) {
            let reason = "the store holds another revision under that number";
            return Ok(Today::Gone(reason.to_owned()));
        }
        Ok(Today::There(Box::new((located, state))))
    }

    /// How an entry of a lock stands, and the refusal where it must not be launched.
    async fn locked_state(
        &self,
        lock: &LockFile,
        today: &Today,
        location: &CloudLocation,
    ) -> Result<(LockState, Option<ResolveError>), Error> {
        let (located, state) = match today {
            Today::There(there) => &**there,
            Today::Gone(reason) => {
                let reason = reason.clone();
                return Ok((LockState::Gone { reason }, None));
            }
        };
        let now: Result<LaunchPlan, ResolveError> = match self.plan(located, state, location).await
        {
            Ok(plan) => Ok(plan),
            Err(Error::Resolve(refusal)) => Err(refusal),
            Err(error) => return Err(error),
        };
        let Some(entry) = lock.locations().get(location) else {
            let reason = format!("the lock holds nothing for {location}");
            return Ok((LockState::Gone { reason }, None));
        };
        Ok((LockFile::compare(location, entry, &now), now.err()))
    }
}
