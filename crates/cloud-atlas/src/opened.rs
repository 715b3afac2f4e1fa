//! What launch permissions let an account see beside the tree of scopes: single image records of
//! other branches, and nothing else of them.

use crate::{
    Error, ImageQuery, LaunchableImage, Page, Paging,
    launchable::Telling,
    page::Filling,
    referrers::States,
    sight::account_of,
    stored::StoredOpened,
    tables::{
        GROUPS, IMAGES, KeptOpened, LAUNCH_PERMISSIONS, OPENED, SCOPES, group_parts, partition_of,
    },
    unit::Unit,
};
use atlas_image::{ImageRecord, ImageRecordId, LaunchPermission, LaunchPermissions};
use atlas_image_id::{CloudLocation, ImageId};
use atlas_scope::{Scope, visible};
use atlas_store::{CursorError, Partition, Parts, Query, StoreError, Within};
use std::collections::BTreeSet;

impl Unit {
    /// The launch permissions that hold for whoever stands at a scope: those of its account, of the
    /// groups that the account is in, and of everybody. No account is at `/`, and so nothing is
    /// opened to it.
    ///
    /// Symphony: what is opened to an account is seen in each of its projects.
    pub(crate) async fn held_permissions(
        &self,
        viewer: &Scope,
    ) -> Result<Vec<LaunchPermission>, Error> {
        let Some(account) = viewer.account_scope() else {
            return Ok(Vec::new());
        };
        let record = self.scope_record(&account).await?;
        let number = record.and_then(|record| record.account_number);
        let mut held: Vec<_> = number.map(LaunchPermission::Account).into_iter().collect();
        let global = Partition::global();
        let groups = self.all_by(&GROUPS, "member", &global, account.as_str());
        let groups = groups.await?.into_iter();
        held.extend(groups.map(|kept| LaunchPermission::Group(kept.0.id)));
        held.push(LaunchPermission::Everybody);
        Ok(held)
    }

    /// An image record that is opened to a scope, as it is; who sees it is told
    /// [`ImageRecord::as_opened`].
    pub(crate) async fn opened_image(
        &self,
        id: ImageRecordId,
        viewer: &Scope,
    ) -> Result<Option<ImageRecord>, Error> {
        let held = self.held_permissions(viewer).await?;
        let global = Partition::global();
        let rows = held
            .iter()
            .map(|to| Parts::from((to.to_string(), id.to_string())));
        let rows = OPENED.get_many(&self.tx, &global, rows).await?;
        match rows.into_iter().flatten().next() {
            Some(KeptOpened(row)) => self.behind(&row).await,
            None => Ok(None),
        }
    }

    /// The records of an image that are opened to a scope, in a place or in all, each once, as the
    /// viewer sees them.
    pub(crate) async fn opened_records(
        &self,
        viewer: &Scope,
        location: Option<&CloudLocation>,
        image: &ImageId,
    ) -> Result<Vec<ImageRecord>, Error> {
        let mut records = Vec::<ImageRecord>::new();
        let global = Partition::global();
        for to in self.held_permissions(viewer).await? {
            let mut parts =
                Parts::from(to.to_string()).and(image.at_place().equality_key().as_ref());
            if let Some(location) = location {
                parts = parts.and(location.as_str());
            }
            for KeptOpened(row) in self.all_by(&OPENED, "image", &global, parts).await? {
                // One text can be the id of several clouds: a UUID.
                let known = records.iter().any(|record| record.id() == row.image)
                    || image.check_location(&row.location).is_err();
                if let Some(record) = self.behind(&row).await?
                    && !known
                {
                    records.push(record.as_opened());
                }
            }
        }
        Ok(records)
    }

    /// The accounts that launch permissions open a record to, as far as they are here.
    pub(crate) async fn opened_to(&self, record: &ImageRecord) -> Result<BTreeSet<Scope>, Error> {
        let global = Partition::global();
        let mut accounts = BTreeSet::new();
        for permission in self.permissions_of(record).await?.permissions {
            match permission {
                LaunchPermission::Account(number) => {
                    let found = SCOPES.find(&self.tx, &global, "number", number.to_string());
                    accounts.extend(found.await?.map(|found| found.record.0.scope));
                }
                LaunchPermission::Group(group) => {
                    let found = GROUPS.get(&self.tx, &global, group_parts(group)).await?;
                    let members = found.into_iter().flat_map(|kept| kept.0.members);
                    accounts.extend(members.map(|member| member.account));
                }
                LaunchPermission::Everybody => {
                    for partition in self.accounts().await? {
                        accounts.extend(account_of(&partition)?.map(|(_, account)| account));
                    }
                }
                // An organisation of AWS: which accounts it has is not known here.
                _ => {}
            }
        }
        Ok(accounts)
    }

    /// The record that is opened, if it can be used: others are not shown (AWS).
    pub(crate) async fn behind(&self, row: &StoredOpened) -> Result<Option<ImageRecord>, Error> {
        let partition = partition_of(&row.scope)?;
        let found = IMAGES.get(&self.tx, &partition, row.image.to_string());
        let record = found.await?.map(|kept| kept.0);
        Ok(record.filter(|record| record.lifecycle().is_usable()))
    }

    /// The launch permissions of a record.
    pub(crate) async fn permissions_of(
        &self,
        record: &ImageRecord,
    ) -> Result<LaunchPermissions, Error> {
        let at = partition_of(record.scope())?;
        let found = LAUNCH_PERMISSIONS.get(&self.tx, &at, record.id().to_string());
        let found = found.await?.map(|kept| kept.0);
        Ok(found.unwrap_or_else(|| LaunchPermissions::none(record.id())))
    }

    /// A page of the image records that a scope sees: scope by scope upward, then those that are
    /// opened to it.
    pub(crate) async fn image_page(
        &self,
        query: &ImageQuery,
        paging: &Paging,
        mut telling: Telling<'_>,
    ) -> Result<Page<LaunchableImage>, Error> {
        let queries = query.queries()?;
        let (from, unused, mut states) = (&query.from, query.unused, States::default());
        let list = (IMAGES.space(), &queries);
        let (mut filling, mut after) = Filling::begin(self, &list, paging)?;
        for query in &queries {
            if let Some(row) = &after {
                // Those before the one that the cursor is of have been read.
                if !IMAGES.covers(query, row)? {
                    continue;
                }
            }
            loop {
                let limit = telling.at_once(filling.missing());
                let query = query.clone().limit(limit).after(after.take());
                let page = IMAGES.query(&self.tx, &query).await?;
                let found = page.found.into_iter();
                let found = found.map(|found| (found.row, found.record.0)).collect();
                for (row, image) in telling.tell(self, found).await? {
                    if !telling.keeps(&image) {
                        continue;
                    }
                    if unused && !self.is_unused(&image.record, from, &mut states).await? {
                        continue;
                    }
                    if !filling.take(row, image) {
                        return Ok(filling.end());
                    }
                }
                after = page.next;
                if after.is_none() {
                    break;
                }
            }
        }
        let held = if query.at.is_some() {
            Vec::new()
        } else {
            self.held_permissions(&query.from).await?
        };
        let mut sought = Sought {
            query,
            filters: queries.first(),
            held: &held,
            states,
            telling,
        };
        for to in &held {
            let at = Parts::from(to.to_string());
            let within = match (&query.location, query.cloud) {
                (Some(location), _) => Within::Starting(at, location.as_str().to_owned()),
                (None, Some(cloud)) => Within::Starting(at, cloud.as_str().to_owned()),
                (None, None) => Within::Prefix(at),
            };
            let rows = Query::all(&Partition::global())
                .index("place")
                .within(within);
            if let Some(row) = &after
                && !OPENED.covers(&rows, row)?
            {
                continue;
            }
            let rows = rows.after(after.take());
            if !self
                .opened_rows(&mut filling, &mut sought, to, rows)
                .await?
            {
                return Ok(filling.end());
            }
        }
        match after {
            // A row of none of the queries: the account may have left the group that it was of.
            Some(_) => Err(CursorError::OtherQuery.into()),
            None => Ok(filling.end()),
        }
    }

    /// Takes what one launch permission opens; tells whether to go on.
    async fn opened_rows(
        &self,
        filling: &mut Filling<'_, LaunchableImage>,
        sought: &mut Sought<'_>,
        to: &LaunchPermission,
        mut rows: Query,
    ) -> Result<bool, Error> {
        let Sought {
            query,
            filters,
            held,
            states,
            telling,
        } = sought;
        loop {
            let some = rows.clone().limit(telling.at_once(filling.missing()));
            let page = OPENED.query(&self.tx, &some).await?;
            for found in page.found {
                let Some(record) = self.behind(&found.record.0).await? else {
                    continue;
                };
                // The tree has shown it, or another permission of hers.
                if visible(record.scope(), record.shared(), &query.from)
                    || !query.admits_moment(record.created())
                    || self.permissions_of(&record).await?.opening(held) != Some(to)
                    || query.unused && !self.is_unused(&record, &query.from, states).await?
                {
                    continue;
                }
                let image = telling.opened(self, record, to, held).await?;
                // Asked of what she sees: what is hidden from her cannot be guessed by filters.
                let json = serde_json::to_string(&image.record)
                    .map_err(|_| StoreError::corrupt("an image record cannot be written"))?;
                let admitted = filters.map_or(Ok(true), |filters| filters.admits(&json));
                let admitted = admitted
                    .map_err(|_| StoreError::corrupt("an image record cannot be read again"))?;
                if admitted && telling.keeps(&image) && !filling.take(found.row, image) {
                    return Ok(false);
                }
            }
            if page.next.is_none() {
                return Ok(true);
            }
            rows = rows.after(page.next);
        }
    }
}

/// What is looked for among the records that are opened.
struct Sought<'a> {
    query: &'a ImageQuery,
    /// What is asked of each record.
    filters: Option<&'a Query>,
    held: &'a [LaunchPermission],
    states: States,
    telling: Telling<'a>,
}

/// Where the rows of what is opened stand for a record.
pub(crate) fn opened_row(to: &LaunchPermission, record: &ImageRecord) -> (Parts, KeptOpened) {
    let parts = Parts::from((to.to_string(), record.id().to_string()));
    let row = StoredOpened {
        to: to.clone(),
        image: record.id(),
        scope: record.scope().clone(),
        location: record.location().clone(),
        key: record.image_id().equality_key().into_owned(),
    };
    (parts, KeptOpened(row))
}
