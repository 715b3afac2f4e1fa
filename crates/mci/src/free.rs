//! Where a content has no image yet, and which could stand there.

use crate::{Content, Facts};
use atlas_base::Timestamp;
use atlas_image::{AgentFacts, Architecture, ImageRecord, OsFacts};
use atlas_image_id::CloudLocation;
use core::cmp::Reverse;
use serde::Serialize;
use std::collections::BTreeMap;

/// What is inside the images of a content, as far as they agree.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Profile {
    /// The operating system.
    pub os: OsFacts,
    /// The architecture.
    pub architecture: Architecture,
    /// The agent.
    pub agent: AgentFacts,
}

/// What could stand at a free location (RightScale: the same image in another cloud).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suggestion<'a> {
    /// What was looked for: what most images of the content have inside; none where nobody said.
    pub profile: Option<Profile>,
    /// Records of images there that have the same inside: those in use first, then the newest.
    pub fitting: Vec<&'a ImageRecord>,
    /// Where none fits: the record of an image with the same inside elsewhere in that cloud, to be
    /// copied. One that the content uses comes first.
    pub copy: Option<&'a ImageRecord>,
}

impl Content {
    /// Which of these locations no setting serves, in the order given (RightScale: the clouds that
    /// a MultiCloud Image does not support yet).
    pub fn free_locations<'a>(
        &self,
        known: impl IntoIterator<Item = &'a CloudLocation>,
    ) -> Vec<&'a CloudLocation> {
        let free = known.into_iter().filter(|at| self.serving(at).is_none());
        free.collect()
    }

    /// What most images of this content have inside; of several that are as common, that of the
    /// first location. Images of which system or architecture is unknown take no part.
    pub fn profile(&self, facts: &Facts) -> Option<Profile> {
        let mut profiles: Vec<(Profile, usize)> = Vec::new();
        for location in self.settings().keys() {
            let Some(image) = facts.get(location).and_then(|facts| facts.registered()) else {
                continue;
            };
            let (Some(os), Some(architecture)) = (&image.os, image.architecture) else {
                continue;
            };
            let profile = Profile {
                os: os.clone(),
                architecture,
                agent: image.agent.clone(),
            };
            match profiles.iter_mut().find(|(known, _)| *known == profile) {
                Some((_, count)) => *count += 1,
                None => profiles.push((profile, 1)),
            }
        }
        // Of equals `max_by_key` takes the last, and the first is wanted.
        let most = profiles.into_iter().rev().max_by_key(|(_, count)| *count);
        most.map(|(profile, _)| profile)
    }

    /// What could stand at a location, of the records that the caller may see.
    pub fn suggest<'a>(
        &self,
        facts: &Facts,
        location: &CloudLocation,
        records: &'a [ImageRecord],
        now: Timestamp,
    ) -> Suggestion<'a> {
        let profile = self.profile(facts);
        let alike = records.iter().filter(|record| {
            record.lifecycle().is_usable() && profile.as_ref().is_some_and(|it| it.is_of(record))
        });
        let (mut fitting, mut elsewhere) = (Vec::new(), Vec::new());
        for record in alike {
            let at = record.location();
            if at.contains(location) && record.image_id().check_location(location).is_ok() {
                fitting.push(record);
            } else if at.cloud() == location.cloud()
                && at.installation() == location.installation()
                && !location.contains(at)
            {
                elsewhere.push(record);
            }
        }
        let rank = |record: &&ImageRecord| {
            let deprecated = record.lifecycle().is_deprecated(now);
            let unused = !self.uses(record);
            (deprecated, unused, Reverse(record.created()), record.id())
        };
        fitting = nearest_of_each(fitting);
        fitting.sort_by_cached_key(rank);
        let copy = if fitting.is_empty() {
            elsewhere.into_iter().min_by_key(rank)
        } else {
            None
        };
        Suggestion {
            profile,
            fitting,
            copy,
        }
    }

    /// Whether a setting of this content names the image of a record.
    fn uses(&self, record: &ImageRecord) -> bool {
        self.settings().iter().any(|(at, setting)| {
            record.location().contains(at) && setting.image() == record.image_id()
        })
    }
}

impl Profile {
    fn is_of(&self, record: &ImageRecord) -> bool {
        record.os() == Some(&self.os)
            && record.architecture() == Some(self.architecture)
            && *record.agent() == self.agent
    }
}

/// Of several records of one image the one of the nearest scope, as at a launch.
fn nearest_of_each(records: Vec<&ImageRecord>) -> Vec<&ImageRecord> {
    let mut nearest: BTreeMap<_, &ImageRecord> = BTreeMap::new();
    for record in records {
        let key = (record.location(), record.image_id());
        let kept = nearest.entry(key).or_insert(record);
        if record.scope() > kept.scope() {
            *kept = record;
        }
    }
    nearest.into_values().collect()
}
