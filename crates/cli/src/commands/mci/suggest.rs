//! Free locations, and what could stand there.

use crate::{
    commands::candidates::InventoryArgs,
    exit::Run,
    print::{Columns, Out, note},
};
use cloud_atlas::{
    Session,
    image::{AgentFacts, ImageRecord},
    image_id::CloudLocation,
    mci::Profile,
    scope::Scope,
    template::Reference,
};
use pollster::FutureExt as _;
use serde::Serialize;

/// List the locations without an image, or the images that fit one of them
#[derive(Debug, clap::Args)]
pub(crate) struct Suggest {
    /// Such as web-base or web-base@3
    #[arg(value_name = "REF")]
    reference: Reference,
    /// Where an image is wanted; without one, the free locations are listed
    location: Option<CloudLocation>,
    #[command(flatten)]
    pub(super) inventory: InventoryArgs,
}

/// A free location.
#[derive(Serialize)]
struct Free {
    location: CloudLocation,
}

pub(super) fn suggest(suggest: &Suggest, session: &Session, from: &Scope, out: &mut Out) -> Run {
    let Some(location) = &suggest.location else {
        let free = session.mci_free(&suggest.reference, from).block_on()?;
        let free: Vec<_> = free.into_iter().map(|location| Free { location }).collect();
        let row = |free: &Free| vec![free.location.to_string()];
        let empty = "every location that is known here is served";
        return out.list(&free, &Columns::new(empty, &["FREE LOCATION"], row));
    };
    let suggested = session
        .mci_suggest(&suggest.reference, from, location)
        .block_on()?;
    if out.is_json() {
        return out.one(&suggested, |_| Ok(()));
    }
    match &suggested.profile {
        Some(profile) => note(format!("looked for {}", inside(profile))),
        None => note("nobody has said what is inside its images, so nothing can be compared"),
    }
    if let Some(copy) = &suggested.copy {
        let (image, at) = (copy.image_id(), copy.location());
        return out.one(&suggested, |out| {
            writeln!(
                out,
                "no image at {location} fits: copy {image} from {at} ({})",
                copy.id()
            )
        });
    }
    let headers = ["IMAGE", "LOCATION", "NAME", "SCOPE", "STATE", "RECORD"];
    let empty = "no image fits, and there is none to copy";
    out.table(&suggested.fitting, &Columns::new(empty, &headers, row))
}

fn row(record: &ImageRecord) -> Vec<String> {
    vec![
        record.image_id().to_string(),
        record.location().to_string(),
        record.name().to_owned(),
        record.scope().to_string(),
        record.lifecycle().as_str().to_owned(),
        record.id().to_string(),
    ]
}

fn inside(profile: &Profile) -> String {
    let agent = match &profile.agent {
        AgentFacts::Absent => ", without an agent",
        AgentFacts::Installed { .. } => ", with an agent",
        _ => "",
    };
    format!("{} for {}{agent}", profile.os, profile.architecture)
}
