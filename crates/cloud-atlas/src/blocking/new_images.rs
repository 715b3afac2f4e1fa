//! What may be launched; images with their snapshots, and labels.

use super::{Session, calls};
use crate::{
    DuplicateImage, Error, ImageDeregistered, ImageLookup, ImageMade, ImageQuery, KeepImage,
    KeepSnapshot, Labelled, LaunchableImage, NewImage, Page, Paging, Retention, SnapshotQuery,
};
use atlas_image::{
    AddSnapshot, ImageRecordId, LabelChange, Reason, Registered, SnapshotId, SnapshotRecord,
};
use atlas_image_id::{AmiId, CloudLocation, ImageId};
use atlas_scope::Scope;

impl Session {
    /// As [`crate::Session::new_ami_id`].
    pub fn new_ami_id(&self, symphony: bool) -> AmiId {
        self.0.new_ami_id(symphony)
    }

    /// As [`crate::Session::new_snapshot_id`].
    pub fn new_snapshot_id(&self) -> SnapshotId {
        self.0.new_snapshot_id()
    }
}

calls! {
    impl Session {
        fn launchable_images(
            &self,
            query: &ImageQuery,
            paging: &Paging,
            keep: KeepImage<'_>,
        ) -> Result<Page<LaunchableImage>, Error>;
        fn look_up_images(
            &self,
            location: &CloudLocation,
            images: &[ImageId],
            from: &Scope,
        ) -> Result<Vec<ImageLookup>, Error>;
        fn make_image(&self, request: NewImage) -> Result<ImageMade, Error>;
        fn duplicate_image(
            &self,
            request: DuplicateImage,
            from: &Scope,
        ) -> Result<Registered, Error>;
        fn deregister_image(
            &self,
            id: ImageRecordId,
            from: &Scope,
            reason: Option<Reason>,
            keep: Retention,
            with_snapshots: bool,
        ) -> Result<ImageDeregistered, Error>;
        fn add_snapshot(
            &self,
            scope: &Scope,
            location: &CloudLocation,
            snapshot: AddSnapshot,
        ) -> Result<SnapshotRecord, Error>;
        fn snapshots(
            &self,
            query: &SnapshotQuery,
            paging: &Paging,
            keep: KeepSnapshot<'_>,
        ) -> Result<Page<SnapshotRecord>, Error>;
        fn look_up_snapshots(
            &self,
            location: &CloudLocation,
            snapshots: &[SnapshotId],
            scope: &Scope,
        ) -> Result<Vec<Option<SnapshotRecord>>, Error>;
        fn delete_snapshot(
            &self,
            location: &CloudLocation,
            snapshot: &SnapshotId,
            scope: &Scope,
        ) -> Result<SnapshotRecord, Error>;
        fn change_labels(
            &self,
            records: &[Labelled],
            from: &Scope,
            change: &LabelChange,
        ) -> Result<(), Error>;
    }
}
