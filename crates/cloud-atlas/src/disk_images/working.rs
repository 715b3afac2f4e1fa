//! The work on bytes, on threads of its own.

use super::{BringDisk, BroughtDisk, DiskWatch, ImportDiskOptions};
use crate::{DiskRefusal, pools::Pools};
use atlas_disk::{
    Budget, DiskKind, Firmware as FoundFirmware, Format, Image, RawDigest, source_digest,
};
use atlas_image::{
    Checksum, DeviceKind, DiskFormat, Firmware, FoundDisk, FoundSource, KeptDevice, KeptDeviceId,
    LeftDevice, MadeDevice,
};
use atlas_repository::{About, Ingest, Ingested, Progress, StoredId, Watch};
use futures_channel::oneshot;
use std::{io, thread};

/// Does some work on a thread of its own, and waits for it.
pub(super) async fn apart<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, DiskRefusal> {
    let (tell, told) = oneshot::channel();
    let thread = thread::Builder::new().name("atlas-disk".to_owned());
    let begun = thread.spawn(move || {
        // Whoever waited may be gone.
        let _ = tell.send(work());
    });
    begun.map_err(DiskRefusal::Thread)?;
    told.await
        .map_err(|_| DiskRefusal::Thread(io::Error::other("the thread is gone")))
}

/// Sources that were opened.
pub(super) struct Sources {
    opened: Vec<OneSource>,
    /// What was found in them, each in its turn.
    pub(super) found: Vec<FoundSource>,
    /// What is worth saying of them.
    pub(super) warnings: Vec<atlas_disk::Warning>,
}

struct OneSource {
    image: Image,
    sha256: RawDigest,
    // Goes with the source.
    _brought: BroughtDisk,
}

/// Brings all sources, and opens them.
pub(super) fn open(
    sources: Vec<(DiskFormat, Box<dyn BringDisk>)>,
    options: &ImportDiskOptions,
    watch: &DiskWatch,
) -> Result<Sources, DiskRefusal> {
    let mut all = Sources {
        opened: Vec::new(),
        found: Vec::new(),
        warnings: Vec::new(),
    };
    for (declared, bring) in sources {
        let brought = bring.bring(watch)?;
        let stop = || watch.is_stopped();
        let budget = Budget::new(&options.limits, &stop);
        let image = Image::open(
            std::sync::Arc::clone(&brought.source),
            format(declared)?,
            &budget,
        )?;
        let sha256 = match brought.sha256 {
            Some(digest) => digest,
            None => source_digest(&*brought.source, &budget)?,
        };
        all.found.push(found(&image));
        all.warnings.extend_from_slice(image.warnings());
        all.opened.push(OneSource {
            image,
            sha256,
            _brought: brought,
        });
    }
    Ok(all)
}

fn found(image: &Image) -> FoundSource {
    let disk = |disk: &atlas_disk::Disk| FoundDisk {
        size: disk.virtual_size(),
        kind: match disk.kind() {
            DiskKind::Disk => DeviceKind::Disk,
            DiskKind::Cdrom => DeviceKind::Cdrom,
        },
        boots: disk.boots(),
    };
    FoundSource {
        firmware: match image.firmware() {
            FoundFirmware::Bios => Firmware::Bios,
            FoundFirmware::Uefi => Firmware::Uefi,
        },
        disks: image.disks().iter().map(disk).collect(),
    }
}

/// The words are the same in both rooms, which know nothing of each other.
fn format(declared: DiskFormat) -> Result<Format, DiskRefusal> {
    let format = declared.as_str().parse();
    format.map_err(|_| DiskRefusal::Format { format: declared })
}

/// Puts every device into its pool; they are there once all are whole.
pub(super) fn keep(
    sources: &Sources,
    devices: &[KeptDevice],
    firmware: Firmware,
    pools: &Pools,
    options: &ImportDiskOptions,
    watch: &DiskWatch,
) -> Result<Vec<(KeptDeviceId, MadeDevice)>, DiskRefusal> {
    let total = devices
        .iter()
        .fold(0_u64, |sum, device| sum.saturating_add(device.size));
    let disks = sources
        .opened
        .iter()
        .flat_map(|source| source.image.disks().iter().map(move |disk| (source, disk)));
    let (mut made, mut before) = (Vec::new(), 0_u64);
    for (device, (source, disk)) in devices.iter().zip(disks) {
        let firmware = match firmware {
            Firmware::Uefi | Firmware::UefiPreferred => FoundFirmware::Uefi,
            _ => FoundFirmware::Bios,
        };
        let mut about = About::new(source.image.format(), firmware);
        about.source = Some(source.sha256);
        about.tool.clone_from(&options.tool);
        let mut ask = Ingest::new(stored_id(device.id), about);
        ask.profile = options.profile;
        ask.digests = options.digests;
        ask.size = Some(device.size);
        ask.limits = options.limits.clone();
        ask.threads = options.threads;
        ask.uploads = options.uploads;
        let stop = || watch.is_stopped();
        let tell = |now: Progress| {
            let share = part(device.size, now);
            watch.tell(before.saturating_add(share), total);
        };
        let pool = pools.get(device.pool.as_str())?;
        let ingested = pool.ingest(disk, &ask, Watch::new(&stop, &tell))?;
        made.push((device.id, told(&ingested, source.sha256)));
        before = before.saturating_add(device.size);
        watch.tell(before, total);
    }
    Ok(made)
}

/// The bytes of a device that some progress stands for.
fn part(size: u64, now: Progress) -> u64 {
    let scaled = u128::from(size) * u128::from(now.done) / u128::from(now.total.max(1));
    u64::try_from(scaled).unwrap_or(size).min(size)
}

fn told(ingested: &Ingested, source: RawDigest) -> MadeDevice {
    let text = |digest: RawDigest| Checksum::parse(&digest.to_string()).ok();
    let summary = &ingested.summary;
    MadeDevice {
        data: summary.data,
        content: ingested.digest,
        sha256: summary.digests.sha256.and_then(text),
        blake3: summary.digests.blake3.and_then(text),
        source_sha256: text(source),
    }
}

pub(super) fn stored_id(id: KeptDeviceId) -> StoredId {
    StoredId::from_u128(id.as_u128())
}

/// Gives devices up that were begun, and removes what is there of them.
pub(super) fn discard(devices: &[LeftDevice], pools: &Pools) -> Result<(), DiskRefusal> {
    for device in devices {
        let pool = pools.get(device.pool.as_str())?;
        let id = stored_id(device.id);
        // Only what never became an image can be given up: else it is one, which goes.
        pool.abandon(id)?;
        pool.delete(id)?;
    }
    Ok(())
}
