//! Lock files: plans that never move.

mod holding;
mod registered;

pub use self::{holding::LockHolder, registered::LockRef};

use crate::{
    Error, LaunchBase, LaunchSubject, Session,
    kind::{Mci, Template, Versioned},
    launch::Question,
    states::{Located, State},
    unit::Unit,
};
use atlas_base::Digest;
use atlas_history::{LineageId, Revision, RevisionNumber};
use atlas_image::DeclaredGuest;
use atlas_image_id::CloudLocation;
use atlas_scope::{Permission, Scope};
use atlas_template::{
    AnyLock, HeldEntry, Launch, LaunchPlan, LaunchWarning, LockDiff, LockFile, LockState,
    LockToday, LockedPlan, Policy, Reference, Selector, TemplateLock,
};
use serde::Serialize;
use std::{
    collections::{BTreeMap, btree_map::Entry},
    sync::Arc,
};

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
    /// How the server is reached, as far as the image's record says today, or its publisher
    /// (Symphony).
    #[serde(flatten)]
    pub guest: DeclaredGuest,
    /// What nobody said of that; what is wrong with the entry is its state.
    pub warnings: Vec<LaunchWarning>,
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

/// An entry as it stands today.
struct EntryToday {
    state: LockState,
    /// How its server is reached, and what nobody said of that.
    guest: (DeclaredGuest, Vec<LaunchWarning>),
}

impl Default for EntryToday {
    fn default() -> Self {
        Self {
            state: LockState::Same,
            guest: Default::default(),
        }
    }
}

/// What entries of one revision of a MultiCloud Image are judged by.
struct Held {
    today: Today<Mci>,
    /// From where its images are seen.
    viewer: Scope,
    /// The policies that hold there.
    policies: Arc<[Policy]>,
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
        let same: Vec<_> = lock.locations().into_iter().cloned().collect();
        let locations = locations.unwrap_or(&same);
        let (lock, diff) = match lock {
            AnyLock::Mci(lock) => {
                let mut reference = Reference::lineage(lock.lineage());
                reference.selector = to.cloned();
                let subject = LaunchSubject::mci(reference, from.clone());
                let launches = unit.launches(&subject, Some(locations)).await?;
                let (lock, diff) = lock.update(&plans(launches))?;
                (lock.into(), diff)
            }
            AnyLock::Template(lock) => {
                let launches = unit.launches_again(lock, to, from, locations).await?;
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
        let entries: Vec<_> = lock.entries().collect();
        let states = unit.states_today(lock, &entries, from).await?;
        let places = entries.iter().map(|entry| entry.location().clone());
        let states = states.into_iter().map(|today| today.state);
        let mut states: Vec<_> = places.zip(states).collect();
        states.sort_by(|(one, _), (other, _)| one.cmp(other));
        Ok(states)
    }

    /// What a lock file says to launch at a location: never anything else, whatever was committed,
    /// moved or deleted since (ours). What must not be launched is refused, as it is without a lock.
    ///
    /// # Errors
    ///
    /// The lock file holds nothing for the location, or what it holds is revoked, disabled, closed
    /// to the account, without an agent that scripts need, or not allowed by a policy.
    pub async fn resolve_locked(
        &self,
        lock: &AnyLock,
        location: &CloudLocation,
        from: &Scope,
    ) -> Result<LockedLaunch, Error> {
        let unit = self.read().await?;
        let entries: Vec<_> = lock.entry(location).into_iter().collect();
        let mut states = unit.states_today(lock, &entries, from).await?;
        // A lock that holds nothing there says so itself.
        let EntryToday {
            state,
            guest: (guest, warnings),
        } = states.pop().unwrap_or_default();
        Ok(LockedLaunch {
            location: location.clone(),
            plan: lock.launch(location, &state)?,
            state,
            guest,
            warnings,
        })
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

    /// How entries of a lock stand, as seen from a scope.
    async fn states_today(
        &self,
        lock: &AnyLock,
        entries: &[HeldEntry<'_>],
        from: &Scope,
    ) -> Result<Vec<EntryToday>, Error> {
        let template = self.template_today(lock, from).await?;
        let mut known: BTreeMap<LineageId, Held> = BTreeMap::new();
        let mut states = Vec::with_capacity(entries.len());
        for entry in entries {
            let held = entry.lock();
            let lineage = held.lineage();
            let of = match known.entry(lineage) {
                Entry::Occupied(of) => of.into_mut(),
                Entry::Vacant(of) => {
                    let (number, digest) = (held.revision(), held.revision_digest());
                    let today = self.today::<Mci>(lineage, number, digest, from).await?;
                    let viewer = match &today {
                        Today::There(there) => there.0.viewer.clone(),
                        Today::Gone(_) => from.clone(),
                    };
                    let policies = self.policies_above(&viewer).await?.into();
                    of.insert(Held {
                        today,
                        viewer,
                        policies,
                    })
                }
            };
            let (at, image, viewer) = (entry.served_by(), entry.image(), &of.viewer);
            let policies = Arc::clone(&of.policies);
            let image = self.known_under(policies, at, &image, viewer).await?;
            let today = LockToday {
                mci: match &of.today {
                    Today::There(there) => Ok(there.1.source(lineage)),
                    Today::Gone(reason) => Err(reason),
                },
                template: template.as_ref().map(|template| match template {
                    Today::There(there) => Ok(&there.1.marks),
                    Today::Gone(reason) => Err(reason.as_str()),
                }),
            };
            let facts = image.facts(self, viewer);
            states.push(EntryToday {
                state: entry.stands(&today, &facts),
                guest: entry.guest(&facts),
            });
        }
        Ok(states)
    }

    /// What a template of a lock launches now at some locations. Where another MultiCloud Image than
    /// the default was locked, it is chosen again as long as the template links it.
    async fn launches_again(
        &self,
        lock: &TemplateLock,
        to: Option<&Selector>,
        from: &Scope,
        locations: &[CloudLocation],
    ) -> Result<Vec<Launch>, Error> {
        let mut template = Reference::lineage(lock.template().lineage);
        template.selector = to.cloned();
        let view = Permission::TemplateView;
        let located = self.locate::<Template>(&template, from, view).await?;
        let next = self.state(&located.found, to).await?;
        let mut default = None;
        if let Some(number) = lock.template().revision {
            default = match self.committed(&located.found, number).await {
                Ok(state) => state.content.content().default_link(),
                Err(Error::NoRevision { .. }) => None,
                Err(error) => return Err(error),
            };
        }
        let mut chosen: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for location in locations {
            let held = lock.locks().iter();
            let mut held = held.filter(|(_, lock)| lock.locations().contains_key(location));
            let lineage = held.next().map(|(lineage, _)| *lineage);
            let links = |lineage: &LineageId| next.content.content().link(*lineage).is_some();
            let lineage = lineage.filter(|it| default != Some(*it) && links(it));
            chosen.entry(lineage).or_default().push(location.clone());
        }
        let mut launches = Vec::with_capacity(locations.len());
        for (lineage, locations) in chosen {
            let base = LaunchBase::Template {
                template: template.clone(),
                mci: lineage.map(Reference::lineage),
            };
            let subject = LaunchSubject::new(base, from.clone());
            launches.extend(self.launches(&subject, Some(&locations)).await?);
        }
        Ok(launches)
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
