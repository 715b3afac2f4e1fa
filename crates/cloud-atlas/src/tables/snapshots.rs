//! The table of the records of snapshots.

use atlas_image::{SnapshotId, SnapshotRecord};
use atlas_image_id::CloudLocation;
use atlas_scope::Scope;
use atlas_store::{Index, Parts, Record, Table};
use serde::{Deserialize, Serialize};

kept! {
    KeptSnapshot(SnapshotRecord) = 1;
}

/// By scope, location and id, in the partition of the scope: whoever owns snapshots lists them.
pub(crate) const SNAPSHOTS: Table<KeptSnapshot> = Table::new(
    "snapshot",
    &[Index::many("label", |kept| {
        let SnapshotRecord { scope, labels, .. } = &kept.0;
        let labels = labels.iter();
        labels
            .map(|(key, value)| Parts::from((scope.as_str(), key.as_str(), value.as_str())))
            .collect()
    })],
);

pub(crate) fn snapshot_parts(scope: &Scope, location: &CloudLocation, id: &SnapshotId) -> Parts {
    Parts::from((scope.as_str(), location.as_str(), id.as_str()))
}
