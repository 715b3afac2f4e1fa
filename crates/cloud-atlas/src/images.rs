//! Image records: register, list, look at.

use crate::{
    Error, ImageQuery, NotFound, Noun, Page, Paging, Session,
    launchable::Telling,
    stored::place,
    tables::{IMAGES, KeptImage, image_parts, partition_of, partitions_above},
    unit::{Change, Unit},
};
use atlas_image::{
    Credential, ImageRecord, ImageRecordId, Look, RegisterFacts, RegisterImage, Registered,
    Warning, register,
};
use atlas_image_id::{CloudLocation, ImageId};
use atlas_scope::{Permission, Scope};
use atlas_store::Partition;
use std::collections::BTreeMap;

impl Session {
    /// Registers an image (Scalr). Where an inventory covers its location, that is asked first,
    /// outside of the transaction: the image has to be there, and its facts fill in what the request
    /// leaves open.
    ///
    /// # Errors
    ///
    /// It cannot be registered there, is registered already, is not in its cloud, the inventory
    /// cannot be asked, or the caller may not.
    pub async fn register_image(&self, request: RegisterImage) -> Result<Registered, Error> {
        let look = self.look(&request).await?;
        let registered = self.write(|unit| {
            let (request, look) = (request.clone(), look.clone());
            async move {
                unit.register_one(&request, look, &mut BTreeMap::new())
                    .await
            }
        });
        let mut registered = registered.await?;
        if *registered.record.scope() == Scope::global() {
            Box::pin(self.tell_shadows(&mut registered)).await?;
        }
        Ok(registered)
    }

    /// Says which accounts go on using their own records of an image that was registered at `/`: no
    /// reason to refuse it, so they are looked into when it is done.
    pub(crate) async fn tell_shadows(&self, registered: &mut Registered) -> Result<(), Error> {
        let unit = self.read().await?;
        let scopes = unit.shadowing(&registered.record).await?;
        if !scopes.is_empty() {
            let warning = Warning::ShadowedBelow { scopes };
            registered.warnings.push(warning);
        }
        Ok(())
    }

    /// The image records that a scope sees, scope by scope from the nearest upward; then those that
    /// launch permissions open to its account, as [`ImageRecord::as_opened`] shows them.
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
        let alone = Telling::of(&query.from, None);
        let page = unit.image_page(query, paging, alone).await?;
        Ok(page.map(|image| image.record))
    }

    /// One image record, as seen from a scope, or as it was opened to its account.
    ///
    /// # Errors
    ///
    /// It is not there or not visible.
    pub async fn image(&self, id: ImageRecordId, from: &Scope) -> Result<ImageRecord, Error> {
        let unit = self.read().await?;
        unit.image(id, from).await
    }
}

impl Unit {
    /// One image record that the caller sees from a scope.
    pub(crate) async fn image(
        &self,
        id: ImageRecordId,
        from: &Scope,
    ) -> Result<ImageRecord, Error> {
        self.enter(Permission::ImageView, from).await?;
        self.seen_image(id, from).await
    }

    /// A record that a scope sees, held there or opened to it; the caller has checked the
    /// permission.
    pub(crate) async fn seen_image(
        &self,
        id: ImageRecordId,
        from: &Scope,
    ) -> Result<ImageRecord, Error> {
        if let Some(record) = self.held_image(id, from).await? {
            return Ok(record);
        }
        match self.opened_image(id, from).await? {
            Some(record) => Ok(record.as_opened()),
            None => Err(NotFound::new(Noun::Image, id, from).into()),
        }
    }

    /// Decides on a registration and keeps the record; the caller has checked the permission.
    pub(crate) async fn register(
        &self,
        request: RegisterImage,
        look: Look,
        credentials: &[Credential],
    ) -> Result<Registered, Error> {
        let id = ImageRecordId::from_u128(self.id());
        self.register_as(id, request, look, credentials).await
    }

    /// [`Unit::register`], of a record whose id something else names.
    pub(crate) async fn register_as(
        &self,
        id: ImageRecordId,
        request: RegisterImage,
        look: Look,
        credentials: &[Credential],
    ) -> Result<Registered, Error> {
        let same_image = self
            .records_of(&request.scope, &request.location, &request.image_id)
            .await?;
        let facts = RegisterFacts {
            credentials,
            same_image: &same_image,
            look,
            id,
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
        let mut records = Vec::new();
        for partition in partitions_above(scope)? {
            records.extend(self.records_in(&partition, location, image).await?);
        }
        Ok(records)
    }

    /// All records of an image in a partition.
    pub(crate) async fn records_in(
        &self,
        partition: &Partition,
        location: &CloudLocation,
        image: &ImageId,
    ) -> Result<Vec<ImageRecord>, Error> {
        let parts = image_parts(&place(location, image), image);
        let found = self.all_by(&IMAGES, "image", partition, parts).await?;
        Ok(found.into_iter().map(|kept| kept.0).collect())
    }

    /// The scopes of all accounts that have a record of the same image, in order.
    async fn shadowing(&self, record: &ImageRecord) -> Result<Vec<Scope>, Error> {
        let mut scopes = Vec::new();
        for (partition, _) in self.partitions_below(&Scope::global()).await? {
            let (location, image) = (record.location(), record.image_id());
            let records = self.records_in(&partition, location, image).await?;
            let others = records.iter().filter(|other| other.id() != record.id());
            scopes.extend(others.map(|other| other.scope().clone()));
        }
        scopes.sort();
        Ok(scopes)
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
