//! From which images an image was made.

use crate::{Error, Session};
use atlas_image::{ImageRecord, ImageRecordId};
use atlas_scope::{Permission, Scope};
use std::collections::BTreeSet;

impl Session {
    /// The records of the images that an image was made from, the nearest first: what it was copied
    /// or bundled from, what that was made from, and so on (AWS: the source image). The list ends
    /// where a record names none, or names one that the scope does not see.
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
        let mut parent = unit.seen_image(id, from).await?.origin().parent();
        let (mut seen, mut ancestors) = (BTreeSet::from([id]), Vec::new());
        while let Some(id) = parent.filter(|id| seen.insert(*id)) {
            parent = match unit.seen_image(id, from).await {
                Ok(record) => {
                    let parent = record.origin().parent();
                    ancestors.push(record);
                    parent
                }
                Err(Error::NotFound(_)) => None,
                Err(error) => return Err(error),
            };
        }
        Ok(ancestors)
    }
}
