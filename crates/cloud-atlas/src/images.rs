//! Image records: register, list, look at.

use crate::{
    Error, NotFound, Noun, Session,
    tables::{IMAGES, KeptImage, image_parts, partition_of, partitions_above},
    unit::{Change, Unit},
};
use atlas_image::{
    Credential, ImageRecord, ImageRecordId, RegisterFacts, RegisterImage, Registered, register,
};
use atlas_image_id::{Cloud, CloudLocation, ImageId};
use atlas_scope::{Permission, Scope, visible};
use atlas_store::{Key, Query};

/// Which image records are wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImageQuery {
    /// The scope from which they are seen.
    pub from: Scope,
    /// Only those of this cloud.
    pub cloud: Option<Cloud>,
    /// Only those at this location or below it.
    pub location: Option<CloudLocation>,
    /// The most records of a page.
    pub limit: usize,
    /// Where the page before ended.
    pub after: Option<ImageCursor>,
}

impl ImageQuery {
    /// The first hundred that a scope sees.
    pub fn new(from: Scope) -> Self {
        Self {
            from,
            cloud: None,
            location: None,
            limit: 100,
            after: None,
        }
    }

    fn wants(&self, record: &ImageRecord) -> bool {
        let location = record.location();
        visible(record.scope(), record.shared(), &self.from)
            && !record.lifecycle().is_deleted()
            && self.cloud.is_none_or(|cloud| cloud == location.cloud())
            && self
                .location
                .as_ref()
                .is_none_or(|wanted| wanted.contains(location))
    }
}

/// Where a page of image records ended. It is good for the same query only, and outlives changes
/// of the store: the next page begins behind it, at a newer state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImageCursor(Key);

/// A page of image records.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImageList {
    /// The records: the account's by location and id, then those of `/`.
    pub records: Vec<ImageRecord>,
    /// Where the next page begins; none where this was the last.
    pub next: Option<ImageCursor>,
}

impl Session {
    /// Registers an image (Scalr).
    ///
    /// # Errors
    ///
    /// It cannot be registered there, is registered already, or the caller may not.
    pub async fn register_image(&self, request: RegisterImage) -> Result<Registered, Error> {
        self.write(|unit| {
            let request = request.clone();
            async move {
                unit.require(Permission::ImageRegister, &request.scope)
                    .await?;
                if unit.scope_record(&request.scope).await?.is_none() {
                    return Err(NotFound::new(Noun::Scope, &request.scope, &request.scope).into());
                }
                let credentials = unit.credentials_near(&request.scope).await?;
                unit.register(request, &credentials).await
            }
        })
        .await
    }

    /// The image records that a scope sees, a page at a time.
    ///
    /// # Errors
    ///
    /// The caller may not see any there.
    pub async fn images(&self, query: &ImageQuery) -> Result<ImageList, Error> {
        let unit = self.read().await?;
        unit.require(Permission::ImageView, &query.from).await?;
        let mut list = ImageList {
            records: Vec::new(),
            next: None,
        };
        for partition in partitions_above(&query.from)? {
            let after = match &query.after {
                Some(ImageCursor(key)) if key.partition() == partition => Some(key.clone()),
                // The page before ended in a partition that comes later: this one is done.
                Some(ImageCursor(key)) if key.partition().is_global() => continue,
                _ => None,
            };
            let wanted = query.limit - list.records.len();
            let rows = Query::all(&partition)
                .index("key")
                .limit(wanted)
                .after(after);
            let page = IMAGES
                .query_where(&unit.tx, &rows, |kept| query.wants(&kept.0))
                .await?;
            list.records
                .extend(page.found.into_iter().map(|found| found.record.0));
            list.next = page.next.map(ImageCursor);
            if list.records.len() >= query.limit {
                break;
            }
        }
        Ok(list)
    }

    /// One image record, as seen from a scope.
    ///
    /// # Errors
    ///
    /// It is not there or not visible.
    pub async fn image(&self, id: ImageRecordId, from: &Scope) -> Result<ImageRecord, Error> {
        let unit = self.read().await?;
        unit.require(Permission::ImageView, from).await?;
        for partition in partitions_above(from)? {
            if let Some(kept) = IMAGES.get(&unit.tx, &partition, id.to_string()).await?
                && visible(kept.0.scope(), kept.0.shared(), from)
            {
                return Ok(kept.0);
            }
        }
        Err(NotFound::new(Noun::Image, id, from).into())
    }
}

impl Unit {
    /// Decides on a registration and keeps the record; the caller has checked the permission.
    pub(crate) async fn register(
        &self,
        request: RegisterImage,
        credentials: &[Credential],
    ) -> Result<Registered, Error> {
        // The rule may drop a region that the cloud does not use: what it looks for is there.
        let location = request.image_id.record_location(&request.location);
        let location = location.map_or_else(|_| request.location.clone(), |found| found.location);
        let same_image = self
            .records_of(&request.scope, &location, &request.image_id)
            .await?;
        let facts = RegisterFacts {
            credentials,
            same_image: &same_image,
            id: ImageRecordId::from_u128(self.id()),
            by: self.who.clone(),
            now: self.now,
        };
        let registered = register(request, &facts)?;
        let record = &registered.record;
        let kept = KeptImage(record.clone());
        let at = partition_of(record.scope())?;
        IMAGES
            .insert(&self.tx, &at, record.id().to_string(), &kept)
            .await?;
        let change = Change::made(&record.image_id());
        self.audit(
            Permission::ImageRegister,
            record.scope(),
            record.id(),
            change,
        )
        .await?;
        Ok(registered)
    }

    /// All records of an image that lie on the branch of a scope.
    pub(crate) async fn records_of(
        &self,
        scope: &Scope,
        location: &CloudLocation,
        image: &ImageId,
    ) -> Result<Vec<ImageRecord>, Error> {
        let mut records = Vec::new();
        for partition in partitions_above(scope)? {
            let mut query = Query::all(&partition)
                .index("key")
                .prefix(image_parts(location, image));
            loop {
                let page = IMAGES.query(&self.tx, &query).await?;
                records.extend(page.found.into_iter().map(|found| found.record.0));
                match page.next {
                    Some(next) => query = query.after(Some(next)),
                    None => break,
                }
            }
        }
        Ok(records)
    }
}
