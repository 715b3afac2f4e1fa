//! Labels of several records at once.

use crate::{
    Error, Session,
    tables::{KeptSnapshot, SNAPSHOTS, partition_of, snapshot_parts},
    unit::{Change, Unit},
};
use atlas_base::canonical;
use atlas_image::{
    EditImage, ImageRecordId, LabelChange, SnapshotError, SnapshotId, SnapshotRecord, edit,
};
use atlas_image_id::CloudLocation;
use atlas_scope::{Permission, Scope};

/// A record that has labels.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Labelled {
    /// An image record.
    Image(ImageRecordId),
    /// A snapshot of the scope from which it is named.
    Snapshot {
        /// Where it is.
        location: CloudLocation,
        /// Its id.
        id: SnapshotId,
    },
}

impl Session {
    /// Changes the labels of several records in the same way, all of them or none (AWS: `CreateTags`,
    /// `DeleteTags`).
    ///
    /// # Errors
    ///
    /// One of them is not there or not visible, is deleted, would have too many labels, or the caller
    /// may not edit it.
    pub async fn change_labels(
        &self,
        records: &[Labelled],
        from: &Scope,
        change: &LabelChange,
    ) -> Result<(), Error> {
        self.write(|unit| async move {
            unit.enter(Permission::ImageView, from).await?;
            for record in records {
                match record {
                    Labelled::Image(id) => unit.label_image(*id, from, change).await?,
                    Labelled::Snapshot { location, id } => {
                        unit.require(Permission::ImageEdit, from).await?;
                        let record = unit.snapshot(location, id, from).await?;
                        unit.label_snapshot(record, change).await?;
                    }
                }
            }
            Ok(())
        })
        .await
    }
}

impl Unit {
    async fn label_image(
        &self,
        id: ImageRecordId,
        from: &Scope,
        change: &LabelChange,
    ) -> Result<(), Error> {
        let action = Permission::ImageEdit;
        let before = self.image_for(id, from, action).await?;
        let mut asked = EditImage::default();
        asked.labels = change.clone();
        let after = edit(&before, asked)?;
        self.put_image(action, &before, &after).await?;
        Ok(())
    }

    async fn label_snapshot(
        &self,
        before: SnapshotRecord,
        change: &LabelChange,
    ) -> Result<(), Error> {
        let labels = before.labels.changed(change).map_err(SnapshotError::from)?;
        if labels == before.labels {
            return Ok(());
        }
        let told = Change::between(
            &canonical::to_string(&before.labels)?,
            &canonical::to_string(&labels)?,
        );
        let mut after = before;
        after.labels = labels;
        let (at, kept) = (partition_of(&after.scope)?, KeptSnapshot(after.clone()));
        let parts = snapshot_parts(&after.scope, &after.location, &after.id);
        SNAPSHOTS.put(&self.tx, &at, parts, &kept).await?;
        let action = Permission::ImageEdit;
        self.audit(action, &after.scope, &after.id, told).await
    }
}
