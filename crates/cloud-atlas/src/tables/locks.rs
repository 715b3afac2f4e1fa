//! The tables of what keeps lineages, and of those that are gone.

use super::{KeptLock, KeptTombstone, image_parts, revision_parts};
use atlas_base::Name;
use atlas_image_id::{CloudLocation, ImageId};
use atlas_scope::Scope;
use atlas_store::{Index, Parts, Table};

/// By id: lock files that are known here.
///
/// Whoever deletes or revokes finds them by what they hold. One of very many images has one row for
/// all of them, so that it fits the commits of small engines.
pub(crate) const LOCKS: Table<KeptLock> = Table::new(
    "lock",
    &[
        Index::unique("name", |kept| {
            vec![lock_name_parts(kept.0.scope(), kept.0.name())]
        }),
        Index::many("revision", |kept| {
            let held = kept.0.revisions();
            held.map(|held| revision_parts(held.lineage, held.revision))
                .collect()
        }),
        Index::many("image", |kept| {
            let records = kept.0.records();
            if records.len() > FEW_LOCKED {
                return Vec::new();
            }
            let parts = |(place, image): &(CloudLocation, ImageId)| image_parts(place, image);
            records.iter().map(parts).collect()
        }),
        Index::many("large", |kept| {
            let is_large = kept.0.records().len() > FEW_LOCKED;
            let row = || Parts::from(kept.0.scope().as_str());
            is_large.then(row).into_iter().collect()
        }),
    ],
);

/// The most images of a lock that have a row each: where one lock takes another's place, rows go and
/// come in one commit, and the least engine takes 128.
const FEW_LOCKED: usize = 48;

pub(crate) fn lock_name_parts(scope: &Scope, name: &Name) -> Parts {
    Parts::from((scope.as_str(), name.as_str()))
}

/// By id, in `/`: lineages that were deleted.
pub(crate) const TOMBSTONES: Table<KeptTombstone> = Table::new("tombstone", &[]);
