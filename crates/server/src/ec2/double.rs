//! Instances that are no servers, for suites that need some (E08).

mod instance;
mod launch;

pub(super) use self::{
    instance::{Instance, Volume, tags},
    launch::{Launch, fresh, value},
};
use super::{Ec2Caller, Ec2Instance, Ec2Instances, ImageApi};
use atlas_ec2::{Ec2Error, ErrorCode};
use cloud_atlas::scope::AccountNumber;
use core::pin::Pin;
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

/// Instances in memory, of each account in each region: they have an image, devices, volumes and tags,
/// and run nothing. They are gone with the program.
///
/// Of what a request says of an instance, that is kept which images are made of and which suites ask
/// for. Nothing insists on an instance being stopped, since none can be.
#[derive(Debug)]
pub(super) struct InstanceDouble {
    most: usize,
    kept: Mutex<BTreeMap<Place, Vec<Instance>>>,
}

/// An account in a region.
type Place = (AccountNumber, String);

/// The account of a caller in the region that it asks.
fn place(caller: &Ec2Caller) -> Place {
    (caller.account, caller.region.clone())
}

impl InstanceDouble {
    /// With so many instances of an account in a region at most, and so many places at most.
    pub(super) fn new(most: usize) -> Self {
        Self {
            most,
            kept: Mutex::default(),
        }
    }

    /// Launches instances, or says again which were launched with the same token.
    ///
    /// # Errors
    ///
    /// There is no room for the least number of them, or the token stands for something else.
    pub(super) fn launch(
        &self,
        caller: &Ec2Caller,
        launch: &Launch,
    ) -> Result<Vec<Instance>, Ec2Error> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let places = kept.len();
        let place = place(caller);
        if !kept.contains_key(&place) && places >= Self::MOST_PLACES {
            return Err(full(Self::MOST_PLACES, "accounts and regions"));
        }
        let all = kept.entry(place).or_default();
        if let Some(token) = launch.template.token.as_ref() {
            let before = all.iter().filter(|one| one.token.as_ref() == Some(token));
            let before: Vec<_> = before.cloned().collect();
            if let Some(first) = before.first() {
                if first.image != launch.template.image {
                    let message = "The client token was used with another request.";
                    let code = ErrorCode::IdempotentParameterMismatch;
                    return Err(Ec2Error::new(code, message));
                }
                return Ok(before);
            }
        }
        let alive = all.iter().filter(|one| !one.is_terminated).count();
        let room = self.most.saturating_sub(alive);
        if room < launch.least {
            return Err(full(self.most, "instances"));
        }
        let launched = launch.instances(launch.most.min(room));
        // What is gone makes room for what comes, the oldest first.
        let surplus = (all.len().saturating_add(launched.len())).saturating_sub(self.most);
        let mut dropped = 0;
        all.retain(|one| {
            let goes = one.is_terminated && dropped < surplus;
            dropped = dropped.saturating_add(usize::from(goes));
            !goes
        });
        all.extend(launched.iter().cloned());
        Ok(launched)
    }

    /// The most accounts and regions that have instances.
    const MOST_PLACES: usize = 256;

    /// All instances of a caller, in the order of their launches.
    pub(super) fn all(&self, caller: &Ec2Caller) -> Vec<Instance> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.get(&place(caller)).cloned().unwrap_or_default()
    }

    /// Changes the instances of a caller, all of it or nothing: where the change is refused, everything
    /// is as it was.
    ///
    /// # Errors
    ///
    /// Those of the change.
    pub(super) fn change<T>(
        &self,
        caller: &Ec2Caller,
        change: impl FnOnce(&mut [Instance]) -> Result<T, Ec2Error>,
    ) -> Result<T, Ec2Error> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let place = place(caller);
        let mut changed = kept.get(&place).cloned().unwrap_or_default();
        let told = change(&mut changed)?;
        if !changed.is_empty() {
            kept.insert(place, changed);
        }
        Ok(told)
    }
}

/// `InstanceLimitExceeded`.
fn full(most: usize, what: &str) -> Ec2Error {
    let message = format!("There can be {most} {what} at most. Terminate some first.");
    Ec2Error::new(ErrorCode::InstanceLimitExceeded, message)
}

/// Which of the ids that a request names are those of no instance.
pub(super) fn missing<'a, I: IntoIterator<Item = &'a str>>(
    all: &[Instance],
    ids: I,
) -> Result<(), Ec2Error> {
    let is_there = |id: &str| all.iter().any(|one| one.id == id);
    let missing: Vec<_> = ids.into_iter().filter(|id| !is_there(id)).collect();
    if missing.is_empty() {
        return Ok(());
    }
    Err(Ec2Error::instances_not_found(&missing))
}

impl Ec2Instances for InstanceDouble {
    fn instance<'a>(
        &'a self,
        id: &'a str,
        caller: &'a Ec2Caller,
    ) -> Pin<Box<dyn Future<Output = Option<Ec2Instance>> + Send + 'a>> {
        let mut all = self.all(caller).into_iter();
        let found = all.find(|one| one.id == id && !one.is_terminated);
        let facts = found.map(|one| one.facts());
        Box::pin(core::future::ready(facts))
    }
}

impl ImageApi {
    /// With the instance double: the actions on instances and volumes that suites begin with are
    /// answered from memory, with so many instances of an account in a region at most, and images are made
    /// of these instances. Without, these actions are not offered.
    #[must_use]
    pub fn with_instance_double(self, most: usize) -> Self {
        let double = Arc::new(InstanceDouble::new(most));
        let mut api = self.with_instance_facts(Arc::clone(&double) as Arc<dyn Ec2Instances>);
        api.double = Some(double);
        api
    }
}
