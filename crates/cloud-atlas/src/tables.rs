//! The layout of the store: every table and every index, in one place.
//!
//! A record lives in the partition of its account; scopes that are accounts, principals and what
//! belongs to no account live in the partition `/`.

macro_rules! kept {
    ($($(#[$doc:meta])* $name:ident($type:ty) = $schema:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Serialize, Deserialize)]
        #[serde(transparent)]
        pub(crate) struct $name(pub(crate) $type);

        impl Record for $name {
            const SCHEMA: u32 = $schema;
        }
    )*};
}

mod access_keys;
mod disk_images;
mod images;
mod lineages;
mod locks;
mod market;
mod plans;
mod servers;
mod snapshots;

#[cfg(feature = "repository")]
pub(crate) use self::disk_images::{KeptDiskImage, KeptDiskUsage, StoredUsage};
pub(crate) use self::{
    access_keys::{ACCESS_KEYS, KeptAccessKey, access_key_parts},
    disk_images::{
        DISK_IMAGES, DISK_QUOTAS, DISK_USAGE, KeptDiskQuota, disk_image_name_parts,
        disk_image_parts,
    },
    images::{IMAGES, KeptImage, image_parts},
    lineages::{
        CHANNELS, KeptChannel, KeptLineage, KeptUndo, MCIS, StoredChannel, TEMPLATE_UNDO,
        TEMPLATES, UNDO, channel_parts, lineage_name_parts, undo_parts,
    },
    locks::{LOCKS, TOMBSTONES, lock_name_parts},
    market::{
        FOLLOWERS, HEAD_OFFERS, IMPORTED, IMPORTERS, KeptFollower, KeptHeadOffer, KeptImported,
        KeptImporter, KeptListing, KeptPublication, KeptPublishedImages, KeptSubscription,
        LISTINGS, ListedFor, PUBLICATIONS, PUBLISHED_IMAGES, SUBSCRIPTIONS, StoredFollower,
        StoredImportedRevision, StoredImporter, StoredListing, importer_parts, listed_parts,
        listing_parts, publication_parts,
    },
    plans::{KeptPlan, PLANS, StoredPlan, plans_at},
    servers::{
        DEPLOYMENTS, KeptDeployment, KeptLaunch, KeptServer, LAUNCHES, SERVERS, deployment_parts,
        launch_server_parts, launch_template_parts, server_name_parts,
    },
    snapshots::{KeptSnapshot, SNAPSHOTS, snapshot_parts},
};

use crate::deleting::StoredTombstone;
use crate::stored::{
    StoredImport, StoredMatcher, StoredOpened, StoredRevision, StoredUse, StoredUseMany, UsedImage,
};
use crate::{AuditEvent, Error, Job, StoreInfo, events::micros};
use atlas_base::Name;
use atlas_history::{Frame, LineageId, RevisionNumber};
use atlas_image::{Credential, ImageRecordId, LaunchPermissions, RoleMap, WorkAction, WorkOrder};
use atlas_image_id::CloudLocation;
use atlas_mci::UserData;
use atlas_scope::{AccountGroup, Grant, GroupId, PrincipalId, PrincipalRecord, Scope, ScopeRecord};
use atlas_store::{Catalog, Index, Partition, Parts, Record, Table};
use atlas_template::{Policy, RegisteredLock};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

kept! {
    KeptScope(ScopeRecord) = 1;
    KeptPrincipal(PrincipalRecord) = 1;
    KeptGrant(Grant) = 1;
    KeptCredential(Credential) = 1;
    KeptRoleMap(RoleMap) = 1;
    KeptRevision(StoredRevision) = 1;
    KeptContent(Frame) = 1;
    KeptUserData(UserData) = 1;
    KeptUse(StoredUse) = 1;
    KeptUseMany(StoredUseMany) = 1;
    KeptMatcher(StoredMatcher) = 1;
    KeptImport(StoredImport) = 1;
    KeptLock(RegisteredLock) = 1;
    KeptTombstone(StoredTombstone) = 1;
    KeptEvent(AuditEvent) = 1;
    KeptInfo(StoreInfo) = 1;
    KeptJob(Job) = 1;
    KeptWork(WorkOrder) = 1;
    KeptGroup(AccountGroup) = 1;
    KeptLaunchPermissions(LaunchPermissions) = 1;
    KeptOpened(StoredOpened) = 1;
    KeptPolicy(StoredPolicy) = 1;
}

/// A policy with the scope that it is kept at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct StoredPolicy {
    pub(crate) scope: Scope,
    pub(crate) policy: Policy,
}

/// Every table. The version grows with each index that is added, removed or renamed, and with each
/// table and form of a record that earlier versions of the program do not know.
pub(crate) static CATALOG: Catalog = Catalog::new(
    8,
    &[
        &INFO,
        &SCOPES,
        &PRINCIPALS,
        &GRANTS,
        &ACCESS_KEYS,
        &CREDENTIALS,
        &IMAGES,
        &ROLE_MAPS,
        &MCIS,
        &REVISIONS,
        &CONTENTS,
        &USER_DATA,
        &USES,
        &USES_MANY,
        &UNDO,
        &TEMPLATES,
        &TEMPLATE_UNDO,
        &CHANNELS,
        &MATCHERS,
        &IMPORTS,
        &LOCKS,
        &TOMBSTONES,
        &JOBS,
        &WORK,
        &GROUPS,
        &LAUNCH_PERMISSIONS,
        &OPENED,
        &POLICIES,
        &DEPLOYMENTS,
        &SERVERS,
        &LAUNCHES,
        &PUBLICATIONS,
        &PUBLISHED_IMAGES,
        &LISTINGS,
        &IMPORTED,
        &IMPORTERS,
        &FOLLOWERS,
        &HEAD_OFFERS,
        &SUBSCRIPTIONS,
        &PLANS,
        &DISK_IMAGES,
        &DISK_QUOTAS,
        &DISK_USAGE,
        &SNAPSHOTS,
        &EVENTS,
    ],
    // What stores had before they said what they have: never changed.
    &[
        ("scope", "number"),
        ("image", "key"),
        ("image", "scope"),
        ("image", "credential"),
        ("mci", "name"),
        ("event", "scope"),
    ],
);

/// What the store is: one record, in the partition `/`.
pub(crate) const INFO: Table<KeptInfo> = Table::new("info", &[]);

/// By scope. Accounts lie in `/`, environments in their account.
pub(crate) const SCOPES: Table<KeptScope> = Table::new(
    "scope",
    &[Index::unique("number", |kept| {
        kept.0
            .account_number
            .iter()
            .map(|number| Parts::from(number.to_string()))
            .collect()
    })],
);

/// By id, in `/`.
pub(crate) const PRINCIPALS: Table<KeptPrincipal> = Table::new("principal", &[]);

/// By principal, scope and role, in the scope's partition.
pub(crate) const GRANTS: Table<KeptGrant> = Table::new("grant", &[]);

/// By scope and name.
pub(crate) const CREDENTIALS: Table<KeptCredential> = Table::new("credential", &[]);

/// By id.
pub(crate) const ROLE_MAPS: Table<KeptRoleMap> = Table::new(
    "role-map",
    &[
        Index::unique("name", |kept| {
            vec![role_map_name_parts(kept.0.scope(), kept.0.name())]
        }),
        Index::many("image", |kept| {
            let images: BTreeSet<_> = kept.0.images().values().collect();
            let parts = |image: &ImageRecordId| Parts::from(image.to_string());
            images.into_iter().map(parts).collect()
        }),
    ],
);

pub(crate) fn role_map_name_parts(scope: &Scope, name: &Name) -> Parts {
    Parts::from((scope.as_str(), name.as_str()))
}

/// By lineage and number.
pub(crate) const REVISIONS: Table<KeptRevision> = Table::new("revision", &[]);

pub(crate) fn revision_parts(lineage: LineageId, number: RevisionNumber) -> Parts {
    Parts::from((lineage.to_string(), u64::from(number.get())))
}

/// By content digest. What is there never changes and never goes.
pub(crate) const CONTENTS: Table<KeptContent> = Table::new("content", &[]);

/// By the digest of its canonical text: user data that contents name. What is there never changes
/// and never goes.
pub(crate) const USER_DATA: Table<KeptUserData> = Table::new("user-data", &[]);

/// By image, place and lineage: whoever asks who uses an image reads those of the image.
pub(crate) const USES: Table<KeptUse> = Table::new("use", &[]);

pub(crate) fn use_parts(image: &UsedImage, lineage: LineageId) -> Parts {
    Parts::from((image.0.as_str(), image.1.as_str(), lineage.to_string()))
}

/// By lineage and number: revisions that changed more images than have rows of their own. Whoever
/// asks who uses an image reads all of them.
pub(crate) const USES_MANY: Table<KeptUseMany> = Table::new("use-many", &[]);

/// By lineage, cloud and installation: beside HEAD, and not in it.
pub(crate) const MATCHERS: Table<KeptMatcher> = Table::new("matcher", &[]);

pub(crate) fn matcher_parts(lineage: LineageId, location: &CloudLocation) -> Parts {
    let installation = location.installation().unwrap_or_default();
    let cloud = format!("{}:{installation}", location.cloud().as_str());
    Parts::from((lineage.to_string(), cloud))
}

/// By lineage, stream and release.
pub(crate) const IMPORTS: Table<KeptImport> = Table::new("import", &[]);

/// By id: work in batches that is not finished.
pub(crate) const JOBS: Table<KeptJob> = Table::new("job", &[]);

/// By id: work orders, those that have ended too.
///
/// A host asks for the oldest that waits, an order for the one that excludes it; people look at the
/// newest.
pub(crate) const WORK: Table<KeptWork> = Table::new(
    "work",
    &[
        Index::unique("open", |kept| {
            let is_open = kept.0.state.is_open();
            let parts = || open_work_parts(&kept.0.scope, &kept.0.action);
            is_open.then(parts).into_iter().collect()
        }),
        Index::many("waiting", |kept| {
            let is_open = kept.0.state.is_open();
            let parts = || Parts::from(micros(kept.0.created));
            is_open.then(parts).into_iter().collect()
        }),
        Index::many("made", |kept| vec![Parts::from(micros(kept.0.created))]),
    ],
);

/// Each scope has orders of its own: what the one beside it has ordered is none of its business.
pub(crate) fn open_work_parts(scope: &Scope, action: &WorkAction) -> Parts {
    Parts::from((scope.as_str(), action.exclusion()))
}

/// By id, in `/`: accounts meet there.
pub(crate) const GROUPS: Table<KeptGroup> = Table::new(
    "group",
    &[
        Index::unique("name", |kept| {
            vec![group_name_parts(&kept.0.owner, &kept.0.name)]
        }),
        Index::many("member", |kept| {
            let members = kept.0.members.iter();
            members
                .map(|member| Parts::from(member.account.as_str()))
                .collect()
        }),
        Index::unique("code", |kept| {
            let open = kept.0.invitations.iter();
            open.map(|open| Parts::from(open.code.to_string()))
                .collect()
        }),
    ],
);

pub(crate) fn group_name_parts(owner: &Scope, name: &Name) -> Parts {
    Parts::from((owner.as_str(), name.as_str()))
}

pub(crate) fn group_parts(group: GroupId) -> Parts {
    Parts::from(group.to_string())
}

/// By id of the image record, beside it; where it is opened to nobody there is none.
pub(crate) const LAUNCH_PERMISSIONS: Table<KeptLaunchPermissions> =
    Table::new("launch-permission", &[]);

/// By scope and name: what may be launched there and below.
pub(crate) const POLICIES: Table<KeptPolicy> = Table::new("policy", &[]);

pub(crate) fn policy_parts(scope: &Scope, name: &Name) -> Parts {
    Parts::from((scope.as_str(), name.as_str()))
}

/// By launch permission and id of the image record, in `/`: where the holder of the permission
/// finds what is opened to her, whoever opened it.
pub(crate) const OPENED: Table<KeptOpened> = Table::new(
    "opened",
    &[
        Index::many("place", |kept| {
            let StoredOpened {
                to, location, key, ..
            } = &kept.0;
            let to = to.to_string();
            vec![Parts::from((to.as_str(), location.as_str(), key.as_str()))]
        }),
        Index::many("image", |kept| {
            let StoredOpened {
                to, location, key, ..
            } = &kept.0;
            let to = to.to_string();
            vec![Parts::from((to.as_str(), key.as_str(), location.as_str()))]
        }),
    ],
);

/// By time and id.
///
/// There is no index of who did it: each costs two writes an event, and so an image, and people are
/// asked about for a time, which the key bounds.
pub(crate) const EVENTS: Table<KeptEvent> = Table::new(
    "event",
    &[
        Index::many("scope", |kept| {
            vec![Parts::from((kept.0.scope.as_str(), micros(kept.0.at)))]
        }),
        Index::many("subject", |kept| {
            vec![Parts::from((kept.0.subject.as_str(), micros(kept.0.at)))]
        }),
    ],
);

/// By principal, scope and role.
pub(crate) fn grant_parts(grant: &Grant) -> Parts {
    Parts::from((
        grant.principal.as_str(),
        grant.scope.as_str(),
        grant.role.as_str(),
    ))
}

pub(crate) fn principal_parts(principal: &PrincipalId) -> Parts {
    Parts::from(principal.as_str())
}

/// Where the records of a scope live.
pub(crate) fn partition_of(scope: &Scope) -> Result<Partition, Error> {
    match scope.account() {
        None => Ok(Partition::global()),
        Some(account) => Partition::account(account).map_err(Error::Partition),
    }
}

/// Where the record of the scope itself lives: accounts are known to everybody.
pub(crate) fn partition_of_record(scope: &Scope) -> Result<Partition, Error> {
    if scope
        .parent()
        .is_none_or(|parent| parent == Scope::global())
    {
        Ok(Partition::global())
    } else {
        partition_of(scope)
    }
}

/// The partitions whose records a scope may see: its account's, and `/`.
pub(crate) fn partitions_above(scope: &Scope) -> Result<Vec<Partition>, Error> {
    let own = partition_of(scope)?;
    if own.is_global() {
        Ok(vec![own])
    } else {
        Ok(vec![own, Partition::global()])
    }
}
