//! Images that come and go with their snapshots, each in one commit.

use crate::{
    Error, ImageChange, Noun, Retention, Session,
    tables::{IMAGES, partition_of},
    unit::Unit,
};
use atlas_image::{
    AddSnapshot, CloudText, CopyError, CopyImage, DeleteImage, ImageName, ImageRecord,
    ImageRecordId, Look, Origin, Reason, RegisterImage, Registered, SnapshotError, SnapshotId,
    SnapshotRecord, check_duplicate, delete_snapshot, register_copy,
};
use atlas_image_id::{AmiId, CloudLocation, ImageId};
use atlas_scope::{Permission, Scope};
use atlas_store::Parts;

/// An image that is to have a record, with what belongs to it (AWS: `RegisterImage`, and
/// `CreateImage` where its origin is a server).
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct NewImage {
    /// The image.
    pub register: RegisterImage,
    /// Snapshots that are made with it, which its devices name.
    pub snapshots: Vec<AddSnapshot>,
    /// Whether its scope may have no other image of its name at its location (AWS).
    pub unique_name: bool,
    /// Whether every snapshot that its devices name has to be there (AWS).
    pub known_snapshots: bool,
}

impl NewImage {
    /// An image alone, of any name and any snapshots.
    #[must_use]
    pub fn new(register: RegisterImage) -> Self {
        Self {
            register,
            snapshots: Vec::new(),
            unique_name: false,
            known_snapshots: false,
        }
    }
}

/// An image that has a record now.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ImageMade {
    /// The image.
    pub registered: Registered,
    /// The snapshots that were made with it, in the order given.
    pub snapshots: Vec<SnapshotRecord>,
}

/// A second image of the same content that is wanted in the repository (AWS: `CopyImage`).
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct DuplicateImage {
    /// What is copied.
    pub source: ImageRecordId,
    /// Where to, and as what.
    pub copy: CopyImage,
    /// The id of the copy.
    pub image: ImageId,
    /// The snapshots that the devices of the copy begin with.
    pub snapshots: Vec<AddSnapshot>,
    /// A token of the caller's choice: the same request with the same token is done once.
    pub token: Option<CloudText>,
    /// Whether its scope may have no other image of its name at its location (AWS).
    pub unique_name: bool,
}

impl DuplicateImage {
    /// A copy of any name, each time anew.
    #[must_use]
    pub fn new(source: ImageRecordId, copy: CopyImage, image: ImageId) -> Self {
        Self {
            source,
            copy,
            image,
            snapshots: Vec::new(),
            token: None,
            unique_name: false,
        }
    }
}

/// An image whose record was deleted.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ImageDeregistered {
    /// The record, and what was told of deleting it.
    pub change: ImageChange,
    /// What became of the snapshots that its devices name, in the order of the devices; nothing where
    /// they were to stay.
    pub snapshots: Vec<(CloudText, SnapshotFate)>,
}

/// What became of a snapshot whose image was deleted.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum SnapshotFate {
    /// It is deleted.
    Deleted,
    /// Other images use it, and it stays.
    InUse(Vec<ImageId>),
    /// The scope of the image has no such snapshot.
    Missing,
}

impl Session {
    /// A new AMI id: 17 hex digits, or Symphony's 32 (E02).
    pub fn new_ami_id(&self, symphony: bool) -> AmiId {
        let bits = self.new_bits();
        if symphony {
            AmiId::symphony(bits)
        } else {
            AmiId::from_bits(bits)
        }
    }

    /// A new id of a snapshot: 17 hex digits (AWS).
    pub fn new_snapshot_id(&self) -> SnapshotId {
        SnapshotId::from_bits(self.new_bits())
    }

    /// Ids sort by time, and short ones would hold little else: all their bits are mixed.
    fn new_bits(&self) -> u128 {
        let shared = &self.atlas.shared;
        let bits = shared.ids.next(shared.clock.now()).to_be_bytes();
        let mixed = atlas_base::Digest::of("cloud-atlas/short-id/1", &bits);
        let first = mixed.as_bytes().iter().take(16);
        first.fold(0, |bits, byte| bits << 8 | u128::from(*byte))
    }

    /// Registers an image together with its snapshots. What is bundled from a server needs the
    /// permission to bundle, anything else that to register.
    ///
    /// # Errors
    ///
    /// As of [`Session::register_image`]; its name is taken, a device names a snapshot that is not
    /// there, or a snapshot is there already.
    pub async fn make_image(&self, request: NewImage) -> Result<ImageMade, Error> {
        let look = self.look(&request.register).await?;
        let made = self.write(|unit| {
            let (request, look) = (request.clone(), look.clone());
            async move { unit.make_image(request, look).await }
        });
        let mut made = made.await?;
        if *made.registered.record.scope() == Scope::global() {
            Box::pin(self.tell_shadows(&mut made.registered)).await?;
        }
        Ok(made)
    }

    /// Copies an image of the repository that a scope sees: to another region or within its own, as
    /// an image of that scope. Nobody has to do anything elsewhere for it.
    ///
    /// # Errors
    ///
    /// The source is not there or not visible, cannot be used, or is of another cloud; the copy cannot
    /// be registered, its name is taken, or its token stands for another copy; or the caller may not.
    pub async fn duplicate_image(
        &self,
        request: DuplicateImage,
        from: &Scope,
    ) -> Result<Registered, Error> {
        self.write(|unit| {
            let request = request.clone();
            async move { unit.duplicate_image(request, from).await }
        })
        .await
    }

    /// Deletes a record into the recycle bin, and with it the snapshots that its devices name and no
    /// other image does (AWS: `DeregisterImage`).
    ///
    /// # Errors
    ///
    /// As of [`Session::delete_image`].
    pub async fn deregister_image(
        &self,
        id: ImageRecordId,
        from: &Scope,
        reason: Option<Reason>,
        keep: Retention,
        with_snapshots: bool,
    ) -> Result<ImageDeregistered, Error> {
        self.write(|unit| {
            let reason = reason.clone();
            async move {
                let action = Permission::ImageDelete;
                let record = unit.image_for(id, from, action).await?;
                let request = DeleteImage {
                    reason,
                    purge_at: keep.end(unit.now),
                    in_cloud: false,
                };
                let mut change = unit.decide_delete(&record, from, request).await?;
                let closed = unit.put_image(action, &record, &change.record).await?;
                change.warnings.extend(closed);
                let mut snapshots = Vec::new();
                if with_snapshots {
                    snapshots = unit.drop_snapshots(&change.record).await?;
                }
                Ok(ImageDeregistered { change, snapshots })
            }
        })
        .await
    }
}

impl Unit {
    async fn make_image(&self, request: NewImage, look: Look) -> Result<ImageMade, Error> {
        let NewImage {
            register,
            snapshots: new,
            unique_name,
            known_snapshots,
        } = request;
        let action = match register.origin {
            Origin::Bundled { .. } => Permission::ImageBundle,
            _ => Permission::ImageRegister,
        };
        let scope = register.scope.clone();
        self.enter(action, &scope).await?;
        if unique_name {
            let name = register.name.as_ref();
            self.check_name(name, &scope, &register.location).await?;
        }
        let credentials = self.credentials_near(&scope).await?;
        let registered = self.register(register, look, &credentials).await?;
        let record = &registered.record;
        if known_snapshots {
            self.check_snapshots(record, &new).await?;
        }
        let mut snapshots = Vec::with_capacity(new.len());
        for snapshot in new {
            let kept = self.keep_snapshot(&scope, record.location(), snapshot, action);
            snapshots.push(kept.await?);
        }
        Ok(ImageMade {
            registered,
            snapshots,
        })
    }

    /// Refuses a name that another image of the scope has at the location (AWS). A deleted one has
    /// none any more.
    async fn check_name(
        &self,
        name: Option<&ImageName>,
        scope: &Scope,
        location: &CloudLocation,
    ) -> Result<(), Error> {
        let Some(name) = name else { return Ok(()) };
        let parts = Parts::from((scope.as_str(), name.as_str()));
        let at = partition_of(scope)?;
        let found = self.all_by(&IMAGES, "name", &at, parts).await?;
        let mut found = found.iter().map(|kept| &kept.0);
        let has_it =
            |other: &ImageRecord| other.location() == location && !other.lifecycle().is_deleted();
        if found.any(has_it) {
            return Err(Error::NameTaken {
                noun: Noun::Image,
                name: name.to_string(),
                scope: scope.clone(),
            });
        }
        Ok(())
    }

    async fn duplicate_image(
        &self,
        request: DuplicateImage,
        from: &Scope,
    ) -> Result<Registered, Error> {
        self.enter(Permission::ImageCopy, from).await?;
        let source = self.image(request.source, from).await?;
        if let Some(token) = &request.token
            && let Some(record) = self.asked_before(&request, token, from).await?
        {
            let warnings = Vec::new();
            return Ok(Registered { record, warnings });
        }
        check_duplicate(&source, &request.copy.to)?;
        if request.unique_name {
            let name = request.copy.name.as_ref();
            let name = name.or_else(|| source.given_name());
            self.check_name(name, from, &request.copy.to).await?;
        }
        let (to, image) = (&request.copy.to, &request.image);
        let same_image = self.records_of(from, to, image).await?;
        let credentials = self.credentials_near(from).await?;
        let facts = atlas_image::RegisterFacts {
            credentials: &credentials,
            same_image: &same_image,
            look: Look::Unasked,
            id: ImageRecordId::from_u128(self.id()),
            by: self.who.clone(),
            now: self.now,
        };
        let mut copied = register_copy(&source, from, request.copy, request.image, &facts)?;
        if let Some(token) = request.token {
            copied.record = copied.record.asked_with(token);
        }
        let record = &copied.record;
        let action = Permission::ImageCopy;
        self.keep_image(record, action).await?;
        for snapshot in request.snapshots {
            self.keep_snapshot(from, record.location(), snapshot, action)
                .await?;
        }
        Ok(copied)
    }

    /// What a request with that token made.
    async fn asked_before(
        &self,
        request: &DuplicateImage,
        token: &CloudText,
        from: &Scope,
    ) -> Result<Option<ImageRecord>, Error> {
        let parts = Parts::from((from.as_str(), token.as_str()));
        let at = partition_of(from)?;
        let found = self.all_by(&IMAGES, "token", &at, parts).await?;
        let Some(made) = found.into_iter().next().map(|kept| kept.0) else {
            return Ok(None);
        };
        let same =
            made.origin().parent() == Some(request.source) && *made.location() == request.copy.to;
        if !same {
            let token = token.clone();
            return Err(CopyError::OtherRequest { token }.into());
        }
        Ok(Some(made))
    }

    /// Deletes the snapshots of an image that is deleted, as far as no other uses them.
    async fn drop_snapshots(
        &self,
        image: &ImageRecord,
    ) -> Result<Vec<(CloudText, SnapshotFate)>, Error> {
        let mut fates = Vec::<(CloudText, SnapshotFate)>::new();
        for named in image.snapshots() {
            if fates.iter().any(|(known, _)| known == named) {
                continue;
            }
            let fate = self.drop_snapshot(image, named).await?;
            fates.push((named.clone(), fate));
        }
        Ok(fates)
    }

    async fn drop_snapshot(
        &self,
        image: &ImageRecord,
        named: &CloudText,
    ) -> Result<SnapshotFate, Error> {
        let Ok(id) = SnapshotId::parse(named.as_str()) else {
            return Ok(SnapshotFate::Missing);
        };
        let snapshot = match self.snapshot(image.location(), &id, image.scope()).await {
            Ok(snapshot) => snapshot,
            Err(Error::NotFound(_)) => return Ok(SnapshotFate::Missing),
            Err(error) => return Err(error),
        };
        let mut users = self.snapshot_users(&snapshot).await?;
        // It is read as it was before this commit.
        users.retain(|user| user.id() != image.id());
        match delete_snapshot(&snapshot, &users) {
            Ok(()) => {
                self.forget_snapshot(&snapshot).await?;
                Ok(SnapshotFate::Deleted)
            }
            Err(SnapshotError::InUse { images, .. }) => Ok(SnapshotFate::InUse(images)),
            Err(error) => Err(error.into()),
        }
    }
}
