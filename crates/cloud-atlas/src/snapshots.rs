//! Records of snapshots, which devices of images name.

mod labels;

pub use self::labels::Labelled;

use crate::{
    Error, NotFound, Noun, Page, Paging, Session,
    page::Filling,
    tables::{IMAGES, KeptSnapshot, SNAPSHOTS, partition_of, partitions_above, snapshot_parts},
    unit::{Change, Unit},
};
use atlas_image::{
    AddSnapshot, CloudText, ImageRecord, LabelKey, LabelValue, SnapshotError, SnapshotId,
    SnapshotRecord, add_snapshot, delete_snapshot,
};
use atlas_image_id::CloudLocation;
use atlas_scope::{Permission, Scope};
use atlas_store::{Condition, Parts, Query};
use std::collections::{BTreeMap, BTreeSet};

/// Which snapshots of a scope are wanted, of that scope alone.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct SnapshotQuery {
    /// The scope that owns them.
    pub scope: Scope,
    /// Only those at this location.
    pub location: Option<CloudLocation>,
    /// Only those with all of these labels, of a value or of any; through an index.
    pub labels: BTreeMap<LabelKey, Option<LabelValue>>,
}

/// Which snapshots of a list are kept; what a query can say, it says better.
pub type KeepSnapshot<'a> = &'a (dyn Fn(&SnapshotRecord) -> bool + Send + Sync);

impl SnapshotQuery {
    /// All snapshots of a scope.
    #[must_use]
    pub fn new(scope: Scope) -> Self {
        Self {
            scope,
            location: None,
            labels: BTreeMap::new(),
        }
    }

    fn query(&self) -> Result<Query, Error> {
        let (all, here) = (
            Query::all(&partition_of(&self.scope)?),
            Parts::from(self.scope.as_str()),
        );
        let valued = self.labels.iter().find(|(_, value)| value.is_some());
        let query = match (valued.or_else(|| self.labels.iter().next()), &self.location) {
            (Some((key, value)), _) => {
                let parts = here.and(key.as_str());
                let parts = match value {
                    Some(value) => parts.and(value.as_str()),
                    None => parts,
                };
                all.index("label").prefix(parts)
            }
            (None, Some(location)) => all.prefix(here.and(location.as_str())),
            (None, None) => all.prefix(here),
        };
        let location = self.location.iter();
        let location = location.map(|at| Condition::is("location", at.as_str()));
        let labels = self.labels.iter().map(|(key, value)| {
            let field = ["labels", key.as_str()];
            match value {
                Some(value) => Condition::is(field, value.as_str()),
                None => Condition::present(field),
            }
        });
        Ok(location.chain(labels).fold(query, Query::keep))
    }
}

impl Session {
    /// Says that a snapshot is there, in a region of the repository: the host program has it, or
    /// knows who does (AWS).
    ///
    /// # Errors
    ///
    /// The location is none of the repository, the scope has one of that id there, or is not there,
    /// or the caller may not register images at it.
    pub async fn add_snapshot(
        &self,
        scope: &Scope,
        location: &CloudLocation,
        snapshot: AddSnapshot,
    ) -> Result<SnapshotRecord, Error> {
        self.write(|unit| {
            let snapshot = snapshot.clone();
            async move {
                unit.enter(Permission::ImageRegister, scope).await?;
                let action = Permission::ImageRegister;
                unit.keep_snapshot(scope, location, snapshot, action).await
            }
        })
        .await
    }

    /// The snapshots that a scope owns, by location and id; or by label, where one is asked for. Of
    /// these, those that `keep` admits (AWS: `DescribeSnapshots`).
    ///
    /// # Errors
    ///
    /// The scope is not there, the caller may not see its images, or the page is none of this list.
    pub async fn snapshots(
        &self,
        query: &SnapshotQuery,
        paging: &Paging,
        keep: KeepSnapshot<'_>,
    ) -> Result<Page<SnapshotRecord>, Error> {
        let unit = self.read().await?;
        unit.enter(Permission::ImageView, &query.scope).await?;
        let wanted = query.query()?;
        let list = (SNAPSHOTS.space(), &wanted);
        let (mut filling, after) = Filling::begin(&unit, &list, paging)?;
        let wanted = wanted.limit(filling.missing()).after(after);
        let kept = |kept: &KeptSnapshot| keep(&kept.0);
        let page = SNAPSHOTS.query_where(&unit.tx, &wanted, kept).await?;
        for found in page.found {
            if !filling.take(found.row, found.record.0) {
                break;
            }
        }
        Ok(filling.end())
    }

    /// The snapshots of these ids that a scope owns in one location: an answer each, in the order
    /// given. It takes as many ids as a page has items at most.
    ///
    /// # Errors
    ///
    /// They are too many, the scope is not there, or the caller may not see its images.
    pub async fn look_up_snapshots(
        &self,
        location: &CloudLocation,
        snapshots: &[SnapshotId],
        scope: &Scope,
    ) -> Result<Vec<Option<SnapshotRecord>>, Error> {
        let limit = snapshots.len();
        if limit > Paging::MOST {
            return Err(Error::PageLimit { limit });
        }
        let unit = self.read().await?;
        unit.enter(Permission::ImageView, scope).await?;
        let parts = snapshots
            .iter()
            .map(|id| snapshot_parts(scope, location, id));
        let at = partition_of(scope)?;
        let found = SNAPSHOTS.get_many(&unit.tx, &at, parts).await?;
        Ok(found.into_iter().map(|kept| Some(kept?.0)).collect())
    }

    /// Forgets a snapshot that no image uses (AWS); a deleted image uses none.
    ///
    /// # Errors
    ///
    /// The scope has no such snapshot, images use it, or the caller may not.
    pub async fn delete_snapshot(
        &self,
        location: &CloudLocation,
        snapshot: &SnapshotId,
        scope: &Scope,
    ) -> Result<SnapshotRecord, Error> {
        self.write(|unit| async move {
            unit.enter(Permission::ImageDelete, scope).await?;
            let record = unit.snapshot(location, snapshot, scope).await?;
            let users = unit.snapshot_users(&record).await?;
            delete_snapshot(&record, &users)?;
            unit.forget_snapshot(&record).await?;
            Ok(record)
        })
        .await
    }
}

impl Unit {
    /// A snapshot that a scope owns; the caller has checked the permission.
    pub(crate) async fn snapshot(
        &self,
        location: &CloudLocation,
        snapshot: &SnapshotId,
        scope: &Scope,
    ) -> Result<SnapshotRecord, Error> {
        let parts = snapshot_parts(scope, location, snapshot);
        let at = partition_of(scope)?;
        let found = SNAPSHOTS.get(&self.tx, &at, parts).await?;
        let found = found.map(|kept| kept.0);
        Ok(found.ok_or_else(|| NotFound::at(Noun::Snapshot, snapshot, scope))?)
    }

    /// Keeps a new record, and says how it came.
    pub(crate) async fn keep_snapshot(
        &self,
        scope: &Scope,
        location: &CloudLocation,
        snapshot: AddSnapshot,
        action: Permission,
    ) -> Result<SnapshotRecord, Error> {
        let record = add_snapshot(snapshot, scope, location, &self.who, self.now)?;
        let (at, kept) = (partition_of(scope)?, KeptSnapshot(record.clone()));
        let parts = snapshot_parts(scope, location, &record.id);
        let inserted = SNAPSHOTS.insert(&self.tx, &at, parts, &kept).await;
        inserted.map_err(|error| Error::taken(error, Noun::Snapshot, &record.id, scope))?;
        let change = Change::made(&location);
        self.audit(action, scope, &record.id, change).await?;
        Ok(record)
    }

    pub(crate) async fn forget_snapshot(&self, record: &SnapshotRecord) -> Result<(), Error> {
        let parts = snapshot_parts(&record.scope, &record.location, &record.id);
        let at = partition_of(&record.scope)?;
        SNAPSHOTS.delete(&self.tx, &at, parts).await?;
        let change = Change::removed(&record.location);
        let action = Permission::ImageDelete;
        self.audit(action, &record.scope, &record.id, change).await
    }

    /// The images that name a snapshot, those too that were lifted since.
    pub(crate) async fn snapshot_users(
        &self,
        record: &SnapshotRecord,
    ) -> Result<Vec<ImageRecord>, Error> {
        let mut users = Vec::new();
        for partition in partitions_above(&record.scope)? {
            let parts = Parts::from((record.location.as_str(), record.id.as_str()));
            let found = self.all_by(&IMAGES, "snapshot", &partition, parts).await?;
            users.extend(found.into_iter().map(|kept| kept.0));
        }
        Ok(users)
    }

    /// Refuses an image whose devices name snapshots that its scope has not (AWS).
    pub(crate) async fn check_snapshots(
        &self,
        record: &ImageRecord,
        new: &[AddSnapshot],
    ) -> Result<(), Error> {
        let new: BTreeSet<_> = new.iter().map(|new| new.id.as_str()).collect();
        let (scope, location) = (record.scope(), record.location());
        let mut missing = Vec::<CloudText>::new();
        for named in record.snapshots() {
            if new.contains(named.as_str()) || missing.contains(named) {
                continue;
            }
            let known = match SnapshotId::parse(named.as_str()) {
                Ok(id) => self.snapshot(location, &id, scope).await.map(drop),
                Err(_) => Err(NotFound::at(Noun::Snapshot, named, scope).into()),
            };
            match known {
                Ok(()) => {}
                Err(Error::NotFound(_)) => missing.push(named.clone()),
                Err(error) => return Err(error),
            }
        }
        if missing.is_empty() {
            return Ok(());
        }
        Err(SnapshotError::Unknown {
            snapshots: missing,
            scope: scope.clone(),
            location: location.clone(),
        }
        .into())
    }
}
