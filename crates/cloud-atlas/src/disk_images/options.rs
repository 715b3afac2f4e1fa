//! How disk images are made, and who watches.

use atlas_disk::{DigestChoice, Limits};
use atlas_repository::Profile;
use core::{fmt, num::NonZeroUsize};
use std::sync::Arc;

/// How a disk image is made.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct ImportDiskOptions {
    /// What the sources may ask for.
    pub limits: Limits,
    /// Which digests of each RAW are taken.
    pub digests: DigestChoice,
    /// How disks are cut.
    pub profile: Profile,
    /// Threads that decode, and as many that hash and compress.
    pub threads: NonZeroUsize,
    /// Objects that are written at once.
    pub uploads: NonZeroUsize,
    /// The program that does it, with its version.
    pub tool: String,
}

impl Default for ImportDiskOptions {
    fn default() -> Self {
        Self {
            limits: Limits::default(),
            digests: DigestChoice::default(),
            profile: Profile::default(),
            threads: NonZeroUsize::MIN,
            uploads: NonZeroUsize::MIN,
            tool: concat!("cloud-atlas ", env!("CARGO_PKG_VERSION")).to_owned(),
        }
    }
}

/// Who watches long work on disk images: who is told how far it is, and may stop it.
#[derive(Clone)]
pub struct DiskWatch {
    stop: Arc<dyn Fn() -> bool + Send + Sync>,
    progress: Arc<dyn Fn(u64, u64) + Send + Sync>,
}

impl DiskWatch {
    /// A question that is asked often, whether the work is to stop; and who is told the bytes that are
    /// done, and those that there are in all. Any thread calls them. While a source is fetched, its
    /// bytes are told, and then those of the devices.
    pub fn new(
        stop: impl Fn() -> bool + Send + Sync + 'static,
        progress: impl Fn(u64, u64) + Send + Sync + 'static,
    ) -> Self {
        Self {
            stop: Arc::new(stop),
            progress: Arc::new(progress),
        }
    }

    /// Whether the work is to stop.
    pub fn is_stopped(&self) -> bool {
        (self.stop)()
    }

    /// Tells how far it is.
    pub fn tell(&self, done: u64, total: u64) {
        (self.progress)(done, total);
    }

    /// The same, stopped also where `and` says so.
    pub(super) fn stopped_by(&self, and: impl Fn() -> bool + Send + Sync + 'static) -> Self {
        let stop = Arc::clone(&self.stop);
        Self {
            stop: Arc::new(move || stop() || and()),
            progress: Arc::clone(&self.progress),
        }
    }
}

impl Default for DiskWatch {
    fn default() -> Self {
        Self::new(|| false, |_, _| {})
    }
}

impl fmt::Debug for DiskWatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DiskWatch")
    }
}
