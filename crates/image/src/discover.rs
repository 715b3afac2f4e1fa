//! What lacks its counterpart: images, records and servers.

use crate::{CloudImage, CloudServer, ImageRecord, ImageRecordId};
use atlas_image_id::{CloudLocation, ImageId};
use atlas_scope::{Scope, visible};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// An image that could be registered, or is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Candidate {
    /// The image; its name is what a registration is given unless another is said.
    pub image: CloudImage,
    /// Its record that counts at the scope, or else one below it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub record: Option<ImageRecordId>,
}

/// Finds the record of each image (Scalr: the images of a credential in a location, registered or
/// not). `records` may be any; those count that `scope` sees, or that lie below it. An image that is
/// closed to the credential is no candidate.
pub fn candidates(
    images: Vec<CloudImage>,
    records: &[ImageRecord],
    scope: &Scope,
) -> Vec<Candidate> {
    let known = Known::new(records, scope);
    let candidate = |image: CloudImage| Candidate {
        record: known.record(&image.location, &image.image_id),
        image,
    };
    let open = images.into_iter().filter(|image| !image.closed);
    open.map(candidate).collect()
}

/// What [`discover`] must know.
#[derive(Debug, Clone)]
pub struct DiscoverFacts<'a> {
    /// The scope from which it is looked.
    pub scope: &'a Scope,
    /// The records of the location; those count that the scope sees, or that lie below it.
    pub records: &'a [ImageRecord],
    /// Those of them whose image the inventory has not found.
    pub missing: &'a BTreeSet<ImageRecordId>,
}

/// What lacks its counterpart in one location (Scalr).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Discovery {
    /// Images without a record, in the order in which the inventory lists them.
    pub images: Vec<CloudImage>,
    /// Records whose image is gone, by id.
    pub records: Vec<ImageRecord>,
    /// Servers whose image has no record, or is not known, in the order of the inventory.
    pub servers: Vec<CloudServer>,
}

/// Finds images without a record, records without an image, and servers whose image has no record.
pub fn discover(
    images: Vec<CloudImage>,
    servers: Vec<CloudServer>,
    facts: &DiscoverFacts<'_>,
) -> Discovery {
    let known = Known::new(facts.records, facts.scope);
    let is_new = |image: &CloudImage| {
        !image.closed && known.record(&image.location, &image.image_id).is_none()
    };
    let is_stray = |server: &CloudServer| {
        let image = server.image_id.as_ref();
        image
            .and_then(|image| known.record(&server.location, image))
            .is_none()
    };
    let mut records: Vec<_> = facts
        .records
        .iter()
        .filter(|record| counts(record, facts.scope) && facts.missing.contains(&record.id()))
        .cloned()
        .collect();
    records.sort_by_key(ImageRecord::id);
    Discovery {
        images: images.into_iter().filter(is_new).collect(),
        records,
        servers: servers.into_iter().filter(is_stray).collect(),
    }
}

/// The records that count, by the place and the image they are of.
struct Known<'a>(BTreeMap<(String, String), &'a ImageRecord>);

impl<'a> Known<'a> {
    fn new(records: &'a [ImageRecord], scope: &Scope) -> Self {
        let mut known = BTreeMap::new();
        for record in records.iter().filter(|record| counts(record, scope)) {
            let key = key(record.location(), record.image_id());
            let held = known.entry(key).or_insert(record);
            // What counts at the scope stands before what lies below it, and the nearest before
            // those above: of two that are seen, the greater scope is the nearer one.
            let rank = |record: &ImageRecord| {
                let is_seen = record.scope().contains(scope);
                (is_seen, is_seen.then(|| record.scope().clone()))
            };
            if rank(record) > rank(held) {
                *held = record;
            }
        }
        Self(known)
    }

    fn record(&self, location: &CloudLocation, image: &ImageId) -> Option<ImageRecordId> {
        self.0.get(&key(location, image)).map(|record| record.id())
    }
}

fn counts(record: &ImageRecord, scope: &Scope) -> bool {
    let is_near = scope.contains(record.scope()) || visible(record.scope(), record.shared(), scope);
    is_near && !record.lifecycle().is_deleted()
}

/// The place at which a record of the image stands, and the id as ids are compared.
fn key(location: &CloudLocation, image: &ImageId) -> (String, String) {
    let placed = image.record_location(location);
    let location = placed.map_or_else(|_| location.clone(), |placed| placed.location);
    (
        location.as_str().to_owned(),
        image.at_place().equality_key().into_owned(),
    )
}
