//! Image records: register, list, look at.

use crate::{
    Error, ImageQuery, Page, Paging, Session,
    tables::{IMAGES, KeptImage, image_parts, partition_of, partitions_above},
    unit::{Change, Unit},
};
use atlas_image::{
    Credential, ImageRecord, ImageRecordId, RegisterFacts, RegisterImage, Registered, register,
};
use atlas_image_id::{CloudLocation, ImageId};
use atlas_scope::{Permission, Scope};
use std::collections::BTreeMap;

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

    /// The image records that a scope sees, scope by scope from the nearest upward.
    ///
    /// # Errors
    ///
    /// The scope is not there, the caller may not see any there, or the page is none of this list.
    pub async fn images(
        &self,
        query: &ImageQuery,
        paging: &Paging,
    ) -> Result<Page<ImageRecord>, Error> {
        let unit = self.read().await?;
        unit.enter(Permission::ImageView, &query.from).await?;
        unit.page(&IMAGES, query.queries()?, paging, |kept| Ok(kept.0))
            .await
    }

    /// One image record, as seen from a scope.
    ///
    /// # Errors
    ///
    /// It is not there or not visible.
    pub async fn image(&self, id: ImageRecordId, from: &Scope) -> Result<ImageRecord, Error> {
        self.read().await?.seen_image(id, from).await
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
        self.keep_image(&registered.record, Permission::ImageRegister)
            .await?;
        Ok(registered)
    }

    /// Keeps a new record, and says how it came.
    pub(crate) async fn keep_image(
        &self,
        record: &ImageRecord,
        action: Permission,
    ) -> Result<(), Error> {
        let kept = KeptImage(record.clone());
        let at = partition_of(record.scope())?;
        IMAGES
            .insert(&self.tx, &at, record.id().to_string(), &kept)
            .await?;
        let change = Change::made(&record.image_id());
        self.audit(action, record.scope(), record.id(), change)
            .await
    }

    /// All records of an image in the partitions that a scope sees, siblings and scopes below
    /// included: what a registration must know.
    pub(crate) async fn records_of(
        &self,
        scope: &Scope,
        location: &CloudLocation,
        image: &ImageId,
    ) -> Result<Vec<ImageRecord>, Error> {
        let location = place(location, image);
        let mut records = Vec::new();
        for partition in partitions_above(scope)? {
            let found = self.all_by(&IMAGES, "image", &partition, image_parts(&location, image));
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
                .find(&self.tx, &partition_of(&scope)?, "image", parts)
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
