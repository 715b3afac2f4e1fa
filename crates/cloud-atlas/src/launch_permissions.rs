//! Launch permissions: image records opened to accounts, to account groups, to everybody.

use crate::{
    Error, NotFound, Noun, Session,
    opened::opened_row,
    tables::{
        GROUPS, IMAGES, KeptLaunchPermissions, LAUNCH_PERMISSIONS, OPENED, group_parts,
        partition_of, partitions_above,
    },
    unit::{Change, Unit},
};
use atlas_image::{
    ChangedLaunchPermissions, ImageRecord, ImageRecordId, LaunchPermission, LaunchPermissionFacts,
    LaunchPermissions, Warning, add_launch_permissions, change_launch_permissions,
    remove_launch_permissions,
};
use atlas_scope::{Permission, Scope, visible};
use atlas_store::Partition;

impl Session {
    /// To whom an image record is opened, in the order in which it was (AWS, Symphony).
    ///
    /// It needs the permission to look at the record's own scope: who merely was opened to is not
    /// told who else was.
    ///
    /// # Errors
    ///
    /// The record is not there or not visible, or the caller may not.
    pub async fn launch_permissions(
        &self,
        id: ImageRecordId,
        from: &Scope,
    ) -> Result<LaunchPermissions, Error> {
        let unit = self.read().await?;
        let record = unit.image_for(id, from, Permission::ImageView).await?;
        unit.permissions_of(&record).await
    }

    /// Opens an image record to some, who see it from then on beside their tree of scopes and can
    /// launch it (AWS, Symphony). Whom it is open to already is passed over.
    ///
    /// # Errors
    ///
    /// The record is not there or not visible, cannot be used, has too many launch permissions, a
    /// group is none of its account, or the caller may not.
    pub async fn add_launch_permissions(
        &self,
        id: ImageRecordId,
        wanted: &[LaunchPermission],
        from: &Scope,
    ) -> Result<ChangedLaunchPermissions, Error> {
        self.open_to(id, from, &Wanted::More(wanted)).await
    }

    /// Takes launch permissions of an image record back; those that it has not are passed over.
    ///
    /// # Errors
    ///
    /// The record is not there or not visible, or the caller may not.
    pub async fn remove_launch_permissions(
        &self,
        id: ImageRecordId,
        unwanted: &[LaunchPermission],
        from: &Scope,
    ) -> Result<ChangedLaunchPermissions, Error> {
        self.open_to(id, from, &Wanted::Fewer(unwanted)).await
    }

    /// Takes every launch permission of an image record back (AWS: `ResetImageAttribute`).
    ///
    /// # Errors
    ///
    /// As [`Session::remove_launch_permissions`].
    pub async fn reset_launch_permissions(
        &self,
        id: ImageRecordId,
        from: &Scope,
    ) -> Result<ChangedLaunchPermissions, Error> {
        self.open_to(id, from, &Wanted::None).await
    }

    /// Takes some launch permissions of an image record back and gives others, all of it or nothing
    /// (AWS: one `ModifyImageAttribute`).
    ///
    /// # Errors
    ///
    /// As [`Session::add_launch_permissions`].
    pub async fn change_launch_permissions(
        &self,
        id: ImageRecordId,
        wanted: &[LaunchPermission],
        unwanted: &[LaunchPermission],
        from: &Scope,
    ) -> Result<ChangedLaunchPermissions, Error> {
        self.open_to(id, from, &Wanted::Other(wanted, unwanted))
            .await
    }

    async fn open_to(
        &self,
        id: ImageRecordId,
        from: &Scope,
        wanted: &Wanted<'_>,
    ) -> Result<ChangedLaunchPermissions, Error> {
        self.write(|unit| async move {
            let action = Permission::ImageLaunchPermission;
            let record = unit.image_for(id, from, action).await?;
            let before = unit.permissions_of(&record).await?;
            let changed = match wanted {
                Wanted::More(wanted) => {
                    let groups = unit.groups_named(wanted).await?;
                    let facts = LaunchPermissionFacts {
                        record: &record,
                        groups: &groups,
                    };
                    add_launch_permissions(before.clone(), wanted, facts)?
                }
                Wanted::Other(wanted, unwanted) => {
                    let groups = unit.groups_named(wanted).await?;
                    let facts = LaunchPermissionFacts {
                        record: &record,
                        groups: &groups,
                    };
                    change_launch_permissions(before.clone(), wanted, unwanted, facts)?
                }
                Wanted::Fewer(unwanted) => remove_launch_permissions(before.clone(), unwanted),
                Wanted::None => remove_launch_permissions(before.clone(), &before.permissions),
            };
            unit.keep_permissions(&record, &before, &changed.permissions)
                .await?;
            if !changed.changed.is_empty() {
                let change = Change::between(&told(&before), &told(&changed.permissions));
                unit.audit(action, record.scope(), id, change).await?;
            }
            Ok(changed)
        })
        .await
    }
}

/// How launch permissions are to change.
#[derive(Debug)]
enum Wanted<'a> {
    More(&'a [LaunchPermission]),
    Fewer(&'a [LaunchPermission]),
    Other(&'a [LaunchPermission], &'a [LaunchPermission]),
    None,
}

/// Launch permissions in an audit event.
fn told(permissions: &LaunchPermissions) -> String {
    let texts: Vec<_> = permissions
        .permissions
        .iter()
        .map(ToString::to_string)
        .collect();
    if texts.is_empty() {
        "nobody".to_owned()
    } else {
        texts.join(" ")
    }
}

impl Unit {
    /// Closes a record to everybody that is not to be used any more (AWS: disabling an image).
    pub(crate) async fn close_image(&self, record: &ImageRecord) -> Result<Option<Warning>, Error> {
        let before = self.permissions_of(record).await?;
        let count = u64::try_from(before.permissions.len()).unwrap_or(u64::MAX);
        if count == 0 {
            return Ok(None);
        }
        let after = LaunchPermissions::none(record.id());
        self.keep_permissions(record, &before, &after).await?;
        let change = Change::between(&told(&before), &told(&after));
        let action = Permission::ImageLaunchPermission;
        self.audit(action, record.scope(), record.id(), change)
            .await?;
        Ok(Some(Warning::Closed { count }))
    }

    /// An image record that a scope sees by the tree.
    pub(crate) async fn held_image(
        &self,
        id: ImageRecordId,
        from: &Scope,
    ) -> Result<Option<ImageRecord>, Error> {
        for partition in partitions_above(from)? {
            if let Some(kept) = IMAGES.get(&self.tx, &partition, id.to_string()).await?
                && visible(kept.0.scope(), kept.0.shared(), from)
            {
                return Ok(Some(kept.0));
            }
        }
        Ok(None)
    }

    /// The record that the caller sees from a scope and may do something with, as it is kept. Who sees
    /// it because it was opened to her is refused at the account that she is told.
    pub(crate) async fn image_for(
        &self,
        id: ImageRecordId,
        from: &Scope,
        action: Permission,
    ) -> Result<ImageRecord, Error> {
        self.enter(Permission::ImageView, from).await?;
        if let Some(record) = self.held_image(id, from).await? {
            self.require(action, record.scope()).await?;
            return Ok(record);
        }
        match self.opened_image(id, from).await? {
            Some(record) => {
                self.require(action, record.as_opened().scope()).await?;
                Ok(record)
            }
            None => Err(NotFound::new(Noun::Image, id, from).into()),
        }
    }

    async fn groups_named(
        &self,
        wanted: &[LaunchPermission],
    ) -> Result<Vec<atlas_scope::AccountGroup>, Error> {
        let ids = wanted.iter().filter_map(|one| match one {
            LaunchPermission::Group(group) => Some(group_parts(*group)),
            _ => None,
        });
        let found = GROUPS.get_many(&self.tx, &Partition::global(), ids).await?;
        Ok(found.into_iter().flatten().map(|kept| kept.0).collect())
    }

    /// Keeps the launch permissions of a record, and what they open.
    pub(crate) async fn keep_permissions(
        &self,
        record: &ImageRecord,
        before: &LaunchPermissions,
        after: &LaunchPermissions,
    ) -> Result<(), Error> {
        let global = Partition::global();
        for gone in &before.permissions {
            if !after.permissions.contains(gone) {
                let (row, _) = opened_row(gone, record);
                OPENED.delete(&self.tx, &global, row).await?;
            }
        }
        for come in &after.permissions {
            if !before.permissions.contains(come) {
                let (row, opened) = opened_row(come, record);
                OPENED.put(&self.tx, &global, row, &opened).await?;
            }
        }
        let at = partition_of(record.scope())?;
        let parts = record.id().to_string();
        if after.permissions.is_empty() {
            LAUNCH_PERMISSIONS.delete(&self.tx, &at, parts).await?;
        } else {
            let kept = KeptLaunchPermissions(after.clone());
            LAUNCH_PERMISSIONS.put(&self.tx, &at, parts, &kept).await?;
        }
        Ok(())
    }
}
