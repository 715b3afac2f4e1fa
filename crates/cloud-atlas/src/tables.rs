//! The layout of the store: every table and every index, in one place.
//!
//! A record lives in the partition of its account; scopes that are accounts, principals and what
//! belongs to no account live in the partition `/`.

use crate::stored::{StoredContent, StoredImport, StoredMci, StoredRevision};
use crate::{AuditEvent, Error, Job, StoreInfo, events::micros};
use atlas_base::{Name, Tag};
use atlas_history::{LineageId, RevisionNumber};
use atlas_image::{Credential, ImageName, ImageRecord, ImageRecordId, OsFacts, RoleMap};
use atlas_image_id::{CloudLocation, ImageId};
use atlas_scope::{Grant, PrincipalId, PrincipalRecord, Scope, ScopeRecord};
use atlas_store::{Catalog, Index, Partition, Parts, Record, Table, UpgradeError};
use atlas_template::{Channel, ChannelName};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

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

kept! {
    KeptScope(ScopeRecord) = 1;
    KeptPrincipal(PrincipalRecord) = 1;
    KeptGrant(Grant) = 1;
    KeptCredential(Credential) = 1;
    KeptRoleMap(RoleMap) = 1;
    KeptMci(StoredMci) = 1;
    KeptRevision(StoredRevision) = 1;
    KeptContent(StoredContent) = 1;
    KeptChannel(StoredChannel) = 1;
    KeptImport(StoredImport) = 1;
    KeptEvent(AuditEvent) = 1;
    KeptInfo(StoreInfo) = 1;
    KeptJob(Job) = 1;
}

/// An image record. The second schema has the guest, the machine and the facts of EC2, all of which
/// may be missing.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct KeptImage(pub(crate) ImageRecord);

impl Record for KeptImage {
    const SCHEMA: u32 = 2;

    fn upgrade(from: u32, json: &str) -> Result<Self, UpgradeError> {
        match from {
            1 => UpgradeError::read(from, json),
            _ => Err(UpgradeError::no_way(from)),
        }
    }
}

/// A channel with the lineage it belongs to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct StoredChannel {
    pub(crate) lineage: LineageId,
    pub(crate) channel: Channel,
}

/// Every table. The version grows with each index that is added, removed or renamed, and with each
/// table and form of a record that earlier versions of the program do not know.
pub(crate) static CATALOG: Catalog = Catalog::new(
    3,
    &[
        &INFO,
        &SCOPES,
        &PRINCIPALS,
        &GRANTS,
        &CREDENTIALS,
        &IMAGES,
        &ROLE_MAPS,
        &MCIS,
        &REVISIONS,
        &CONTENTS,
        &CHANNELS,
        &IMPORTS,
        &JOBS,
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
///
/// Each index costs two writes an image, its row and the entry of the change feed, and lists are
/// read far less often than images come. So there is one for what narrows a list most and is asked
/// for most, and none for the rest: a cloud is the beginning of its locations; architectures, agents
/// and states are a handful, and an index of them would lead to most of the records; whoever
/// registers images registers most of those of a scope.
pub(crate) const IMAGES: Table<KeptImage> = Table::new(
    "image",
    &[
        Index::unique("image", |kept| {
            let image = &kept.0;
            if image.lifecycle().is_deleted() {
                // A deleted record frees its key (AWS: recycle bin).
                return Vec::new();
            }
            vec![image_parts(image.location(), image.image_id()).and(image.scope().as_str())]
        }),
        Index::many("scope", |kept| {
            let image = &kept.0;
            let id = image.image_id().equality_key();
            vec![Parts::from((
                image.scope().as_str(),
                image.location().as_str(),
                id.as_ref(),
            ))]
        }),
        Index::many("name", |kept| {
            let image = &kept.0;
            let parts = |name: &ImageName| Parts::from((image.scope().as_str(), name.as_str()));
            image.given_name().map(parts).into_iter().collect()
        }),
        Index::many("os", |kept| {
            let image = &kept.0;
            let parts = |os: &OsFacts| {
                Parts::from((
                    image.scope().as_str(),
                    os.family.as_str(),
                    os.generation.as_str(),
                    os.version.as_str(),
                ))
            };
            image.os().map(parts).into_iter().collect()
        }),
        Index::many("tag", |kept| {
            let image = &kept.0;
            let parts = |tag: &Tag| Parts::from((image.scope().as_str(), tag.to_string()));
            image.tags().iter().map(parts).collect()
        }),
        Index::many("created", |kept| {
            let image = &kept.0;
            vec![Parts::from((
                image.scope().as_str(),
                micros(image.created()),
            ))]
        }),
        Index::many("credential", |kept| {
            kept.0
                .credential()
                .iter()
                .map(|id| Parts::from(id.to_string()))
                .collect()
        }),
    ],
);

/// The first parts of the index `image` of [`IMAGES`]; the scope follows. The id comes first, so that
/// all locations of an image stand together.
pub(crate) fn image_parts(location: &CloudLocation, image: &ImageId) -> Parts {
    Parts::from((image.equality_key().as_ref(), location.as_str()))
}

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

/// By lineage.
pub(crate) const MCIS: Table<KeptMci> = Table::new(
    "mci",
    &[Index::unique("name", |kept| {
        vec![mci_name_parts(
            &kept.0.scope,
            kept.0.head.content().nickname(),
        )]
    })],
);

pub(crate) fn mci_name_parts(scope: &Scope, name: &Name) -> Parts {
    Parts::from((scope.as_str(), name.as_str()))
}

/// By lineage and number.
pub(crate) const REVISIONS: Table<KeptRevision> = Table::new("revision", &[]);

pub(crate) fn revision_parts(lineage: LineageId, number: RevisionNumber) -> Parts {
    Parts::from((lineage.to_string(), u64::from(number.get())))
}

/// By content digest.
pub(crate) const CONTENTS: Table<KeptContent> = Table::new("content", &[]);

/// By lineage and name.
pub(crate) const CHANNELS: Table<KeptChannel> = Table::new("channel", &[]);

pub(crate) fn channel_parts(lineage: LineageId, name: &ChannelName) -> Parts {
    Parts::from((lineage.to_string(), name.as_str()))
}

/// By lineage, stream and release.
pub(crate) const IMPORTS: Table<KeptImport> = Table::new("import", &[]);

/// By id: work in batches that is not finished.
pub(crate) const JOBS: Table<KeptJob> = Table::new("job", &[]);

/// By time and id.
pub(crate) const EVENTS: Table<KeptEvent> = Table::new(
    "event",
    &[Index::many("scope", |kept| {
        vec![Parts::from((kept.0.scope.as_str(), micros(kept.0.at)))]
    })],
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
