//! What comes of one image.

use super::{Entry, Expected};
use atlas_disk::{Budget, Convert, DigestChoice, Disk, DiskError, Image, Limits, WriteAt, convert};
use core::{
    num::NonZeroUsize,
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};
use std::{fs::File, io, os::unix::fs::FileExt, panic, sync::Arc, time::Instant};

/// A block that is compared; what is shorter is at the end.
const BLOCK: usize = 4096;
/// How long one image may take: no time at all once it is optimised.
const PATIENCE: Duration = Duration::from_secs(30);

impl Entry {
    /// What is wrong with what comes of it, if anything.
    pub(super) fn run(&self) -> Option<String> {
        let wanted = self.reason.as_deref().unwrap_or("accepted");
        let found = match panic::catch_unwind(|| self.outcome()) {
            Err(_) => "it panics".to_owned(),
            Ok(found) if found == wanted => return None,
            Ok(found) => found,
        };
        let declared = self.declared;
        let Self { name, says, .. } = self;
        Some(format!(
            "{name} as {declared} ({says}): wanted {wanted}, but {found}"
        ))
    }

    /// `accepted`, the code of a reason, or what is wrong in more words.
    fn outcome(&self) -> String {
        let limits = Limits::default();
        let begun = Instant::now();
        let stop = || begun.elapsed() > PATIENCE;
        let budget = Budget::new(&limits, &stop);
        let source = Arc::new(File::open(&self.path).unwrap());
        let image = match Image::open(source, self.declared, &budget) {
            Ok(image) => image,
            Err(error) => return self.refused(&error),
        };
        if self.reason.is_some() {
            if self.at_once {
                return "inspect lets it pass".to_owned();
            }
            let mut disks = image.disks().iter();
            let failed = disks.find_map(|disk| make(disk, &atlas_disk::Discard, 2, &budget).err());
            return failed.map_or_else(|| "accepted".to_owned(), |error| self.refused(&error));
        }
        let sizes: Vec<_> = image.disks().iter().map(Disk::virtual_size).collect();
        let wanted: Vec<_> = self.disks.iter().map(|disk| disk.size).collect();
        if sizes != wanted {
            return format!("its disks have {sizes:?} bytes, not {wanted:?}");
        }
        let firmware = image.firmware().name();
        if self.firmware.as_deref().is_some_and(|it| it != firmware) {
            return format!("its firmware is {firmware}");
        }
        for (number, (disk, expected)) in image.disks().iter().zip(&self.disks).enumerate() {
            if let Err(what) = expected.compare(disk, &budget) {
                return format!("disk {number}: {what}");
            }
        }
        "accepted".to_owned()
    }

    /// The code; all of the error too, where it is another than the one that is wanted.
    fn refused(&self, error: &DiskError) -> String {
        match error.reason() {
            Some(reason) if self.reason.as_deref() == Some(reason.code()) => {
                reason.code().to_owned()
            }
            Some(reason) => format!("{reason}: {error}"),
            None => error.to_string(),
        }
    }
}

/// Converts a disk.
pub(super) fn make(
    disk: &Disk,
    to: &dyn WriteAt,
    threads: usize,
    budget: &Budget<'_>,
) -> Result<(), DiskError> {
    let mut ask = Convert::default();
    ask.threads = NonZeroUsize::new(threads).unwrap();
    ask.digests = DigestChoice::None;
    convert(disk, to, &ask, budget, &|_| {}).map(drop)
}

impl Expected {
    fn compare(&self, disk: &Disk, budget: &Budget<'_>) -> Result<(), String> {
        let compared = Compared {
            raw: File::open(&self.raw).unwrap(),
            blocks: AtomicU64::new(0),
            wrong: AtomicU64::new(u64::MAX),
            length: AtomicU64::new(0),
        };
        make(disk, &compared, 2, budget).map_err(|error| error.to_string())?;
        let wrong = compared.wrong.into_inner();
        if wrong != u64::MAX {
            return Err(format!("it is not the same at {wrong}"));
        }
        let length = compared.length.into_inner();
        if length != self.size {
            return Err(format!("it has {length} bytes in the end"));
        }
        let blocks = compared.blocks.into_inner();
        if blocks != self.blocks {
            let wanted = self.blocks;
            return Err(format!(
                "{blocks} of its blocks are not zeros, not {wanted}"
            ));
        }
        Ok(())
    }
}

/// Compares all that is written with a file.
struct Compared {
    raw: File,
    /// Blocks that are not zeros.
    blocks: AtomicU64,
    /// The first place that is not the same.
    wrong: AtomicU64,
    length: AtomicU64,
}

impl WriteAt for Compared {
    fn write_at(&self, bytes: &[u8], at: u64) -> io::Result<()> {
        let mut there = vec![0; bytes.len()];
        self.raw.read_exact_at(&mut there, at)?;
        for (number, (found, wanted)) in bytes.chunks(BLOCK).zip(there.chunks(BLOCK)).enumerate() {
            if found.iter().any(|byte| *byte != 0) {
                self.blocks.fetch_add(1, Ordering::Relaxed);
            }
            if found != wanted {
                let at = at + (number * BLOCK) as u64;
                self.wrong.fetch_min(at, Ordering::Relaxed);
            }
        }
        Ok(())
    }

    fn finish(&self, length: u64) -> io::Result<()> {
        self.length.store(length, Ordering::Relaxed);
        Ok(())
    }
}
