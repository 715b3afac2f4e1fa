//! From a cloud's own id to the records of an image and what holds them.

use crate::{
    Error, Session,
    tables::{IMAGES, partitions_above},
    unit::Unit,
};
use atlas_image::{ImageRecord, RoleMap};
use atlas_image_id::ImageId;
use atlas_scope::{Permission, Scope, visible};
use atlas_store::Parts;
use core::cmp::Reverse;
use serde::Serialize;

/// A record of an image, and what holds it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct FoundImage {
    /// The record.
    pub record: ImageRecord,
    /// The role maps that hold it and are visible from where it was looked for, by scope and name.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub role_maps: Vec<RoleMap>,
}

impl Session {
    /// The records of images by the clouds' own ids, in every location, as seen from a scope: the
    /// nearest scope first. Several ids are what one text can be read as.
    ///
    /// # Errors
    ///
    /// The scope is not there, or the caller may not see any there.
    pub async fn find_images(
        &self,
        images: &[ImageId],
        from: &Scope,
    ) -> Result<Vec<FoundImage>, Error> {
        let unit = self.read().await?;
        unit.enter(Permission::ImageView, from).await?;
        let mut found = Vec::new();
        for image in images {
            found.extend(unit.records_everywhere(image, from).await?);
        }
        found.sort_by_key(|record| {
            (
                Reverse(record.scope().clone()),
                record.location().clone(),
                record.id(),
            )
        });
        let mut with_maps = Vec::with_capacity(found.len());
        for record in found {
            let mut role_maps = unit.role_maps_of(record.id(), from).await?;
            role_maps.retain(|map| visible(map.scope(), map.shared(), from));
            role_maps.sort_by(|a, b| (a.scope(), a.name()).cmp(&(b.scope(), b.name())));
            with_maps.push(FoundImage { record, role_maps });
        }
        Ok(with_maps)
    }
}

impl Unit {
    /// The visible records of an image in all locations.
    async fn records_everywhere(
        &self,
        image: &ImageId,
        from: &Scope,
    ) -> Result<Vec<ImageRecord>, Error> {
        let mut records = Vec::new();
        for partition in partitions_above(from)? {
            let parts = Parts::from(image.equality_key().as_ref());
            let found = self.all_by(&IMAGES, "image", &partition, parts).await?;
            // One text can be the id of several clouds: a UUID.
            records.extend(found.into_iter().map(|kept| kept.0).filter(|record| {
                record.location().cloud() == image.cloud()
                    && visible(record.scope(), record.shared(), from)
            }));
        }
        Ok(records)
    }
}
