//! Disk images, and the pools that keep them.

use super::{Session, calls};
#[cfg(feature = "repository")]
use crate::{
    BringDisk, DiskImageDeleted, DiskImageImported, DiskWatch, ImportDiskOptions, OpenedDiskImage,
    PoolsCleaned, PoolsVerified,
};
use crate::{DiskQuotaView, Error, Page, Paging};
use atlas_image::{DiskImage, DiskQuota, ImageName};
#[cfg(feature = "repository")]
use atlas_image::{ImportDiskImage, Reason};
use atlas_image_id::AmiId;
#[cfg(feature = "repository")]
use atlas_repository::Depth;
use atlas_scope::Scope;
#[cfg(feature = "repository")]
use core::{num::NonZeroUsize, time::Duration};

calls! {
    impl Session {
        fn disk_images(&self, scope: &Scope, paging: &Paging) -> Result<Page<DiskImage>, Error>;
        fn unfinished_disk_images(
            &self,
            scope: &Scope,
            paging: &Paging,
        ) -> Result<Page<DiskImage>, Error>;
        fn disk_images_named(
            &self,
            name: &ImageName,
            scope: &Scope,
        ) -> Result<Vec<DiskImage>, Error>;
        fn disk_image(&self, id: AmiId, from: &Scope) -> Result<DiskImage, Error>;
        fn set_disk_quota(&self, quota: DiskQuota) -> Result<DiskQuotaView, Error>;
        fn disk_quota(&self, scope: &Scope) -> Result<DiskQuotaView, Error>;
    }
}

#[cfg(feature = "repository")]
calls! {
    impl Session {
        fn import_disk_image(
            &self,
            request: ImportDiskImage,
            sources: Vec<Box<dyn BringDisk>>,
            options: &ImportDiskOptions,
            watch: &DiskWatch,
        ) -> Result<DiskImageImported, Error>;
        fn begin_disk_image(&self, request: ImportDiskImage) -> Result<DiskImage, Error>;
        fn make_disk_image(
            &self,
            id: AmiId,
            scope: &Scope,
            sources: Vec<Box<dyn BringDisk>>,
            options: &ImportDiskOptions,
            watch: &DiskWatch,
        ) -> Result<DiskImageImported, Error>;
        fn retry_disk_image(
            &self,
            id: AmiId,
            scope: &Scope,
            sources: Vec<Box<dyn BringDisk>>,
            options: &ImportDiskOptions,
            watch: &DiskWatch,
        ) -> Result<DiskImageImported, Error>;
        fn open_disk_image(&self, id: AmiId, from: &Scope) -> Result<OpenedDiskImage, Error>;
        fn delete_disk_image(
            &self,
            id: AmiId,
            from: &Scope,
            reason: Option<Reason>,
        ) -> Result<DiskImageDeleted, Error>;
        fn verify_pools(
            &self,
            depth: Depth,
            threads: NonZeroUsize,
            watch: &DiskWatch,
        ) -> Result<PoolsVerified, Error>;
        fn clean_pools(
            &self,
            grace: Duration,
            rewrite: Option<u8>,
            watch: &DiskWatch,
        ) -> Result<PoolsCleaned, Error>;
    }
}
