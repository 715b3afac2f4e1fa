//! Locations that may not be lost.

use crate::{exit::Run, print::Out};
use cloud_atlas::{
    Session, image_id::CloudLocation, mci::RequiredLocations, scope::Scope, template::Reference,
};
use pollster::FutureExt as _;
use serde::Serialize;

/// List the locations that may not be lost, or change them
///
/// A commit, or a channel's move, that leaves one of them without an image is refused.
#[derive(Debug, clap::Args)]
pub(crate) struct Require {
    /// Which one
    #[arg(value_name = "REF")]
    reference: Reference,
    /// Where; without any, those that are required are listed
    #[arg(value_name = "LOCATION")]
    locations: Vec<CloudLocation>,
    /// Take them off instead
    #[arg(long, requires = "locations")]
    remove: bool,
}

pub(super) fn require(require: &Require, session: &Session, from: &Scope, out: &mut Out) -> Run {
    #[derive(Serialize)]
    struct Answer {
        required: RequiredLocations,
    }
    let Require {
        reference,
        locations,
        remove,
    } = require;
    let required = if locations.is_empty() {
        session.mci(reference, from).block_on()?.required
    } else if *remove {
        let left = session.unrequire_locations(reference, from, locations);
        left.block_on()?
    } else {
        let all = session.require_locations(reference, from, locations);
        all.block_on()?
    };
    let answer = Answer { required };
    out.one(&answer, |out| {
        if answer.required.is_empty() {
            return writeln!(out, "no location is required");
        }
        let locations: Vec<_> = answer.required.iter().map(CloudLocation::as_str).collect();
        writeln!(out, "required: {}", locations.join(", "))
    })
}
