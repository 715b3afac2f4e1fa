//! Lock files: plans that never move.

mod holding;
mod registered;

pub use self::{holding::LockHolder, registered::LockRef};

use crate::{
    Error, LaunchBase, LaunchSubject, LineageKind, Session,
    kind::{Mci, Template, Versioned},
    launch::Question,
    states::{Located, State},
    unit::Unit,
};
use atlas_base::Digest;
use atlas_history::{LineageId, Revision, RevisionNumber};
use atlas_image_id::CloudLocation;
use atlas_scope::Scope;
use atlas_template::{
    AnyLock, Launch, LaunchPlan, LockDiff, LockFile, LockState, LockedPlan, Reference, Selector,
    TemplateLock,
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
    pub lock: AnyLock,
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
        let subject = LaunchSubject::mci(reference.clone(), from.clone());
        let launches = unit.launches(&subject, locations).await?;
        Ok(LockFile::new(&plans(launches))?)
    }

    /// Locks what a ServerTemplate launches at some locations, or at all that it supports: `None`.
    /// `mci` is the MultiCloud Image in place of its default.
    ///
    /// # Errors
    ///
    /// As [`Session::resolve`]; a HEAD cannot be locked, neither of the template nor of what it links.
    pub async fn lock_template(
        &self,
        reference: &Reference,
        mci: Option<&Reference>,
        from: &Scope,
        locations: Option<&[CloudLocation]>,
    ) -> Result<TemplateLock, Error> {
        let unit = self.read().await?;
        let base = LaunchBase::Template {
            template: reference.clone(),
            mci: mci.cloned(),
        };
        let subject = LaunchSubject::new(base, from.clone());
        let launches = unit.launches(&subject, locations).await?;
        Ok(TemplateLock::new(&launches)?)
    }

    /// The lock that the same locations of the same lineage give now: at the state that a selector
    /// chooses, else at the newest revision. Nothing is written: who is shown the difference says
    /// whether the new lock takes the place of the old one (ours).
    ///
    /// # Errors
    ///
    /// As [`Session::lock`] and [`Session::lock_template`].
    pub async fn update_lock(
        &self,
        lock: &AnyLock,
        to: Option<&Selector>,
        from: &Scope,
        locations: Option<&[CloudLocation]>,
    ) -> Result<LockUpdate, Error> {
        let unit = self.read().await?;
        let (kind, lineage) = match lock {
            AnyLock::Mci(lock) => (LineageKind::Mci, lock.lineage()),
            AnyLock::Template(lock) => (LineageKind::Template, lock.template().lineage),
        };
        let mut reference = Reference::lineage(lineage);
        reference.selector = to.cloned();
        let subject = LaunchSubject::new(LaunchBase::new(kind, reference), from.clone());
        let same: Vec<_> = lock.locations().into_iter().cloned().collect();
        let locations = locations.unwrap_or(&same);
        let launches = unit.launches(&subject, Some(locations)).await?;
        let (lock, diff) = match lock {
            AnyLock::Mci(lock) => {
                let (lock, diff) = lock.update(&plans(launches))?;
                (lock.into(), diff)
            }
            AnyLock::Template(lock) => {
                let (lock, diff) = lock.update(&launches)?;
                (lock.into(), diff)
            }
        };
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
            let places: Vec<_> = held.locations().keys().collect();
            let entries = unit.entries_today(held, &places, from).await?;
            for (place, state) in places.into_iter().zip(entries) {
                let state = judged(lock, template.as_ref(), state);
                states.push((place.clone(), state));
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
                let entries = unit.entries_today(held, &[location], from).await?;
                let state = entries.into_iter().next().unwrap_or(LockState::Same);
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

    /// How entries of a lock stand by themselves.
    async fn entries_today(
        &self,
        lock: &LockFile,
        places: &[&CloudLocation],
        from: &Scope,
    ) -> Result<Vec<LockState>, Error> {
        let (lineage, number) = (lock.lineage(), lock.revision());
        let today = self.today::<Mci>(lineage, number, lock.revision_digest(), from);
        if let Today::Gone(reason) = today.await? {
            let gone = LockState::Gone { reason };
            return Ok(vec![gone; places.len()]);
        }
        let reference = Reference::lineage(lineage).at(Selector::Number(number));
        let subject = LaunchSubject::mci(reference, from.clone());
        let sources = self.sources(&subject).await?;
        let links = sources.links();
        let question = Question::new(&sources, &links, &subject.overrides);
        let mut states = Vec::with_capacity(places.len());
        for (place, entry) in places
            .iter()
            .filter_map(|place| Some((*place, lock.locations().get(*place)?)))
        {
            states.push(match self.decided(&question, place).await?.outcome {
                Ok(launch) => LockFile::compare(place, entry, &Ok(launch.plan)),
                Err(refusal) => LockState::Revoked {
                    reason: refusal.to_string(),
                },
            });
        }
        Ok(states)
    }

    /// What is launched at some locations, or at all that have a setting: `None`.
    async fn launches(
        &self,
        subject: &LaunchSubject,
        locations: Option<&[CloudLocation]>,
    ) -> Result<Vec<Launch>, Error> {
        let sources = self.sources(subject).await?;
        let links = sources.links();
        let question = Question::new(&sources, &links, &subject.overrides);
        let wanted: Vec<_> = match locations {
            Some(locations) => locations.iter().collect(),
            None => question.locations(),
        };
        let mut launches = Vec::with_capacity(wanted.len());
        for location in wanted {
            launches.push(self.decided(&question, location).await?.outcome?);
        }
        Ok(launches)
    }
}

fn plans(launches: Vec<Launch>) -> Vec<LaunchPlan> {
    launches.into_iter().map(|launch| launch.plan).collect()
}
