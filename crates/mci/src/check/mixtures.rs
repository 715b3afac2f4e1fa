//! What the images of a content should have in common (RightScale).

use super::{CheckCode, Finding, Groups};
use crate::{Content, Facts, RegisteredImage};
use atlas_image::AgentFacts;
use atlas_image_id::CloudLocation;

pub(super) fn check(content: &Content, facts: &Facts, found: &mut Vec<Finding>) {
    let images: Vec<_> = content
        .settings()
        .keys()
        .filter_map(|location| Some((location, facts.get(location)?.registered()?)))
        .collect();
    let by = |value: &dyn Fn(&RegisteredImage) -> Option<String>| groups(&images, value);
    let systems = by(&|image| image.os.as_ref().map(|os| os.family.to_string()));
    let versions = by(&|image| {
        let os = image.os.as_ref()?;
        Some(format!("{} {}", os.family, os.version))
    });
    let architectures = by(&|image| image.architecture.map(|it| it.to_string()));
    let agents = by(&|image| match &image.agent {
        AgentFacts::Unknown | AgentFacts::Absent => None,
        installed => Some(installed.to_string()),
    });
    // Of several systems each has versions of its own: that is said once.
    let (os, parts) = if systems.len() > 1 {
        (CheckCode::MixedOs, systems)
    } else {
        (CheckCode::MixedOsVersion, versions)
    };
    for (code, parts) in [
        (os, parts),
        (CheckCode::MixedArchitecture, architectures),
        (CheckCode::MixedAgent, agents),
    ] {
        if parts.len() > 1 {
            found.extend(Finding::of(code, parts));
        }
    }
}

/// The locations by a value of their image; what has none takes no part.
fn groups(
    images: &[(&CloudLocation, &RegisteredImage)],
    value: &dyn Fn(&RegisteredImage) -> Option<String>,
) -> Groups {
    let mut groups = Groups::new();
    for (location, image) in images {
        if let Some(value) = value(image) {
            groups
                .entry(value)
                .or_default()
                .push(CloudLocation::clone(location));
        }
    }
    groups
}
