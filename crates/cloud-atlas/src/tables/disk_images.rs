//! The tables of what the repository keeps.

use crate::events::micros;
use atlas_image::{DiskImage, DiskImageState, DiskQuota, DiskUsage};
use atlas_image_id::AmiId;
use atlas_scope::Scope;
use atlas_store::{Index, Parts, Record, Table};
use serde::{Deserialize, Serialize};

kept! {
    KeptDiskImage(DiskImage) = 1;
    KeptDiskQuota(DiskQuota) = 1;
    KeptDiskUsage(StoredUsage) = 1;
}

/// What a project keeps.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct StoredUsage {
    pub(crate) scope: Scope,
    pub(crate) usage: DiskUsage,
}

/// By id, in the partition of the project that owns it.
pub(crate) const DISK_IMAGES: Table<KeptDiskImage> = Table::new(
    "disk-image",
    &[
        Index::many("name", |kept| {
            vec![disk_image_name_parts(&kept.0.scope, kept.0.name.as_str())]
        }),
        // What is no image yet, and may be none ever.
        Index::many("unfinished", |kept| {
            let state = &kept.0.state;
            let is_unfinished = matches!(
                state,
                DiskImageState::Creating { .. } | DiskImageState::Failed { .. }
            );
            let parts = || disk_image_name_parts(&kept.0.scope, kept.0.name.as_str());
            is_unfinished.then(parts).into_iter().collect()
        }),
        // What somebody is, or was, at work on, and what has something left in a pool.
        Index::many("open", |kept| {
            let state = &kept.0.state;
            let at_work = matches!(
                state,
                DiskImageState::Creating { .. }
                    | DiskImageState::Deleting { .. }
                    | DiskImageState::DeleteFailed { .. }
            );
            let is_open = at_work || !kept.0.left.is_empty();
            is_open
                .then(|| Parts::from(micros(state.since())))
                .into_iter()
                .collect()
        }),
    ],
);

pub(crate) fn disk_image_name_parts(scope: &Scope, name: &str) -> Parts {
    Parts::from((scope.as_str(), name))
}

pub(crate) fn disk_image_parts(id: AmiId) -> Parts {
    Parts::from(id.as_str())
}

/// By scope.
pub(crate) const DISK_QUOTAS: Table<KeptDiskQuota> = Table::new("disk-quota", &[]);

/// By scope: what its disk images come to, changed with each of them.
pub(crate) const DISK_USAGE: Table<KeptDiskUsage> = Table::new("disk-usage", &[]);
