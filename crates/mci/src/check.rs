//! What is worth saying about a content before it is used.

mod code;
mod deny;
mod mixtures;
mod nickname;
mod single;

use crate::{Content, Facts, InstanceTypes};
use atlas_base::Tag;
use atlas_image_id::CloudLocation;
use core::fmt;
use serde::Serialize;
use std::collections::BTreeMap;

pub use self::{
    code::{CheckCode, ParseCheckCodeError, Severity},
    deny::{Denied, Deny, ParseDenyError},
};

/// What checks go by, beside the content and the facts of its images.
#[derive(Debug, Clone)]
pub struct CheckRules<'a> {
    /// The tag that says that the images have an agent; without one tags say nothing of it.
    pub agent_tag: Option<Tag>,
    /// Whether scopes below see the MultiCloud Image.
    pub shared: bool,
    /// Whether scripts are to run on what is launched.
    pub needs_agent: bool,
    /// Which architectures instance types take.
    pub instance_types: &'a InstanceTypes,
}

impl CheckRules<'_> {
    /// The tag that says that the images have an agent, unless another is chosen (RightScale).
    pub const AGENT_TAG: &'static str = "provides:rs_agent_type=right_link";
}

/// Something that a check found; each code comes at most once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// What it is about.
    pub code: CheckCode,
    /// How much it matters.
    pub severity: Severity,
    /// What was found, and at which settings: of a mixture its parts, the most common first; of
    /// anything else what it concerns, in the order of the first location of each. A finding
    /// about the content as a whole, such as a tag, may name no location.
    pub found: Vec<Found>,
}

/// One thing that was found, and where.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Found {
    /// What: a system, an agent, an image, a tag.
    pub value: String,
    /// At which settings.
    pub locations: Vec<CloudLocation>,
}

/// Checks a content (RightScale: what a MultiCloud Image should have in common; as data: ours).
///
/// Findings come in the order of [`CheckCode::all`]. Settings that are not among the facts take no
/// part, but in what the content alone shows.
pub fn check(content: &Content, facts: &Facts, rules: &CheckRules<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    mixtures::check(content, facts, &mut found);
    single::check(content, facts, rules, &mut found);
    nickname::check(content, facts, &mut found);
    found.sort_by_key(|finding| finding.code);
    found
}

/// Locations by a value, as they are collected.
type Groups = BTreeMap<String, Vec<CloudLocation>>;

impl Finding {
    /// A finding about these groups; none where there are none.
    fn of(code: CheckCode, groups: Groups) -> Option<Self> {
        let mut found: Vec<_> = groups
            .into_iter()
            .map(|(value, locations)| Found { value, locations })
            .collect();
        if found.is_empty() {
            return None;
        }
        if code.is_mixture() {
            found.sort_by_key(|part| core::cmp::Reverse(part.locations.len()));
        } else {
            found.sort_by(|a, b| a.locations.first().cmp(&b.locations.first()));
        }
        Some(Self {
            code,
            severity: code.severity(),
            found,
        })
    }

    /// The settings that it is about, in order, each once.
    pub fn locations(&self) -> Vec<&CloudLocation> {
        let mut all: Vec<_> = self.found.iter().flat_map(|part| &part.locations).collect();
        all.sort_unstable();
        all.dedup();
        all
    }
}

/// How many locations, and how many parts, a line names.
const NAMED: usize = 3;

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.code.says())?;
        for (position, part) in self.found.iter().take(NAMED).enumerate() {
            let comma = if position == 0 { "" } else { "; " };
            write!(f, "{comma}{part}")?;
        }
        match self.found.len() {
            more if more > NAMED => write!(f, "; and {} more", more - NAMED),
            _ => Ok(()),
        }
    }
}

impl fmt::Display for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.value)?;
        for (position, location) in self.locations.iter().take(NAMED).enumerate() {
            let before = if position == 0 { " (" } else { ", " };
            write!(f, "{before}{location}")?;
        }
        match self.locations.len() {
            0 => Ok(()),
            more if more > NAMED => write!(f, " and {} more)", more - NAMED),
            _ => f.write_str(")"),
        }
    }
}
