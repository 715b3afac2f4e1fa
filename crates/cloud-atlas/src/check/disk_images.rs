//! Disk images: each lies where it is looked for, and what a project keeps is counted right.

use super::Care;
use crate::{
    Error,
    tables::{
        DISK_IMAGES, DISK_QUOTAS, DISK_USAGE, SNAPSHOTS, disk_image_parts, partition_of,
        snapshot_parts,
    },
};
use atlas_image::DiskUsage;
use std::collections::BTreeMap;

impl Care<'_> {
    /// Whether each record of a snapshot lies where it is looked for.
    pub(super) async fn snapshots(&mut self) -> Result<(), Error> {
        let mut found = Vec::new();
        self.table(&SNAPSHOTS, |key, kept| {
            let kept = kept.0;
            found.push((key.clone(), kept.scope, kept.location, kept.id));
        })
        .await?;
        for (found, scope, location, id) in found {
            let parts = snapshot_parts(&scope, &location, &id);
            let expected = SNAPSHOTS.key(&partition_of(&scope)?, parts)?;
            self.place(&found, &expected);
        }
        Ok(())
    }

    pub(super) async fn disk_images(&mut self) -> Result<(), Error> {
        let (mut images, mut counted) = (Vec::new(), BTreeMap::<_, DiskUsage>::new());
        self.table(&DISK_IMAGES, |key, kept| {
            let image = kept.0;
            let usage = counted.entry(image.scope.clone()).or_default();
            *usage = usage.with_image().with_bytes(0, image.size());
            images.push((key.clone(), image.id, image.scope));
        })
        .await?;
        for (found, id, scope) in images {
            let expected = DISK_IMAGES.key(&partition_of(&scope)?, disk_image_parts(id))?;
            self.place(&found, &expected);
        }
        let (mut quotas, mut usages) = (Vec::new(), Vec::new());
        self.table(&DISK_QUOTAS, |key, kept| {
            quotas.push((key.clone(), kept.0.scope));
        })
        .await?;
        for (found, scope) in quotas {
            let expected = DISK_QUOTAS.key(&partition_of(&scope)?, scope.as_str())?;
            self.place(&found, &expected);
        }
        let mut kept_usage = BTreeMap::new();
        self.table(&DISK_USAGE, |key, kept| {
            usages.push((key.clone(), kept.0.scope.clone()));
            kept_usage.insert(kept.0.scope, kept.0.usage);
        })
        .await?;
        for (found, scope) in usages {
            let expected = DISK_USAGE.key(&partition_of(&scope)?, scope.as_str())?;
            self.place(&found, &expected);
        }
        for (scope, counted) in &counted {
            let kept = kept_usage.remove(scope).unwrap_or_default();
            if kept != *counted {
                self.report.findings.push(format!(
                    "the disk images of {scope} are {} of {} bytes, and {} of {} bytes are counted",
                    counted.images, counted.bytes, kept.images, kept.bytes
                ));
            }
        }
        for (scope, kept) in kept_usage {
            self.report.findings.push(format!(
                "{scope} has no disk image, and {} of {} bytes are counted",
                kept.images, kept.bytes
            ));
        }
        Ok(())
    }
}
