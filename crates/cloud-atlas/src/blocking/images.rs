//! Records of images.

use super::{Session, calls};
use crate::{
    Error, FoundImage, ImageChange, ImageQuery, ManyRegistered, Page, Paging, RegisterImage,
    Retention,
};
use atlas_base::{Name, Timestamp};
use atlas_image::{
    ChangedLaunchPermissions, CopyImage, EditImage, ImageRecord, ImageRecordId, LaunchPermission,
    LaunchPermissions, MakeRoleMap, Reason, Registered, RoleImageSet, RoleMap, Usage,
};
use atlas_image_id::{CloudLocation, ImageId};
use atlas_scope::Scope;

calls! {
    impl Session {
        fn register_image(&self, request: RegisterImage) -> Result<Registered, Error>;
        fn images(&self, query: &ImageQuery, paging: &Paging) -> Result<Page<ImageRecord>, Error>;
        fn image(&self, id: ImageRecordId, from: &Scope) -> Result<ImageRecord, Error>;
        fn register_images(&self, requests: Vec<RegisterImage>) -> Result<Vec<Registered>, Error>;
        fn register_watched(
            &self,
            requests: Vec<RegisterImage>,
            progress: &(dyn Fn(usize) + Send + Sync),
        ) -> Result<Vec<Registered>, Error>;
        fn register_each(
            &self,
            requests: Vec<RegisterImage>,
            progress: &(dyn Fn(usize) + Send + Sync),
        ) -> Result<ManyRegistered, Error>;
        fn find_images(&self, images: &[ImageId], from: &Scope) -> Result<Vec<FoundImage>, Error>;
        fn deprecate_image(
            &self,
            id: ImageRecordId,
            from: &Scope,
            starts: Option<Timestamp>,
            reason: Option<Reason>,
            replacement: Option<ImageRecordId>,
        ) -> Result<ImageChange, Error>;
        fn deprecate_image_anew(
            &self,
            id: ImageRecordId,
            from: &Scope,
            starts: Timestamp,
        ) -> Result<ImageChange, Error>;
        fn undeprecate_image(&self, id: ImageRecordId, from: &Scope) -> Result<ImageChange, Error>;
        fn disable_image(
            &self,
            id: ImageRecordId,
            from: &Scope,
            reason: Option<Reason>,
        ) -> Result<ImageChange, Error>;
        fn enable_image(&self, id: ImageRecordId, from: &Scope) -> Result<ImageChange, Error>;
        fn delete_image(
            &self,
            id: ImageRecordId,
            from: &Scope,
            reason: Option<Reason>,
            keep: Retention,
            in_cloud: bool,
        ) -> Result<ImageChange, Error>;
        fn restore_image(&self, id: ImageRecordId, from: &Scope) -> Result<ImageChange, Error>;
        fn protect_image(
            &self,
            id: ImageRecordId,
            from: &Scope,
            cool_down: bool,
        ) -> Result<ImageChange, Error>;
        fn unprotect_image(&self, id: ImageRecordId, from: &Scope) -> Result<ImageChange, Error>;
        fn edit_image(
            &self,
            id: ImageRecordId,
            from: &Scope,
            edit: EditImage,
        ) -> Result<ImageChange, Error>;
        fn share_image(&self, id: ImageRecordId, from: &Scope) -> Result<ImageChange, Error>;
        fn unshare_image(
            &self,
            id: ImageRecordId,
            from: &Scope,
            force: bool,
        ) -> Result<ImageChange, Error>;
        fn purge(&self, id: ImageRecordId, from: &Scope, early: bool) -> Result<(), Error>;
        fn empty_image_bin(&self, scope: &Scope, early: bool) -> Result<u64, Error>;
        fn check_copy(
            &self,
            record: ImageRecordId,
            from: &Scope,
            to: &CloudLocation,
        ) -> Result<ImageRecord, Error>;
        fn copy_image(
            &self,
            record: ImageRecordId,
            from: &Scope,
            request: CopyImage,
            image: ImageId,
        ) -> Result<Registered, Error>;
        fn promote_image(
            &self,
            record: ImageRecordId,
            from: &Scope,
            credential: Option<&Name>,
        ) -> Result<ImageRecord, Error>;
        fn ancestors(&self, id: ImageRecordId, from: &Scope) -> Result<Vec<ImageRecord>, Error>;
        fn image_referrers(&self, id: ImageRecordId, from: &Scope) -> Result<Usage, Error>;
        fn launch_permissions(
            &self,
            id: ImageRecordId,
            from: &Scope,
        ) -> Result<LaunchPermissions, Error>;
        fn add_launch_permissions(
            &self,
            id: ImageRecordId,
            wanted: &[LaunchPermission],
            from: &Scope,
        ) -> Result<ChangedLaunchPermissions, Error>;
        fn remove_launch_permissions(
            &self,
            id: ImageRecordId,
            unwanted: &[LaunchPermission],
            from: &Scope,
        ) -> Result<ChangedLaunchPermissions, Error>;
        fn change_launch_permissions(
            &self,
            id: ImageRecordId,
            wanted: &[LaunchPermission],
            unwanted: &[LaunchPermission],
            from: &Scope,
        ) -> Result<ChangedLaunchPermissions, Error>;
        fn reset_launch_permissions(
            &self,
            id: ImageRecordId,
            from: &Scope,
        ) -> Result<ChangedLaunchPermissions, Error>;
        fn make_role_map(&self, request: MakeRoleMap) -> Result<RoleMap, Error>;
        fn role_maps(&self, from: &Scope, paging: &Paging) -> Result<Page<RoleMap>, Error>;
        fn role_map(&self, name: &Name, from: &Scope) -> Result<RoleMap, Error>;
        fn set_role_image(
            &self,
            name: &Name,
            from: &Scope,
            image: ImageRecordId,
        ) -> Result<RoleImageSet, Error>;
        fn unset_role_image(
            &self,
            name: &Name,
            from: &Scope,
            location: &CloudLocation,
        ) -> Result<RoleMap, Error>;
        fn remove_role_map(&self, name: &Name, from: &Scope) -> Result<RoleMap, Error>;
    }
}
