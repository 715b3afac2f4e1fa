//! `atlas resolve --lock`: what a lock file says.

use super::{Resolve, Table, print_outcomes};
use crate::{
    args::Global,
    commands::lock,
    exit::{Failure, Run},
    print::{Out, warn},
};
use cloud_atlas::{
    Error, LockedLaunch,
    image_id::CloudLocation,
    template::{LockState, Reference},
};
use pollster::FutureExt as _;
use std::path::Path;

/// The first word, which names what is launched, or with a lock file the first location.
#[derive(Debug, Clone)]
pub(super) struct First {
    reference: Result<Reference, String>,
    location: Option<CloudLocation>,
}

impl First {
    pub(super) fn read(text: &str) -> Result<Self, String> {
        let reference = text.parse::<Reference>();
        let reference = reference.map_err(|error| error.to_string());
        let location = text.parse().ok();
        match (reference, location) {
            (Err(error), None) => Err(error),
            (reference, location) => Ok(Self {
                reference,
                location,
            }),
        }
    }

    pub(super) fn reference(self) -> Result<Reference, Failure> {
        self.reference.map_err(Failure::misused)
    }
}

pub(super) fn resolve(resolve: Resolve, file: &Path, global: &Global, out: &mut Out) -> Run {
    let lock = lock::read(file)?;
    let mut locations = resolve.locations;
    match resolve.first.map(|first| first.location) {
        None => locations.extend(lock.locations().into_iter().cloned()),
        Some(Some(location)) => locations.insert(0, location),
        Some(None) => {
            let message = "with --lock only locations are named, such as aws/us-east-1";
            return Err(Failure::misused(message));
        }
    }
    let session = global.session()?;
    let mut outcomes = Vec::with_capacity(locations.len());
    for location in locations {
        let resolved = session.resolve_locked(&lock, &location, &global.scope);
        match resolved.block_on() {
            Ok(launch) => outcomes.push(Ok(launch)),
            Err(error @ Error::Lock(_)) => outcomes.push(Err((location, error))),
            Err(error) => return Err(error.into()),
        }
    }
    for launch in outcomes.iter().flatten() {
        let (word, why) = lock::told(&launch.state);
        if launch.state != LockState::Same {
            warn(format_args!("{} is {word} today: {why}", launch.location));
        }
        launch.warnings.iter().for_each(warn);
    }
    let table = Table {
        headers: &["LOCATION", "INSTANCE TYPE", "IMAGE"],
        row,
        guest: |launch| &launch.guest,
    };
    print_outcomes(outcomes, &table, out)
}

fn row(launch: &LockedLaunch) -> Vec<String> {
    let instance_type = launch.plan.instance_type.as_ref().map(ToString::to_string);
    vec![
        launch.location.to_string(),
        instance_type.unwrap_or_default(),
        launch.plan.image.to_string(),
    ]
}
