//! What a scope may launch, with whose it is and who else may.

use crate::{
    Error, ImageQuery, Page, Paging, Session,
    stored::place,
    tables::{
        IMAGES, KeptOpened, LAUNCH_PERMISSIONS, OPENED, image_parts, partition_of, partitions_above,
    },
    unit::Unit,
};
use atlas_image::{ImageRecord, LaunchPermission, nearest_or_opened};
use atlas_image_id::{CloudLocation, ImageId};
use atlas_scope::{AccountNumber, Permission, Scope, visible};
use atlas_store::{Partition, Parts};
use core::fmt;
use serde::Serialize;
use std::collections::BTreeMap;

/// An image record that a scope may launch, as the scope sees it: its own, one shared from above, or
/// one that a launch permission opens to its account (AWS, Symphony).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct LaunchableImage {
    /// The record; of another account, as [`ImageRecord::as_opened`] shows it.
    pub record: ImageRecord,
    /// The number of the account that holds it; none for what is held at `/`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner: Option<AccountNumber>,
    /// Whether the account of the scope holds it.
    pub is_own: bool,
    /// Whether everybody may launch it: it is opened to all, or shared from `/`.
    pub is_public: bool,
    /// The launch permission that lets the scope see it; none for what it sees by the tree.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub opened_by: Option<LaunchPermission>,
    /// To whom it is opened, in the order in which it was; told to whoever may look at its scope.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub permissions: Vec<LaunchPermission>,
}

/// What there is of an image that was looked for by its id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "is", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum ImageLookup {
    /// The nearest record that the scope sees, whatever its state but deleted.
    Here(Box<LaunchableImage>),
    /// Its record is in the recycle bin, where the scope sees it.
    Deleted(Box<ImageRecord>),
    /// There is none that the scope sees.
    Missing,
}

/// Which images of a list are kept; what a query can say, it says better.
pub type KeepImage<'a> = &'a (dyn Fn(&LaunchableImage) -> bool + Send + Sync);

impl Session {
    /// The image records of a query with whose they are and who may launch them, in the order of
    /// [`Session::images`] and through the same indexes; of these, those that `keep` admits, so that
    /// a page is full where enough of them follow (AWS: `DescribeImages`).
    ///
    /// # Errors
    ///
    /// As of [`Session::images`].
    pub async fn launchable_images(
        &self,
        query: &ImageQuery,
        paging: &Paging,
        keep: KeepImage<'_>,
    ) -> Result<Page<LaunchableImage>, Error> {
        let unit = self.read().await?;
        unit.enter(Permission::ImageView, &query.from).await?;
        let told = Telling::of(&query.from, Some(keep));
        unit.image_page(query, paging, told).await
    }

    /// The images of these ids in one location, as a scope sees them: an answer each, in the order
    /// given, all of one moment. It takes as many ids as a page has items at most.
    ///
    /// # Errors
    ///
    /// They are too many, the scope is not there, or the caller may not see any there.
    pub async fn look_up_images(
        &self,
        location: &CloudLocation,
        images: &[ImageId],
        from: &Scope,
    ) -> Result<Vec<ImageLookup>, Error> {
        let limit = images.len();
        if limit > Paging::MOST {
            return Err(Error::PageLimit { limit });
        }
        let unit = self.read().await?;
        unit.enter(Permission::ImageView, from).await?;
        unit.look_up(location, images, from).await
    }
}

impl Unit {
    async fn look_up(
        &self,
        location: &CloudLocation,
        images: &[ImageId],
        from: &Scope,
    ) -> Result<Vec<ImageLookup>, Error> {
        let scopes: Vec<_> = from.lineage().collect();
        let mut places = Vec::new();
        for image in images {
            let parts = image_parts(&place(location, image), image);
            for scope in &scopes {
                places.push((partition_of(scope)?, parts.clone().and(scope.as_str())));
            }
        }
        let found = IMAGES.find_many(&self.tx, "image", places).await?;
        let mut found = found.into_iter();
        let mut telling = Telling::of(from, None);
        telling.tells = true;
        let (mut held, mut lookups) = (None, Vec::with_capacity(images.len()));
        for image in images {
            let records = found.by_ref().take(scopes.len());
            let records: Vec<_> = records.flatten().map(|found| found.record.0).collect();
            if let Some(nearest) = nearest_or_opened(&records, [], from) {
                let nearest = vec![((), nearest.record.clone())];
                let told = telling.tell(self, nearest).await?.into_iter();
                lookups.extend(told.map(|((), told)| ImageLookup::Here(Box::new(told))));
                continue;
            }
            if held.is_none() {
                held = Some(self.held_permissions(from).await?);
            }
            let held = held.as_deref().unwrap_or_default();
            let elsewhere = self.look_elsewhere(location, image, held, &mut telling);
            lookups.push(elsewhere.await?);
        }
        Ok(lookups)
    }

    /// Looks for an image that no scope above has: opened, or deleted.
    async fn look_elsewhere(
        &self,
        location: &CloudLocation,
        image: &ImageId,
        held: &[LaunchPermission],
        telling: &mut Telling<'_>,
    ) -> Result<ImageLookup, Error> {
        let (global, at) = (Partition::global(), place(location, image));
        for to in held {
            let parts = Parts::from(to.to_string());
            let parts = parts.and(image.at_place().equality_key().as_ref());
            let parts = parts.and(at.as_str());
            for KeptOpened(row) in self.all_by(&OPENED, "image", &global, parts).await? {
                if let Some(record) = self.behind(&row).await? {
                    let told = telling.opened(self, record, to, held).await?;
                    return Ok(ImageLookup::Here(Box::new(told)));
                }
            }
        }
        for partition in partitions_above(telling.from)? {
            let parts = image_parts(&at, image);
            for kept in self.all_by(&IMAGES, "buried", &partition, parts).await? {
                let record = kept.0;
                if record.lifecycle().is_deleted()
                    && visible(record.scope(), record.shared(), telling.from)
                {
                    return Ok(ImageLookup::Deleted(Box::new(record)));
                }
            }
        }
        Ok(ImageLookup::Missing)
    }
}

/// What is told of the images of a list, and which of them are kept.
pub(crate) struct Telling<'a> {
    from: &'a Scope,
    keep: Option<KeepImage<'a>>,
    /// Whether anything is told beside the records.
    tells: bool,
    owners: BTreeMap<Scope, Option<AccountNumber>>,
    sees: BTreeMap<Scope, bool>,
}

impl fmt::Debug for Telling<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Telling").finish_non_exhaustive()
    }
}

impl<'a> Telling<'a> {
    /// Tells of records alone, unless somebody asks which are kept.
    pub(crate) fn of(from: &'a Scope, keep: Option<KeepImage<'a>>) -> Self {
        Self {
            from,
            keep,
            tells: keep.is_some(),
            owners: BTreeMap::new(),
            sees: BTreeMap::new(),
        }
    }

    /// How many records are read at once to find so many that are kept.
    pub(crate) fn at_once(&self, missing: usize) -> usize {
        /// One trip serves many that are not kept.
        const AT_LEAST: usize = 256;
        match self.keep {
            Some(_) => missing.max(AT_LEAST),
            None => missing,
        }
    }

    pub(crate) fn keeps(&self, image: &LaunchableImage) -> bool {
        self.keep.is_none_or(|keep| keep(image))
    }

    /// What is told of records that are seen by the tree, in one trip a partition.
    pub(crate) async fn tell<K: Clone>(
        &mut self,
        unit: &Unit,
        records: Vec<(K, ImageRecord)>,
    ) -> Result<Vec<(K, LaunchableImage)>, Error> {
        let mut permissions = vec![Vec::new(); records.len()];
        if self.tells
            && let Some((_, first)) = records.first()
        {
            // One query reads one partition.
            let at = partition_of(first.scope())?;
            let ids = records.iter().map(|(_, record)| record.id().to_string());
            let kept = LAUNCH_PERMISSIONS.get_many(&unit.tx, &at, ids).await?;
            for (all, kept) in permissions.iter_mut().zip(kept) {
                *all = kept.map(|kept| kept.0.permissions).unwrap_or_default();
            }
        }
        let mut told = Vec::with_capacity(records.len());
        for ((row, record), permissions) in records.into_iter().zip(permissions) {
            let mut image = LaunchableImage::plain(record);
            if self.tells {
                self.place(unit, &mut image).await?;
                image.is_public |= permissions.contains(&LaunchPermission::Everybody);
                if self.sees(unit, image.record.scope()).await? {
                    image.permissions = permissions;
                }
            }
            told.push((row, image));
        }
        Ok(told)
    }

    /// What is told of a record that a permission opens.
    pub(crate) async fn opened(
        &mut self,
        unit: &Unit,
        record: ImageRecord,
        to: &LaunchPermission,
        held: &[LaunchPermission],
    ) -> Result<LaunchableImage, Error> {
        let mut image = LaunchableImage::plain(record.as_opened());
        image.opened_by = Some(to.clone());
        if self.tells {
            self.place(unit, &mut image).await?;
            let public = LaunchPermission::Everybody;
            image.is_public |= *to == public
                || held.contains(&public)
                    && unit
                        .permissions_of(&record)
                        .await?
                        .permissions
                        .contains(&public);
        }
        Ok(image)
    }

    /// Whose a record is.
    async fn place(&mut self, unit: &Unit, image: &mut LaunchableImage) -> Result<(), Error> {
        let account = image.record.scope().account_scope();
        image.is_own = account == self.from.account_scope();
        let Some(account) = account else {
            image.is_public = image.record.shared();
            return Ok(());
        };
        if let Some(known) = self.owners.get(&account) {
            image.owner = *known;
            return Ok(());
        }
        let found = unit.scope_record(&account).await?;
        image.owner = found.and_then(|record| record.account_number);
        self.owners.insert(account, image.owner);
        Ok(())
    }

    async fn sees(&mut self, unit: &Unit, scope: &Scope) -> Result<bool, Error> {
        if let Some(known) = self.sees.get(scope) {
            return Ok(*known);
        }
        let sees = unit.may(Permission::ImageView, scope).await?;
        self.sees.insert(scope.clone(), sees);
        Ok(sees)
    }
}

impl LaunchableImage {
    fn plain(record: ImageRecord) -> Self {
        Self {
            record,
            owner: None,
            is_own: false,
            is_public: false,
            opened_by: None,
            permissions: Vec::new(),
        }
    }
}
