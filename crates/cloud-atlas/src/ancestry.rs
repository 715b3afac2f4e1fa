//! From which images an image was made.

use crate::{Error, Session, unit::Unit};
use atlas_image::{ImageRecord, ImageRecordId, nearest_or_opened};
use atlas_scope::{Permission, Scope};
use std::collections::BTreeSet;

impl Session {
    /// The records of the images that an image was made from, the nearest first: what it was copied
    /// or bundled from, what that was made from, and so on. Where a record names no other, or one
    /// that the scope does not see, the image that its cloud names as the source is looked for (AWS);
    /// where the scope sees no record of that either, the list ends.
    ///
    /// # Errors
    ///
    /// The record itself is not there or not visible.
    pub async fn ancestors(
        &self,
        id: ImageRecordId,
        from: &Scope,
    ) -> Result<Vec<ImageRecord>, Error> {
        let unit = self.read().await?;
        unit.enter(Permission::ImageView, from).await?;
        let image = unit.seen_image(id, from).await?;
        unit.ancestors_of(&image, from, usize::MAX).await
    }
}

impl Unit {
    /// The records that an image was made from, the nearest first, at most so many.
    pub(crate) async fn ancestors_of(
        &self,
        image: &ImageRecord,
        from: &Scope,
        limit: usize,
    ) -> Result<Vec<ImageRecord>, Error> {
        let (mut seen, mut ancestors) = (BTreeSet::from([image.id()]), Vec::new());
        while ancestors.len() < limit {
            let made = ancestors.last().unwrap_or(image);
            match self.parent(made, from).await? {
                Some(record) if seen.insert(record.id()) => ancestors.push(record),
                _ => break,
            }
        }
        Ok(ancestors)
    }

    /// The record of the image that an image was made from, if the scope sees one.
    async fn parent(
        &self,
        record: &ImageRecord,
        from: &Scope,
    ) -> Result<Option<ImageRecord>, Error> {
        if let Some(id) = record.origin().parent() {
            match self.seen_image(id, from).await {
                Err(Error::NotFound(_)) => {}
                found => return found.map(Some),
            }
        }
        let Some((at, image)) = record.source_image() else {
            return Ok(None);
        };
        let held = self.records_of(from, &at, &image).await?;
        let opened = self.opened_records(from, Some(&at), &image).await?;
        let nearest = nearest_or_opened(&held, &opened, from);
        Ok(nearest.map(|nearest| nearest.record.clone()))
    }
}
