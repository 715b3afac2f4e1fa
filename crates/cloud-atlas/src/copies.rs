//! Image records elsewhere: copies in other locations, and records one level up.

use crate::{
    Error, Session,
    tables::{IMAGES, KeptImage, partition_of},
    unit::{Change, Unit},
};
use atlas_base::Name;
use atlas_image::{
    CopyImage, ImageRecord, ImageRecordId, LaunchPermissions, Look, PromoteFacts, RegisterFacts,
    RegisterImage, Registered, Via, check_copy, promote, register_copy,
};
use atlas_image_id::{CloudLocation, ImageId};
use atlas_scope::{Permission, Scope};

impl Session {
    /// Whether an image may be copied to another location of its cloud (Scalr), before somebody does
    /// it there; gives the record of the source.
    ///
    /// # Errors
    ///
    /// The record is not visible from that scope, the image cannot be copied there, or the caller may
    /// not.
    pub async fn check_copy(
        &self,
        record: ImageRecordId,
        from: &Scope,
        to: &CloudLocation,
    ) -> Result<ImageRecord, Error> {
        let unit = self.read().await?;
        let source = unit.image_for(record, from, Permission::ImageCopy).await?;
        check_copy(&source, to)?;
        Ok(source)
    }

    /// Keeps the record of a copy that was made in another location of the cloud: a new one at the
    /// scope of its source, which it names (Scalr).
    ///
    /// # Errors
    ///
    /// As [`Session::check_copy`], the copy cannot be registered, or is not in its cloud.
    pub async fn copy_image(
        &self,
        record: ImageRecordId,
        from: &Scope,
        request: CopyImage,
        image: ImageId,
    ) -> Result<Registered, Error> {
        let source = self.check_copy(record, from, &request.to).await?;
        let scope = source.scope().clone();
        let mut asked = RegisterImage::new(scope, request.to.clone(), image.clone(), Via::Copy);
        asked.credential.clone_from(&request.credential);
        let look = self.look(&asked).await?;
        self.write(|unit| {
            let (from, request, image) = (from.clone(), request.clone(), image.clone());
            let look = look.clone();
            async move {
                let source = unit.image_for(record, &from, Permission::ImageCopy).await?;
                check_copy(&source, &request.to)?;
                let scope = source.scope();
                unit.copied(&source, scope, request, image, look).await
            }
        })
        .await
    }

    /// Lifts a record one level, from an environment to its account or from an account to `/`
    /// (Scalr). It is the same record, shared; `credential` names the one to use from now on where
    /// several fit.
    ///
    /// # Errors
    ///
    /// The record is not visible from that scope, it cannot stand there, or the caller may not write
    /// at both.
    pub async fn promote_image(
        &self,
        record: ImageRecordId,
        from: &Scope,
        credential: Option<&Name>,
    ) -> Result<ImageRecord, Error> {
        self.write(|unit| {
            let (from, credential) = (from.clone(), credential.cloned());
            async move {
                let before = unit.image_for(record, &from, Permission::ImageEdit).await?;
                let above = before.scope().parent();
                let target = above.clone().unwrap_or_else(Scope::global);
                unit.require(Permission::ImageRegister, &target).await?;
                let (location, image) = (before.location(), before.image_id());
                let mut same_image = unit.records_of(&target, location, image).await?;
                if target == Scope::global() {
                    // What stands in any account would hide it there.
                    for (account, _) in unit.partitions_below(&target).await? {
                        if !account.is_global() {
                            same_image.extend(unit.records_in(&account, location, image).await?);
                        }
                    }
                }
                let credentials = unit.credentials_near(&target).await?;
                let facts = PromoteFacts {
                    credentials: &credentials,
                    same_image: &same_image,
                    credential: credential.as_ref(),
                };
                let after = promote(&before, &facts)?;
                unit.lift(&before, &after).await?;
                Ok(after)
            }
        })
        .await
    }
}

impl Unit {
    /// Keeps the record of a copy at a scope.
    pub(crate) async fn copied(
        &self,
        source: &ImageRecord,
        scope: &Scope,
        request: CopyImage,
        image: ImageId,
        look: Look,
    ) -> Result<Registered, Error> {
        let same_image = self.records_of(scope, &request.to, &image).await?;
        let credentials = self.credentials_near(scope).await?;
        let facts = RegisterFacts {
            credentials: &credentials,
            same_image: &same_image,
            look,
            id: ImageRecordId::from_u128(self.id()),
            by: self.who.clone(),
            now: self.now,
        };
        let copied = register_copy(source, scope, request, image, &facts)?;
        self.keep_image(&copied.record, Permission::ImageCopy)
            .await?;
        Ok(copied)
    }

    /// Moves a record to where its scope is kept, and says so at both scopes.
    async fn lift(&self, before: &ImageRecord, after: &ImageRecord) -> Result<(), Error> {
        let id = before.id().to_string();
        let (old, new) = (partition_of(before.scope())?, partition_of(after.scope())?);
        let opened = self.permissions_of(before).await?;
        let none = LaunchPermissions::none(before.id());
        // Its launch permissions stand beside it, and what they open says where it is.
        if !opened.permissions.is_empty() {
            self.keep_permissions(before, &opened, &none).await?;
            self.keep_permissions(after, &none, &opened).await?;
        }
        let kept = KeptImage(after.clone());
        if old == new {
            IMAGES.put(&self.tx, &new, id, &kept).await?;
        } else {
            IMAGES.delete(&self.tx, &old, id.clone()).await?;
            IMAGES.insert(&self.tx, &new, id, &kept).await?;
        }
        for scope in [before.scope(), after.scope()] {
            let change = Change::between(&before.scope(), &after.scope());
            self.audit(Permission::ImageEdit, scope, before.id(), change)
                .await?;
        }
        Ok(())
    }
}
