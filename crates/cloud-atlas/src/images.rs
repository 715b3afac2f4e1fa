//! Image records: register, list, look at.

use crate::{
    Error, NotFound, Noun, Session,
    tables::{IMAGES, KeptImage, image_parts, partition_of, partitions_above},
    unit::{Change, Unit},
};
use atlas_base::quoted;
use atlas_image::{
    Credential, ImageRecord, ImageRecordId, RegisterFacts, RegisterImage, Registered, register,
};
use atlas_image_id::{Cloud, CloudLocation, ImageId};
use atlas_scope::{Permission, Scope, visible};
use atlas_store::{Key, Query};
use core::fmt;
use std::collections::BTreeMap;

/// Which image records are wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ImageQuery {
    /// The scope from which they are seen.
    pub from: Scope,
    /// Only those of this cloud.
    pub cloud: Option<Cloud>,
    /// Only those at this location or below it.
    pub location: Option<CloudLocation>,
    /// The most records of a page, from 1 to [`ImageQuery::MOST`].
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

    /// The most records that a page can have.
    pub const MOST: usize = 1000;

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
/// of the store: the next page begins behind it, at a newer state. Its text form can be handed to
/// somebody else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImageCursor {
    scope: Scope,
    after: Option<Key>,
}

impl ImageCursor {
    /// Reads the text form.
    ///
    /// # Errors
    ///
    /// It is none that `Display` wrote.
    pub fn parse(text: &str) -> Result<Self, ParseCursorError> {
        let refuse = || ParseCursorError {
            shown: quoted(text).to_string(),
        };
        let (scope, after) = text.split_once('|').ok_or_else(refuse)?;
        let key = |text| Key::parse(text).map_err(|_| refuse());
        let after = if after.is_empty() {
            None
        } else {
            Some(key(after)?)
        };
        Ok(Self {
            scope: Scope::parse(scope).map_err(|_| refuse())?,
            after,
        })
    }
}

impl fmt::Display for ImageCursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}|{}",
            self.scope,
            self.after.as_ref().map_or("", Key::as_str)
        )
    }
}

impl core::str::FromStr for ImageCursor {
    type Err = ParseCursorError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

/// A text is no cursor.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{shown} is no cursor: take the one that came with the page before")]
pub struct ParseCursorError {
    shown: String,
}

/// A page of image records.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ImageList {
    /// The records: scope by scope from the nearest upward, by location and id.
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
            async move { unit.register_one(&request, &mut BTreeMap::new()).await }
        })
        .await
    }

    /// The image records that a scope sees, a page at a time.
    ///
    /// # Errors
    ///
    /// The scope is not there, or the caller may not see any there.
    pub async fn images(&self, query: &ImageQuery) -> Result<ImageList, Error> {
        let unit = self.read().await?;
        unit.enter(Permission::ImageView, &query.from).await?;
        let limit = query.limit.clamp(1, ImageQuery::MOST);
        let mut list = ImageList {
            records: Vec::new(),
            next: None,
        };
        let mut cursor = query.after.clone();
        let begin = cursor.as_ref().map(|cursor| cursor.scope.clone());
        let scopes = query.from.lineage();
        for scope in scopes.skip_while(|scope| begin.as_ref().is_some_and(|begin| begin != scope)) {
            if list.records.len() == limit {
                list.next = Some(ImageCursor { scope, after: None });
                break;
            }
            let rows = Query::all(&partition_of(&scope)?)
                .index("scope")
                .prefix(scope.as_str())
                .limit(limit - list.records.len())
                .after(cursor.take().and_then(|cursor| cursor.after));
            let page = IMAGES
                .query_where(&unit.tx, &rows, |kept| query.wants(&kept.0))
                .await?;
            list.records
                .extend(page.found.into_iter().map(|found| found.record.0));
            if page.next.is_some() {
                list.next = Some(ImageCursor {
                    scope,
                    after: page.next,
                });
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
        unit.enter(Permission::ImageView, from).await?;
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
        let same_image = self
            .records_of(&request.scope, &request.location, &request.image_id)
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

    /// All records of an image in the partitions that a scope sees, siblings and scopes below
    /// included: what a registration must know.
    async fn records_of(
        &self,
        scope: &Scope,
        location: &CloudLocation,
        image: &ImageId,
    ) -> Result<Vec<ImageRecord>, Error> {
        let location = place(location, image);
        let mut records = Vec::new();
        for partition in partitions_above(scope)? {
            let found = self.all_by(&IMAGES, "key", &partition, image_parts(&location, image));
            records.extend(found.await?.into_iter().map(|kept| kept.0));
        }
        Ok(records)
    }

    /// The records of an image at a scope and at those above it, three at most.
    pub(crate) async fn records_above(
        &self,
        scope: &Scope,
        location: &CloudLocation,
        image: &ImageId,
    ) -> Result<Vec<ImageRecord>, Error> {
        let location = place(location, image);
        let mut records = Vec::new();
        for scope in scope.lineage() {
            let parts = image_parts(&location, image).and(scope.as_str());
            let found = IMAGES
                .find(&self.tx, &partition_of(&scope)?, "key", parts)
                .await?;
            records.extend(found.map(|found| found.record.0));
        }
        Ok(records)
    }
}

/// Where the record of an image stands: at the cloud alone where its ids are common to all regions.
fn place(location: &CloudLocation, image: &ImageId) -> CloudLocation {
    let placed = image.record_location(location);
    placed.map_or_else(|_| location.clone(), |placed| placed.location)
}
