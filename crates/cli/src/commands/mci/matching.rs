//! Matchers.

use super::edit::warn_of;
use crate::{
    commands::candidates::InventoryArgs,
    exit::Run,
    print::{Columns, Out},
};
use cloud_atlas::{
    Matched, MatcherView, Session, history::Generation, image_id::CloudLocation, scope::Scope,
    template::Reference,
};
use pollster::FutureExt as _;

/// Set the images of a whole cloud that have the checksum of an example
///
/// The matcher that is made is kept, one for each installation of a cloud, and `atlas mci rematch`
/// uses it again. What was set by hand stays. Without a location the matchers are listed.
#[derive(Debug, clap::Args)]
pub(crate) struct Match {
    /// Which one
    #[arg(value_name = "REF")]
    reference: Reference,
    /// Where the example is set; without one, the matchers are listed
    location: Option<CloudLocation>,
    #[command(flatten)]
    pub(super) inventory: InventoryArgs,
    /// Refuse if HEAD is no longer the one of this generation
    #[arg(long, value_name = "GENERATION", value_parser = super::generation)]
    seen: Option<Generation>,
}

/// Let the matchers set, replace and take out what they made
#[derive(Debug, clap::Args)]
pub(crate) struct Rematch {
    /// Which one
    #[arg(value_name = "REF")]
    reference: Reference,
    #[command(flatten)]
    pub(super) inventory: InventoryArgs,
    /// Refuse if HEAD is no longer the one of this generation
    #[arg(long, value_name = "GENERATION", value_parser = super::generation)]
    seen: Option<Generation>,
}

/// Remove the matcher of a cloud; what it made stays
#[derive(Debug, clap::Args)]
pub(crate) struct Unmatch {
    /// Which one
    #[arg(value_name = "REF")]
    reference: Reference,
    /// A location of the cloud
    location: CloudLocation,
}

pub(super) fn make(make: &Match, session: &Session, from: &Scope, out: &mut Out) -> Run {
    let Some(location) = &make.location else {
        let matchers = session.matchers(&make.reference, from).block_on()?;
        let headers = ["EXAMPLE", "CHECKSUM", ">MADE"];
        return out.list(&matchers, &Columns::new("no matchers", &headers, row));
    };
    let matched = session
        .match_mci(&make.reference, from, location, make.seen)
        .block_on()?;
    tell(&[matched], out)
}

pub(super) fn again(again: &Rematch, session: &Session, from: &Scope, out: &mut Out) -> Run {
    let matched = session
        .rematch_mci(&again.reference, from, again.seen)
        .block_on()?;
    tell(&matched, out)
}

pub(super) fn remove(unmatch: &Unmatch, session: &Session, from: &Scope, out: &mut Out) -> Run {
    session
        .remove_matcher(&unmatch.reference, from, &unmatch.location)
        .block_on()?;
    out.removed("matcher", &unmatch.location)
}

fn row(matcher: &MatcherView) -> Vec<String> {
    vec![
        matcher.location.to_string(),
        matcher.checksum.to_string(),
        matcher.made.len().to_string(),
    ]
}

fn tell(matched: &[Matched], out: &mut Out) -> Run {
    for matched in matched {
        warn_of(&matched.warnings);
        out.one(matched, |out| {
            let Matched {
                location,
                checksum,
                rematch,
                generation,
                ..
            } = matched;
            let generation = generation.get();
            writeln!(
                out,
                "{checksum} of {location}; HEAD is at generation {generation}"
            )?;
            for (what, locations) in [
                ("created", &rematch.created),
                ("updated", &rematch.updated),
                ("destroyed", &rematch.destroyed),
                ("by hand", &rematch.by_hand),
                ("ambiguous", &rematch.ambiguous),
            ] {
                for location in locations {
                    writeln!(out, "{what:<10} {location}")?;
                }
            }
            Ok(())
        })?;
    }
    Ok(())
}
