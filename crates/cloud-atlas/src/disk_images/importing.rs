//! A disk image is made: asked for, filled, ready or failed.

use super::{
    BringDisk, DiskWatch, ImportDiskOptions,
    working::{self, apart},
};
use crate::{DiskRefusal, Error, ErrorKind, Session, unit::Change};
use atlas_image::{
    DiskFormat, DiskImage, DiskImageWarning, FailureCode, FoundSource, ImageRecord, ImageRecordId,
    ImportDiskImage, KeptDeviceId, LaunchPermissionFacts, LaunchPermissions, Look, MadeDevice,
    Readied, ReadyFacts, Reason, SettleFacts, Warning, add_launch_permissions, advance,
    fail_import, forget_left, make_ready, restart_import, settle_devices,
};
use atlas_image_id::AmiId;
use atlas_scope::{Permission, Scope};
use futures_channel::mpsc;
use futures_util::{StreamExt as _, future::join};
use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicU64, Ordering},
};

/// A disk image that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct DiskImageImported {
    /// The image; it is ready.
    pub image: DiskImage,
    /// Its record.
    pub record: ImageRecord,
    /// What is worth saying of the image.
    pub warnings: Vec<DiskImageWarning>,
    /// What is worth saying of the record.
    pub record_warnings: Vec<Warning>,
    /// What is worth saying of the sources.
    pub source_warnings: Vec<atlas_disk::Warning>,
}

impl Session {
    /// Makes a disk image of its sources, one for each device that is asked for (Symphony). It is there
    /// at once, being created, with its progress; then it is ready, with an image record that can be
    /// launched, or it has failed, and says why.
    ///
    /// The bytes are worked on by threads of their own. Where the future is dropped the work stops, and
    /// the image stays as it is until it is [tried again](Self::retry_disk_image), deleted, or
    /// [cleaned up](Self::clean_pools).
    ///
    /// # Errors
    ///
    /// It may not be made, or not so; a source cannot be had or is refused; a pool fails or is full; the
    /// caller stopped the work, or may not.
    pub async fn import_disk_image(
        &self,
        request: ImportDiskImage,
        sources: Vec<Box<dyn BringDisk>>,
        options: &ImportDiskOptions,
        watch: &DiskWatch,
    ) -> Result<DiskImageImported, Error> {
        check_count(request.devices.len(), sources.len())?;
        let image = self.begin_disk_image(request).await?;
        Box::pin(self.make(image, sources, options, watch)).await
    }

    /// Makes a disk image anew that failed, or whose maker is gone, of the same sources. What was stored
    /// of it by then need not be stored again.
    ///
    /// # Errors
    ///
    /// As of [`import_disk_image`](Self::import_disk_image); or it is not there or not visible, ready,
    /// or about to be removed.
    pub async fn retry_disk_image(
        &self,
        id: AmiId,
        scope: &Scope,
        sources: Vec<Box<dyn BringDisk>>,
        options: &ImportDiskOptions,
        watch: &DiskWatch,
    ) -> Result<DiskImageImported, Error> {
        let given = sources.len();
        let restarted = self.write(|unit| async move {
            unit.enter(Permission::DiskImport, scope).await?;
            let image = unit.owned_disk_image(id, scope).await?;
            check_count(image.asked.len(), given)?;
            let begun = restart_import(&image, unit.now)?;
            let action = Permission::DiskImport;
            unit.put_disk_image(action, &image, &begun).await?;
            if image.state.as_str() == begun.state.as_str() {
                // Whoever was at work on it learns why she no longer is.
                let change = Change::between(&image.state.as_str(), &"creating anew");
                unit.audit(action, scope, id, change).await?;
            }
            Ok(begun)
        });
        let image = restarted.await?;
        // What the last attempt put into its pools is no image of anybody. What cannot be removed now,
        // a clean-up removes.
        let _ = self.discard_left(&image, Permission::DiskImport).await;
        Box::pin(self.make(image, sources, options, watch)).await
    }

    /// Makes an image that was begun; where that fails, it has failed.
    pub(super) async fn make(
        &self,
        image: DiskImage,
        sources: Vec<Box<dyn BringDisk>>,
        options: &ImportDiskOptions,
        watch: &DiskWatch,
    ) -> Result<DiskImageImported, Error> {
        // Whoever drops the future stops the threads.
        let gone = Gone(Arc::new(AtomicBool::new(false)));
        let flag = Arc::clone(&gone.0);
        let watch = watch.stopped_by(move || flag.load(Ordering::Relaxed));
        let mut settled = image.clone();
        let mut all = Vec::new();
        let made = self.fill(&mut settled, &mut all, sources, options, &watch, &gone.0);
        let ended = match Box::pin(made).await {
            Ok((made, source_warnings)) => {
                let ready = self.end_ready(&settled, made).await;
                ready.map(|(image, record, record_warnings)| DiskImageImported {
                    image,
                    record,
                    warnings: all,
                    record_warnings,
                    source_warnings,
                })
            }
            Err(error) => Err(error),
        };
        match ended {
            Ok(imported) => Ok(imported),
            // It may be ready: nothing is taken away that may be an image's.
            Err(error) if error.kind() == ErrorKind::Unknown => Err(error),
            Err(error) => Err(Box::pin(self.end_failed(&settled, error)).await),
        }
    }

    /// Opens the sources, settles the devices, and keeps them.
    async fn fill(
        &self,
        image: &mut DiskImage,
        warnings: &mut Vec<DiskImageWarning>,
        sources: Vec<Box<dyn BringDisk>>,
        options: &ImportDiskOptions,
        watch: &DiskWatch,
        gone: &AtomicBool,
    ) -> Result<(Vec<(KeptDeviceId, MadeDevice)>, Vec<atlas_disk::Warning>), Error> {
        let formats = image.asked.iter().map(|asked| asked.format);
        let sources: Vec<(DiskFormat, Box<dyn BringDisk>)> = formats.zip(sources).collect();
        let (own_options, own_watch) = (options.clone(), watch.clone());
        let opened = apart(move || working::open(sources, &own_options, &own_watch)).await??;
        let (settled, more) = self.settle(image, &opened.found).await?;
        *image = settled;
        warnings.extend(more);
        let source_warnings = opened.warnings.clone();

        let (steps, mut told) = mpsc::unbounded();
        let (devices, firmware) = (
            image.devices.clone(),
            image.firmware.unwrap_or(atlas_image::Firmware::Bios),
        );
        let (pools, options) = (self.atlas.shared.pools.clone(), options.clone());
        let (own_watch, total) = (watch.clone(), image.size());
        let step = total.div_ceil(20).max(1);
        let reached = AtomicU64::new(0);
        let work = apart(move || {
            let own = own_watch.clone();
            let tell = move |done: u64, total: u64| {
                own_watch.tell(done, total);
                let now = done / step;
                if reached.fetch_max(now, Ordering::Relaxed) < now {
                    // Whoever waited may be gone.
                    let _ = steps.unbounded_send(done);
                }
            };
            let watch = DiskWatch::new(move || own.is_stopped(), tell);
            working::keep(&opened, &devices, firmware, &pools, &options, &watch)
        });
        let ids: Vec<_> = image.devices.iter().map(|device| device.id).collect();
        let noting = async {
            let mut noted = Ok(());
            while let Some(done) = told.next().await {
                if noted.is_err() {
                    continue;
                }
                noted = self.note_progress(image, &ids, done).await;
                match &noted {
                    Err(error) if is_over(error) => gone.store(true, Ordering::Relaxed),
                    // How far it is, is told again.
                    Err(_) => noted = Ok(()),
                    Ok(()) => {}
                }
            }
            noted
        };
        let (made, noted) = join(Box::pin(work), Box::pin(noting)).await;
        noted?;
        Ok((made??, source_warnings))
    }

    async fn settle(
        &self,
        image: &DiskImage,
        found: &[FoundSource],
    ) -> Result<(DiskImage, Vec<DiskImageWarning>), Error> {
        self.write(|unit| async move {
            let kept = unit.attempted_disk_image(image).await?;
            let quota = unit.disk_quota(&kept.scope).await?;
            let facts = SettleFacts {
                found,
                quota: quota.as_ref(),
                usage: unit.disk_usage(&kept.scope).await?,
                now: unit.now,
            };
            let new_id = || KeptDeviceId::from_u128(unit.id());
            let settled = settle_devices(&kept, &facts, new_id)?;
            let (action, image) = (Permission::DiskImport, &settled.0);
            unit.put_disk_image(action, &kept, image).await?;
            let told = format!("devices: {}, bytes: {}", image.devices.len(), image.size());
            unit.audit(action, &image.scope, image.id, Change::made(&told))
                .await?;
            Ok(settled)
        })
        .await
    }

    async fn note_progress(
        &self,
        image: &DiskImage,
        ids: &[KeptDeviceId],
        done: u64,
    ) -> Result<(), Error> {
        self.write(|unit| async move {
            let kept = unit.owned_disk_image(image.id, &image.scope).await?;
            let moved = advance(&kept, ids, done, unit.now)?;
            unit.put_disk_image(Permission::DiskImport, &kept, &moved)
                .await
        })
        .await
    }

    /// All is there: the image is ready, and its record is registered, in one commit.
    async fn end_ready(
        &self,
        image: &DiskImage,
        made: Vec<(KeptDeviceId, MadeDevice)>,
    ) -> Result<(DiskImage, ImageRecord, Vec<Warning>), Error> {
        self.write(|unit| {
            let made = made.clone();
            async move {
                // She may have lost the right meanwhile.
                unit.enter(Permission::DiskImport, &image.scope).await?;
                let kept = unit.owned_disk_image(image.id, &image.scope).await?;
                let account = match image.scope.account_scope() {
                    Some(account) => unit.scope_record(&account).await?,
                    None => None,
                };
                let facts = ReadyFacts {
                    made,
                    record: ImageRecordId::from_u128(unit.id()),
                    account: account.and_then(|record| record.account_number),
                    now: unit.now,
                };
                let id = facts.record;
                let Readied {
                    image: ready,
                    register,
                    opened_to,
                    ..
                } = make_ready(&kept, facts)?;
                let registered = unit.register_as(id, register, Look::Unasked, &[]).await?;
                let record = registered.record;
                unit.put_disk_image(Permission::DiskImport, &kept, &ready)
                    .await?;
                let mut warnings = registered.warnings;
                if let Some(permission) = opened_to {
                    let none = LaunchPermissions::none(record.id());
                    let facts = LaunchPermissionFacts {
                        record: &record,
                        groups: &[],
                    };
                    let opened = add_launch_permissions(none.clone(), &[permission], facts)?;
                    unit.keep_permissions(&record, &none, &opened.permissions)
                        .await?;
                    // What is said of an image that is public is said louder.
                    if !opened.warnings.is_empty() {
                        warnings.retain(|warning| !matches!(warning, Warning::Guest(_)));
                    }
                    warnings.extend(opened.warnings);
                }
                Ok((ready, record, warnings))
            }
        })
        .await
    }

    /// It could not be made: what was stored is given up, and the image says why. Tells what is told to
    /// the caller.
    async fn end_failed(&self, image: &DiskImage, error: Error) -> Error {
        let pools = self.atlas.shared.pools.clone();
        let devices = image.in_pools();
        let gone = devices.clone();
        // What cannot be removed now is known to be left, and a clean-up removes it.
        let discarded = apart(move || working::discard(&devices, &pools)).await;
        let gone = discarded.flatten().map_or(Vec::new(), |()| gone);
        let code = FailureCode::parse(DiskRefusal::code_of(&error));
        let code = code.unwrap_or(FailureCode::UNKNOWN);
        let Some(reason) = Reason::cut(&crate::error::convert::whole_text(&error)) else {
            return error;
        };
        let ids: Vec<_> = image.devices.iter().map(|device| device.id).collect();
        let failed = self.write(|unit| {
            let (code, reason, ids) = (code.clone(), reason.clone(), &ids);
            let gone = &gone;
            async move {
                let kept = unit.attempted_disk_image(image).await?;
                let failed = fail_import(&kept, ids, code, reason, unit.now)?;
                let failed = forget_left(&failed, gone);
                unit.put_disk_image(Permission::DiskImport, &kept, &failed)
                    .await
            }
        });
        match failed.await {
            Ok(()) => DiskRefusal::Failed {
                id: image.id,
                source: Box::new(error),
            }
            .into(),
            // Somebody else has it by now, or the store is away: what went wrong first is told.
            Err(_) => error,
        }
    }
}

/// Whether nothing can come of the work any more: somebody else has the image, or it is about to go.
fn is_over(error: &Error) -> bool {
    matches!(error, Error::Disk(_) | Error::NotFound(_))
}

/// Stops threads that nobody waits for any more.
struct Gone(Arc<AtomicBool>);

impl Drop for Gone {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

pub(super) fn check_count(asked: usize, given: usize) -> Result<(), DiskRefusal> {
    if asked == given {
        Ok(())
    } else {
        Err(DiskRefusal::Sources { asked, given })
    }
}
