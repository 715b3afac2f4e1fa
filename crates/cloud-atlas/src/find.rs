//! From a cloud's own id to the records of an image and what refers to them.

use crate::{
    Error, Session,
    tables::{IMAGES, partitions_above},
    unit::Unit,
};
use atlas_image::{ImageRecord, Referrer};
use atlas_image_id::ImageId;
use atlas_scope::{Permission, Scope, visible};
use atlas_store::Parts;
use core::cmp::Reverse;
use serde::Serialize;

/// A record of an image, and what refers to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct FoundImage {
    /// The record.
    pub record: ImageRecord,
    /// What refers to it and is visible from where it was looked for, by scope, kind and name. Of a
    /// record that was opened from elsewhere nothing is told.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub referrers: Vec<Referrer>,
}

impl Session {
    /// The records of images by the clouds' own ids, in every location, as seen from a scope: the
    /// nearest scope first, then those that launch permissions open to its account, as
    /// [`ImageRecord::as_opened`] shows them. Several ids are what one text can be read as.
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
        let mut held = Vec::new();
        for image in images {
            held.extend(unit.records_everywhere(image, from).await?);
        }
        held.sort_by_key(|record| {
            (
                Reverse(record.scope().clone()),
                record.location().clone(),
                record.id(),
            )
        });
        let mut found = Vec::with_capacity(held.len());
        for record in held {
            let usage = unit.told_usage(&record, from).await?;
            let referrers = usage.referrers().to_vec();
            found.push(FoundImage { record, referrers });
        }
        for image in images {
            for record in unit.opened_records(from, None, image).await? {
                if !found.iter().any(|known| known.record.id() == record.id()) {
                    let referrers = Vec::new();
                    found.push(FoundImage { record, referrers });
                }
            }
        }
        Ok(found)
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
            let parts = Parts::from(image.at_place().equality_key().as_ref());
            let found = self.all_by(&IMAGES, "image", &partition, parts).await?;
            // One text can be the id of several clouds: a UUID.
            records.extend(found.into_iter().map(|kept| kept.0).filter(|record| {
                image.check_location(record.location()).is_ok()
                    && visible(record.scope(), record.shared(), from)
            }));
        }
        Ok(records)
    }
}
